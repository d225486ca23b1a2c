import MCPWire

// A probe that is refused: whether that says something of the session, of its id, or of the question.

extension Session {
  /// What was answered before is refused now: whatever the reason, the session is of no use. Its id is kept
  /// until more is known.
  mutating func probeRefused(
    _ live: Live, _ error: SessionError, _ outcome: Exchange.Outcome, _ turn: inout Turn
  ) {
    cancelTransfers(&turn)
    guard !refusesRevision(live.identity, error, outcome, &turn) else { return }
    trouble.refusedID(at: turn.now.instant)
    if let gaveUp = trouble.gaveUp, !gaveUp.isEnded {
      // The session after it fares no better: it was not given up because it was gone.
      sayBelatedFarewell(gaveUp.identity, &turn)
      trouble.gaveUp?.isEnded = true
    }
    // Who was let in before and is forbidden now may be met by something that stands in for the server.
    let isOfCredentials = error.isOfCredentials
    // Some servers call an id that they do not know unauthorized: a second look comes before the long wait.
    let look = isOfCredentials && live.identity.id != nil ? stretched(.seconds(2), using: &turn.random) : nil
    lose(
      asOutage(error), approach: comeback(live), remedy: isOfCredentials ? .credentials : .backoff,
      retryAfter: outcome.head?.retryAfter, within: look, &turn)
  }

  /// Asks for the list when the session's first ping is refused: some servers have none, whatever they say to
  /// it, and what is answered well beside it shows that nothing else is wrong. Words of loss are none of
  /// these: an id that is called gone is not sent again. False where the refusal stands for itself.
  mutating func asksForListInstead(
    _ exchange: Exchange, _ verdict: Verdict, _ outcome: Exchange.Outcome, _ live: inout Live,
    _ turn: inout Turn
  ) -> Bool {
    guard exchange.purpose == .ping, !live.answersPing, live.trial == nil, live.identity.lists,
      live.identity.kind != .process
    else { return false }
    let seen: SessionError? =
      switch verdict {
      case .good, .lost: nil
      // That there is none is an answer of its own.
      case .methodFailed(let error):
        error.code == RPCError.methodNotFound ? nil : spokenError(verdict, outcome, turn)
      // Who asks us to wait is asked no second question, unless a session was given up for that already.
      case .busy(let error): trouble.gaveUp == nil ? nil : error
      case .refused(let error): error.type.isOfCredentials ? nil : error
      case .conflict(let error): error
      case .trouble(let error):
        outcome.isRefusal || outcome.isNonsense || trouble.gaveUp != nil && error.isHangUp ? error : nil
      }
    guard let seen else { return false }
    live.refusedPing = seen.asked(of: .ping)
    hastenProbe(&live, &turn)
    return true
  }

  /// The answer for the list where the first ping was refused. True when it goes on as the answer to a probe.
  mutating func listTellsOfPing(
    _ refused: SessionError, _ exchange: Exchange, _ verdict: Verdict, _ outcome: Exchange.Outcome,
    _ live: inout Live, _ turn: inout Turn
  ) -> Bool {
    live.refusedPing = nil
    switch verdict {
    case .methodFailed where triesWithoutStream(exchange, verdict, outcome, &live, &turn):
      state = .live(live)
      return false
    case .good, .methodFailed:
      tell(refused, &turn)
      live.lacksPing = true
      pingless = live.identity.server
      // It had one, for which it is missed.
      if trouble.gaveUp != nil { pingFailure = refused }
      if let gaveUp = trouble.gaveUp, !gaveUp.isEnded { sayBelatedFarewell(gaveUp.identity, &turn) }
      trouble.gaveUp?.isEnded = true
      return true
    case .lost, .busy: return true
    case .conflict, .refused, .trouble:
      if triesWithoutStream(exchange, verdict, outcome, &live, &turn) {
        state = .live(live)
        return false
      }
      guard outcome.head != nil else { return true }
      probeRefused(live, refused, outcome, &turn)
      return false
    }
  }

  /// The first ping of a session was answered as if that were gone, as servers answer that have no ping: the
  /// next session is asked for its list.
  mutating func noteLossByPing(_ live: Live, _ exchange: Exchange, _ error: SessionError) {
    let isOfPing = exchange.purpose == .ping && !live.answersPing && live.identity.lists
    // Who says in so many words that the session is gone is believed.
    let isTold = error.detail.text.lowercased().contains("session")
    trouble.lostByPing =
      isOfPing && live.identity.id != nil ? GivenUp(identity: live.identity, isEnded: isTold) : nil
  }

  /// An answer for the list in the place of pings: the session that was lost by its first ping lives, and is
  /// ended.
  mutating func listTellsOfLoss(_ exchange: Exchange, _ live: Live, _ turn: inout Turn) {
    guard let lost = trouble.lostByPing else { return }
    trouble.lostByPing = nil
    guard exchange.purpose == .list, live.lacksPing else { return }
    pingless = live.identity.server
    if !lost.isEnded, lost.identity.id != live.identity.id { sayBelatedFarewell(lost.identity, &turn) }
  }

  // MARK: - Pings that fail where lists are answered

  /// How often a ping is tried again where lists are asked for in its place because it failed.
  private static let pingRetryEvery = 4
  /// Pings in a row that fail, with other things answered between them, before that is told of the session.
  private static let missedPingLimit = 3

  func asksPingAgain(_ live: Live) -> Bool {
    live.lacksPing && pingFailure != nil && live.refusedPing == nil && live.pages == nil
      && live.probesSent % Self.pingRetryEvery == 0
  }

  /// A ping was missed, and the session lives by what was answered since the one before.
  mutating func notePingMissed(_ error: SessionError, _ live: inout Live) {
    live.missedPings += 1
    guard live.missedPings >= Self.missedPingLimit, live.missedPings > live.missed, live.identity.lists else {
      return
    }
    live.lacksPing = true
    pingFailure = spoken(error).asked(of: .ping)
  }

  mutating func pingWorks(_ live: inout Live) {
    live.missedPings = 0
    guard pingFailure != nil else { return }
    (pingFailure, pingless, live.lacksPing) = (nil, nil, false)
  }

  /// A ping fails as those did for which lists are asked for in their place; true when that is all.
  mutating func pingFailsAgain(
    _ exchange: Exchange, _ verdict: Verdict, _ live: inout Live, _ turn: inout Turn
  ) -> Bool {
    guard exchange.purpose == .ping, live.lacksPing, pingFailure != nil else { return false }
    switch verdict {
    case .conflict(let error), .trouble(let error), .busy(let error), .refused(let error):
      let error = spoken(error).asked(of: .ping)
      tell(error, isNews: pingFailure?.isLike(error) != true, &turn)
      pingFailure = error
      return true
    case .good, .methodFailed, .lost: return false
    }
  }

  /// Whether an error in the answer to a probe is a refusal of what was answered before: of an id that is not
  /// known any more, in whatever words. A ping that there is no more may be the server's choice; where the
  /// list that is asked for in its place is refused as well, it is not.
  func refusesProbe(_ error: RPCError, _ purpose: Purpose, _ live: Live) -> Bool {
    guard live.identity.kind.outlivesConnection else {
      // What every server of its revision has: who has it no more is another.
      return live.identity.kind == .sessionless && purpose == .discover
    }
    return switch purpose {
    case .ping: live.answersPing && error.code != RPCError.methodNotFound
    case .list:
      live.lacksPing && (live.answersPing || error.code == RPCError.methodNotFound && tools.known != nil)
    default: false
    }
  }

  /// The error of a method that failed.
  func spokenError(_ verdict: Verdict, _ outcome: Exchange.Outcome, _ turn: Turn) -> SessionError {
    guard case .methodFailed(let error) = verdict else {
      return verdict.error ?? SessionError(.protocolError, detail: .empty)
    }
    return sessionError(.rpcError, outcome.head ?? ResponseHead(status: 0), error, "", gate(turn))
  }
}
