import MCPWire

// Some servers take a request with 202 and say its answer on the GET stream, with all else that they say.
// A POST is to be answered where it was asked (specification 2025-11-25, "Sending Messages to the Server"),
// but clients that look at ids alone work with them, so such a server is no dead one.

extension Session {
  /// How long an answer is waited for behind the 202 that stands in its place.
  private static let limit = Duration.seconds(2)

  /// A question was taken without an answer while a stream is there that may bring one: true when that is
  /// waited for.
  mutating func waitsOnStream(
    _ exchange: inout Exchange, _ outcome: Exchange.Outcome, _ turn: inout Turn
  ) -> Bool {
    guard outcome.isTakenOnly, exchange.answerDue == nil, case .live(var live) = state else { return false }
    switch live.stream {
    case .open, .opening: break
    case .off, .notOffered, .waiting: return false
    }
    exchange.wait(onStreamUntil: turn.now.instant + Self.limit)
    live.probe = .inFlight(exchange)
    state = .live(live)
    return true
  }

  /// True when what came on the stream is the answer that is waited for.
  mutating func takeFromStream(_ message: Message, _ event: TransferEvent, _ turn: inout Turn) -> Bool {
    guard case .live(var live) = state, case .inFlight(var exchange) = live.probe,
      exchange.isAnswered(by: message)
    else { return false }
    // It may come before the 202: that is waited for by nobody then.
    turn.actions.append(.cancel(exchange.transfer))
    exchange.wait(onStreamUntil: turn.now.instant + Self.limit)
    live.probe = .inFlight(exchange)
    state = .live(live)
    transfer(exchange.transfer, event, &turn)
    return true
  }
}
