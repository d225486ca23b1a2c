package import TopDisplay
package import MCPSessions

/// What our own file says besides servers; built-in values where it is silent.
package struct Settings: Hashable, Sendable {
  package var ui = UISettings()
  package var log = LogSettings()
  package var metrics = MetricsSettings()
  package var serve = ServeSettings()
  package var limits = Limits()
  /// Users whose values servers may name, one session for each, in the order of the files.
  package var users: [UserSettings] = []

  package init() {}
}

/// One user on whose behalf sessions are kept.
package struct UserSettings: Hashable, Sendable {
  package let id: String
  /// What stands for `{{NAME}}`, by name.
  package var variables: [String: Secret] = [:]

  package init(id: String) {
    self.id = id
  }
}

/// The screen.
package struct UISettings: Hashable, Sendable {
  /// A built-in theme, a name in the user's theme folder, or a path.
  package var theme = "default"
  /// Time between looks at the clock; the screen itself changes when something happens.
  package var refresh = Duration.seconds(1)
  /// No reconnect, no terminate.
  package var readOnly = false
  package var glyphs = GlyphChoice.automatic
  package var bell = false
  /// Whether the window's title names the worst state.
  package var title = true
  /// Program and arguments that are run for an alert; empty means none.
  package var onAlert: [String] = []
  /// When a browser may be opened for a server that wants a sign-in.
  package var signIn = SignInPolicy.ask
  /// Keys instead of the usual ones.
  package var keys = KeyChoices()
  /// Columns that are always shown, or never.
  package var columns = ColumnChoices()
  /// Filters that are asked for by name.
  package var filters = SavedFilters()

  package init() {}
}

/// The event log on disk, and log lines in a file.
package struct LogSettings: Hashable, Sendable {
  /// Absent means the default place.
  package var file: String?
  /// Where the lines of `watch --format text` are written as well; absent means nowhere.
  package var text: String?
  /// The least level of those lines. No key of the file: the environment says it.
  package var level = EventLevel.info
  package var events = true
  /// Size at which a file is put aside.
  package var maxBytes = 10_485_760
  /// Hours after its first line at which a file is put aside; 0: never.
  package var maxHours = 0
  /// Files put aside that are kept.
  package var keep = 5

  package init() {}
}

/// How the service presents itself.
package struct ServeSettings: Hashable, Sendable {
  /// Under which name it is found.
  package var name = "default"
  /// It takes no commands.
  package var readOnly = false

  package init() {}
}

/// Where Prometheus finds us; both absent means nowhere.
package struct MetricsSettings: Hashable, Sendable {
  /// `HOST:PORT`.
  package var listen: String?
  package var file: String?

  package init() {}
}
