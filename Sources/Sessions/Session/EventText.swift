// The words of events. Those about the life of a session are the log lines that operators of LibreChat's
// session management know and grep for.

enum EventText {
  static func created(_ id: String) -> String { "Session created: \(id)" }
  static func terminated(_ id: String) -> String { "Session terminated: \(id)" }
  static func wasGone(_ id: String) -> String { "Session terminated: \(id) (the server had dropped it)" }
  static func leftover(_ id: String) -> String { "Session \(id) of an earlier run is still open, ending it" }
  static let cannotTerminate = "Server doesn't support explicit session termination (405)"
  static func slept(_ pause: Duration) -> String {
    "This process stood still for \(pause.inMilliseconds / 1_000) s; nobody is blamed for it"
  }

  static let cleared = "Session cleared"
  static let recovered = "Session recovery successful"

  static func recoveryStarted(_ type: ErrorType) -> String {
    "Session recovery started for error: \(type.rawValue)"
  }

  static func recoveryFailed(_ error: SessionError) -> String {
    "Session recovery failed: \(error.summary)"
  }

  static func sessionError(_ error: SessionError) -> String {
    "Session error: \(error.type.rawValue) - \(explanation(error))"
  }

  static func leftBehind(_ id: String, _ outcome: Exchange.Outcome) -> String {
    switch outcome {
    case .broken(let error, nil): "Session termination failed: \(id) is left behind, \(error.summary)"
    default: "Session termination failed with status: \(outcome.head?.status ?? 0), \(id) is left behind"
    }
  }

  static func streamClosed(_ failure: SessionError?) -> String {
    failure.map { "Stream closed: \($0.summary)" } ?? "Stream closed by the server"
  }

  static func operatorAction(_ action: String, _ by: Operator) -> String {
    "\(action) by \(by.user)" + (by.origin.isEmpty ? "" : " (\(by.origin))")
  }

  static func reloaded(added: Int, removed: Int, changed: Int, _ note: String?) -> String {
    "Configuration reloaded: \(added) added, \(removed) removed, \(changed) changed"
      + (note.map { "; \($0)" } ?? "")
  }

  static func notReloaded(_ why: String) -> String { "Configuration not reloaded, nothing changed: \(why)" }

  static func stateChanged(_ state: SessionState, _ cause: SessionError?) -> String {
    cause.map { "State: \(state.rawValue) (\($0.summary))" } ?? "State: \(state.rawValue)"
  }

  private static func explanation(_ error: SessionError) -> String {
    switch error.type {
    case .sessionTerminated: "Session has been terminated by the server"
    case .sessionExpired: "Session has expired"
    case .sessionInvalid where error.status == 400: "Session ID is invalid or malformed"
    default:
      [error.status.map { "HTTP \($0)" }, error.detail.isEmpty ? nil : error.detail].compactMap { $0 }
        .joined(separator: " ")
    }
  }
}
