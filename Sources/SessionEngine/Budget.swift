import MCPSessions

/// How much of what a server sends is read within a time, for one session: what is over it waits in the
/// socket, and so in the end at the server. One that sends without end costs its own share and nobody else's.
struct Budget: Hashable, Sendable {
  /// What is left, in bytes and in items; below zero, the last taking was larger than what there was.
  private var bytes = Self.byteBurst
  private var items = Self.itemBurst
  private var filled: Instant
  /// Something waited for room since that was told.
  private var hasBitten = false
  /// When that was told last.
  private var told: Instant?
  /// How often something was taken; it may turn over.
  private(set) var takings: UInt64 = 0

  private static let bytesPerSecond = 4_000_000
  private static let byteBurst = 8_000_000
  private static let itemsPerSecond = 1_000
  private static let itemBurst = 2_000
  /// What is read in one turn, after which others have theirs.
  static let bytesPerTurn = 64 * 1_024
  static let itemsPerTurn = 64
  /// That it bites is told so often.
  private static let tellingPause = Duration.seconds(1)
  /// A little more than nothing must be there before it is worth a turn.
  private static let leastPause = Duration.milliseconds(20)

  init(at now: Instant) {
    filled = now
  }

  /// Takes so much, when anything is left; what has been read cannot be given back.
  mutating func take(bytes taken: Int, items count: Int) {
    bytes -= taken
    items -= count
    takings &+= 1
  }

  /// Whether anything may be read at `now`.
  mutating func hasRoom(at now: Instant) -> Bool {
    fill(now)
    let hasRoom = bytes > 0 && items > 0
    if !hasRoom { hasBitten = true }
    return hasRoom
  }

  /// Whether it is to be told at `now` that something had to wait: at most once a second.
  mutating func takeNotice(at now: Instant) -> Bool {
    guard hasBitten, told.map({ now - $0 >= Self.tellingPause }) ?? true else { return false }
    hasBitten = false
    told = now
    return true
  }

  /// When there is something to take, seen from `now`; at once, if there is.
  mutating func next(at now: Instant) -> Instant {
    fill(now)
    let wait = max(
      Self.pause(bytes, perSecond: Self.bytesPerSecond), Self.pause(items, perSecond: Self.itemsPerSecond))
    return wait == .zero ? now : now + max(wait, Self.leastPause)
  }

  private mutating func fill(_ now: Instant) {
    let passed = (now - filled).inMilliseconds
    guard passed > 0 else { return }
    filled = now
    // A second fills more than there is room for in half of the time; longer ones are no use.
    let milliseconds = Int(min(passed, 10_000))
    bytes = min(Self.byteBurst, bytes + milliseconds * Self.bytesPerSecond / 1_000)
    items = min(Self.itemBurst, items + milliseconds * Self.itemsPerSecond / 1_000)
  }

  private static func pause(_ left: Int, perSecond: Int) -> Duration {
    left > 0 ? .zero : .milliseconds(Int64((1 - left) * 1_000 / perSecond + 1))
  }
}
