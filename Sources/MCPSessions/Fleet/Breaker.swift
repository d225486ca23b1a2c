/// The circuit breaker of a way that many sessions share. While it is open, one of them probes for all.
///
/// Why: full jitter for each session alone, the textbook answer, hits a dead port five times a session in
/// three seconds and comes back last; one prober comes back first with a hundredth of the attempts.
struct Breaker: Hashable, Sendable {
  /// How often the prober looks. A restart takes seconds, and nobody is to wait much longer than it took.
  private static func backoff(after outage: Duration) -> Backoff {
    let maximum: Duration =
      outage < .seconds(15) ? .milliseconds(1_500) : outage < .seconds(60) ? .seconds(3) : .seconds(60)
    return Backoff(base: .seconds(1), maximum: maximum, leastShare: 0.5)
  }

  private(set) var failures = 0
  private(set) var error: SessionError?
  /// When the prober may try; meaningful while there are failures.
  private(set) var next = Instant.zero
  /// When the first of them was.
  private(set) var since = Instant.zero
  /// Which session is on its way to find out.
  var prober: Int?

  /// Whether everybody must wait for the prober: what closes a way is nothing that an answer can contradict.
  var isOpen: Bool { failures > 0 }

  /// The way failed, and is not to be tried before a time where what stands on it asked for that.
  mutating func fail(
    _ error: SessionError, notBefore: Instant? = nil, at now: Instant, _ random: inout SeededGenerator
  ) {
    if failures == 0 { since = now }
    failures += 1
    self.error = error
    next = now + Self.backoff(after: now - since).delay(attempt: failures, using: &random)
    if let notBefore { next = max(next, notBefore) }
    prober = nil
  }

  /// The operator wants to know at once.
  mutating func hasten(to now: Instant) {
    next = min(next, now)
  }

  /// An answer came: everybody may pass again.
  mutating func reset() {
    self = Breaker()
  }
}

/// So many tokens a second, a tenth of them at once (the burst), one for each handshake.
struct TokenBucket: Hashable, Sendable {
  private let perSecond: Double
  private let burst: Double
  private var tokens: Double
  private var filled: Instant

  init(perSecond: Int, at now: Instant) {
    self.perSecond = Double(max(1, perSecond))
    burst = max(1, Double(perSecond) / 10)
    tokens = burst
    filled = now
  }

  /// Takes a token, or the share of one that a lighter request costs, or tells when there will be as much.
  mutating func take(_ cost: Double = 1, at now: Instant) -> Instant? {
    tokens = min(burst, tokens + (now - filled).inSeconds * perSecond)
    filled = now
    guard tokens < cost else {
      tokens -= cost
      return nil
    }
    return now + .seconds((cost - tokens) / perSecond) + .milliseconds(1)
  }
}
