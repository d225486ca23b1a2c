import MCPWire

// Asking whether an id survived: a cut connection is not a lost session.

extension Session {
  mutating func resume(_ live: Live, _ turn: inout Turn) {
    let requestID = newRequestID()
    let exchange = post(
      .ping, Outgoing.ping(id: requestID), requestID: requestID, identity: live.identity, fresh: true, &turn)
    state = .resuming(Resumption(exchange: exchange, live: live))
  }

  mutating func resumeAnswered(
    _ resumption: Resumption, _ event: TransferEvent, _ turn: inout Turn
  ) {
    var resumption = resumption
    guard let outcome = resumption.exchange.take(event, gate(turn)) else {
      state = .resuming(resumption)
      return
    }
    finish(resumption.exchange, event, &turn)
    noteLife(outcome, &turn)
    let live = resumption.live
    switch judge(outcome, carriedID: live.identity.isHeldByServer, gate(turn)) {
    case .good, .methodFailed:
      survived(live, &turn)
    case .lost(let error):
      forget(live.identity, &turn)
      sessionLost(error, established: live.identity.established, &turn)
    case .conflict(let error):
      sayFarewell(live.identity, &turn)
      lose(error, approach: anew, &turn)
    case .refused(let error):
      lose(
        error, approach: .resume(live), remedy: error.type == .authError ? .credentials : .person, &turn)
    case .busy(let error):
      lose(error, approach: .resume(live), retryAfter: outcome.head?.retryAfter, &turn)
    case .trouble(let error):
      // Silence on a new connection: the server lives and does not answer for this session any more.
      let givesUpID = error.type == .sessionTimeout
      if givesUpID { sayFarewell(live.identity, &turn) }
      lose(error, approach: givesUpID ? anew : .resume(live), &turn)
    }
  }

  /// How a session that cannot be used for now comes back: with its id, unless what there was ends with its
  /// connection.
  func comeback(_ live: Live) -> Approach {
    switch live.identity.kind {
    case .sse, .modern, .process: anew
    case .stateful, .stateless: .resume(live)
    }
  }

  private mutating func survived(_ live: Live, _ turn: inout Turn) {
    let revived = Live(
      identity: live.identity, revived: turn.now.instant, lastGood: turn.now, lastValid: turn.now,
      probe: nextProbe(&turn), stream: firstStream(live.identity, &turn), lacksPing: live.lacksPing,
      probesSent: live.probesSent, reportedConflict: live.reportedConflict)
    state = .live(revived)
    recovered(&turn)
  }
}
