import MCPWire

// The operator's hand, and ending what we opened.

extension Session {
  mutating func reconnect(_ by: Operator, _ turn: inout Turn) {
    switch state {
    case .unmonitored(let why):
      return refuse("reconnect", by, why, &turn)
    case .broken(let error):
      return refuse("reconnect", by, error.detail, &turn)
    default:
      turn.emit(.operatorAction, .info, self, command: by.command, EventText.operatorAction("reconnect", by))
    }
    leave(&turn)
    hastenAbandoned(at: turn.now.instant)
    trouble = Trouble()
    held = nil
    (speaksModern, speaksOverStream, pipeEra) = (false, false, .unknown)
    newestOffered = .newestWithSessions
    (pingless, pingFailure, history.spokeAs) = (nil, nil, nil)
    queue(anew, atOnce: true, &turn)
  }

  mutating func terminate(_ by: Operator, _ turn: inout Turn) {
    switch state {
    case .unmonitored(let why):
      return refuse("terminate", by, why, &turn)
    case .broken(let error):
      return refuse("terminate", by, error.detail, &turn)
    default:
      turn.emit(.operatorAction, .info, self, command: by.command, EventText.operatorAction("terminate", by))
    }
    end(&turn)
  }

  mutating func stop(_ turn: inout Turn) {
    switch state {
    case .unmonitored, .broken, .idle, .closed, .closing: break
    default: end(&turn)
    }
  }

  /// What is not ended by now is left: counted, told, and kept in the journal for the next run.
  mutating func giveUp(_ turn: inout Turn) {
    let asked = farewells.values.sorted { $0.exchange.transfer.number < $1.exchange.transfer.number }
    for id in asked.map(\.id) + putOff.map(\.id) {
      history.leftBehind += 1
      turn.known.release(id.revealed, of: key)
      let late = SessionError(.sessionTimeout, detail: "no time was left to end it", request: .delete)
      turn.emit(
        .sessionTerminated, .warning, self, session: id.masked, EventText.leftBehind(id, .broken(late, nil)))
    }
    (farewells, putOff) = ([:], [])
    for entry in abandoned.sorted(by: { $0.key.number < $1.key.number }) { leaveBehind(entry.value, &turn) }
    abandoned = [:]
    if case .closing = state { state = .closed }
  }

  func refuse(_ action: Sentence, _ by: Operator, _ why: Sentence, _ turn: inout Turn) {
    turn.emit(
      .operatorAction, .warning, self, command: by.command,
      "\(EventText.operatorAction(action, by)): not possible, \(why)")
  }

  private mutating func end(_ turn: inout Turn) {
    held = nil
    leave(&turn)
    trouble = Trouble()
    state = isSayingFarewell ? .closing : .closed
  }

  /// Drops what there is, politely.
  private mutating func leave(_ turn: inout Turn) {
    if case .initializing(let handshake) = state, channel == nil, pipe == nil {
      abandon(handshake, &turn)
    } else {
      cancelTransfers(&turn)
    }
    if let identity { sayFarewell(identity, &turn) }
    if let doubted = trouble.doubted { sayFarewell(doubted.identity, &turn) }
    replies.clear()
  }

  /// Ends every transfer that belongs to the present state.
  mutating func cancelTransfers(_ turn: inout Turn) {
    dropChannel(&turn)
    switch state {
    case .attaching(let attachment): turn.actions.append(.cancel(attachment.transfer))
    case .initializing(let handshake): turn.actions.append(.cancel(handshake.exchange.transfer))
    case .discovering(let exchange): turn.actions.append(.cancel(exchange.transfer))
    case .confirming(let confirmation): turn.actions.append(.cancel(confirmation.exchange.transfer))
    case .resuming(let resumption): turn.actions.append(.cancel(resumption.exchange.transfer))
    case .live(let live):
      if case .inFlight(let exchange) = live.probe { turn.actions.append(.cancel(exchange.transfer)) }
      switch live.stream {
      case .opening(let transfer, _), .open(let transfer, _, _): turn.actions.append(.cancel(transfer))
      case .off, .notOffered, .waiting: break
      }
    case .unmonitored, .broken, .idle, .queued, .launching, .waiting, .closing, .closed: break
    }
  }

  mutating func farewell(_ id: TransferID, _ event: TransferEvent, _ turn: inout Turn) {
    guard var farewell = farewells[id] else { return }
    guard let outcome = farewell.exchange.take(event, gate(turn), at: turn.now.instant) else {
      farewells[id] = farewell
      return
    }
    finish(farewell.exchange, outcome, event, &turn)
    farewells[id] = nil
    noteLife(outcome, &turn)
    guard !sayFarewellElsewhere(farewell, outcome, &turn), !putsOff(farewell, outcome, &turn) else { return }
    tellEnd(farewell, outcome, &turn)
    if case .closing = state, !isSayingFarewell { state = .closed }
  }

  /// So often a server may ask us to end a session later.
  private static let putOffLimit = 6
  /// What is put off for longer is left for the next run; sooner where the program waits for it to stop.
  private static let longestPutOff = Duration.seconds(30)
  private static let longestPutOffAtStop = Duration.seconds(4)

  /// A server that is busy ends the session at another time. False where it said something else, or says so
  /// again and again, or for longer than a stop takes.
  private mutating func putsOff(_ farewell: Farewell, _ outcome: Exchange.Outcome, _ turn: inout Turn) -> Bool
  {
    // What an earlier run left behind has all the time of this one, whatever is in the way at its start.
    let isLeftover = farewell.identity.conversation == nil && !isStopping
    let isLater =
      switch outcome.head?.status {
      case 408, 425, 429: true
      // At a stop, who does not say when is given two more chances, and a gateway without its server none.
      case 503: !isStopping || outcome.head?.retryAfter != nil || farewell.tries < 2
      case 502, 504: !isStopping
      // There may be another token by now.
      case 401: isLeftover || farewell.tries == 0 && server.mayBeSignedInTo
      case nil: isLeftover
      default: false
      }
    guard isLater, farewell.tries < Self.putOffLimit else { return false }
    let own = Backoff(base: isLeftover ? .seconds(1) : .milliseconds(400))
      .delay(attempt: farewell.tries + 1, using: &turn.random)
    let pause = Patience(outcome.head?.retryAfter, now: turn.now.wall)
      .afterLoss(own: own, using: &turn.random)
    guard pause <= (isStopping ? Self.longestPutOffAtStop : Self.longestPutOff) else { return false }
    putOff.append(
      PutOff(
        identity: farewell.identity, id: farewell.id, tries: farewell.tries + 1, due: turn.now.instant + pause
      )
    )
    return true
  }

  /// Asks once more to end what was put off.
  mutating func sayDueFarewells(_ turn: inout Turn) {
    let due = putOff.filter { $0.due <= turn.now.instant }
    guard !due.isEmpty else { return }
    putOff.removeAll { $0.due <= turn.now.instant }
    for one in due { sayFarewell(one.identity, tries: one.tries, &turn) }
  }

  /// Told by the better of the two answers, where two addresses were asked.
  private mutating func tellEnd(_ farewell: Farewell, _ last: Exchange.Outcome, _ turn: inout Turn) {
    let outcome = [farewell.first, last].compactMap { $0 }.max { $0.endsSession < $1.endsSession } ?? last
    let masked = farewell.id.masked
    guard outcome.endsSession > 0 else {
      history.leftBehind += 1
      turn.known.release(farewell.id.revealed, of: key)
      return turn.emit(
        .sessionTerminated, .warning, self, session: masked, EventText.leftBehind(farewell.id, outcome))
    }
    noteEnded(farewell.id, farewell.identity.revision, &turn)
    switch outcome.head?.status {
    case 404:
      turn.emit(.sessionTerminated, .debug, self, session: masked, EventText.wasGone(farewell.id))
    case 405:
      turn.emit(.sessionTerminated, .debug, self, session: masked, EventText.cannotTerminate)
    default:
      turn.emit(.sessionTerminated, .info, self, session: masked, EventText.terminated(farewell.id))
    }
  }

  // MARK: - What servers hold for us

  mutating func noteOpened(_ id: SessionID, _ revision: Revision, _ turn: inout Turn) {
    history.opened += 1
    turn.known.hold(id.revealed, of: key)
    turn.actions.append(.opened(open(id, revision, turn.now)))
  }

  mutating func noteEnded(_ id: SessionID, _ revision: Revision, _ turn: inout Turn) {
    history.ended += 1
    turn.known.release(id.revealed, of: key)
    turn.actions.append(.ended(open(id, revision, turn.now)))
  }

  /// A session that counted as gone may be alive after all: it is ended as any other.
  mutating func sayBelatedFarewell(_ identity: Identity, _ turn: inout Turn) {
    guard let id = identity.id else { return }
    history.ended -= 1
    turn.known.hold(id.revealed, of: key)
    turn.actions.append(.opened(open(id, identity.revision, turn.now)))
    sayFarewell(identity, &turn)
  }

  private func open(_ id: SessionID, _ revision: Revision, _ now: Moment) -> OpenSession {
    OpenSession(
      key: key, origin: server.endpoint?.origin.description ?? "", revision: revision, id: id, since: now.wall
    )
  }

  /// A run of ours that did not live to end this session left it behind: it is ended now.
  mutating func endLeftover(_ session: OpenSession, _ turn: inout Turn) {
    history.opened += 1
    turn.known.hold(session.id.revealed, of: key)
    turn.emit(.sessionCleared, .info, self, session: session.id.masked, EventText.leftover(session.id))
    let identity = Identity(
      id: session.id, revision: session.revision, server: .unknown, lists: false,
      established: turn.now)
    sayFarewell(identity, &turn)
  }

  /// What a handshake established, in every state that still holds it.
  var identity: Identity? {
    switch state {
    case .confirming(let confirmation): confirmation.identity
    case .resuming(let resumption): resumption.live.identity
    case .live(let live): live.identity
    case .queued(.resume(let live)): live.identity
    case .waiting(let wait):
      if case .resume(let live) = wait.approach { live.identity } else { nil }
    default: nil
    }
  }

  /// As what its requests come to the server now.
  var guest: Guest { identity?.id == nil ? .newcomer : .holder }
}

extension Exchange.Outcome {
  /// How well an answer to DELETE tells that the session is over; 0: it does not.
  var endsSession: Int {
    switch head?.status {
    case let status? where (200..<300).contains(status): 3
    case 404: 2
    // The server does not let clients end sessions, which is its right.
    case 405: 1
    default: 0
    }
  }
}
