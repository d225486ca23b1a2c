/// A key press, whatever terminal it came from.
public enum Key: Hashable, Sendable {
  case character(Character)
  case control(Character)
  case up, down, left, right
  case pageUp, pageDown, home, end
  case tab, backTab, enter, escape, backspace
}

/// What a key asks of the screen.
enum Action: Hashable, Sendable, CaseIterable {
  case up, down, pageUp, pageDown, halfUp, halfDown, first, last
  case nextPane, previousPane, servers, sessions, events, errors
  case detail, scope, filter, command, nextError, previousError, follow, freeze
  case reconnect, terminate, mark, unmark
  case help, theme, redraw, suspend, back, quit

  /// Whether it moves within a list.
  var isMove: Bool {
    switch self {
    case .up, .down, .pageUp, .pageDown, .halfUp, .halfDown, .first, .last: true
    default: false
    }
  }
}

/// Keys and what they do, as data: the help is printed from it, so it cannot lie.
struct KeyMap: Sendable {
  struct Binding: Sendable {
    let keys: [Key]
    /// As the help shows them.
    let shown: String
    let action: Action
    let meaning: String
    /// Leads to a change on a server; gone in read-only mode.
    let acts: Bool

    init(_ keys: [Key], _ shown: String, _ action: Action, _ meaning: String, acts: Bool = false) {
      self.keys = keys
      self.shown = shown
      self.action = action
      self.meaning = meaning
      self.acts = acts
    }
  }

  let bindings: [Binding]

  /// The keys of reference/tui.md 6.3: those of vi, less and top. Prefixes of multiplexers (ctrl-a, ctrl-b),
  /// flow control (ctrl-s, ctrl-q) and the quit signal are left alone.
  static let standard: [Binding] = [
    Binding([.up, .character("k")], "k Up", .up, "move up"),
    Binding([.down, .character("j")], "j Down", .down, "move down"),
    Binding([.home, .character("g")], "g Home", .first, "first row"),
    Binding([.end, .character("G")], "G End", .last, "last row"),
    Binding([.pageUp], "PgUp", .pageUp, "page up"),
    Binding([.pageDown], "PgDn", .pageDown, "page down"),
    Binding([.control("u")], "ctrl-u", .halfUp, "half a page up"),
    Binding([.control("d")], "ctrl-d", .halfDown, "half a page down"),
    Binding([.tab, .right, .character("l")], "Tab l", .nextPane, "next pane"),
    Binding([.backTab, .left, .character("h")], "S-Tab h", .previousPane, "previous pane"),
    Binding([.character("1")], "1", .servers, "servers"),
    Binding([.character("2")], "2", .sessions, "sessions"),
    Binding([.character("3")], "3", .events, "events"),
    Binding([.character("4")], "4", .errors, "error counters"),
    Binding([.enter], "Enter", .detail, "detail of the selected row"),
    Binding([.escape], "Esc", .back, "back; clear marks, filter, freeze"),
    Binding([.character("a")], "a", .scope, "sessions: of all servers or of one"),
    Binding([.character("/")], "/", .filter, "filter: words, server:git* state:failed err>0"),
    Binding([.character(":")], ":", .command, "a command: reload the configuration, quit"),
    Binding([.character("e")], "e", .nextError, "next error in the events"),
    Binding([.character("E")], "E", .previousError, "previous error in the events"),
    Binding([.character("f")], "f", .follow, "follow new events, or stop to"),
    Binding([.character("p")], "p", .freeze, "freeze the picture; moving still works"),
    Binding([.character(" ")], "Space", .mark, "mark the session or the server's sessions", acts: true),
    Binding([.character("u")], "u", .unmark, "unmark all", acts: true),
    Binding([.character("r")], "r", .reconnect, "reconnect the selected or marked (asks)", acts: true),
    Binding([.character("K")], "K", .terminate, "terminate the selected or marked (asks)", acts: true),
    Binding([.character("T")], "T", .theme, "next theme"),
    Binding([.control("l")], "ctrl-l", .redraw, "draw the screen anew"),
    Binding([.control("z")], "ctrl-z", .suspend, "suspend"),
    Binding([.character("?")], "?", .help, "this help"),
    Binding([.character("q")], "q", .back, "back; at the top: quit"),
    Binding([.character("Q"), .control("c")], "Q ctrl-c", .quit, "quit from anywhere"),
  ]

  init(readOnly: Bool) {
    bindings = Self.standard.filter { !readOnly || !$0.acts }
  }

  func action(for key: Key) -> Action? {
    bindings.first { $0.keys.contains(key) }?.action
  }
}
