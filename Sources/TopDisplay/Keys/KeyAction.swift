import MCPSessions

/// What a key asks for.
enum KeyAction: Hashable, Sendable, CaseIterable {
  case screen(Action)
  /// Do something to the sessions that are chosen.
  case verb(OperatorAction)

  /// The verbs stand behind the marks.
  static var allCases: [KeyAction] {
    Action.allCases.flatMap {
      $0 == .unmark ? [.screen($0)] + OperatorAction.allCases.map(KeyAction.verb) : [.screen($0)]
    }
  }

  /// In settings (`ui.keys`).
  var name: String {
    switch self {
    case .screen(let action): action.rawValue
    case .verb(let verb): verb.rawValue
    }
  }

  init?(_ name: String) {
    guard let action = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = action
  }

  /// Absent for what is done to a session.
  var screen: Action? { if case .screen(let action) = self { action } else { nil } }

  var topic: Action.Topic { screen?.topic ?? .acting }

  /// Whether it leads to a change on a server; gone in read-only mode.
  var acts: Bool { screen?.acts ?? true }

  /// Whether there must be a recording, and only then.
  var isOfReplay: Bool { screen?.isOfReplay ?? false }

  /// What the help says.
  var meaning: String {
    switch self {
    case .screen(let action): action.meaning
    case .verb(let verb): verb.meaning
    }
  }
}

/// What a key asks of the screen itself. Raw values are the names in settings (`ui.keys`).
enum Action: String, Hashable, Sendable, CaseIterable {
  case up, down, first, last, pageUp, pageDown, halfUp, halfDown
  case nextPane, previousPane, servers, sessions, events, errors
  case detail, back, scope
  case filter, saved, command, nextProblem, previousProblem, problemsOnly, onset, level, fold
  case outages, nextError, previousError, nextWarning, previousWarning, follow, freeze
  case sort, reverse, faster, slower
  case rowEvents, compare, share, privacy
  case mark, markAll, unmark, undo
  case acknowledge, mute, log
  case copy, copyCommand, export, inspect
  case theme, utc, columns, zoom, mouse, redraw, suspend, help, quit
  // A recording.
  case play, stepForward, stepBack, jumpForward, jumpBack

  /// What the help puts together, in its order.
  enum Topic: String, CaseIterable, Sendable {
    case moving = "moving and reading"
    case finding = "finding trouble"
    case acting
    case sharing = "taking along"
    case screen
    case recording = "a recording"
  }

  var topic: Topic {
    switch self {
    case .up, .down, .first, .last, .pageUp, .pageDown, .halfUp, .halfDown, .nextPane, .previousPane,
      .servers,
      .sessions, .events, .errors, .detail, .back, .scope, .rowEvents, .compare:
      .moving
    case .filter, .saved, .command, .nextProblem, .previousProblem, .problemsOnly, .onset, .level, .fold,
      .outages, .nextError, .previousError, .nextWarning, .previousWarning, .sort, .reverse:
      .finding
    case .mark, .markAll, .unmark, .undo, .acknowledge, .mute, .log:
      .acting
    case .copy, .copyCommand, .export, .inspect, .share, .privacy: .sharing
    case .follow, .freeze, .faster, .slower, .theme, .utc, .columns, .zoom, .mouse, .redraw, .suspend, .help,
      .quit:
      .screen
    case .play, .stepForward, .stepBack, .jumpForward, .jumpBack: .recording
    }
  }

  /// Whether it moves within a list.
  var isMove: Bool {
    switch self {
    case .up, .down, .pageUp, .pageDown, .halfUp, .halfDown, .first, .last: true
    default: false
    }
  }

  /// Whether it leads to a change on a server; gone in read-only mode.
  var acts: Bool {
    switch self {
    case .mark, .markAll, .unmark, .undo: true
    default: false
    }
  }

  /// Whether there must be a recording, and only then.
  var isOfReplay: Bool {
    switch self {
    case .play, .stepForward, .stepBack, .jumpForward, .jumpBack: true
    default: false
    }
  }

  /// Whether it is about the row that is selected.
  var isAboutRow: Bool { acts || [.detail, .mark, .inspect, .copy, .rowEvents, .share].contains(self) }

  /// What the help says.
  var meaning: String {
    switch self {
    case .up: "move up"
    case .down: "move down"
    case .first: "first row"
    case .last: "last row"
    case .pageUp: "page up"
    case .pageDown: "page down"
    case .halfUp: "half a page up"
    case .halfDown: "half a page down"
    case .nextPane: "next pane"
    case .previousPane: "previous pane"
    case .servers: "servers"
    case .sessions: "sessions"
    case .events: "events"
    case .errors: "error counters"
    case .detail: "detail; of an event its session"
    case .back: "back; let go of marks, filter ..."
    case .scope: "sessions of all servers, or one"
    case .filter: "filter: server:git* err>0 /re/"
    case .saved: "a filter of ui.filters, by its name"
    case .command: "command line; Tab completes"
    case .nextProblem: "next row that is not well"
    case .previousProblem: "previous row that is not well"
    case .problemsOnly: "only what is not well, or all"
    case .fold: "what fell together: one row, or each"
    case .onset: "sign in, or how trouble began"
    case .outages: "outages since this program looks"
    case .level: "events: from info, warning; all"
    case .nextError: "next error; in a replay, next outage"
    case .previousError: "previous error, or outage"
    case .nextWarning: "next warning in the events"
    case .previousWarning: "previous warning in the events"
    case .follow: "follow new events, or stop to"
    case .freeze: "freeze; moving still works"
    case .sort: "sort by ..."
    case .reverse: "sort the other way round"
    case .faster: "draw more often; replay faster"
    case .slower: "draw less often; replay slower"
    case .rowEvents: "the events of this row only"
    case .compare: "compare two marked rows"
    case .share: "all for a ticket, as one text file"
    case .privacy: "hide hosts, users and ids, or show"
    case .mark: "mark a session or a server's"
    case .markAll: "mark all that is shown"
    case .unmark: "unmark all"
    case .undo: "undo what was done within 30 s"
    case .utc: "times in UTC, or local ones"
    case .columns: "columns: always, never, by room"
    case .zoom: "one pane over the whole screen"
    case .acknowledge: "acknowledge this row, or the alert"
    case .mute: "mute the bell, or no longer"
    case .log: "what operators did"
    case .copy: "copy id or error (OSC 52)"
    case .copyCommand: "copy the command for this view"
    case .export: "export what is shown (JSON)"
    case .inspect: "the row as JSON"
    case .theme: "next theme"
    case .mouse: "mouse on or off"
    case .redraw: "draw the screen anew"
    case .suspend: "suspend"
    case .help: "this help"
    case .quit: "quit from anywhere"
    case .play: "play, or pause the recording"
    case .stepForward: "to the next event"
    case .stepBack: "to the event before"
    case .jumpForward: "a minute forward"
    case .jumpBack: "a minute back"
    }
  }
}
