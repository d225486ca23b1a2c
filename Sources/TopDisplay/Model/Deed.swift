import MCPSessions

/// What an operator did, for as long as it can be taken back.
struct Deed: Hashable, Sendable {
  /// How long its result stays in sight, and it can be undone.
  static let lifetime = Duration.seconds(30)

  let action: OperatorAction
  /// How each session was before: taking it back brings about just that, and no more.
  let before: [SessionKey: SessionState]
  let time: Instant

  init(_ action: OperatorAction, on keys: [SessionKey], _ store: Store, at time: Instant) {
    (self.action, self.time) = (action, time)
    before = Dictionary(
      keys.compactMap { key in store.sessions[key].map { (key, $0.state) } },
      uniquingKeysWith: { first, _ in first })
  }

  var keys: [SessionKey] { before.keys.sorted() }

  func isRecent(at now: Instant) -> Bool { now - time < Self.lifetime && now >= time }

  /// What takes it back, and for which sessions; `held` are those of them that are paused again afterwards.
  /// Nil when nothing does, or nothing is to be taken back.
  var undoing: Undoing? {
    let found: Undoing? =
      switch action {
      case .terminate:
        Undoing(.reconnect, of: self, where: \.isKept, held: keys.filter { before[$0] == .paused })
      case .pause: Undoing(.resume, of: self) { $0 != .paused }
      case .resume: Undoing(.pause, of: self) { $0 == .paused }
      case .reconnect: nil
      }
    return found.flatMap { $0.keys.isEmpty ? nil : $0 }
  }

  struct Undoing: Hashable, Sendable {
    let action: OperatorAction
    let keys: [SessionKey]
    let held: [SessionKey]

    fileprivate init(
      _ action: OperatorAction, of deed: Deed, where wasSo: (SessionState) -> Bool, held: [SessionKey] = []
    ) {
      (self.action, self.held) = (action, held)
      keys = deed.keys.filter { deed.before[$0].map(wasSo) ?? false }
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
    let undo = undoing.map { "; U \($0.action.rawValue)s \($0.keys.count == 1 ? "it" : "them")" } ?? ""
    return "\(action.rawValue): \(done) of \(keys.count) \(word)\(trouble)\(undo)"
  }
}

extension SessionState {
  /// Whether we keep such a session up, or try to: what was never begun, or was ended, is not.
  fileprivate var isKept: Bool {
    switch self {
    case .idle, .closing, .closed, .unmonitored: false
    case .connecting, .ready, .degraded, .paused, .recovering, .unstable, .down, .unauthorized, .failed: true
    }
  }
}
