import MCPSessions

extension Frame {
  /// What operators did, the newest last.
  mutating func actions(_ model: ViewModel, in area: Rectangle) {
    let found = operatorActions(model.store, limit: area.rows, model.context)
    if found.isEmpty {
      write("none so far", row: area.row, column: area.column + 1, width: area.columns - 1, role: .muted)
    }
    for (offset, line) in found.enumerated() {
      write(line.text, row: area.row + offset, column: area.column, width: area.columns, role: line.role)
    }
  }
}

/// The newest actions of operators and what came of them, the newest last.
///
/// What came of one is the first event of the same session after it that tells of what was wanted.
func operatorActions(_ store: Store, limit: Int, _ context: Context) -> [Phrase] {
  let events = store.events
  var lines: [Phrase] = []
  var results: [SessionKey: Results] = [:]
  for place in stride(from: events.count - 1, through: 0, by: -1) where lines.count < limit {
    let event = events[place]
    let key = event.server.map { SessionKey(server: $0, user: event.user ?? SessionKey.sharedUser) }
    guard event.kind == .operatorAction else {
      if let key { results[key, default: Results()].take(event) }
      continue
    }
    let clock = event.time.wall.clock(offset: context.utcOffset)
    let user = event.user.map { $0 == SessionKey.sharedUser ? "" : "/\($0)" } ?? ""
    let result = key.flatMap { results.removeValue(forKey: $0)?.of(event) }.map { ": \($0)" } ?? ""
    lines.append(
      Phrase(
        "\(clock) \(event.server.map { "\($0)\(user) " } ?? "")\(event.message)\(result)", .operatorAction))
  }
  return lines.reversed()
}

/// What was told of a session after an action, until the next one.
private struct Results {
  private var end: String?
  private var comeback: String?

  /// Takes events in from the newest to the oldest, so that the first one counts.
  mutating func take(_ event: Event) {
    switch event.kind {
    case .sessionTerminated: end = event.level >= .warning ? "left behind" : "ended"
    case .sessionCreated, .recoverySucceeded: comeback = "ready"
    case .recoveryFailed, .sessionError: comeback = "failed, \(event.error?.type.rawValue ?? "see events")"
    default: break
    }
  }

  /// In a word or two; what was refused says so itself.
  func of(_ action: Event) -> String? {
    guard action.level < .warning else { return nil }
    let verb = OperatorAction.allCases.first { action.message.text.hasPrefix("\($0.rawValue) ") }
    return verb.map { $0.result(end: end, comeback: comeback) } ?? comeback ?? end
  }
}
