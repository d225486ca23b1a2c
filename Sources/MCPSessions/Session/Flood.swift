// A server that says more than anybody reads: a state with a reason, not silence.

/// How much comes from a server, second by second.
struct Traffic: Hashable, Sendable {
  /// More messages than this in a second are a flood.
  private static let limit = 200
  private static let window = Duration.seconds(1)
  /// A flood is over when nothing like it came for so long.
  private static let calm = Duration.seconds(5)

  private var start = Instant.zero
  private var count = 0
  /// How many came in the last second of a flood, and until when it is called one.
  private(set) var flood: (perSecond: Int, until: Instant)? {
    get { floodUntil.map { (perSecond, $0) } }
    set { (perSecond, floodUntil) = (newValue?.perSecond ?? 0, newValue?.until) }
  }
  private var perSecond = 0
  private var floodUntil: Instant?

  /// Counts a message.
  mutating func count(at now: Instant) {
    if now - start >= Self.window { (start, count) = (now, 0) }
    count += 1
    if count > Self.limit { flood = (max(perSecond, count), now + Self.calm) }
  }

  /// Forgets a flood that is over.
  mutating func settle(at now: Instant) {
    if let flood, flood.until <= now { self.flood = nil }
  }
}

extension Session {
  /// Why a session whose server floods us is not simply ready.
  var floodWords: Sentence? {
    traffic.flood.map { "the server sends over \($0.perSecond) messages a second: most are only counted" }
  }

  mutating func noteTraffic(_ turn: inout Turn) {
    traffic.count(at: turn.now.instant)
  }
}
