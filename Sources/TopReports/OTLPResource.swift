import MCPWire
package import MCPSessions

/// Who exports: what stands at the head of every document for a collector.
package struct OTLPResource: Sendable {
  fileprivate let attributes: [(name: String, value: String)]
  /// Since when what is counted is counted.
  let started: WallTime

  /// `given` are the attributes of the environment, which count before what the program says of itself.
  /// `instance` tells this run from all others.
  package init(_ given: [(name: String, value: String)], host: String, instance: String, started: WallTime) {
    let own = [
      ("service.version", Outgoing.clientVersion), ("service.instance.id", instance), ("host.name", host),
    ]
    let names = Set(given.map(\.name))
    attributes = given + own.filter { !names.contains($0.0) }.map { (name: $0.0, value: $0.1) }
    self.started = started
  }
}

extension OTLPWriter {
  mutating func resource(_ resource: OTLPResource) {
    message("resource", 1) {
      $0.attributes(1, resource.attributes.map { MetricAttribute($0.name, $0.value) })
    }
  }

  mutating func attributes(_ number: UInt32, _ attributes: [MetricAttribute]) {
    messages("attributes", number, attributes) { writer, attribute in
      writer.text("key", 1, attribute.name)
      writer.message("value", 2) {
        switch attribute.value {
        case .text(let text): $0.text("stringValue", 1, text, isChoice: true)
        case .number(let number): $0.integer("intValue", 3, number)
        }
      }
    }
  }

  /// What made the figures and the records.
  mutating func scope() {
    message("scope", 1) {
      $0.text("name", 1, "sessiontop")
      $0.text("version", 2, Outgoing.clientVersion)
    }
  }
}

/// Nanoseconds since 1970.
func unixNano(_ time: WallTime) -> UInt64 {
  UInt64(max(0, time.milliseconds)).multipliedSaturated(by: 1_000_000)
}
