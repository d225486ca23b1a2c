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
/// What came of one is the first telling event of the same session after it.
func operatorActions(_ store: Store, limit: Int, _ context: Context) -> [Phrase] {
  let events = store.events
  var lines: [Phrase] = []
  var results: [SessionKey: String] = [:]
  for place in stride(from: events.count - 1, through: 0, by: -1) where lines.count < limit {
    let event = events[place]
    let key = event.server.map { SessionKey(server: $0, user: event.user ?? SessionKey.sharedUser) }
    guard event.kind == .operatorAction else {
      if let key, let result = outcome(event) { results[key] = result }
      continue
    }
    let clock = event.time.wall.clock(offset: context.utcOffset)
    let user = event.user.map { $0 == SessionKey.sharedUser ? "" : "/\($0)" } ?? ""
    let result = key.flatMap { results.removeValue(forKey: $0) }.map { ": \($0)" } ?? ""
    lines.append(
      Phrase(
        "\(clock) \(event.server.map { "\($0)\(user) " } ?? "")\(event.message)\(result)", .operatorAction))
  }
  return lines.reversed()
}

/// How an action may end, in a word or two.
private func outcome(_ event: Event) -> String? {
  switch event.kind {
  case .sessionCreated, .recoverySucceeded: "ready"
  case .sessionTerminated: "ended"
  case .recoveryFailed, .sessionError: "failed, \(event.error?.type.rawValue ?? "see events")"
  default: nil
  }
}
