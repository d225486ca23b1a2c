// A server that says more than anybody reads: a state with a reason, not silence.

/// How much comes from a server, second by second.
struct Traffic: Hashable, Sendable {
  /// What there is too much of.
  enum Flood: Hashable, Sendable {
    /// So many messages came in the last second of it.
    case messages(perSecond: Int)
    /// More comes than is read, in bytes or in pieces, whatever they are.
    case volume
  }

  /// More messages than this in a second are a flood.
  private static let limit = 200
  private static let window = Duration.seconds(1)
  /// One answer that is large makes its server wait once; who is told to wait again so soon never stops.
  private static let again = Duration.seconds(3)
  /// A flood is over when nothing like it came for so long.
  private static let calm = Duration.seconds(5)

  private var start = Instant.zero
  private var count = 0
  private var heldBack: Instant?
  /// What it is, and until when it is called one.
  private(set) var flood: Flood?
  private(set) var floodUntil: Instant?

  /// Counts a message.
  mutating func count(at now: Instant) {
    if now - start >= Self.window { (start, count) = (now, 0) }
    count += 1
    guard count > Self.limit else { return }
    if case .messages(let most) = flood { return note(.messages(perSecond: max(most, count)), now) }
    note(.messages(perSecond: count), now)
  }

  /// Takes in that what comes has to wait, which is told once a second.
  mutating func holdBack(at now: Instant) {
    defer { heldBack = now }
    guard let heldBack, now - heldBack <= Self.again else { return }
    // How many messages there are says more.
    note(flood ?? .volume, now)
  }

  private mutating func note(_ flood: Flood, _ now: Instant) {
    self.flood = flood
    floodUntil = now + Self.calm
  }

  /// Forgets a flood that is over.
  mutating func settle(at now: Instant) {
    if let floodUntil, floodUntil <= now { (flood, self.floodUntil) = (nil, nil) }
  }
}

extension Session {
  /// Why a session whose server floods us is not simply ready.
  var floodWords: Sentence? {
    switch traffic.flood {
    case .messages(let perSecond):
      "the server sends over \(perSecond) messages a second: most are only counted"
    case .volume: "the server sends more than is read, without end: it is made to wait"
    case nil: nil
    }
  }

  mutating func noteTraffic(_ turn: inout Turn) {
    traffic.count(at: turn.now.instant)
  }

  mutating func noteHeldBack(_ turn: inout Turn) {
    traffic.holdBack(at: turn.now.instant)
  }
}
