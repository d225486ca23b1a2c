/// The states of a server over the last hour or so, in bounded memory.
public struct StateHistory: Hashable, Sendable {
  /// Most changes that are kept; of a server that changes more often, the newest.
  public static let limit = 240

  private struct Change: Hashable, Sendable {
    let state: SessionState
    let start: Instant
  }

  /// The oldest first.
  private var changes: [Change] = []

  public init() {}

  /// Takes in the state at `now`.
  public mutating func note(_ state: SessionState, at now: Instant) {
    guard changes.last?.state != state else { return }
    changes.append(Change(state: state, start: now))
    if changes.count > Self.limit { changes.removeFirst(changes.count - Self.limit) }
  }

  /// The worst state at any time in a span; nil when nothing is known of it.
  public func worst(from start: Instant, to end: Instant) -> SessionState? {
    var worst: SessionState?
    for (place, change) in changes.enumerated() where change.start <= end {
      let isOver = place + 1 < changes.count && changes[place + 1].start <= start
      if !isOver, change.state.severity >= worst?.severity ?? 0 { worst = change.state }
    }
    return worst
  }
}
