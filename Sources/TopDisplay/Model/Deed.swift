import MCPSessions

/// What an operator did, for as long as it can be taken back.
struct Deed: Hashable, Sendable {
  /// How long its result stays in sight, and it can be undone.
  static let lifetime = Duration.seconds(30)

  let action: OperatorAction
  let keys: [SessionKey]
  let time: Instant

  func isRecent(at now: Instant) -> Bool { now - time < Self.lifetime && now >= time }

  /// What takes it back; nil when nothing does.
  var undoing: OperatorAction? {
    switch action {
    case .terminate: .reconnect
    case .pause: .resume
    case .resume: .pause
    case .reconnect: nil
    }
  }

  /// What came of it so far: `terminate: 13 of 13 ended; U reconnects them`.
  func result(_ store: Store) -> String {
    let sessions = keys.compactMap { store.sessions[$0] }
    let (done, word): (Int, String) =
      switch action {
      case .terminate: (sessions.count { $0.state == .closed } + keys.count - sessions.count, "ended")
      case .reconnect: (sessions.count { $0.state.isLive && $0.since.instant >= time }, "back")
      case .pause: (sessions.count { $0.state == .paused }, "paused")
      case .resume: (sessions.count { $0.state != .paused }, "resumed")
      }
    let failing = sessions.count(where: \.state.isProblem)
    let trouble = failing > 0 && action != .pause ? ", \(failing) not well" : ""
    let undo = undoing.map { "; U \($0.rawValue)s \(keys.count == 1 ? "it" : "them")" } ?? ""
    return "\(action.rawValue): \(done) of \(keys.count) \(word)\(trouble)\(undo)"
  }
}
