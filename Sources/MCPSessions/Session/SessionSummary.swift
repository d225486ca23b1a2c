extension Session {
  /// What the fleet wants to know of a session after each of its steps: reckoned once, not for each question.
  struct Summary: Hashable, Sendable {
    fileprivate(set) var state = SessionState.idle
    /// When the machine wants to be woken with `.timer`; absent when it waits for something else.
    fileprivate(set) var deadline: Instant?
    /// Whether a handshake or its like is in flight, for the limit over all sessions.
    fileprivate(set) var isConnecting = false
    /// Whether an `initialize` of it is in flight.
    fileprivate(set) var isHandshaking = false
    /// Whether it waits for its turn.
    fileprivate(set) var isQueued = false
    /// Whether nothing of this session is left to do when the program ends.
    fileprivate(set) var isAtRest = false
    /// What `SessionReport.isKnownLive` says of its report, without making one.
    fileprivate(set) var isKnownLive = false
  }

  /// What it is after a step that left it in the state that people see.
  func summarize(_ shown: SessionState) -> Summary {
    var summary = Summary(
      state: shown, deadline: deadline(shown), isHandshaking: !abandoned.isEmpty, isAtRest: isAtRest)
    switch state {
    case .initializing: (summary.isConnecting, summary.isHandshaking) = (true, true)
    case .discovering, .attaching, .launching, .confirming, .resuming: summary.isConnecting = true
    case .queued: summary.isQueued = true
    case .live(let live): summary.isKnownLive = shown.isLive && live.heldSince == nil
    default: break
    }
    return summary
  }

  private func deadline(_ shown: SessionState) -> Instant? {
    let own: Instant? =
      switch state {
      case .live(let live): live.deadline(server.settings, isPaused: isPaused, channel)
      case .waiting(let wait): isPaused ? nil : wait.until
      case .attaching(let attachment): attachment.due
      case .launching(let due): due
      case .initializing(let handshake): handshake.due
      default: nil
      }
    let becomesDown = shown == .recovering ? outage?.isLongFrom : nil
    let abandonedDue = abandoned.values.map(\.due).min()
    let others = [
      replies.deadline, awaited?.deadline, abandonedDue, putOff.map(\.due).min(), traffic.floodUntil,
      becomesDown,
    ]
    return ([own] + others).compactMap { $0 }.min()
  }

  private var isAtRest: Bool {
    guard !isSayingFarewell else { return false }
    switch state {
    case .closed, .unmonitored, .broken, .idle: return true
    default: return false
    }
  }
}
