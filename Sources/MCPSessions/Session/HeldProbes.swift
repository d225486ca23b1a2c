// Questions that wait because the way to the server is closed.

extension Session {
  /// The way to the server is closed, as others found out: the question waits, which says nothing of the
  /// session.
  mutating func postpone(_ id: TransferID, _ way: ClosedWay, _ turn: inout Turn) {
    guard case .live(var live) = state else { return }
    if case .inFlight(let exchange) = live.probe, exchange.transfer == id {
      if exchange.purpose == .list { live.wantsList = true }
      live.probesSent -= 1
      history.counts.probes -= 1
      live.probe = .due(turn.now.instant + stretched(Self.heldPause, using: &turn.random))
      doubt(&live, way, &turn)
    } else if case .opening(id, let memory) = live.stream {
      live.stream = .waiting(until: turn.now.instant + stretched(Self.heldPause, using: &turn.random), memory)
    }
    state = .live(live)
  }

  /// Nobody can tell any more whether it lives: said once, with what closed the way.
  private func doubt(_ live: inout Live, _ way: ClosedWay, _ turn: inout Turn) {
    guard live.heldSince == nil else { return }
    (live.heldSince, live.closedWay) = (live.lastValid, way)
    turn.emit(
      .verificationChanged, .warning, self, error: way.cause, closed: way.since,
      EventText.unverified(Self.clock(live.lastValid), way, since: Self.clock(way.since)))
  }

  /// It was answered: what was doubted is known again.
  func verified(_ live: inout Live, _ turn: inout Turn) {
    guard live.heldSince != nil else { return }
    (live.heldSince, live.closedWay) = (nil, nil)
    turn.emit(.verificationChanged, .info, self, EventText.verified)
  }

  /// How long a held question waits before it asks again whether the way is open.
  private static let heldPause = Duration.seconds(2)
}
