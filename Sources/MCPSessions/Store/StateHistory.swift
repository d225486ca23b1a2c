/// The states of a server over the last hour, in memory that does not grow however often they change.
package struct StateHistory: Hashable, Sendable {
  /// Of so many seconds the worst state is remembered.
  package static let resolution: Int64 = 15
  /// An hour, and the part of a slot that is over it.
  private static let slots: Int64 = 3_600 / resolution + 1

  /// The worst state in each slot of time; slot `n` stands at `n` modulo their number. Nil: not known.
  private var worst: [SessionState?] = Array(repeating: nil, count: Int(slots))
  /// The newest slot that is written.
  private var newest = Int64.min
  /// The state since then.
  private var state: SessionState?

  package init() {}

  /// Takes in the state at `now`.
  package mutating func note(_ state: SessionState, at now: Instant) {
    let slot = max(newest, Self.slot(of: now))
    if newest < slot {
      // Where nothing was noted, all stayed as it was.
      for quiet in max(newest, slot.subtractingSaturated(Self.slots)) + 1...slot {
        worst[Self.place(of: quiet)] = self.state
      }
    }
    let place = Self.place(of: slot)
    if state.severity >= worst[place]?.severity ?? 0 { worst[place] = state }
    (newest, self.state) = (slot, state)
  }

  /// The worst state at any time in a span of the last hour, to the resolution; nil when nothing is known of
  /// it.
  package func worst(from start: Instant, to end: Instant) -> SessionState? {
    guard let state else { return nil }
    let (first, last) = (
      max(Self.slot(of: start), newest.subtractingSaturated(Self.slots - 1)), Self.slot(of: end)
    )
    guard first <= last else { return nil }
    let written = first > newest ? [] : (first...min(last, newest)).map { worst[Self.place(of: $0)] }
    return (written + (last > newest ? [state] : [])).compactMap(\.self).max { $0.severity < $1.severity }
  }

  private static func slot(of instant: Instant) -> Int64 {
    let length = resolution * 1_000_000_000
    return instant.nanoseconds / length - (instant.nanoseconds % length < 0 ? 1 : 0)
  }

  private static func place(of slot: Int64) -> Int { Int((slot % slots + slots) % slots) }
}
