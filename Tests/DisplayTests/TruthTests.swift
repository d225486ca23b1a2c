import MCPSessions
import Testing

@testable import TopDisplay

/// What the screen says is so, and the worst of it is seen.
@Suite struct `The screen` {
  private func screen(
    _ store: Store, _ columns: Int = 80, _ rows: Int = 24, keys: [Key] = [], at time: Moment = now
  )
    -> String
  {
    var view = ViewState()
    view.size = Size(columns: columns, rows: rows)
    press(keys, &view, store)
    return render(store, view, at: time, size: view.size, context: context()).text
  }

  @Test func `lets a new outage into the list while somebody merely is there`() {
    let calm = store([server("a"), server("b")], [ready("a"), ready("b")])
    let storm = store([server("a"), server("b")], [ready("a"), troubled("b", .failed, since: 1, refused)])
    var view = ViewState()
    press(["m", " ", "u"], &view, calm)
    view.lastMove = nil
    press(["m", "t", "y"], &view, calm)
    #expect(
      Rows(storm, view, at: now).servers.map(\.name) == ["b", "a"], "no key but moving holds the order")
    press(["j", "k"], &view, calm)
    let held = Rows(storm, view, at: now)
    #expect(held.servers.map(\.name) == ["a", "b"] && held.newlyBad == 1)
    let text = render(storm, view, at: now, size: view.size, context: context()).text
    #expect(text.contains("order held, 1 newly bad: n") || view.layout.form == .single)
    #expect(Rows(storm, view, at: moment(5)).servers.map(\.name) == ["b", "a"])
    press(["n"], &view, storm)
    #expect(ViewModel(storm, view, at: now, context: context()).selectedServer?.name == "b")
  }

  @Test(arguments: [(80, 24), (120, 40), (60, 20), (20, 4)])
  func `shows which rows cannot be verified, and calls them ready`(columns: Int, rows: Int) {
    var held = ready("ledger")
    held.unverifiedSince = moment(-60)
    held.remark = "not probed since 14:31:07 UTC, the way to its server is closed"
    let other = ready("ledger", "ben")
    let doubtful = store(
      [server("ledger", users: ["app", "ben"]), server("wiki")], [held, other, ready("wiki")])
    let text = screen(doubtful, columns, rows)
    #expect(text.contains("ready?"), "\(text)")
    guard rows > 4 else { return }
    #expect(text.contains("1 unverified") || text.contains("*1 ?1"), "the header counts it: \(text)")
    #expect(text.contains("? ledger ready? 1m00s (14:31:07): not probed since 14:31:07"), "\(text)")
    #expect(text.contains("? ledger ") && text.contains(" ready? ") && text.contains("* wiki"), "\(text)")
    var view = ViewState()
    press(["/"] + typed("verified:no"), &view, doubtful)
    #expect(Rows(doubtful, view, at: now).servers.map(\.name) == ["ledger"])
    let listed = Rows(
      store([server("wiki"), server("ledger")], [held, ready("wiki")]), ViewState(), at: now)
    #expect(listed.servers.map(\.name) == ["ledger", "wiki"], "what is not verified stands above what is")
    #expect(held.state == .ready && !held.state.isProblem)
  }

  @Test(arguments: [(80, 24), (120, 40)])
  func `says of a list of problems that it has none, not that there is nothing`(columns: Int, rows: Int) {
    let well = store([server("ledger"), server("wiki")], [ready("ledger"), ready("wiki")])
    let text = screen(well, columns, rows, keys: ["!"])
    #expect(text.contains("no server is unwell; ! shows all") && !text.contains("no servers yet"), "\(text)")
    let sessions = screen(well, columns, rows, keys: ["!", "2"])
    #expect(sessions.contains("no session is unwell; ! shows all"), "\(sessions)")
  }

  @Test func `agrees with itself on what is worst`() {
    let two = store(
      [server("new"), server("old")],
      [troubled("new", .failed, since: 5, refused), troubled("old", .failed, since: 50, refused)])
    let rows = Rows(two, ViewState(), at: now)
    #expect(rows.servers.map(\.name) == ["old", "new"])
    #expect(rows.problems.map(\.key.server) == ["old", "new"])
    var view = ViewState()
    view.scopeChoice = true
    #expect(Rows(two, view, at: now).sessions.map(\.server) == ["old", "new"])
  }

  @Test func `counts errors of what the filter lets through`() {
    var view = ViewState()
    press(["/"] + typed("server:=billing user:=ana"), &view, troubledMorning)
    #expect(
      Rows(troubledMorning, view, at: now).errorTotals == [
        .sessionTerminated: [3, 3, 3], .connectRefused: [1, 1, 1],
      ])
    press([.escape, "/"] + typed("server:=ledger"), &view, troubledMorning)
    #expect(Rows(troubledMorning, view, at: now).errors.isEmpty)
  }

  @Test func `never calls reachable what was never reached`() {
    var broken = SessionReport(key: SessionKey(server: "a"), state: .failed, since: moment(-60))
    broken.cause = SessionError(.configError, detail: "no url")
    let text = screen(store([server("a")], [broken]), keys: [.enter])
    #expect(text.contains("reachable no, never"), "\(text)")
  }

  @Test func `counts down to the next attempt, and says nothing of one that is over`() {
    func words(planned: Double?, at time: Moment = now) -> String {
      let failed = event(
        -6, 1, .recoveryFailed, .warning, "a", error: refused, next: .seconds(12), "Session recovery failed")
      let lost = DisplayTests.troubled("a", "app", .recovering, since: 60, refused, next: planned)
      let text = screen(store([server("a")], [lost], [failed]), keys: ["3"], at: time)
      return text.split(separator: "\n").first { $0.contains("recovery failed") }.map(String.init) ?? text
    }
    #expect(words(planned: 6).contains("next in 6s"))
    #expect(!words(planned: 6, at: moment(7)).contains("next"))
    #expect(!words(planned: 40).contains("next"), "it comes at another time by now")
    #expect(!words(planned: nil).contains("next"))
  }

  @Test(
    arguments: [
      ("since:14:31:59", ["s", "t"]), ("until:14:31:30", ["q"]), ("since:14:31 until:14:32:00", ["r"]),
      ("ago<10s", ["s", "t"]), ("ago>1m", ["q"]), ("!since:14:31:59", ["q", "r"]),
      ("since:15:00", ["q", "r", "s", "t"]),
    ] as [(String, [String])]) func `limits events to a time`(filter: String, seen: [String])
  {
    let events = [(-90.0, "q"), (-30, "r"), (-5, "s"), (-1, "t")].enumerated().map { place, one in
      event(
        one.0, UInt64(place + 1), .serverMessage, .info, "a",
        one.1 == "q" ? "q" : one.1 == "r" ? "r" : one.1 == "s" ? "s" : "t")
    }
    let one = store([server("a")], [ready("a")], events)
    var view = ViewState()
    view.start(filter: filter)
    let rows = Rows(one, view, at: now)
    #expect(rows.events.map { one.events[$0].message.text } == seen)
    #expect(rows.servers.count == 1, "a time leaves the servers alone")
    #expect(Filter(filter).objectionToActing != nil)
  }

  @Test func `groups what has something in common, the worst group first`() {
    var view = ViewState()
    view.size = Size(columns: 120, rows: 24)
    press([":"] + typed("group family") + [.enter], &view, Jobs.familyDown)
    let text = render(Jobs.familyDown, view, at: now, size: view.size, context: context()).text
    let lines = text.split(separator: "\n").filter { $0.contains("errors") && $0.contains("|") }
    #expect(
      lines.first?.contains("jira-*") == true && lines.first?.contains("13 recovering") == true, "\(text)")
    press([.escape, ":"] + typed("group color") + [.enter], &view, Jobs.familyDown)
    #expect(view.notice == "group takes family, host or user")
  }

  @Test func `names its time zone, and shows Greenwich's by a key`() {
    var east = context()
    east = Context(
      host: "ops-1", operator: Operator(user: "ana"), readOnly: false, utcOffset: 5 * 3_600 + 1_800,
      ascii: true,
      themeName: "default", version: "0.1.0")
    var view = ViewState()
    func text() -> String {
      render(troubledMorning, view, at: now, size: view.size, context: east).text
    }
    #expect(text().contains("20:02:07 UTC+5:30"))
    press(["t"], &view, troubledMorning, context: east)
    #expect(text().contains("14:32:07 UTC") && !text().contains("20:02"))
  }

  @Test func `goes to the last time it was so late, across midnight`() {
    // Now is 14:32:07, 52 327 s after midnight; 20:00 was 4 hours before that.
    let yesterday = -52_327.0 - 14_400
    let store = store(
      [server("a")], [ready("a")],
      [
        event(yesterday - 60, 1, .serverMessage, .info, "a", "before"),
        event(yesterday, 2, .serverMessage, .info, "a", "at eight"),
        event(-60, 3, .serverMessage, .info, "a", "today"),
      ])
    var view = ViewState()
    press([":"] + typed("goto 20:00:30") + [.enter], &view, store)
    #expect(ViewModel(store, view, at: now, context: context()).selectedEvent?.message == "at eight")
  }

  @Test(arguments: [12, 16, 20, 30]) func `never makes two names look alike`(width: Int) {
    let names =
      (0..<30).map { "mcp-production-eu-west-1-\($0)-gateway" }
      + ["mcp-production-us-east-1-a", "mcp-production-us-east-1-b", "archive", "architecture-of-a-house"]
    let looks = shortened(names, to: width, isASCII: false)
    let shown = names.map { looks[ExactText($0)] ?? $0 }
    #expect(Set(shown).count == names.count, "\(shown)")
    #expect(shown.allSatisfy { columns(of: $0) <= width })
  }

  @Test func `tells at least as much where it is larger`() {
    let sizes = [(80, 24), (100, 30), (120, 40), (160, 50), (200, 60), (240, 60)]
    for (columns, rows) in sizes {
      let text = screen(troubledMorning, columns, rows)
      for word in ["401 token expired", "404 Session", "tools/list", "1h02m", "3/3", "docs-remote"] {
        #expect(text.contains(word), "\(columns)x\(rows) lacks \(word):\n\(text)")
      }
      if columns >= 120 {
        for word in ["P95", "2.4s", "LAST HOUR", "NEXT", "WHY"] {
          #expect(text.contains(word), "\(columns)x\(rows) lacks \(word)")
        }
      }
    }
  }

  @Test func `keeps its counts when many states are to be told`() {
    let states = SessionState.allCases.filter { ![.unmonitored, .closing].contains($0) }
    let many = store(
      states.map { server($0.rawValue) },
      states.map { state in
        state == .ready
          ? ready("ready") : DisplayTests.troubled(state.rawValue, "app", state, since: 9, refused)
      },
      [event(-1, 1, .sessionError, .warning, "down", error: refused, repeated: 117, "Session error")])
    for columns in 80...240 {
      let header = screen(many, columns, 24).prefix { $0 != "\n" }
      for word in ["errors 1m 117", "2/11", "servers 11", "14:32:07"] where columns < 110 || word != "2/11" {
        #expect(header.contains(word), "\(columns): \(header)")
      }
      #expect(["1 down", "V1", "6 not well"].contains { header.contains($0) }, "\(columns): \(header)")
    }
  }

  @Test func `keeps the question in sight on a small screen`() {
    var view = ViewState()
    view.size = Size(columns: 40, rows: 12)
    press([":"] + typed("terminate err<99") + [.enter], &view, troubledMorning)
    let text = render(troubledMorning, view, at: now, size: view.size, context: context()).text
    #expect(text.contains("Terminate 10 sessions"), "\(text)")
    #expect(text.contains("Type 10 and Enter"), "\(text)")
  }

  @Test func `can be read to its end in a help that scrolls`() {
    for (columns, rows) in [(40, 16), (34, 20), (60, 20), (80, 24)] {
      var view = ViewState()
      view.size = Size(columns: columns, rows: rows)
      press(["?"], &view, troubledMorning)
      var seen = ""
      for _ in 0..<200 {
        seen += render(troubledMorning, view, at: now, size: view.size, context: context()).text
        press(["j"], &view, troubledMorning)
      }
      for binding in KeyMap.standard where !binding.action.isOfReplay {
        let start = String(binding.action.meaning.prefix(10))
        #expect(seen.contains(start), "\(columns)x\(rows): \(binding.action)")
      }
      for word in ["columns", "LIVE", "last hour:", "server user state"] where columns >= 60 {
        #expect(seen.contains(word), "\(word)")
      }
    }
  }

  @Test func `fills itself with one pane by a key`() {
    let text = screen(troubledMorning, 200, 60, keys: ["3", "="])
    #expect(!text.contains("SERVER") && text.contains("events, follow"))
    #expect(screen(troubledMorning, 200, 60, keys: ["3", "=", "="]).contains("SERVER"))
  }

  @Test func `knows classes and what they exclude in expressions`() throws {
    let some = try #require(RegularExpression(#"^\S+$"#))
    #expect(some.isFound(in: "abc") && !some.isFound(in: "a c"))
    let noDigit = try #require(RegularExpression(#"\D"#))
    #expect(noDigit.isFound(in: "1a") && !noDigit.isFound(in: "12"))
    for refused in [#"\bword"#, "(?i)x", "a{2}", "[[:digit:]]", "(?:x)"] {
      #expect(RegularExpression(refused) == nil, "\(refused)")
    }
  }

  private func troubled(_ server: String, _ state: SessionState, since: Double, _ cause: SessionError)
    -> SessionReport
  {
    DisplayTests.troubled(server, "app", state, since: since, cause)
  }
}
