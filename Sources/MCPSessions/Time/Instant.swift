/// A point on the engine's monotonic clock; nobody below the engine's loop reads a clock.
///
/// The origin is arbitrary: only differences and order mean something. Range: 292 years to either side, where
/// arithmetic stops: what is later than the latest instant is the latest instant.
package struct Instant: Comparable, Hashable, Sendable {
  /// Nanoseconds since the clock's arbitrary origin.
  package let nanoseconds: Int64

  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The clock's origin, where tests and simulations start.
  package static let zero = Instant(nanoseconds: 0)

  package static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  package static func + (instant: Instant, duration: Duration) -> Instant {
    Instant(nanoseconds: instant.nanoseconds.addingSaturated(duration.inNanoseconds))
  }

  package static func - (instant: Instant, duration: Duration) -> Instant {
    Instant(nanoseconds: instant.nanoseconds.subtractingSaturated(duration.inNanoseconds))
  }

  /// The time from `earlier` to `later`; negative when they are the other way round.
  package static func - (later: Instant, earlier: Instant) -> Duration {
    .nanoseconds(later.nanoseconds.subtractingSaturated(earlier.nanoseconds))
  }

  /// The first instant from here on that lies a whole number of steps from the origin.
  func roundedUp(to step: Duration) -> Instant {
    let size = max(1, step.inNanoseconds)
    let over = nanoseconds % size
    return over == 0
      ? self : Instant(nanoseconds: nanoseconds.addingSaturated(over > 0 ? size - over : -over))
  }
}

extension Duration {
  /// The whole of it in nanoseconds, at most 292 years.
  package var inNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds.multipliedSaturated(by: 1_000_000_000).addingSaturated(attoseconds / 1_000_000_000)
  }

  /// The whole of it in milliseconds, rounded down, at most 292 million years.
  package var inMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds.multipliedSaturated(by: 1_000).addingSaturated(attoseconds / 1_000_000_000_000_000)
  }

  /// The whole of it in seconds, with fractions.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
