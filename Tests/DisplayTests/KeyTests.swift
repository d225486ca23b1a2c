import MCPSessions
import Testing

@testable import TopDisplay

@Suite struct `Keys` {
  @Test func `do one thing each`() {
    var replaying = context()
    replaying.replay = ReplayStatus(isPlaying: true, speed: 1, place: 0, count: 1)
    for context in [context(), replaying] {
      let keys = KeyMap(context).bindings.flatMap(\.keys)
      #expect(Set(keys).count == keys.count, "a key stands twice in the map")
    }
    #expect(Set(KeyMap.standard.map(\.action)) == Set(KeyAction.allCases), "an action has no key")
  }

  @Test func `are all in the help`() {
    let size = Size(columns: 120, rows: 40)
    var view = ViewState()
    view.size = size
    press(["?"], &view, troubledMorning)
    let help = render(troubledMorning, view, at: now, size: size, context: context()).text
    for binding in KeyMap(context()).bindings {
      #expect(help.contains(binding.action.meaning), "\(binding.shown)")
      #expect(help.contains(binding.shown))
    }
  }

  @Test func `that act are gone in read-only mode`() {
    let readOnly = context(readOnly: true)
    for binding in KeyMap.standard where binding.action.acts {
      for key in binding.keys {
        var view = ViewState()
        #expect(press([key], &view, troubledMorning, context: readOnly).isEmpty)
        #expect(view.overlay == .none)
        #expect(view.marks.isEmpty)
      }
    }
  }

  @Test(
    arguments: [
      ([.tab], Pane.sessions), ([.tab, .tab], .events), ([.tab, .tab, .tab, .tab], .servers),
      ([.backTab], .errors),
      (["4"], .errors), (["3", "1"], .servers), (["2"], .sessions), ([.right, .left], .servers),
      (["e"], .events),
    ] as [([Key], Pane)]) func `choose a pane`(keys: [Key], pane: Pane)
  {
    var view = ViewState()
    press(keys, &view, troubledMorning)
    #expect(view.pane == pane)
  }

  @Test(
    arguments: [
      ([.down], 1), (["j", "j", "k"], 1), (["G"], 6), (["G", "j"], 6), (["G", "g"], 0), (["k"], 0),
      ([.pageDown], 6),
    ] as [([Key], Int)]) func `move the selection and stop at the ends`(keys: [Key], index: Int)
  {
    var view = ViewState()
    press(keys, &view, troubledMorning)
    let rows = Rows(troubledMorning, view, at: now)
    #expect(view.servers.index(in: rows.servers.map(\.id)) == index)
  }

  @Test func `leave step by step, and at last the program`() {
    var view = ViewState()
    press(["p", "/", "b", .enter, "2", .enter], &view, troubledMorning)
    #expect(view.isDetailOpen && !view.filter.isEmpty && view.frozen != nil)
    press(["q"], &view, troubledMorning)
    #expect(!view.isDetailOpen)
    press([.escape], &view, troubledMorning)
    #expect(view.filter.isEmpty)
    press([.escape], &view, troubledMorning)
    #expect(view.frozen == nil)
    #expect(press([.escape], &view, troubledMorning) == [], "Esc is too easily sent by chance to quit")
    press(["j"], &view, troubledMorning)
    #expect(press(["q"], &view, troubledMorning) == [.quit])
    #expect(press(["Q"], &view, troubledMorning) == [.quit])
    #expect(press([.control("c")], &view, troubledMorning) == [.quit])
  }

  @Test func `hold the order of rows while one is chosen, and keep it chosen when they reorder`() {
    var view = ViewState()
    let calm = store([server("a"), server("b")], [ready("a"), ready("b")])
    let storm = store(
      [server("a"), server("b"), server("c")],
      [ready("a"), troubled("b", "app", .failed, since: 1, refused), ready("c")])
    func names(_ later: Double = 0) -> [String] {
      Rows(storm, view, at: moment(later)).servers.map(\.report.name)
    }
    #expect(names() == ["b", "a", "c"])
    press(["j", "k"], &view, calm)
    #expect(names() == ["a", "b", "c"])
    #expect(Rows(storm, view, at: now).isHeld)
    #expect(names(6) == ["b", "a", "c"], "nobody is there any more")
    #expect(view.servers.index(in: names(6).map { ExactText($0) }) == 1)
    #expect(press([.escape], &view, storm).isEmpty)
    #expect(names() == ["b", "a", "c"])
  }
}

@Suite struct `What a terminal sends` {
  @Test(
    arguments: [
      ("j", ["j"]), ("\u{1B}", [.escape]), ("\u{1B}j", []), ("\u{1B}qK", ["K"]), ("\u{1B}[3~", [.delete]),
      ("\u{1B}\u{1B}", [.escape, .escape]),
      // The other spelling of the arrows, and what no description knows.
      ("\u{1B}[B", [.down]), ("\u{1B}[Ak", [.up, "k"]), ("\u{1B}OH", [.home]), ("\u{1B}OP", [.function(1)]),
      ("\u{1B}[Z", [.backTab]), ("\u{1B}[1;5Bj", ["j"]), ("\u{1B}[I\u{1B}[O", []),
      ("\u{1B}[200~j\u{1B}[201~", [.pasted("j")]),
      ("\u{1B}[200~r\u{1B}[Ay\u{1B}[201~q", [.pasted("r[Ay"), "q"]),
      ("\u{1B}[<0;12;7M\u{1B}[<0;12;7m", [.click(row: 6, column: 11)]),
      (
        "\u{1B}[<0;500;7M\u{1B}[<64;1;1M\u{1B}[<65;1;1M", [.click(row: 6, column: 499), .wheelUp, .wheelDown]
      ),
      ("\u{1B}[M !!K", [.click(row: 0, column: 0), "K"]), ("\u{1B}[M~KKj", ["j"]),
      ("\u{1B}[97;5uQ", ["Q"]), ("\u{1B}Oxj", ["j"]),
      // Late answers to questions of a program before us.
      ("\u{1B}]11;rgb:0000/0000/0000\u{7}j", ["j"]), ("\u{1B}P1$r q\u{1B}\\j", ["j"]),
      ("\u{1B}[?64;1;2cj", ["j"]),
      // Cut off, or none at all.
      ("\u{1B}[", []), ("\u{1B}[1;", []), ("\u{1B}[\u{9}", [.tab]), ("\u{1B}[\u{1B}[B", [.down]),
      ("\u{1B}[" + String(repeating: "1", count: 40) + "Kj", ["j"]),
    ] as [(String, [Key])]) func `is a key, or nothing`(sent: String, keys: [Key])
  {
    var sequence = KeySequence()
    let taken = sent.unicodeScalars.flatMap { scalar in
      sequence.take(scalar, as: scalar == "\u{9}" ? .tab : .character(Character(scalar)))
    }
    #expect(taken + sequence.finish() == keys)
  }

  @Test(arguments: ["q", "K", "y"] as [Unicode.Scalar])
  func `after Esc is a key of its own only when it comes by itself`(letter: Unicode.Scalar) {
    var sequence = KeySequence()
    #expect(sequence.take("\u{1B}", as: .escape).isEmpty)
    #expect(sequence.take(letter, as: .character(Character(letter))).isEmpty)
    sequence.endRead()
    #expect(sequence.finish().isEmpty, "Alt and a letter is nothing")
    #expect(sequence.take("\u{1B}", as: .escape).isEmpty)
    sequence.endRead()
    #expect(
      sequence.take(letter, as: .character(Character(letter))) == [.escape, .character(Character(letter))])
    #expect(sequence.take("\u{1B}", as: .escape).isEmpty && sequence.take(known: .up).isEmpty)
    #expect(sequence.take(known: .up) == [.up])
  }

  @Test func `as Delete takes away what stands behind the place`() {
    var line = LineEditor("abc")
    for key in [.home, .delete, .right, .delete, .delete] as [Key] {
      let isTaken = line.handle(key)
      #expect(isTaken)
    }
    #expect(line.text == "b" && line.cursor == 1)
    #expect(Key(spelled: "delete") == .delete && Key.delete.spelled == "delete")
  }

  @Test func `is one key, however many pieces it comes in`() {
    var sequence = KeySequence()
    var keys: [Key] = []
    for scalar in "\u{1B}[1;5A\u{1B}[B".unicodeScalars {
      keys += sequence.take(scalar, as: .character(Character(scalar)))
      #expect((sequence.patience != nil) == !"AB".unicodeScalars.contains(scalar))
    }
    #expect(keys == [.down])
    #expect(sequence.finish().isEmpty)
  }
}

@Suite struct `Pasted text whose end is lost` {
  private func halted(_ text: String) -> KeySequence {
    var sequence = KeySequence()
    for scalar in "\u{1B}[200~\(text)".unicodeScalars {
      #expect(sequence.take(scalar, as: .character(Character(scalar))).isEmpty)
    }
    return sequence
  }

  @Test func `is over after a while, and no key of it is taken`() {
    var sequence = halted("Kyq")
    #expect(sequence.patience == .seconds(2))
    #expect(sequence.finish() == [.pasted("")])
    #expect(sequence.patience == nil && sequence.take("q", as: "q") == ["q"])
  }

  @Test func `does not keep ctrl-c from working`() {
    var sequence = halted("abc\u{3}")
    #expect(sequence.patience == .milliseconds(150))
    #expect(sequence.finish() == [.control("c")])
    #expect(halted("abc\u{3}d").patience == .seconds(2))
  }
}

@Suite struct `The question before an action` {
  private let one = [SessionKey(server: "billing", user: "ana")]
  private let ana = Operator(user: "ana", origin: "pts/3")

  @Test(arguments: [.enter, .escape, "n", "r", "q", " ", .down, .tab] as [Key])
  func `takes everything but y as No`(key: Key) {
    var view = ViewState()
    press(["2"], &view, troubledMorning)
    let effects = press(["r", key], &view, troubledMorning)
    #expect(effects.isEmpty)
    #expect(view.overlay == .none)
  }

  @Test func `does what it asked when the answer is y`() throws {
    var view = ViewState()
    press(["2"], &view, troubledMorning)
    let key = try #require(Rows(troubledMorning, view, at: now).sessions.first)
    #expect(press(["r", "y"], &view, troubledMorning) == [.command(.act(.reconnect, on: [key], by: ana))])
    #expect(press(["K", "y"], &view, troubledMorning) == [.command(.act(.terminate, on: [key], by: ana))])
  }

  @Test func `of a pause is followed by that of going on`() throws {
    var view = ViewState()
    press(["2"], &view, troubledMorning)
    let key = try #require(Rows(troubledMorning, view, at: now).sessions.first)
    #expect(press(["Z"], &view, troubledMorning).isEmpty && view.overlay == .none)
    #expect(press(["z", "y"], &view, troubledMorning) == [.command(.act(.pause, on: [key], by: ana))])
    var session = try #require(troubledMorning.sessions[key])
    session.hold = Hold(by: "ana", since: moment(-60), state: session.state)
    session.state = .paused
    var report = EngineReport()
    report.sessions[key] = session
    var paused = troubledMorning
    paused.fold(report, at: now)
    #expect(press(["z"], &view, paused).isEmpty && view.notice == "nothing to pause: paused")
    #expect(press(["Z", "y"], &view, paused) == [.command(.act(.resume, on: [key], by: ana))])
    let screen = render(paused, view, at: now, size: view.size, context: context()).text
    #expect(screen.contains("401 tok"), "\(screen)")
    #expect(
      screen.contains(">= docs-remote -           app  paused "),
      "the same row, whatever its place:\n\(screen)")
  }

  @Test func `about several sessions wants their number`() {
    let keys = ["app", "ben", "ana"].map { SessionKey(server: "ledger", user: $0) }.sorted()
    var view = ViewState()
    press(
      ["/"] + [.character("l"), .character("e"), .character("d")] + [.enter, "K"], &view, troubledMorning)
    guard case .dialog(let dialog) = view.overlay else {
      Issue.record("no question")
      return
    }
    #expect(dialog.keys == keys)
    var no = view
    #expect(press(["y"], &no, troubledMorning).isEmpty)
    var wrong = view
    #expect(press(["2", .enter], &wrong, troubledMorning).isEmpty)
    #expect(press(["3", .enter], &view, troubledMorning) == [.command(.act(.terminate, on: keys, by: ana))])
  }

  @Test func `is not asked about what cannot be done`() {
    var view = ViewState()
    press(["G", "r"], &view, troubledMorning)
    #expect(view.overlay == .none)
    #expect(view.notice?.contains("unmonitored") == true)
  }
}

@Suite struct `A filter` {
  @Test(arguments: [
    ("", 11), ("billing", 3), ("BILL", 3), ("state:recovering", 3), ("state:recovering|unauthorized", 4),
    ("server:*i*", 5), ("user:ana", 2), ("!user:app", 4), ("err>0", 6), ("server:led* user:ben", 1),
    ("zzz", 0), ("state:", 11), ("age>2h", 4), ("for>1h", 5), ("/l[ei]d?ger/", 3),
    ("/^bil+ing$/ user:ana", 1),
    ("state:/recov|unauth/", 4), ("!/ing$/", 8), ("/not found|expired/", 2), ("/(/", 0), ("/led", 3),
    ("https://x", 0),
  ]) func `shows the sessions it accepts`(text: String, count: Int) {
    var view = ViewState()
    press(["2", "A", "/"] + text.map { .character($0) } + [.enter], &view, troubledMorning)
    view.scopeChoice = true
    #expect(Rows(troubledMorning, view, at: now).sessions.count == count)
  }

}
