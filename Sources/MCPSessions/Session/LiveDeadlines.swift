// When something is due in a live session.

extension Live {
  /// When our own clock calls the session expired. While probes are answered it never does.
  func expiry(_ settings: SessionSettings) -> Instant? {
    switch probe {
    case .off: lastGood.instant + settings.timeout
    case .due where missed > 0: lastGood.instant + settings.timeout
    case .due, .inFlight: nil
    }
  }

  func deadline(_ settings: SessionSettings, isPaused: Bool, _ channel: Channel?) -> Instant? {
    var deadlines = [isPaused ? nil : expiry(settings), channel?.rhythm.end].compactMap { $0 }
    if case .due(let instant) = probe { deadlines.append(instant) }
    switch stream {
    case .waiting(let until, _): if !isPaused { deadlines.append(until) }
    case .open(_, _, let memory): deadlines += [memory.rhythm.end].compactMap { $0 }
    default: break
    }
    return deadlines.min()
  }
}
