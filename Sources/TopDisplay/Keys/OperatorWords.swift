import MCPSessions

// What the screen has for each thing that an operator can do to a session: its key, its words, and what takes
// it back.

extension OperatorAction {
  var key: Key {
    switch self {
    case .reconnect: "r"
    case .terminate: "K"
    case .pause: "z"
    case .resume: "Z"
    }
  }

  /// What the help says.
  var meaning: String {
    switch self {
    case .reconnect: "reconnect selected or marked"
    case .terminate: "terminate selected or marked"
    case .pause: "pause: no probes, no attempts"
    case .resume: "resume what is paused"
    }
  }

  /// What the question says will happen; `ending` is what becomes of the sessions that there are.
  func effect(_ ending: String, endsAny: Bool) -> String {
    switch self {
    case .reconnect: "\(ending)\(endsAny ? ", then" : ";") a new session is opened."
    case .terminate: "\(ending); it stays closed until reconnected."
    case .pause: "No probe and no attempt to come back until it is resumed; what works goes on working."
    case .resume: "Probes and attempts go on at once."
    }
  }

  /// What a session is to which it was done.
  var done: String {
    switch self {
    case .reconnect: "back"
    case .terminate: "ended"
    case .pause: "paused"
    case .resume: "resumed"
    }
  }

  /// What came of it in a word or two, from what was told afterwards of an end and of coming back.
  func result(end: String?, comeback: String?) -> String? {
    switch self {
    case .reconnect: end == "left behind" ? [comeback, "the one before left behind"].joined(", ") : comeback
    case .terminate: end ?? comeback
    case .pause, .resume: nil  // nothing is to come
    }
  }

  /// What takes it back; absent where nothing does.
  var undo: Undo? {
    switch self {
    case .reconnect: nil
    case .terminate: Undo(action: .reconnect, wasSo: \.isKept, isHeld: { $0 == .paused })
    case .pause: Undo(action: .resume, wasSo: { $0 != .paused })
    case .resume: Undo(action: .pause, wasSo: { $0 == .paused })
    }
  }

  struct Undo {
    let action: OperatorAction
    /// Whether a session that was in a state before is brought back to it.
    let wasSo: (SessionState) -> Bool
    /// Whether it must be paused again afterwards to be so.
    var isHeld: (SessionState) -> Bool = { _ in false }
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
