import MCPSessions
import Testing

@testable import TopDisplay

@Suite struct `The command line` {
  private let ana = Operator(user: "ana", origin: "pts/3")

  private func run(_ text: String, _ view: inout ViewState, context: Context = context()) -> [Effect] {
    press([":"] + text.map { .character($0) } + [.enter], &view, troubledMorning, context: context)
  }

  @Test(arguments: [
    ("theme light", [Effect.theme("light")]), ("theme", [.cycleTheme]), ("quit", [.quit]), ("q", [.quit]),
    ("reload", [.reload]), ("refresh 5s", [.refresh(.seconds(5))]),
    ("refresh 0.5", [.refresh(.milliseconds(500))]),
    ("redr", [.redraw]), ("mouse", [.toggleMouse]), ("refresh 0", []), ("nonsense", []), ("re", []),
    ("   ", []),
  ]) func `does what it says, also in short`(text: String, effects: [Effect]) {
    var view = ViewState()
    #expect(run(text, &view) == effects)
    #expect(view.overlay == .none)
    if effects.isEmpty, text.contains(where: { $0 != " " }) { #expect(view.notice != nil) }
  }

  @Test func `asks about what its filter means, whatever is selected`() {
    var view = ViewState()
    #expect(run("terminate server:ledger !user:app", &view).isEmpty)
    guard case .dialog(let dialog) = view.overlay else {
      Issue.record("no question")
      return
    }
    let keys = ["ana", "ben"].map { SessionKey(server: "ledger", user: $0) }
    #expect(dialog.keys == keys)
    #expect(press(["2", .enter], &view, troubledMorning) == [.command(.act(.terminate, on: keys, by: ana))])
  }

  @Test func `acts on nothing in read-only mode`() {
    var view = ViewState()
    #expect(run("terminate server:ledger", &view, context: context(readOnly: true)).isEmpty)
    #expect(view.overlay == .none)
    #expect(view.notice == "read-only: terminate is off")
    #expect(completions(of: "ter", troubledMorning, context(readOnly: true)) == [])
  }

  @Test(arguments: [
    ("ter", ["terminate"]), ("s", ["servers", "sessions", "saved", "sort", "share"]),
    ("sort e", ["sort errors"]),
    ("sort errors r", ["sort errors reversed"]), ("filter state:rec", ["filter state:recovering"]),
    ("reconnect err>0 server:le", ["reconnect err>0 server:=ledger"]), ("mark use", ["mark user:"]),
    ("refresh 6", ["refresh 60s"]), ("nothing x", []),
  ]) func `completes words, fields and names`(text: String, lines: [String]) {
    #expect(completions(of: text, troubledMorning, context()) == lines)
  }

  @Test func `completes as far as there is no choice, and then shows it`() {
    var view = ViewState()
    press([":", "f", .tab], &view, troubledMorning)
    guard case .prompt(let prompt) = view.overlay else {
      Issue.record("no command line")
      return
    }
    #expect(prompt.line.text == "f" && prompt.choices == ["filter", "freeze", "follow"])
    press(["i", .tab], &view, troubledMorning)
    guard case .prompt(let next) = view.overlay else { return }
    #expect(next.line.text == "filter" && next.choices == [])
  }

  @Test func `remembers what was typed`() {
    var view = ViewState()
    _ = run("servers", &view)
    _ = run("events", &view)
    press([":", "x", .up, .up], &view, troubledMorning)
    guard case .prompt(let prompt) = view.overlay else {
      Issue.record("no command line")
      return
    }
    #expect(prompt.line.text == "servers")
    press([.down, .down], &view, troubledMorning)
    guard case .prompt(let back) = view.overlay else { return }
    #expect(back.line.text == "x")
    for number in 0..<200 { _ = run("sort \(number)", &view) }
    #expect(view.history.count == ViewState.historyLimit)
  }

  @Test(
    arguments: [
      ([.character("a"), .character("b"), .left, .character("c")], "acb", 2),
      ([.character("a"), .character("b"), .control("u")], "", 0),
      ([.character("a"), .character(" "), .character("b"), .control("w")], "a ", 2),
      ([.character("a"), .home, .backspace, .character("x"), .end], "xa", 2),
      ([.character("a"), .character("b"), .home, .control("k")], "", 0),
      ([.character("e"), .character("\u{301}")], "e\u{301}", 1),
    ] as [([Key], String, Int)]) func `is edited like every other line`(
      keys: [Key], text: String, cursor: Int
    )
  {
    var line = LineEditor()
    for key in keys { _ = line.handle(key) }
    #expect(line.text == text)
    #expect(line.cursor == cursor)
  }
}

@Suite struct `A regular expression` {
  @Test(arguments: [
    ("abc", "xxABCxx", true), ("^abc", "xabc", false), ("abc$", "abcx", false), ("a.c", "abc", true),
    ("a*b", "b", true), ("a+b", "b", false), ("a+b", "aaab", true), ("ab?c", "ac", true),
    ("(ab|cd)+e", "abcde", true),
    ("[a-c]x", "cx", true), ("[^a-c]x", "cx", false), ("\\d+ms", "in 12ms", true), ("\\.", "a", false),
    ("\\.", "a.", true),
    ("()", "", true), ("é", "CAFÉ", true), ("[]]", "]", true), ("a|", "z", true), ("^$", "", true),
    ("^$", "x", false),
    ("x*", "", true),
  ]) func `finds what it says`(pattern: String, text: String, found: Bool) throws {
    let expression = try #require(RegularExpression(pattern))
    #expect(expression.isFound(in: text) == found)
  }

  @Test(arguments: ["(", ")", "*a", "[a", "a\\", "(a", "+", String(repeating: "a", count: 2_000)])
  func `that cannot be read is refused`(pattern: String) {
    #expect(RegularExpression(pattern) == nil)
  }

  @Test func `takes no longer for a text that nearly matches`() throws {
    let expression = try #require(RegularExpression("(a*)*(a|a)*(a+)+b"))
    #expect(!expression.isFound(in: String(repeating: "a", count: 2_000)))
  }
}

@Suite struct `Chosen keys` {
  @Test func `work instead of the usual ones, and the help shows them`() {
    var choices = KeyChoices()
    let problems = [choices.bind("reconnect", to: ["R", "f5"]), choices.bind("filter", to: ["r"])]
    #expect(problems == [nil, nil])
    #expect(choices.description == #"{filter: ["r"], reconnect: ["R", "F5"]}"#)
    var context = context()
    context.keys = choices
    let map = KeyMap(context)
    #expect(map.action(for: "R") == .verb(.reconnect) && map.action(for: .function(5)) == .verb(.reconnect))
    #expect(map.action(for: "r") == .screen(.filter))
    #expect(map.action(for: "/") == nil)
  }

  @Test(arguments: [
    ("dance", ["d"], "there is no such action"),
    ("filter", ["ctrl-a"], "ctrl-a belongs to terminals and multiplexers"),
    ("filter", ["hyper"], "hyper is no key"), ("back", [], "there must be a way out"),
    ("sort", ["X"], "X is bound to log already"),
  ]) func `that cannot be are refused`(action: String, keys: [String], problem: String) {
    var choices = KeyChoices()
    _ = choices.bind("log", to: ["X"])
    let found = choices.bind(action, to: keys)
    #expect(found == problem)
  }
}
