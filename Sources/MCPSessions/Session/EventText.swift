import MCPWire

// The words of events. Those about the life of a session are the log lines that operators of LibreChat's
// session management know and grep for.

enum EventText {
  static func created(_ id: SessionID) -> Sentence { "Session created: \(id)" }
  static func created(process id: Int32) -> Sentence { "Session created: process \(id)" }
  static func isOther(_ server: ServerIdentity, than before: ServerIdentity) -> Sentence {
    let sameName = server.name == before.name
    let now: Sentence = "\(server.name) \(server.version)"
    let then: Sentence = sameName ? "\(before.version)" : "\(before.name) \(before.version)"
    return "; the server is \(now) now, it was \(then)"
  }
  static func processEnded(_ id: Int32, _ ending: ProcessEnding) -> Sentence {
    switch ending {
    case .exited(let code): "Session terminated: process \(id), exit code \(code)"
    case .killed(let signal): "Session terminated: process \(id), by signal \(signal)"
    default: "Session terminated: process \(id)"
    }
  }
  static func terminated(_ id: SessionID) -> Sentence { "Session terminated: \(id)" }
  static func wasGone(_ id: SessionID) -> Sentence { "Session terminated: \(id) (the server had dropped it)" }
  static func leftover(_ id: SessionID) -> Sentence {
    "Session \(id) of an earlier run is still open, ending it"
  }
  static let ofNewToken: Sentence = "as some servers do once when the token changes"
  static let cannotTerminate: Sentence = "Server doesn't support explicit session termination (405)"
  static func slept(_ pause: Duration) -> Sentence {
    "This process stood still for \(pause.inMilliseconds / 1_000) s; nobody is blamed for it"
  }

  static func unverified(_ last: Sentence, _ way: ClosedWay, since: Sentence) -> Sentence {
    "Session unverified: not probed since \(last), the way to its server is closed since \(since) (\(way.cause))"
  }
  static let verified: Sentence = "Session verified again: the way to its server is open"

  static let cleared: Sentence = "Session cleared"
  static let recovered: Sentence = "Session recovery successful"

  static func recoveryStarted(_ type: ErrorType) -> Sentence {
    "Session recovery started for error: \(type)"
  }

  static func recoveryFailed(_ error: SessionError) -> Sentence {
    "Session recovery failed: \(error)"
  }

  static func sessionError(_ error: SessionError) -> Sentence {
    "Session error: \(error.type) - \(explanation(error))"
  }

  static func leftBehind(_ id: SessionID, _ outcome: Exchange.Outcome) -> Sentence {
    switch outcome {
    case .broken(let error, nil): "Session termination failed: \(id) is left behind, \(error)"
    default: "Session termination failed with status: \(outcome.head?.status ?? 0), \(id) is left behind"
    }
  }

  static let unanswered: Sentence =
    "Session termination failed: the handshake was not answered in time, what it makes is left behind"

  static func unheard(_ count: Int) -> Sentence {
    count == 1
      ? "Session termination failed: a handshake before was answered too late, what it made is left behind"
      : "Session termination failed: \(count) handshakes before were answered too late, what they made is left behind"
  }

  static func streamClosed(_ failure: SessionError?) -> Sentence {
    failure.map { "Stream closed: \($0)" } ?? "Stream closed by the server"
  }

  static func streamRefused(_ error: SessionError) -> Sentence { "No stream: \(error)" }

  /// Names what changed, as many as a line takes.
  static func toolsChanged(_ change: ToolChange, _ gate: Gate) -> Sentence {
    func named(_ names: [String], _ what: Sentence) -> Sentence? {
      guard !names.isEmpty else { return nil }
      let shown = names.prefix(4).map { Sentence(gate.text(whole: $0, limit: 40)) }
      let more: Sentence? = names.count > 4 ? "and \(names.count - 4) more" : nil
      return "\(names.count) \(what) (\(Sentence.joined(shown + [more], separator: ", ")))"
    }
    let described = change.changed.filter(\.isDescription).map(\.name)
    let retyped = change.changed.filter { !$0.isDescription }.map(\.name)
    let parts = [
      named(change.gone, "gone"), named(change.new, "new"), named(described, "with another description"),
      named(retyped, "with other parameters"),
    ]
    return "Tools changed: \(Sentence.joined(parts, separator: ", ")); \(change.count) now"
  }

  static func operatorAction(_ action: Sentence, _ by: Operator) -> Sentence {
    "\(action) by \(name(of: by))"
  }

  /// `ana (pts/3)`.
  static func name(of person: Operator) -> Sentence {
    let user = ForeignText(local: person.user, limit: 32)
    let origin = ForeignText(local: person.origin, limit: 80)
    return origin.isEmpty ? "\(user)" : "\(user) (\(origin))"
  }

  static func reloaded(added: Int, removed: Int, changed: Int, _ note: String?) -> Sentence {
    let counts: Sentence = "Configuration reloaded: \(added) added, \(removed) removed, \(changed) changed"
    return note.map { "\(counts); \(ForeignText(local: $0, limit: 400))" } ?? counts
  }

  static func notReloaded(_ why: String) -> Sentence {
    "Configuration not reloaded, nothing changed: \(ForeignText(local: why, limit: 800))"
  }

  static func stateChanged(_ state: SessionState, _ cause: SessionError?, _ remark: Sentence?) -> Sentence {
    if let cause { return "State: \(state) (\(cause))" }
    return remark.map { "State: \(state) (\($0))" } ?? "State: \(state)"
  }

  private static func explanation(_ error: SessionError) -> Sentence {
    switch error.type {
    case .sessionTerminated: "Session has been terminated by the server"
    case .sessionExpired: "Session has expired"
    case .sessionInvalid where error.status == 400: "Session ID is invalid or malformed"
    default:
      Sentence.joined([
        error.status.flatMap { (200..<300).contains($0) && !error.detail.isEmpty ? nil : "HTTP \($0)" },
        error.detail,
      ])
    }
  }
}
