import MCPWire

// SSE polling (revision 2025-11-25): the stream of an answer may end behind an event with an id, and the
// client asks for the rest with a GET that names it. Servers behind balancers with short limits answer so.

extension Session {
  /// Asks for the rest of the answer that is waited for, if it is time.
  mutating func askForRest(_ turn: inout Turn) {
    guard let awaited, let rest = awaited.rest, rest.due <= turn.now.instant else { return }
    var exchange = awaited
    exchange.follow(poll(exchange, rest.lastEventID, &turn))
    switch state {
    case .initializing(var handshake):
      handshake.exchange = exchange
      state = .initializing(handshake)
    case .discovering: state = .discovering(exchange)
    case .resuming(var resumption):
      resumption.exchange = exchange
      state = .resuming(resumption)
    case .live(var live):
      live.probe = .inFlight(exchange)
      state = .live(live)
    default: break
    }
  }

  private mutating func poll(_ exchange: Exchange, _ lastEventID: String, _ turn: inout Turn) -> TransferID {
    var identity = identity
    if case .initializing(let handshake) = state {
      // The answer is not complete, its head is: the id in it is the session's.
      identity = Identity(
        id: exchange.givenIDs.first.flatMap(SessionID.init), revision: handshake.offered, server: .unknown,
        lists: false, established: turn.now, conversation: handshake.conversation)
    }
    return openPoll(identity, lastEventID: lastEventID, &turn)
  }
}
