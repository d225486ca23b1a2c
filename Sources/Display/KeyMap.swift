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
  case detail, nextProblem, filter, follow, freeze
  case reconnect, terminate
  case theme, redraw, suspend, help, back, quit
}

/// Keys and what they do, as data: the help is printed from it, so it cannot lie.
struct KeyMap: Sendable {
  struct Binding: Sendable {
    let keys: [Key]
    /// As the help shows them.
    let shown: String
    let action: Action
    let meaning: String
    /// Changes something on a server; gone in read-only mode.
    var changesServers = false
  }

  static let standard: [Binding] = [
    Binding(keys: [.up, .character("k")], shown: "k Up", action: .up, meaning: "move up"),
    Binding(keys: [.down, .character("j")], shown: "j Down", action: .down, meaning: "move down"),
    Binding(keys: [.home, .character("g")], shown: "g Home", action: .first, meaning: "first row"),
    Binding(keys: [.end, .character("G")], shown: "G End", action: .last, meaning: "last row"),
    Binding(keys: [.pageUp], shown: "PgUp", action: .pageUp, meaning: "page up"),
    Binding(keys: [.pageDown], shown: "PgDn", action: .pageDown, meaning: "page down"),
    Binding(keys: [.control("u")], shown: "ctrl-u", action: .halfUp, meaning: "half a page up"),
    Binding(keys: [.control("d")], shown: "ctrl-d", action: .halfDown, meaning: "half a page down"),
    Binding(keys: [.tab], shown: "Tab", action: .nextPane, meaning: "next pane"),
    Binding(keys: [.backTab], shown: "shift-Tab", action: .previousPane, meaning: "previous pane"),
    Binding(keys: [.character("1")], shown: "1", action: .servers, meaning: "servers"),
    Binding(keys: [.character("2")], shown: "2", action: .sessions, meaning: "sessions"),
    Binding(keys: [.character("3")], shown: "3", action: .events, meaning: "events"),
    Binding(keys: [.character("4")], shown: "4", action: .errors, meaning: "error counters"),
    Binding(keys: [.enter], shown: "Enter", action: .detail, meaning: "detail of the selected row"),
    Binding(keys: [.escape], shown: "Esc", action: .back, meaning: "back, clear the filter"),
    Binding(keys: [.character("e")], shown: "e", action: .nextProblem, meaning: "next server with a problem"),
    Binding(keys: [.character("/")], shown: "/", action: .filter, meaning: "filter rows by a word"),
    Binding(keys: [.character("f")], shown: "f", action: .follow, meaning: "follow new events"),
    Binding(keys: [.character("p")], shown: "p", action: .freeze, meaning: "freeze the picture; moving still works"),
    Binding(
      keys: [.character("r")], shown: "r", action: .reconnect, meaning: "reconnect (asks first)", changesServers: true),
    Binding(
      keys: [.character("K")], shown: "K", action: .terminate, meaning: "terminate sessions (asks first)",
      changesServers: true),
    Binding(keys: [.character("T")], shown: "T", action: .theme, meaning: "next theme"),
    Binding(keys: [.control("l")], shown: "ctrl-l", action: .redraw, meaning: "draw the screen anew"),
    Binding(keys: [.control("z")], shown: "ctrl-z", action: .suspend, meaning: "suspend"),
    Binding(keys: [.character("?")], shown: "?", action: .help, meaning: "this help"),
    Binding(keys: [.character("q")], shown: "q", action: .back, meaning: "back; at the top: quit"),
    Binding(keys: [.character("Q"), .control("c")], shown: "Q ctrl-c", action: .quit, meaning: "quit"),
  ]

  let bindings: [Binding]

  init(readOnly: Bool) {
    bindings = Self.standard.filter { !readOnly || !$0.changesServers }
  }

  func action(for key: Key) -> Action? {
    bindings.first { $0.keys.contains(key) }?.action
  }
}
