import MCPWire

// A probe that is refused: whether that says something of the session, of its id, or of the question.

extension Session {
  /// What was answered before is refused now: whatever the reason, the session is of no use. Its id is kept
  /// until more is known.
  mutating func probeRefused(
    _ live: Live, _ error: SessionError, _ outcome: Exchange.Outcome, _ turn: inout Turn
  ) {
    cancelTransfers(&turn)
    trouble.refusedID(at: turn.now.instant)
    // Who was let in before and is forbidden now may be met by something that stands in for the server.
    let isOfCredentials = error.type == .authError && error.status != 403
    // Some servers call an id that they do not know unauthorized: a second look comes before the long wait.
    let look = isOfCredentials && live.identity.id != nil ? stretched(.seconds(2), using: &turn.random) : nil
    lose(
      asOutage(error), approach: comeback(live), remedy: isOfCredentials ? .credentials : .backoff,
      retryAfter: outcome.head?.retryAfter, within: look, &turn)
  }

  /// Whether the refusal of a ping shows that the server has none: the session before this one was given up
  /// for it, and this one's is refused as well.
  func lacksPing(_ live: Live, _ exchange: Exchange, _ verdict: Verdict) -> Bool {
    guard exchange.purpose == .ping, !live.answersPing, live.identity.lists, trouble.gaveUp != nil else {
      return false
    }
    switch verdict {
    case .refused, .lost, .conflict, .busy: return true
    case .trouble(let error): return error.status != nil
    case .good, .methodFailed: return false
    }
  }

  /// The id was not the trouble: what was given up for it is ended after all.
  mutating func askForListInstead(_ live: Live, _ turn: inout Turn) {
    var live = live
    if let gaveUp = trouble.gaveUp, !gaveUp.isEnded { sayBelatedFarewell(gaveUp.identity, &turn) }
    trouble.gaveUp?.isEnded = true
    live.lacksPing = true
    hastenProbe(&live, &turn)
    state = .live(live)
  }

  /// Whether an error in the answer to a ping is a refusal of what was answered before: of an id that is not
  /// known any more, in whatever words.
  func refusesPing(_ error: RPCError, _ purpose: Purpose, _ live: Live) -> Bool {
    purpose == .ping && live.answersPing && error.code != RPCError.methodNotFound
      && [.stateful, .stateless].contains(live.identity.kind)
  }
}
