// When a live session is asked whether it still works.

extension Session {
  /// The first probe comes soon: a handshake proves little, and an operator waits for the truth.
  func firstProbe(_ turn: inout Turn) -> Probe {
    guard server.settings.pingInterval > .zero, !isPaused else { return .off }
    let longest = min(server.settings.pingInterval.inSeconds, 1)
    return .due(turn.now.instant + .seconds(Double.random(in: 0.1...max(0.1, longest), using: &turn.random)))
  }

  func nextProbe(_ turn: inout Turn) -> Probe {
    let interval = server.settings.pingInterval
    guard interval > .zero, !isPaused else { return .off }
    // Even spread around the interval, so that sessions that began together drift apart.
    return .due(turn.now.instant + interval * Double.random(in: 0.9...1.1, using: &turn.random))
  }

  /// Something else gave reason for doubt: ask within a moment, but not all sessions at the same one. A doubt
  /// is settled even where nothing is probed by itself.
  func hastenProbe(_ live: inout Live, notBefore: Instant = .zero, _ turn: inout Turn) {
    guard !isPaused else { return }
    let soon = max(turn.now.instant, notBefore) + .seconds(Double.random(in: 0.1...0.6, using: &turn.random))
    switch live.probe {
    case .due(let instant): live.probe = .due(min(instant, soon))
    case .off: live.probe = .due(soon)
    case .inFlight: break
    }
  }
}
