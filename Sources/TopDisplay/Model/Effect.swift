package import MCPSessions

/// What a key press leads to outside of the screen.
package enum Effect: Hashable, Sendable {
  case command(Command)
  case cycleTheme
  case theme(String)
  case refresh(Duration)
  case toggleMouse
  /// To the clipboard.
  case copy(String)
  /// To a file, as JSON.
  case export(Extract)
  /// The picture and what is known of these sessions, or of all when there are none, to one file for a
  /// ticket: what it is about in words, and whether it is without what the screen hides.
  case share([SessionKey], about: String, isPrivate: Bool)
  /// To the screen, as JSON.
  case inspect(Extract)
  case replay(ReplayMove)
  /// Read the configuration anew.
  case reload
  /// Keep what was chosen for columns, for the next start.
  case keepColumns(ColumnChoices)
  case redraw
  case suspend
  case quit
}

/// Some of what is known, to be written as JSON.
package enum Extract: Hashable, Sendable {
  /// The sessions with their servers, in order.
  case sessions([SessionKey], Store)
  case events([Event])
}

/// Where a recording stands.
package struct ReplayStatus: Hashable, Sendable {
  package let isPlaying: Bool
  /// 1 is as it was.
  package let speed: Double
  /// Events seen, and of how many.
  package let place: Int
  package let count: Int
  /// Where its time stands, and how much went wrong in each part of it.
  package var line: ReplayLine?

  package init(isPlaying: Bool, speed: Double, place: Int, count: Int) {
    self.isPlaying = isPlaying
    self.speed = speed
    self.place = place
    self.count = count
  }
}

/// A recording from its beginning to its end.
package struct ReplayLine: Hashable, Sendable {
  package let start: WallTime
  package let end: WallTime
  /// Where it stands, from 0 to 1.
  package let position: Double
  /// Events that are errors, in parts of equal length.
  package let errors: [Int]

  package init(start: WallTime, end: WallTime, position: Double, errors: [Int]) {
    (self.start, self.end, self.position, self.errors) = (start, end, position, errors)
  }
}

/// What is asked of a recording.
package enum ReplayMove: Hashable, Sendable {
  case toggle, faster, slower
  /// By events.
  case step(Int)
  case jump(Duration)
  case to(secondOfDay: Int)
  /// To where an outage begins, not to each of its retries.
  case onset(forward: Bool)
}
