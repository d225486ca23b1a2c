package import MCPSessions

/// What surrounds the screen and is not chosen on it.
package struct Context: Hashable, Sendable {
  /// The name of the machine.
  package let host: String
  /// Who presses the keys.
  package let `operator`: Operator
  /// Takes the keys away that change something on a server.
  package let readOnly: Bool
  /// Seconds east of UTC, for the clock.
  package private(set) var utcOffset: Int
  /// Only ASCII may be drawn.
  package let ascii: Bool
  package let themeName: String
  package let version: String
  /// How old knowledge may be before the screen says that it is stale; nil when nothing new is expected.
  package let staleAfter: Duration?
  /// When what tells us of sessions was seen at work last, if that is known beside what it told.
  package var lastTurn: Instant?
  /// Services that are to be seen and are away: what is shown of them is what they said last.
  package var absences: [Absence] = []
  /// Keys that were chosen instead of the usual ones.
  package var keys = KeyChoices()
  /// Filters that can be asked for by name.
  package var filters = SavedFilters()
  /// Themes that can be asked for by name.
  package var themeNames: [String] = []
  /// The least time between two pictures that nobody asked for by a key.
  package var refresh = Duration.seconds(1)
  /// How the program was started, for the command that leads to what is seen.
  package var invocation = "sessiontop"
  /// What texts are without on a screen that others look at.
  var hiding = Concealment.none
  /// What is being replayed, if it is not the present that is shown.
  package var replay: ReplayStatus?

  package init(
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

extension Context {
  /// With what the operator chose for the screen.
  func showing(_ view: ViewState) -> Context {
    var context = self
    if view.usesUTC { context.utcOffset = 0 }
    return context
  }

  /// `14:32:07 UTC`, or with how far local time is from it.
  func clock(_ time: WallTime) -> String { "\(time.clock(offset: utcOffset)) \(zone)" }

  /// `14:32:07`, and its date where it is not that of `now`: `23 Nov 14:32:07`.
  func dated(_ time: WallTime, at now: WallTime) -> String {
    let (day, today) = (date(time), date(now))
    return (day == today ? "" : day + " ") + time.clock(offset: utcOffset)
  }

  /// `23 Nov`.
  func date(_ time: WallTime) -> String {
    let local = WallTime(milliseconds: time.milliseconds + Int64(utcOffset) * 1_000).rfc3339
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let parts = local.prefix(10).split(separator: "-").map { Int($0) ?? 1 }
    return "\(parts.last ?? 1) \(months[(max(1, min(12, parts.dropFirst().first ?? 1))) - 1])"
  }

  private var zone: String {
    guard utcOffset != 0 else { return "UTC" }
    let minutes = abs(utcOffset) / 60
    let rest = minutes % 60 == 0 ? "" : ":\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
    return "UTC\(utcOffset < 0 ? "-" : "+")\(minutes / 60)\(rest)"
  }

  /// Whether keys may change something on a server.
  var isActing: Bool { !readOnly && replay == nil }
}

extension KeyMap {
  /// The keys that work here.
  init(_ context: Context) {
    self.init(choices: context.keys, isActing: context.isActing, isReplay: context.replay != nil)
  }
}

extension Context {
  /// The first key of an action as it is written; nil when no key does it here.
  func key(_ action: Action) -> String? { key(.screen(action)) }

  func key(_ action: KeyAction) -> String? {
    KeyMap(self).bindings.first { $0.action == action }?.keys.first?.spelled
  }

  /// For texts that tell what could be done: `r reconnects`; nil when no key does it here.
  func hint(_ action: Action, _ words: String) -> String? { hint(.screen(action), words) }

  func hint(_ action: KeyAction, _ words: String) -> String? {
    key(action).map { "\($0 == "esc" ? "Esc" : $0) \(words)" }
  }
}
