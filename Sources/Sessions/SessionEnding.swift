import MCP

// The operator's hand, and ending what we opened.

extension Session {
  mutating func reconnect(_ by: Operator, _ turn: inout Turn) {
    switch state {
    case .unmonitored(let why):
      return refuse("reconnect", by, why, &turn)
    case .broken(let error):
      return refuse("reconnect", by, error.detail, &turn)
    default:
      turn.emit(.operatorAction, .info, self, EventText.operatorAction("reconnect", by))
    }
    leave(&turn)
    trouble = Trouble()
    queue(anew, atOnce: true, &turn)
  }

  mutating func terminate(_ by: Operator, _ turn: inout Turn) {
    switch state {
    case .unmonitored(let why):
      return refuse("terminate", by, why, &turn)
    case .broken(let error):
      return refuse("terminate", by, error.detail, &turn)
    default:
      turn.emit(.operatorAction, .info, self, EventText.operatorAction("terminate", by))
    }
    end(&turn)
  }

  mutating func stop(_ turn: inout Turn) {
    switch state {
    case .unmonitored, .broken, .idle, .closed, .closing: break
    default: end(&turn)
    }
  }

  private func refuse(_ action: String, _ by: Operator, _ why: String, _ turn: inout Turn) {
    turn.emit(
      .operatorAction, .warning, self, "\(EventText.operatorAction(action, by)): not possible, \(why)")
  }

  private mutating func end(_ turn: inout Turn) {
    leave(&turn)
    trouble = Trouble()
    state = farewells.isEmpty ? .closed : .closing
  }

  /// Drops what there is, politely.
  private mutating func leave(_ turn: inout Turn) {
    cancelTransfers(&turn)
    if let identity { sayFarewell(identity, &turn) }
    replies.clear()
  }

  /// Ends every transfer that belongs to the present state.
  func cancelTransfers(_ turn: inout Turn) {
    switch state {
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
    case .unmonitored, .broken, .idle, .queued, .waiting, .closing, .closed: break
    }
  }

  mutating func farewell(_ id: TransferID, _ event: TransferEvent, _ turn: inout Turn) {
    guard var farewell = farewells[id] else { return }
    guard let outcome = farewell.exchange.take(event) else {
      farewells[id] = farewell
      return
    }
    farewells[id] = nil
    noteLife(outcome, &turn)
    switch outcome.head?.status {
    case let status? where (200..<300).contains(status):
      history.ended += 1
      turn.emit(
        .sessionTerminated, .info, self, session: farewell.id.masked, EventText.terminated(farewell.id.masked)
      )
    case 404:
      history.ended += 1
      turn.emit(
        .sessionTerminated, .debug, self, session: farewell.id.masked, EventText.wasGone(farewell.id.masked))
    case 405:
      // The server does not let clients end sessions, which is its right.
      history.ended += 1
      turn.emit(.sessionTerminated, .debug, self, session: farewell.id.masked, EventText.cannotTerminate)
    default:
      history.leftBehind += 1
      turn.emit(
        .sessionTerminated, .warning, self, session: farewell.id.masked,
        EventText.leftBehind(farewell.id.masked, outcome))
    }
    if case .closing = state, farewells.isEmpty { state = .closed }
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
}
