// Questions that wait because the way to the server is closed.

extension Session {
  /// The way to the server is closed, as others found out: the question waits, which says nothing of the
  /// session.
  mutating func postpone(_ id: TransferID, _ way: ClosedWay, _ turn: inout Turn) {
    guard case .live(var live) = state else { return }
    if case .inFlight(let exchange) = live.probe, exchange.transfer == id {
      if exchange.purpose == .list { live.wantsList = true }
      live.probesSent -= 1
      history.probes -= 1
      live.heldSince = live.heldSince ?? live.lastValid
      live.closedWay = live.closedWay ?? way
      live.probe = .due(turn.now.instant + stretched(Self.heldPause, using: &turn.random))
    } else if case .opening(id, let memory) = live.stream {
      live.stream = .waiting(until: turn.now.instant + stretched(Self.heldPause, using: &turn.random), memory)
    }
    state = .live(live)
  }

  /// How long a held question waits before it asks again whether the way is open.
  private static let heldPause = Duration.seconds(2)
}
