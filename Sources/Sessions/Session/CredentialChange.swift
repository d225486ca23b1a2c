// What another credential means to a session: it goes on as it was, and one that stood for want of it tries
// again.

extension Session {
  mutating func credentialChanged(_ turn: inout Turn) {
    guard case .waiting(let wait) = state, trouble.nature == .unauthorized, !isPaused else { return }
    queue(wait.approach, atOnce: true, &turn)
  }
}

extension ErrorType {
  /// Whether it is about who we are, and no outage of anybody.
  var isOfCredentials: Bool {
    switch self {
    case .authError, .signInNeeded, .signInFailed, .tokenRefused, .insufficientScope, .issuerUnavailable: true
    default: false
    }
  }
}
