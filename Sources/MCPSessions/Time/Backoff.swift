/// Waiting before a retry: exponential, with full jitter above a floor that rises.
///
/// The wait before attempt n is drawn evenly between a share of its ceiling (a quarter, unless told
/// otherwise; 50 ms at least) and the ceiling
/// `base * multiplier^(n-1)`, `maximum` at most. Jitter keeps sessions that fell together from coming back
/// together; the floor keeps an unlucky draw from hammering. With base 1 s and maximum 60 s:
///
/// | attempt | 1 | 2 | 3 | 4 | 7 and more |
/// | --- | --- | --- | --- | --- | --- |
/// | wait | 0.25-1 s | 0.5-2 s | 1-4 s | 2-8 s | 15-60 s |
package struct Backoff: Hashable, Sendable {
  /// No retry comes sooner, whatever the settings say.
  package static let floor = Duration.milliseconds(50)
  /// No quick or slow retry waits longer, unless the server asks for it.
  package static let ceiling = Duration.seconds(60)

  package let base: Duration
  package let multiplier: Double
  package let maximum: Duration

  /// How much of its ceiling a wait lasts at least, from 0 to 1.
  package let leastShare: Double

  package init(
    base: Duration, multiplier: Double = 2, maximum: Duration = Backoff.ceiling, leastShare: Double = 0.25
  ) {
    self.base = base
    self.multiplier = multiplier
    self.maximum = maximum
    self.leastShare = leastShare
  }

  /// The wait before attempt number `attempt`, counted from 1.
  package func delay(attempt: Int, using random: inout some RandomNumberGenerator) -> Duration {
    var ceiling = max(base.inSeconds, Self.floor.inSeconds)
    for _ in 1..<max(2, min(attempt, 64)) where attempt > 1 {
      ceiling = min(ceiling * multiplier, maximum.inSeconds)
    }
    ceiling = max(min(ceiling, maximum.inSeconds), Self.floor.inSeconds)
    let floor = max(ceiling * leastShare, Self.floor.inSeconds)
    return .seconds(Double.random(in: floor...max(floor, ceiling), using: &random))
  }
}

/// `duration` made up to a fifth longer, so that what is due at fixed intervals drifts apart.
func stretched(_ duration: Duration, using random: inout some RandomNumberGenerator) -> Duration {
  duration * Double.random(in: 1...1.2, using: &random)
}
