import MCPWire
package import MCPSessions

/// Who exports: what stands at the head of every document for a collector.
package struct OTLPResource: Sendable {
  private let attributes: [(name: String, value: String)]
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

  func write(_ writer: inout JSONWriter) {
    writer.object("resource") { writer in
      writer.attributes(attributes.map { MetricAttribute($0.name, $0.value) })
    }
  }
}

// The JSON encoding of OTLP: names in camel case, 64-bit numbers as text, enumerations as numbers
// (OpenTelemetry Protocol 1.x, "JSON Protobuf Encoding").
extension JSONWriter {
  mutating func attributes(_ attributes: [MetricAttribute]) {
    array("attributes") { writer in
      for attribute in attributes {
        writer.object {
          $0.member("key", attribute.name)
          $0.object("value") {
            switch attribute.value {
            case .text(let text): $0.member("stringValue", text)
            case .number(let number): $0.member("intValue", String(number))
            }
          }
        }
      }
    }
  }

  /// What made the figures and the records.
  mutating func scope() {
    object("scope") {
      $0.member("name", "sessiontop")
      $0.member("version", Outgoing.clientVersion)
    }
  }
}

/// Nanoseconds since 1970 as text.
func unixNano(_ time: WallTime) -> String { "\(max(0, time.milliseconds))000000" }
