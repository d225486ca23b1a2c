import MCPWire

/// Signs of life that come by themselves. Silence means nothing on a stream that never had a rhythm; where
/// one stops, the path is dead.
struct Rhythm: Hashable, Sendable {
  private var beats = 0
  private var last: Instant?
  private var longest = Duration.zero

  /// No rhythm is taken to have stopped before this.
  private static let patience = Duration.seconds(60)
  /// What comes more seldom is none.
  private static let slowest = Duration.seconds(300)
  private static let beatsNeeded = 4
  /// What comes closer together is one sign of life, such as a preface of several lines.
  private static let burst = Duration.milliseconds(250)

  /// Takes in what was heard. What serves to be heard makes the rhythm: comments, events that are no
  /// messages, and a server's own pings. What a server has to say comes when it comes.
  mutating func take(_ item: ReplyReader.Item, at now: Instant) {
    switch item {
    case .comment, .malformed, .complaint, .endpoint, .retry: beat(at: now)
    case .message(let message):
      if case .request("ping", _) = message.content { return beat(at: now) }
      if last != nil { last = now }
    case .tooLarge: break
    }
  }

  private mutating func beat(at now: Instant) {
    if let last {
      guard now - last >= Self.burst else { return }
      longest = max(longest, now - last)
    }
    beats = min(beats + 1, Self.beatsNeeded)
    last = now
  }

  /// When the next beat is so late that none will come; absent without a rhythm.
  var end: Instant? {
    guard beats >= Self.beatsNeeded, longest <= Self.slowest, let last else { return nil }
    return last + max(Self.patience, longest * 3)
  }

  func isOver(at now: Instant) -> Bool { end.map { $0 <= now } ?? false }
}
