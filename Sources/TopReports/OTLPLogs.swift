import MCPWire
package import MCPSessions

/// Events as an ExportLogsServiceRequest in JSON, a log record each.
package func otlpLogs(_ events: [Event], _ resource: OTLPResource, at now: Moment) -> String {
  var writer = JSONWriter()
  writer.object {
    $0.array("resourceLogs") {
      $0.object {
        resource.write(&$0)
        $0.array("scopeLogs") {
          $0.object { writer in
            writer.scope()
            writer.array("logRecords") { writer in
              for event in events { writer.record(event, at: now) }
            }
          }
        }
      }
    }
  }
  return writer.text
}

extension JSONWriter {
  fileprivate mutating func record(_ event: Event, at now: Moment) {
    object {
      $0.member("timeUnixNano", unixNano(event.time.wall))
      $0.member("observedTimeUnixNano", unixNano(now.wall))
      $0.member("severityNumber", event.level.severityNumber)
      $0.member("severityText", event.level.rawValue.uppercased())
      $0.member("eventName", "sessiontop.\(event.kind.rawValue)")
      $0.object("body") { $0.member("stringValue", event.message.text) }
      $0.attributes(event.attributes)
    }
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
  fileprivate var severityNumber: Int {
    switch self {
    case .debug: 5
    case .info: 9
    case .warning: 13
    case .error: 17
    }
  }
}
