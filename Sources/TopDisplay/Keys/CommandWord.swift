import MCPSessions

/// The words of the command line: those of the screen, and what can be done to sessions.
enum CommandWord: Hashable, Sendable {
  case screen(ScreenWord)
  case verb(OperatorAction)

  /// The verbs stand behind the marks.
  static let all: [CommandWord] = ScreenWord.allCases.flatMap {
    $0 == .unmark ? [.screen($0)] + OperatorAction.allCases.map(CommandWord.verb) : [.screen($0)]
  }

  var text: String {
    switch self {
    case .screen(let word): word.rawValue
    case .verb(let verb): verb.rawValue
    }
  }

  /// A word, or as much of one as can mean no other; nil when it means none or several.
  init?(_ text: String) {
    let fitting = Self.beginning(with: text)
    guard let word = fitting.first(where: { $0.text == text }) ?? (fitting.count == 1 ? fitting[0] : nil)
    else { return nil }
    self = word
  }

  /// Those that a text may be the beginning of.
  static func beginning(with text: String) -> [CommandWord] { all.filter { $0.text.hasPrefix(text) } }

  var argument: ScreenWord.Argument {
    switch self {
    case .screen(let word): word.argument
    case .verb: .filter
    }
  }

  var acts: Bool {
    switch self {
    case .screen(let word): word.acts
    case .verb: true
    }
  }
}

/// The words of the command line that are about the screen.
enum ScreenWord: String, CaseIterable, Sendable {
  case servers, sessions, events, errors
  case group, filter, saved, sort, mark, unmark
  case freeze, follow, goto, acknowledge, unacknowledge, mute, log, outages
  case copy, export, inspect, compare, share, privacy
  case theme, refresh, mouse, reload, redraw, undo, utc, zoom, help, quit

  /// What stands behind the word, for the help and for completion.
  enum Argument: Sendable {
    case none, filter, sort, theme, seconds, clock, grouping, saved
  }

  var argument: Argument {
    switch self {
    case .filter, .mark, .acknowledge, .unacknowledge: .filter
    case .sort: .sort
    case .theme: .theme
    case .refresh: .seconds
    case .goto: .clock
    case .group: .grouping
    case .saved: .saved
    default: .none
    }
  }

  var acts: Bool {
    switch self {
    case .mark, .unmark, .undo: true
    default: false
    }
  }

  /// The action of a key that does the same, for words that need nothing more.
  var action: Action? {
    switch self {
    case .servers: .servers
    case .sessions: .sessions
    case .events: .events
    case .errors: .errors
    case .unmark: .unmark
    case .freeze: .freeze
    case .follow: .follow
    case .undo: .undo
    case .utc: .utc
    case .zoom: .zoom
    case .mute: .mute
    case .log: .log
    case .outages: .outages
    case .copy: .copy
    case .export: .export
    case .inspect: .inspect
    case .compare: .compare
    case .share: .share
    case .privacy: .privacy
    case .mouse: .mouse
    case .redraw: .redraw
    case .help: .help
    case .quit: .quit
    default: nil
    }
  }
}
