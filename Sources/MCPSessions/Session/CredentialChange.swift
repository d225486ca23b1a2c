// What another credential means to a session: it goes on as it was, and one that stood for want of it tries
// again.

extension Session {
  mutating func credentialChanged(_ turn: inout Turn) {
    if case .live = state { trouble.tokenChanged = turn.now.instant }
    guard case .waiting(let wait) = state, trouble.nature == .unauthorized, !isPaused else { return }
    queue(wait.approach, atOnce: true, &turn)
  }

  /// A question was answered well: the session is of use, with the token that is new if it was sent since.
  mutating func provedUseful(_ exchange: Exchange) {
    trouble.gaveUp = nil
    if let changed = trouble.tokenChanged, exchange.sent > changed { trouble.tokenChanged = nil }
  }

  /// Why no credential can be had, while the session stands for want of one: it may be another reason by now.
  mutating func learn(why: SessionError) {
    guard case .waiting = state, trouble.nature == .unauthorized, trouble.cause?.type.isOfCredentials == true
    else { return }
    trouble.cause = why
  }
}

extension Server {
  /// Whether a sign-in could give it the credential that it wants: it is an address, and none is written.
  var mayBeSignedInTo: Bool {
    endpoint != nil && !headers.contains { $0.name.lowercased() == "authorization" }
  }
}

extension ErrorType {
  /// Whether no credential could be had, which is no outage of anybody.
  var isOfCredentials: Bool {
    switch self {
    case .signInNeeded, .signInFailed, .tokenRefused, .insufficientScope, .issuerUnavailable: true
    default: false
    }
  }
}
