import MCPWire

// Asking whether an id survived: a cut connection is not a lost session, and a refusal is not a verdict.

extension Session {
  mutating func resume(_ live: Live, _ turn: inout Turn) {
    let requestID = newRequestID()
    // Who has no ping is asked for its list.
    let asksList = live.lacksPing && live.identity.lists
    let exchange = post(
      asksList ? .list : .ping,
      asksList ? Outgoing.listTools(id: requestID, cursor: nil) : Outgoing.ping(id: requestID),
      requestID: requestID, identity: live.identity, fresh: true, &turn)
    state = .resuming(Resumption(exchange: exchange, live: live))
  }

  mutating func resumeAnswered(
    _ resumption: Resumption, _ event: TransferEvent, _ turn: inout Turn
  ) {
    var resumption = resumption
    guard let outcome = resumption.exchange.take(event, gate(turn), at: turn.now.instant) else {
      state = .resuming(resumption)
      return
    }
    finish(resumption.exchange, outcome, event, &turn)
    noteLife(outcome, &turn)
    let live = resumption.live
    switch judge(outcome, carriedID: live.identity.isHeldByServer, gate(turn)) {
    case .methodFailed(let error)
    where refusesProbe(error, resumption.exchange.purpose, live) && !live.isUnconfirmed:
      let seen = sessionError(.rpcError, outcome.head ?? ResponseHead(status: 0), error, "", gate(turn))
      idRefused(live, seen, outcome, &turn)
    case .good, .methodFailed:
      survived(live, &turn)
    case .lost(let error) where live.isUnconfirmed && live.identity.id != nil && trouble.stillborn != nil:
      // Gone, says all that follows the handshake: what took that is not what is asked now.
      sayFarewell(live.identity, &turn)
      sessionLost(error, established: live.identity.established, &turn)
    case _ where live.isUnconfirmed:
      // It never worked; what the handshake made is ended, and what was said of it stands.
      sayFarewell(live.identity, &turn)
      lose(
        trouble.unconfirmed ?? Self.unconfirmed, approach: anew, remedy: halfRemedy(live, outcome),
        retryAfter: outcome.head?.retryAfter, &turn)
    case .lost(let error):
      // A clear answer: whatever was out of order is in order again, and a new session can be had soon.
      trouble.setbacks = 0
      forget(live.identity, &turn)
      sessionLost(error, established: live.identity.established, &turn)
    case .conflict(let error):
      sayFarewell(live.identity, &turn)
      sessionLost(error, established: live.identity.established, &turn)
    case .refused(let error) where error.isOfCredentials:
      trouble.refusedID(at: turn.now.instant)
      guard live.identity.id != nil, trouble.lastTrial == nil, trouble.gaveUp == nil else {
        return lose(error, approach: .resume(live), remedy: .credentials, &turn)
      }
      tryWithoutID(live, error, &turn)
    case .refused(let error), .busy(let error),
      .trouble(let error) where outcome.isRefusal || outcome.isNonsense:
      idRefused(live, error, outcome, &turn)
    case .trouble(let error) where error.isHangUp:
      // Its connection was taken and cut: who does so to one id alone refuses it, without a word.
      idRefused(live, error, outcome, &turn)
    case .trouble(let error):
      // Silence on a new connection: the server lives and does not answer for this session any more.
      let givesUpID = error.type == .sessionTimeout
      if givesUpID { sayFarewell(live.identity, &turn) }
      lose(asOutage(error), approach: givesUpID ? anew : .resume(live), &turn)
    }
  }

  private static let unconfirmed = SessionError(.httpError, detail: "initialized was refused")

  /// A server that wants an id and gave none needs somebody who looks at what stands between.
  private func halfRemedy(_ live: Live, _ outcome: Exchange.Outcome) -> Remedy {
    live.identity.id == nil && outcome.isRefusal ? .person : .backoff
  }

  /// The id is answered with a refusal. Refused steadily, it is put to the test: one handshake without it. If
  /// that succeeds where the id was refused a moment ago, the id was the trouble, whatever the words were.
  private mutating func idRefused(
    _ live: Live, _ error: SessionError, _ outcome: Exchange.Outcome, _ turn: inout Turn
  ) {
    guard !refusesRevision(live.identity, error, outcome, &turn) else { return }
    trouble.refusedID(at: turn.now.instant)
    // Who refuses a token says nothing of the id, at first.
    let isAskedToWait = error.type == .rateLimited || error.type == .tokenRefused
    guard live.identity.id != nil,
      trouble.wantsTrial(at: turn.now.instant, isAskedToWait: isAskedToWait)
    else {
      // Without an id there is nothing to keep: a new handshake is as good a question as any.
      let isBare =
        live.identity.id == nil && ((400..<500).contains(outcome.head?.status ?? 0) || !outcome.isRefusal)
      return lose(
        asOutage(error), approach: isBare ? anew : .resume(live), remedy: .backoff,
        retryAfter: outcome.head?.retryAfter, &turn)
    }
    tryWithoutID(live, error, &turn)
  }

  private mutating func tryWithoutID(_ live: Live, _ error: SessionError, _ turn: inout Turn) {
    trouble.doubted = live
    trouble.lastTrial = turn.now.instant
    trouble.cause = error
    queue(.initialize(newestOffered), &turn)
  }

  /// A handshake succeeded while the id it was made beside was refused.
  mutating func giveUpDoubted(_ turn: inout Turn) {
    guard let live = trouble.doubted else { return }
    trouble.doubted = nil
    let last = trouble.cause ?? SessionError(.sessionInvalid, detail: "refused")
    // Who refuses an id as such has nothing behind it; who is out of order, or full, may have.
    let isForgotten = last.status.map { (400..<500).contains($0) && $0 != 429 } ?? false
    let type: ErrorType = !isForgotten ? last.type : last.status == 400 ? .sessionInvalid : .sessionTerminated
    let error = SessionError(
      type, status: last.status, rpcCode: last.rpcCode, curlCode: last.curlCode,
      detail: Sentence.joined(
        ["the id was refused \(trouble.refusals) times and a new handshake was not", last.detail],
        separator: ": "), request: .ping)
    trouble.gaveUp = GivenUp(identity: live.identity, isEnded: !isForgotten)
    if isForgotten {
      forget(live.identity, &turn)
    } else {
      sayFarewell(live.identity, &turn)
    }
    tell(error, &turn)
    trouble.acceptedID()
  }

  /// How a session that cannot be used for now comes back: with its id, unless what there was ends with its
  /// connection.
  func comeback(_ live: Live) -> Approach {
    live.identity.kind.outlivesConnection ? .resume(live) : anew
  }

  private mutating func survived(_ live: Live, _ turn: inout Turn) {
    trouble.acceptedID()
    guard !live.isUnconfirmed else { return comeAlive(live.identity, &turn) }
    noteGood(turn.now)
    passedWithoutStream(&turn)
    let revived = Live(
      identity: live.identity, revived: turn.now.instant, lastGood: turn.now, lastValid: turn.now,
      probe: nextProbe(&turn), stream: firstStream(live.identity, &turn), lacksPing: live.lacksPing,
      pinged: turn.now.instant, answersPing: live.answersPing, probesSent: live.probesSent,
      streamFailure: blockFailure(turn), reportedConflict: live.reportedConflict)
    state = .live(revived)
    recovered(&turn)
  }
}
