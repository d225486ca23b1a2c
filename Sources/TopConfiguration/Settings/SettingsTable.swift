import TopDisplay
import MCPSessions

/// One setting of our own file: where it stands, what it may be, what it is for.
///
/// Reading the file, reading the environment, the default file and what is in force all come from this
/// table, so that none of them can lack a setting or say something else.
struct SettingField: Sendable {
  typealias Place<Value> = WritableKeyPath<Settings, Value> & Sendable

  enum Kind: Sendable {
    case flag(any Place<Bool>)
    case number(any Place<Int>, ClosedRange<Int>, unit: String)
    case milliseconds(any Place<Duration>, ClosedRange<Int>)
    case word(any Place<String>)
    /// Of a file, absent unless set; variables of the environment may stand in it, `~/` is the home, and a
    /// relative one is seen from the file that names it.
    case path(any Place<String?>)
    /// `HOST:PORT`.
    case address(any Place<String?>)
    /// true, false or auto.
    case glyphs(any Place<GlyphChoice>)
    /// never, ask or auto.
    case signIn(any Place<SignInPolicy>)
    /// A list of texts, or one text; in the environment separated by spaces.
    case words(any Place<[String]>)
    /// Actions and their keys; `ACTION=KEY,KEY` in the environment.
    case keys(any Place<KeyChoices>)
    /// Columns, and whether they are shown; `TITLE=WORD, TITLE=WORD` in the environment.
    case columns(any Place<ColumnChoices>)
    /// Names and their filters; `NAME=FILTER; NAME=FILTER` in the environment.
    case filters(any Place<SavedFilters>)
  }

  let section: String
  let key: String
  let kind: Kind
  /// For the default file.
  let comment: String

  var path: String { "\(section).\(key)" }

  /// The variable that overrides the file: `SESSIONTOP_LOG_FILE`; those of the screen go without its name.
  var variable: String {
    var words = section == "ui" ? "" : "\(section)_"
    for letter in key { words += letter.isUppercase ? "_\(letter)" : "\(letter)" }
    return "SESSIONTOP_" + words.uppercased()
  }

  /// What stands in `settings`, fit to be shown.
  func value(in settings: Settings) -> ResolvedSetting.Value {
    func shown(_ text: String) -> ResolvedSetting.Value { .text(PrintableText.line(text, limit: 400)) }
    switch kind {
    case .flag(let place): return .flag(settings[keyPath: place])
    case .number(let place, _, _): return .number(settings[keyPath: place])
    case .milliseconds(let place, _): return .number(Int(settings[keyPath: place].inMilliseconds))
    case .word(let place): return shown(settings[keyPath: place])
    case .path(let place), .address(let place): return settings[keyPath: place].map(shown) ?? .none
    case .words(let place):
      // The program's name; its arguments may be an address with a key, or a token.
      guard let program = settings[keyPath: place].first else { return shown("[]") }
      let others = settings[keyPath: place].count > 1 ? ", •••" : ""
      return shown("[\"\(program.contains("=") || program.contains("://") ? "•••" : program)\"\(others)]")
    case .keys(let place): return shown(settings[keyPath: place].description)
    case .columns(let place): return shown(settings[keyPath: place].description)
    case .filters(let place): return shown(settings[keyPath: place].description)
    case .signIn(let place): return .text(settings[keyPath: place].rawValue)
    case .glyphs(let place):
      switch settings[keyPath: place] {
      case .automatic: return .text("auto")
      case .ascii: return .flag(true)
      case .utf8: return .flag(false)
      }
    }
  }

  static let all: [SettingField] = [
    SettingField(
      section: "ui", key: "theme", kind: .word(\.ui.theme),
      comment: "One of `sessiontop theme list`, or a file."),
    SettingField(
      section: "ui", key: "refresh", kind: .milliseconds(\.ui.refresh, 100...60_000),
      comment: "Time between looks at the clock, 100 to 60000; news are drawn when they come."),
    SettingField(
      section: "ui", key: "readOnly", kind: .flag(\.ui.readOnly),
      comment: "Take away the keys that change anything on a server."),
    SettingField(
      section: "ui", key: "ascii", kind: .glyphs(\.ui.glyphs),
      comment: "true draws with ASCII only, false never, auto looks at the locale."),
    SettingField(
      section: "ui", key: "bell", kind: .flag(\.ui.bell),
      comment: "Ring when something goes wrong, once in ten seconds at most."),
    SettingField(
      section: "ui", key: "title", kind: .flag(\.ui.title),
      comment: "Name the worst state in the window's title."),
    SettingField(
      section: "ui", key: "onAlert", kind: .words(\.ui.onAlert),
      comment:
        "A program and its arguments; gets the event as JSON when something goes wrong or is well again."),
    SettingField(
      section: "ui", key: "signIn", kind: .signIn(\.ui.signIn),
      comment: "Open a browser for a server that wants a sign-in: never, ask (a key does it) or auto."),
    SettingField(
      section: "ui", key: "keys", kind: .keys(\.ui.keys),
      comment: "Keys instead of the usual ones, such as {reconnect: R, filter: [f, ctrl-f]}."),
    SettingField(
      section: "ui", key: "columns", kind: .columns(\.ui.columns),
      comment: "Columns that are shown always or never, such as {GOOD: never, P95: always}; auto: by room."),
    SettingField(
      section: "ui", key: "filters", kind: .filters(\.ui.filters),
      comment: "Filters by name, for the key ' and :saved, such as {night: \"!server:*-dev\"}."),
    SettingField(
      section: "log", key: "file", kind: .path(\.log.file),
      comment: "The event log, ~/ or seen from this file; null means the folder of state."),
    SettingField(
      section: "log", key: "text", kind: .path(\.log.text),
      comment: "A file for log lines, as watch prints them; null means none."),
    SettingField(
      section: "log", key: "events", kind: .flag(\.log.events), comment: "Whether events are logged at all."),
    SettingField(
      section: "log", key: "maxBytes",
      kind: .number(\.log.maxBytes, 4_096...1_099_511_627_776, unit: "bytes"),
      comment: "The size at which a log is put aside."),
    SettingField(
      section: "log", key: "maxHours", kind: .number(\.log.maxHours, 0...87_600, unit: "hours"),
      comment: "The age of its first line at which a log is put aside; 0: never."),
    SettingField(
      section: "log", key: "keep", kind: .number(\.log.keep, 0...1_000, unit: "files"),
      comment: "Logs put aside that are kept."),
    SettingField(
      section: "metrics", key: "listen", kind: .address(\.metrics.listen),
      comment: "HOST:PORT where Prometheus asks; null means nowhere."),
    SettingField(
      section: "metrics", key: "file", kind: .path(\.metrics.file),
      comment: "A file for the textfile collector; null means none."),
    SettingField(
      section: "serve", key: "name", kind: .word(\.serve.name),
      comment: "Under which name `serve` is found."),
    SettingField(
      section: "serve", key: "readOnly", kind: .flag(\.serve.readOnly),
      comment: "`serve` takes no commands: others may only look."),
    SettingField(
      section: "limits", key: "connecting", kind: .number(\.limits.connecting, 1...10_000, unit: ""),
      comment: "Handshakes in flight at once, over all servers."),
    SettingField(
      section: "limits", key: "initializePerSecond",
      kind: .number(\.limits.initializePerSecond, 1...100_000, unit: ""),
      comment: "Handshakes started in a second, for each origin."),
    SettingField(
      section: "limits", key: "events", kind: .number(\.limits.events, 100...1_000_000, unit: ""),
      comment: "Events kept for the screen."),
  ]

  static let sections = ["ui", "log", "metrics", "serve", "limits"]
}
