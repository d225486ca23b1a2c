/// What an operator can do to a session; raw values are the words of keys, commands and events.
public enum OperatorAction: String, CaseIterable, Sendable {
  /// Drop what there is (politely) and connect anew at once.
  case reconnect
  /// End with DELETE and stay `closed` until reconnected.
  case terminate
  /// Leave the session alone: no probe, no attempt to come back, until `resume`. What works goes on working,
  /// so that a server may be seen to let a session expire.
  case pause
  /// Go on with a paused session, at once.
  case resume
}

extension OperatorAction {
  /// Whether the session that there is comes to its end.
  package var ends: Bool {
    switch self {
    case .reconnect, .terminate: true
    case .pause, .resume: false
    }
  }

  /// Whether a new session is opened, for which a command may be started.
  package var connects: Bool {
    switch self {
    case .reconnect: true
    case .terminate, .pause, .resume: false
    }
  }

  /// Whether it was brought about, by how its session is now; nil while that is still to come.
  func isDone(_ session: SessionReport) -> Bool? {
    switch self {
    case .reconnect: session.hasSettled ? session.state.isLive : nil
    case .terminate: session.state == .closing ? nil : session.state == .closed
    case .pause, .resume: true
    }
  }
}

extension SessionReport {
  /// What an operator's action would do to it as it is now, in words, or why it would do nothing.
  package func plan(_ action: OperatorAction) -> String {
    if let objection = objection(to: action) { return objection }
    return switch action {
    case .pause: "no probe and no attempt to come back until it is resumed"
    case .resume: "probes and attempts go on at once"
    case .terminate: "\(ending); it stays closed until reconnected"
    case .reconnect: "\(ending), then a new session is opened\(wait)"
    }
  }

  /// Why an operator's action makes no sense for it as it is now; nil when it does.
  package func objection(to action: OperatorAction) -> String? {
    switch (action, state) {
    case (_, .unmonitored): "not possible: it is not watched"
    case (.pause, .idle), (.pause, .closing), (.pause, .closed): "not possible: it is not connected"
    case (.pause, .paused): "nothing to do: it is paused already"
    case (.resume, .paused): nil
    case (.resume, _): "not possible: it is not paused"
    case (.terminate, .closed), (.terminate, .idle): "nothing to do: it is not connected"
    case (.terminate, .closing): "nothing to do: it is being ended"
    case (.pause, _), (.terminate, _), (.reconnect, _): nil
    }
  }

  /// How the server is told that it is over.
  package var ending: String {
    if kind == .process, isOpen { return "its input is closed, then SIGTERM" }
    if let session { return "DELETE is sent for \(session)" }
    return isOpen ? "no DELETE is sent, the session has no id" : "no DELETE is sent, there is no session"
  }

  private var wait: String {
    guard let closedWay else { return "" }
    let words: Sentence = ", as soon as the way to its server is open (\(closedWay.cause))"
    return words.text
  }
}
