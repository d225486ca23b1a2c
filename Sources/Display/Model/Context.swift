public import Sessions

/// What surrounds the screen and is not chosen on it.
public struct Context: Hashable, Sendable {
  /// The name of the machine.
  public let host: String
  /// Who presses the keys.
  public let `operator`: Operator
  /// Takes the keys away that change something on a server.
  public let readOnly: Bool
  /// Seconds east of UTC, for the clock.
  public let utcOffset: Int
  /// Only ASCII may be drawn.
  public let ascii: Bool
  public let themeName: String
  public let version: String
  /// How old knowledge may be before the screen says that it is stale; nil when nothing new is expected.
  public let staleAfter: Duration?
  /// Keys that were chosen instead of the usual ones.
  public var keys = KeyChoices()
  /// Themes that can be asked for by name.
  public var themeNames: [String] = []
  /// The least time between two pictures that nobody asked for by a key.
  public var refresh = Duration.seconds(1)
  /// How the program was started, for the command that leads to what is seen.
  public var invocation = "sessiontop"
  /// What is being replayed, if it is not the present that is shown.
  public var replay: ReplayStatus?

  public init(
    host: String, operator: Operator, readOnly: Bool, utcOffset: Int, ascii: Bool, themeName: String,
    version: String, staleAfter: Duration? = nil
  ) {
    self.host = host
    self.operator = `operator`
    self.readOnly = readOnly
    self.utcOffset = utcOffset
    self.ascii = ascii
    self.themeName = themeName
    self.version = version
    self.staleAfter = staleAfter
  }
}

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
