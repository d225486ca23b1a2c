import MCPWire

// A live session: probing it, and telling from what comes back whether it still is one. What its list is
// worth is judged in ToolCalls.swift.

extension Session {
  mutating func comeAlive(_ identity: Identity, _ turn: inout Turn) {
    history.created += 1
    history.spokeAs = identity.kind
    let other = otherServer(identity.server)
    history.server = identity.server
    trouble.refusal = nil
    endStillborn(&turn)
    trouble.acceptedID()
    noteGood(turn.now)
    if channel != nil { speaksOverStream = true }
    if !identity.lists { tools.failure = nil }
    passedWithoutStream(&turn)
    var live = Live(
      identity: identity, revived: turn.now.instant, lastGood: turn.now, lastValid: turn.now,
      probe: firstProbe(&turn), stream: firstStream(identity, &turn), pinged: turn.now.instant)
    live.streamFailure = blockFailure(turn)
    live.wantsList = tools.failure != nil || other != nil && identity.lists && server.settings.listEvery > 0
    live.lacksPing = identity.lists && (pingless == identity.server || trouble.lostByPing != nil)
    state = .live(live)
    if let id = identity.id {
      turn.emit(.sessionCreated, .info, self, EventText.created(id) + (other ?? ""))
    } else if let process = pipe?.process {
      turn.emit(.sessionCreated, .info, self, EventText.created(process: process.id) + (other ?? ""))
    }
    recovered(&turn)
  }

  /// What is told of a server that stands where another one, or another version of it, stood before; absent
  /// where it is the same.
  private func otherServer(_ server: ServerIdentity) -> Sentence? {
    history.server.flatMap { $0 == server ? nil : EventText.isOther(server, than: $0) }
  }

  /// Something is due in a live session.
  mutating func lookAfter(_ live: Live, _ turn: inout Turn) {
    var live = live
    if !isPaused, let expiry = live.expiry(server.settings), expiry <= turn.now.instant {
      return expire(live, &turn)
    }
    if case .due(let instant) = live.probe, instant <= turn.now.instant {
      // After a standstill everything is due at once: spread it, as if the sessions had just begun.
      if turn.hasSlept { live.probe = firstProbe(&turn) } else { probe(&live, &turn) }
    }
    switch live.stream {
    case .waiting(let until, var memory) where until <= turn.now.instant && !isPaused:
      let transfer = openStream(live.identity, lastEventID: memory.lastEventID, &turn)
      (memory.asked, memory.letsThrough) = (turn.now.instant, false)
      live.stream = .opening(transfer, memory)
      // What was refused beside the last one is asked again beside this one.
      if trouble.streamStrikes > 0 { hastenProbe(&live, &turn) }
    case .open(let transfer, _, let memory) where memory.rhythm.isOver(at: turn.now.instant):
      streamFellSilent(transfer, memory, &live, &turn)
    default: break
    }
    if channel?.rhythm.isOver(at: turn.now.instant) == true {
      // It carries the answers as well: whether it is dead, an answer tells that comes or does not.
      channel?.rhythm = Rhythm()
      hastenProbe(&live, &turn)
    }
    state = .live(live)
  }

  private mutating func probe(_ live: inout Live, _ turn: inout Turn) {
    live.probesSent += 1
    history.counts.probes += 1
    // The sessionless revision has no ping: its lists are the probe, and the server's word where it has none
    // or they fail.
    let isModern = live.identity.isModern
    let isListProbe = live.lacksPing || isModern && tools.failure == nil && !live.isDoubted
    let lists =
      live.identity.lists && !asksPingAgain(live)
      && (isListProbe || isListDue(live, at: turn.now.instant))
    let requestID = newRequestID()
    let cursor = live.pages?.cursor
    let body =
      switch (lists, isModern) {
      case (true, true): Outgoing.listToolsWithMetadata(id: requestID, cursor: cursor, client: server.client)
      case (true, false): Outgoing.listTools(id: requestID, cursor: cursor)
      case (false, true): Outgoing.discover(id: requestID, client: server.client)
      case (false, false): Outgoing.ping(id: requestID)
      }
    if lists { live.wantsList = false } else { live.pinged = turn.now.instant }
    let exchange = post(
      lists ? .list : isModern ? .discover : .ping, body, requestID: requestID, identity: live.identity,
      fresh: live.missed > 0 || live.lostConnection, &turn)
    live.probe = .inFlight(exchange)
  }

  /// No successful exchange for as long as a session may live idle: our own clock calls it expired.
  private mutating func expire(_ live: Live, _ turn: inout Turn) {
    cancelTransfers(&turn)
    sayFarewell(live.identity, &turn)
    let idle = (turn.now.instant - live.lastGood.instant).inMilliseconds
    lose(
      SessionError(.sessionExpired, detail: "no exchange for \(idle) ms"),
      approach: anew, &turn)
  }

  mutating func liveTransfer(
    _ live: Live, _ id: TransferID, _ event: TransferEvent, _ turn: inout Turn
  ) {
    switch live.stream {
    case .opening(id, let memory): return streamOpening(live, id, memory, event, &turn)
    case .open(id, let since, let memory): return streamOpen(live, id, since, memory, event, &turn)
    default: break
    }
    guard case .inFlight(var exchange) = live.probe, exchange.transfer == id else { return }
    if case .item(.message(let message)) = event { serverSpoke(message, &turn) }
    guard let outcome = exchange.take(event, gate(turn), at: turn.now.instant) else {
      // What the server said in between may have changed the session.
      guard case .live(var live) = state else { return }
      live.probe = .inFlight(exchange)
      state = .live(live)
      return
    }
    guard !waitsOnStream(&exchange, outcome, &turn) else { return }
    finish(exchange, outcome, event, &turn)
    guard case .live(var live) = state else { return }
    if case .ended(let end) = event, end.lostKeptConnection, !live.lostConnection {
      // An idle connection may be closed at any time: no fault of anybody, and no answer either.
      live.lostConnection = true
      // The same is asked again: what else is answered says nothing of it.
      if exchange.purpose == .list { live.wantsList = true } else { live.isDoubted = true }
      live.probe = .due(turn.now.instant + .seconds(Double.random(in: 0.1...0.6, using: &turn.random)))
      state = .live(live)
      return
    }
    noteLife(outcome, &turn)
    if turn.hasSlept, case .broken(let error, nil) = outcome,
      [.sessionTimeout, .connectTimeout].contains(error.type)
    {
      live.probe = firstProbe(&turn)
      state = .live(live)
      return
    }
    live.probe = nextProbe(&turn)
    reportStrangeID(&live, outcome.head, &turn)
    let verdict = judge(outcome, carriedID: live.identity.isHeldByServer, gate(turn))
    weighStream(exchange, verdict, &live, &turn)
    if exchange.purpose == .list, !live.lacksPing, live.refusedPing == nil {
      listAnswered(live, exchange, outcome, &turn)
    } else {
      probeAnswered(live, exchange, outcome, &turn)
    }
  }

  /// The answer to what asks whether the session lives.
  mutating func probeAnswered(
    _ live: Live, _ exchange: Exchange, _ outcome: Exchange.Outcome, _ turn: inout Turn
  ) {
    var live = live
    let verdict = judge(outcome, carriedID: live.identity.isHeldByServer, gate(turn))
    if let refused = live.refusedPing {
      guard listTellsOfPing(refused, exchange, verdict, outcome, &live, &turn) else { return }
    } else if asksForListInstead(exchange, verdict, outcome, &live, &turn) {
      return state = .live(live)
    }
    guard !pingFailsAgain(exchange, verdict, &live, &turn) else { return state = .live(live) }
    guard !triesWithoutStream(exchange, verdict, outcome, &live, &turn) else { return state = .live(live) }
    switch verdict {
    case .good:
      provedUseful(exchange)
      listTellsOfLoss(exchange, live, &turn)
      let took = (exchange.arrived ?? turn.now.instant) - exchange.sent
      live.take(took, usual: history.latency.usual, limit: server.settings.slow)
      history.latency.add(took)
      answered(&live, &turn)
      if exchange.purpose == .ping {
        pingTellsOfList(&live, &turn)
        pingWorks(&live)
      }
      live.lastGood = turn.now
      live.answersPing = live.answersPing || exchange.purpose == .ping
      noteGood(turn.now)
      // A list that was put off for a ping is asked for next.
      if awaitsList(live) || live.pages != nil || live.wantsList, case .due = live.probe {
        hastenProbe(&live, notBefore: live.pages == nil ? live.changes.due : .zero, &turn)
      }
      if exchange.purpose == .list, case .result(let result, _) = outcome { listed(result, &live, &turn) }
    case .methodFailed(let error) where refusesProbe(error, exchange.purpose, live):
      return probeRefused(
        live, sessionError(.rpcError, outcome.head ?? ResponseHead(status: 0), error, "", gate(turn)),
        outcome,
        &turn)
    case .methodFailed(let error):
      listTellsOfLoss(exchange, live, &turn)
      answered(&live, &turn)
      if exchange.purpose == .ping { pingTellsOfList(&live, &turn) }
      methodFailed(error, outcome, exchange.purpose, &live, &turn)
    case .lost(let error):
      noteLossByPing(live, exchange, error)
      return probeLost(live, error, &turn)
    case .conflict(let error):
      cancelTransfers(&turn)
      sayFarewell(live.identity, &turn)
      return sessionLost(error, established: live.identity.established, &turn)
    case .trouble(let error) where outcome.isRefusal, .refused(let error), .busy(let error):
      return probeRefused(live, error, outcome, &turn)
    case .trouble(let error):
      // It may be the list alone that hangs: what was missed so is not forgotten by another handshake.
      if exchange.purpose == .list, error.type == .sessionTimeout { tools.failure = error.asked(of: .list) }
      guard probeMissed(error, &live, &turn) else { return }
      if exchange.purpose == .ping { notePingMissed(error, &live) }
    }
    state = .live(live)
  }

  /// The server says that it does not know the session.
  mutating func probeLost(_ live: Live, _ error: SessionError, _ turn: inout Turn) {
    cancelTransfers(&turn)
    forget(live.identity, &turn)
    sessionLost(error, established: live.identity.established, &turn)
  }

  /// The server knows the session: whatever was missed before is forgiven.
  mutating func answered(_ live: inout Live, _ turn: inout Turn) {
    live.missed = 0
    live.lostConnection = false
    live.lastMiss = nil
    live.lastValid = turn.now
    verified(&live, &turn)
    live.isDoubted = false
  }

  private mutating func methodFailed(
    _ error: RPCError, _ outcome: Exchange.Outcome, _ purpose: Purpose, _ live: inout Live,
    _ turn: inout Turn
  ) {
    let seen = spoken(sessionError(.rpcError, outcome.head ?? ResponseHead(status: 0), error, "", gate(turn)))
    switch purpose {
    case .ping where !live.answersPing || error.code == RPCError.methodNotFound:
      if error.code != RPCError.methodNotFound, !live.lacksPing { tell(seen, &turn) }
      // Alive, without ping: ask for the list, now, if there is one.
      live.lastGood = turn.now
      noteGood(turn.now)
      guard !live.lacksPing, live.identity.lists else { return }
      live.lacksPing = true
      hastenProbe(&live, &turn)
    case .list: listFailed(seen, &live, &turn)
    default: tell(seen, &turn)
    }
  }

  /// A probe without a usable answer; true when the session stays live.
  mutating func probeMissed(
    _ error: SessionError, _ live: inout Live, _ turn: inout Turn
  ) -> Bool {
    live.missed += 1
    live.lastMiss = spoken(error).asked(of: turn.request)
    history.counts.missed += 1
    let closesWay: Set<ErrorType> = [.dnsError, .connectRefused, .connectTimeout]
    if live.missed >= 3 || closesWay.contains(error.type) {
      cancelTransfers(&turn)
      lose(asOutage(error), approach: comeback(live), &turn)
      return false
    }
    tell(error, &turn)
    if error.type == .sessionTimeout { closeStreamForTrial(&live, ofSilence: true, &turn) }
    let soon = Backoff(base: server.settings.retryDelay).delay(attempt: live.missed, using: &turn.random)
    let interval = server.settings.pingInterval
    live.probe = .due(turn.now.instant + (interval > .zero ? min(soon, interval) : soon))
    return true
  }

  /// An answer that carries another id than ours: said once, and ours is kept.
  private mutating func reportStrangeID(
    _ live: inout Live, _ head: ResponseHead?, _ turn: inout Turn
  ) {
    guard let id = live.identity.id, let head, head.isSuccess, !live.reportedConflict,
      head.sessionIDs.contains(where: { $0 != id.revealed })
    else { return }
    live.reportedConflict = true
    tell(
      SessionError(.sessionConflict, status: head.status, detail: "an answer carries another session id"),
      &turn)
  }
}
