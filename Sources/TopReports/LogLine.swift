package import MCPSessions

/// The event as one line of the session log, without its line break.
///
///     2026-11-23T10:00:00.123Z INFO [MCP][ledger] Session created: 12345678...
///
/// Sessions that all share are told by their server alone; others name their user first:
/// `[MCP][User: ana][ledger]`. A storm that was folded ends in its count, `x3`.
package func logLine(_ event: Event) -> String {
  "\(event.time.wall.rfc3339) \(event.level.rawValue.uppercased()) \(told(event))"
}

/// The same for the system's journal, which knows the time by itself and takes the level as a number:
/// `<6>[MCP][ledger] Session created: 12345678...`.
package func journalLine(_ event: Event) -> String {
  let priority =
    switch event.level {
    case .debug: 7
    case .info: 6
    case .warning: 4
    case .error: 3
    }
  return "<\(priority)>\(told(event))"
}

private func told(_ event: Event) -> String {
  var prefix = "[MCP]"
  if let user = event.user, user != SessionKey.sharedUser {
    prefix += "[User: \(PrintableText.line(user))]"
  }
  if let server = event.server { prefix += "[\(PrintableText.line(server))]" }
  let count = event.repeated > 1 ? " x\(event.repeated)" : ""
  // Texts are printable when they get here; a log that can be split in two by one that is not is no log.
  let message = PrintableText.line(event.message.text, limit: messageLimit)
  return "\(prefix) \(message)\(count)"
}

/// Characters of a message; its longest part, an error's detail, has at most 200.
private let messageLimit = 1_000
