import MCPWire
package import MCPSessions

/// The event as one line of JSON Lines, schema version 1, without its line break.
///
/// What is not known is absent.
package func eventLine(_ event: Event) -> String {
  var writer = JSONWriter()
  writer.object {
    $0.member("v", schemaVersion)
    $0.member("type", "event")
    $0.member("seq", event.seq)
    $0.member("time", event.time.wall.rfc3339)
    $0.member("event", event.kind.rawValue)
    $0.member("level", event.level.rawValue)
    $0.member("server", event.server)
    $0.member("user", event.user)
    $0.member("session", event.session)
    $0.member("state", event.state?.rawValue)
    $0.member("kind", event.sessionKind?.rawValue)
    $0.member("protocol", event.protocolVersion)
    $0.error("error", event.error)
    $0.member("closed_since", event.closedSince?.wall.rfc3339)
    $0.member("attempt", event.attempt)
    $0.member("next_attempt_ms", event.nextAttempt?.inMilliseconds)
    $0.member("repeated", event.repeated)
    $0.member("message", event.message.text)
  }
  return writer.text
}

/// Of every line; a key never changes its meaning within a version, new keys may come.
let schemaVersion = 1

extension JSONWriter {
  /// Adds an error as every line has it; an absent one adds nothing.
  mutating func error(_ name: String, _ error: SessionError?) {
    guard let error else { return }
    object(name) {
      $0.member("type", error.type.rawValue)
      $0.member("request", error.request?.name)
      $0.member("status", error.status)
      $0.member("rpc_code", error.rpcCode)
      $0.member("curl_code", error.curlCode)
      $0.member("detail", error.detail.text)
    }
  }
}
