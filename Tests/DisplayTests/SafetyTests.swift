import MCPSessions
import Testing

@testable import TopDisplay

/// What a slip of the fingers must not do.
@Suite struct `A slip` {
  private let ana = Operator(user: "ana", origin: "pts/3")

  private func run(_ text: String, _ view: inout ViewState, context: Context = context()) -> [Effect] {
    press([":"] + typed(text) + [.enter], &view, troubledMorning, context: context)
  }

  @Test(arguments: [
    ("sever:ledger", #"no field "sever"; server?"#), ("level:error", "sessions have no level"),
    ("transport:sse", "sessions have no transport"), ("event:x", "sessions have no event"),
    ("server:", "server: needs a value"), ("errs>0", #"no field "errs"; err?"#),
    ("err>", "err> needs a number, such as err>0"), ("err>x", "err> needs a number, such as err>0"),
    ("err:5", "err is a number: err>1 or err<1"),
    ("server>5", "server is no number; server:WORD looks for text"),
    ("state:borken", "no state is called borken"), ("server:/[/", "the expression /[/ cannot be read"),
    ("/(?i)x/", "the expression /(?i)x/ cannot be read"), ("/a{2}/", "the expression /a{2}/ cannot be read"),
    ("!", "say which sessions, such as server:NAME"),
  ]) func `in a filter selects nothing, and is told`(text: String, objection: String) {
    for word in ["terminate", "reconnect", "pause", "resume", "mark", "acknowledge"] {
      var view = ViewState()
      #expect(run("\(word) \(text)", &view).isEmpty)
      #expect(view.overlay == .none, "\(word)")
      #expect(view.notice == objection, "\(word)")
      #expect(view.marks.isEmpty)
    }
  }

  @Test(arguments: [("sever:x", "no field"), ("err>", "needs a number"), ("/[/", "cannot be read")])
  func `is told while it is typed, and shows no row`(text: String, objection: String) {
    var view = ViewState()
    press(["/"] + typed(text), &view, troubledMorning)
    #expect(Rows(troubledMorning, view, at: now).servers.isEmpty)
    let screen = render(troubledMorning, view, at: now, size: view.size, context: context()).text
    #expect(screen.contains(objection), "\(screen)")
    var prompt = ViewState()
    press([":"] + typed("terminate \(text)"), &prompt, troubledMorning)
    #expect(
      render(troubledMorning, prompt, at: now, size: prompt.size, context: context()).text.contains(objection)
    )
  }

  @Test func `that is none is counted while it is typed`() {
    var view = ViewState()
    press([":"] + typed("terminate server:ledger"), &view, troubledMorning)
    let screen = render(troubledMorning, view, at: now, size: view.size, context: context()).text
    #expect(screen.contains("3 of 11 sessions, 3 live"), "\(screen)")
  }

  @Test func `does not reach names that a name is part of`() {
    let names = ["ledger", "ledger-archive", "a|ledger", "my ledger"]
    let store = store(names.map { server($0) }, names.map { ready($0) })
    for name in names {
      var view = ViewState()
      let stem = "terminate server:" + name.prefix(1)
      let completed = completions(of: stem, store, context()).first {
        Filter(String($0.dropFirst(10))).accepts(row(name))
      }
      press([":"] + typed(completed ?? ""), &view, store)
      press([.enter], &view, store)
      guard case .dialog(let dialog) = view.overlay else {
        Issue.record("no question for \(name): \(completed ?? "") \(view.notice ?? "")")
        continue
      }
      #expect(dialog.keys == [SessionKey(server: name)])
      #expect(Filter(exactly("server", name)).accepts(row(name)))
    }
  }

  private func row(_ name: String) -> SessionRow { SessionRow(session: ready(name), now: now.instant) }

  @Test(arguments: [
    "export /tmp/x.jsonl", "events wiki", "copy all", "sort errors backwards", "undo it", "mute 5m",
  ])
  func `behind a command is refused, not passed over`(text: String) {
    var view = ViewState()
    #expect(run(text, &view).isEmpty)
    #expect(view.notice != nil)
    #expect(view.pane == .servers && !view.isMuted && view.sort == Sort())
  }

  @Test func `acknowledges what was named`() {
    var view = ViewState()
    _ = view.watch(troubledMorning, at: now)
    _ = run("acknowledge server:jira", &view)
    #expect(view.alerts.isAcknowledged("jira") && !view.alerts.isAcknowledged("docs-remote"))
  }

  @Test(arguments: [["L"], ["?"], ["s"], ["r"], ["j", "K"]] as [[Key]])
  func `over another text does not run as keys`(before: [Key]) {
    for begin in [":", "/"] as [Key] {
      var view = ViewState()
      press(before, &view, troubledMorning)
      #expect(view.overlay != .none)
      var effects: [Effect] = []
      for key in [begin] + typed("pause quiet memory") {
        effects += press([key], &view, troubledMorning)
      }
      #expect(effects.isEmpty, "\(before) \(begin)")
      #expect(view.frozen == nil && view.marks.isEmpty && view.alerts.known.isEmpty)
      switch view.overlay {
      case .prompt(let prompt): #expect(prompt.line.text == "pause quiet memory")
      case .filter(let line, _, _): #expect(line.text == "pause quiet memory")
      case .help(_, let line?): #expect(line.text == "pause quiet memory" && begin == "/")
      default: Issue.record("\(view.overlay)")
      }
    }
  }

  @Test(arguments: [["L"], ["?"]] as [[Key]]) func `does not close a text`(open: [Key]) {
    var view = ViewState()
    press(open + ["x", "r", "z", " ", "p"], &view, troubledMorning)
    #expect(view.overlay != .none && view.frozen == nil && view.marks.isEmpty)
    for key in [.escape, "q", .enter, "?"] as [Key] {
      var closed = view
      #expect(press([key], &closed, troubledMorning).isEmpty)
      #expect(closed.overlay == .none && !closed.isDetailOpen)
    }
  }

  @Test(arguments: [[], ["L"], ["?"], ["r"], ["j", "K"], ["s"]] as [[Key]])
  func `of pasting acts on nothing`(open: [Key]) {
    var view = ViewState()
    press(open, &view, troubledMorning)
    let before = view.overlay
    #expect(press([.pasted("please retry the query\nyes Kyoto 3\r")], &view, troubledMorning).isEmpty)
    #expect(view.overlay == before)
    #expect(view.notice?.contains("pasted") == true)
  }

  @Test func `of pasting into a line is a line`() {
    var view = ViewState()
    press(["/", .pasted("led\nger\u{1B}"), .left], &view, troubledMorning)
    guard case .filter(let line, _, _) = view.overlay else {
      Issue.record("no line")
      return
    }
    #expect(line.text.hasPrefix("led ger"))
  }

  @Test func `marks nothing that is gone, and says what is not in sight`() {
    var view = ViewState()
    press(["2", "*"], &view, troubledMorning)
    press(["/"] + typed("server:=ledger") + [.enter, "r"], &view, troubledMorning)
    guard case .dialog(let dialog) = view.overlay else {
      Issue.record("no question")
      return
    }
    #expect(dialog.keys.count == 10 && dialog.hidden == 7)
    #expect(dialog.lines.contains { $0.contains("7 of them marked but not in sight") })
    var report = EngineReport()
    report.removed = Set(troubledMorning.sessions.keys.filter { $0.server == "billing" })
    var later = troubledMorning
    later.fold(report, at: now)
    press([.escape], &view, later)
    #expect(view.marks.count == 7)
  }

  @Test func `is undone within half a minute, and to exactly those`() {
    let keys = ["ana", "app", "ben"].map { SessionKey(server: "ledger", user: $0) }
    var view = ViewState()
    #expect(run("pause server:=ledger", &view).isEmpty)
    #expect(press(["3", .enter], &view, troubledMorning) == [.command(.act(.pause, on: keys, by: ana))])
    let screen = render(troubledMorning, view, at: moment(1), size: view.size, context: context()).text
    #expect(screen.contains("pause: 0 of 3 paused; U resumes them"), "\(screen)")
    var late = view
    #expect(late.handle("U", store: troubledMorning, now: moment(31), context: context()).isEmpty)
    #expect(late.notice == "nothing was done in the last 30 s")
    #expect(press(["U"], &view, troubledMorning) == [.command(.act(.resume, on: keys, by: ana))])
  }

  @Test func `in read-only mode is answered`() {
    var view = ViewState()
    press(["r"], &view, troubledMorning, context: context(readOnly: true))
    #expect(view.notice == "read-only: reconnect is off")
  }

  @Test func `of the shift key is typed into a line, whatever the key does elsewhere`() {
    var choices = KeyChoices()
    #expect(choices.bind("redraw", to: ["R"]) == nil && choices.bind("suspend", to: ["Z"]) == nil)
    var context = context()
    context.keys = choices
    var view = ViewState()
    #expect(press(["/", "a", "R", "Z"], &view, troubledMorning, context: context).isEmpty)
    guard case .filter(let line, _, _) = view.overlay else {
      Issue.record("no line")
      return
    }
    #expect(line.text == "aRZ")
    #expect(press([.escape, "R"], &view, troubledMorning, context: context) == [.redraw])
  }
}
