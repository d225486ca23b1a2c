/// The words of the command line.
enum CommandWord: String, CaseIterable, Sendable {
  case servers, sessions, events, errors
  case group, filter, saved, sort, mark, unmark
  case reconnect, terminate, pause, resume
  case freeze, follow, goto, acknowledge, unacknowledge, mute, log, outages
  case copy, export, inspect, compare, share, privacy
  case theme, refresh, mouse, reload, redraw, undo, utc, zoom, help, quit

  /// A word, or as much of one as can mean no other; nil when it means none or several.
  init?(_ text: String) {
    let fitting = Self.beginning(with: text)
    guard let word = CommandWord(rawValue: text) ?? (fitting.count == 1 ? fitting[0] : nil) else {
      return nil
    }
    self = word
  }

  /// Those that a text may be the beginning of.
  static func beginning(with text: String) -> [CommandWord] {
    allCases.filter { $0.rawValue.hasPrefix(text) }
  }

  /// What stands behind the word, for the help and for completion.
  enum Argument: Sendable {
    case none, filter, sort, theme, seconds, clock, grouping, saved
  }

  var argument: Argument {
    switch self {
    case .filter, .mark, .reconnect, .terminate, .pause, .resume, .acknowledge, .unacknowledge: .filter
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
    case .mark, .unmark, .reconnect, .terminate, .pause, .resume, .undo: true
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
