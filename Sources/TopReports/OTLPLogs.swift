package import MCPSessions

/// Events as an ExportLogsServiceRequest, a log record each.
package func otlpLogs(
  _ events: [Event], _ resource: OTLPResource, as encoding: Collector.Encoding, at now: Moment
) -> [UInt8] {
  OTLPWriter.document(encoding) {
    $0.messages("resourceLogs", 1, [resource]) {
      $0.resource($1)
      $0.messages("scopeLogs", 2, CollectionOfOne(events)) {
        $0.scope()
        $0.messages("logRecords", 2, $1) { $0.record($1, at: now) }
      }
    }
  }
}

extension OTLPWriter {
  fileprivate mutating func record(_ event: Event, at now: Moment) {
    fixed("timeUnixNano", 1, unixNano(event.time.wall))
    choice("severityNumber", 2, event.level.severityNumber)
    text("severityText", 3, event.level.rawValue.uppercased())
    message("body", 5) { $0.text("stringValue", 1, event.message.text, isChoice: true) }
    attributes(6, event.attributes)
    fixed("observedTimeUnixNano", 11, unixNano(now.wall))
    text("eventName", 12, "sessiontop.\(event.kind.rawValue)")
  }
}

extension Event {
  /// What an event line says, under the names that the conventions have for it.
  fileprivate var attributes: [MetricAttribute] {
    var attributes: [MetricAttribute] = []
    func add(_ name: String, _ value: String?) {
      if let value { attributes.append(MetricAttribute(name, value)) }
    }
    func add(_ name: String, _ value: Int?) {
      if let value { attributes.append(MetricAttribute(name, value)) }
    }
    add("event.sequence", Int(clamping: seq))
    add("server", server)
    add("user.name", user)
    // Its first characters, as everywhere.
    add("mcp.session.id", session)
    add("state", state?.rawValue)
    add("kind", sessionKind?.rawValue)
    add("mcp.protocol.version", protocolVersion)
    add("error.type", error?.type.rawValue)
    add("error.message", error?.detail.text)
    add("error.request", error?.request?.name)
    add("http.response.status_code", error?.status)
    add("rpc.response.status_code", error?.rpcCode.map(String.init))
    add("attempt", attempt)
    add("next_attempt_ms", (nextAttempt?.inMilliseconds).map { Int(clamping: $0) })
    add("repeated", repeated > 1 ? repeated : nil)
    return attributes
  }
}

extension EventLevel {
  /// The first number of the range that the data model gives to each level.
  fileprivate var severityNumber: UInt32 {
    switch self {
    case .debug: 5
    case .info: 9
    case .warning: 13
    case .error: 17
    }
  }
}
