public import Sessions

/// What a key press leads to outside of the screen.
public enum Effect: Hashable, Sendable {
  case command(Command)
  case cycleTheme
  case theme(String)
  case refresh(Duration)
  case toggleMouse
  /// To the clipboard.
  case copy(String)
  /// To a file, as JSON.
  case export(Extract)
  /// To the screen, as JSON.
  case inspect(Extract)
  case replay(ReplayMove)
  /// Read the configuration anew.
  case reload
  case redraw
  case suspend
  case quit
}

/// Some of what is known, to be written as JSON.
public enum Extract: Hashable, Sendable {
  /// The sessions with their servers, in order.
  case sessions([SessionKey], Store)
  case events([Event])
}

/// Where a recording stands.
public struct ReplayStatus: Hashable, Sendable {
  public let isPlaying: Bool
  /// 1 is as it was.
  public let speed: Double
  /// Events seen, and of how many.
  public let place: Int
  public let count: Int

  public init(isPlaying: Bool, speed: Double, place: Int, count: Int) {
    self.isPlaying = isPlaying
    self.speed = speed
    self.place = place
    self.count = count
  }
}

/// What is asked of a recording.
public enum ReplayMove: Hashable, Sendable {
  case toggle, faster, slower
  /// By events.
  case step(Int)
  case jump(Duration)
  case to(secondOfDay: Int)
  case error(forward: Bool)
}
