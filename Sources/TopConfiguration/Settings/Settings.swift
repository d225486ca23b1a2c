public import TopDisplay
public import MCPSessions

/// What our own file says besides servers; built-in values where it is silent.
public struct Settings: Hashable, Sendable {
  public var ui = UISettings()
  public var log = LogSettings()
  public var metrics = MetricsSettings()
  public var limits = Limits()
  /// Users whose values servers may name, one session for each, in the order of the files.
  public var users: [UserSettings] = []

  public init() {}
}

/// One user on whose behalf sessions are kept.
public struct UserSettings: Hashable, Sendable {
  public let id: String
  /// What stands for `{{NAME}}`, by name.
  public var variables: [String: Secret] = [:]

  public init(id: String) {
    self.id = id
  }
}

/// The screen.
public struct UISettings: Hashable, Sendable {
  /// A built-in theme, a name in the user's theme folder, or a path.
  public var theme = "default"
  /// Time between looks at the clock; the screen itself changes when something happens.
  public var refresh = Duration.seconds(1)
  /// No reconnect, no terminate.
  public var readOnly = false
  public var glyphs = GlyphChoice.automatic
  public var bell = false
  /// Whether the window's title names the worst state.
  public var title = true
  /// Program and arguments that are run for an alert; empty means none.
  public var onAlert: [String] = []
  /// When a browser may be opened for a server that wants a sign-in.
  public var signIn = SignInPolicy.ask
  /// Keys instead of the usual ones.
  public var keys = KeyChoices()
  /// Columns that are always shown, or never.
  public var columns = ColumnChoices()
  /// Filters that are asked for by name.
  public var filters = SavedFilters()

  public init() {}
}

/// The event log on disk.
public struct LogSettings: Hashable, Sendable {
  /// Absent means the default place.
  public var file: String?
  public var events = true
  /// Size at which a file is put aside.
  public var maxBytes = 10_485_760
  /// Files put aside that are kept.
  public var keep = 5

  public init() {}
}

/// Where Prometheus finds us; both absent means nowhere.
public struct MetricsSettings: Hashable, Sendable {
  /// `HOST:PORT`.
  public var listen: String?
  public var file: String?

  public init() {}
}
