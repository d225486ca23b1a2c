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
  /// Read the configuration anew.
  case reload
  case cycleTheme
  case redraw
  case suspend
  case quit
}
