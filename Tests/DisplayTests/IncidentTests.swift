import MCPSessions
import Testing

@testable import TopDisplay

@Suite struct `An incident` {
  @Test func `is what fell together for one reason, and one alert`() throws {
    let found = incidents(Rows(Jobs.familyDown, ViewState(), at: now).problems)
    #expect(found.count == 1)
    let one = try #require(found.first)
    #expect(
      one.members.count == 13 && one.name(Families(Jobs.familyDown.servers)) == "jira-*"
        && one.first.key.server == "jira-01")
    var view = ViewState()
    _ = view.watch(Jobs.familyDown, at: now)
    let screen = render(Jobs.familyDown, view, at: now, size: view.size, context: context(ascii: false)).text
    #expect(screen.contains("↻ 13 servers recovering 13s (14:31:54) jira-*: "), "\(screen)")
    press(["a"], &view, Jobs.familyDown)
    #expect(view.alerts.known.values.allSatisfy { $0.isAcknowledged })
  }

  @Test(arguments: [
    (4.0, ErrorType.connectRefused, 1), (6.0, .connectRefused, 2), (0.0, .dnsError, 2),
  ]) func `is another when the cause is, or it began later`(gap: Double, type: ErrorType, count: Int) {
    let two = store(
      [server("a"), server("b")],
      [
        troubled("a", "app", .recovering, since: 20, refused),
        troubled("b", "app", .recovering, since: 20 - gap, SessionError(type, detail: "x")),
      ])
    #expect(incidents(Rows(two, ViewState(), at: now).problems).count == count)
  }

  @Test func `is no family because its servers share a word`() {
    func server(_ name: String, _ url: String?) -> ServerReport {
      ServerReport(
        name: name, transport: url == nil ? .stdio : .streamableHTTP, url: url, users: ["app"], note: nil,
        settings: SessionSettings())
    }
    let strangers = ["mcp-github", "mcp-weather", "mcp-stripe"].map {
      server($0, "https://\($0.dropFirst(4)).com/mcp")
    }
    let house = ["jira-eu", "jira-us"].map { server($0, "https://\($0).example.org/mcp") }
    let other = ["jira-x", "jira-y"].map { server($0, "http://192.0.2.7:80\($0 == "jira-x" ? 1 : 2)/mcp") }
    let processes = ["git-a", "git-b"].map { server($0, nil) }
    let families = Families(strangers + house + other + processes)
    #expect(families.title(of: strangers.map(\.name)) == "mcp-github, mcp-weather and 1 more")
    #expect(families.title(of: house.map(\.name)) == "jira-* (2)")
    #expect(families.title(of: ["jira-eu", "jira-x"]) == "jira-eu, jira-x")
    #expect(families.title(of: processes.map(\.name)) == "git-* (2)")
    let names = families.names
    #expect(names["mcp-github"] == "mcp-github" && names["git-a"] == "git-*")
    #expect(names["jira-eu"] == "jira-* example.org" && names["jira-y"] == "jira-* 192.0.2.7")
  }

  @Test func `is found where it began`() {
    var view = ViewState()
    press(["o"], &view, Jobs.familyDown)
    #expect(view.pane == .events)
    #expect(ViewModel(Jobs.familyDown, view, at: now, context: context()).selectedEvent?.seq == 1)
    var calm = ViewState()
    press(["G", "o"], &calm, Jobs.familyDown)
    #expect(calm.pane == .servers && calm.notice?.hasSuffix("is well") == true)
    var lost = ViewState()
    press(["o"], &lost, Situations.hundredLostLongAgo)
    #expect(lost.overlay != .none, "the events are gone, the outage is not")
    let text = render(
      Situations.hundredLostLongAgo, lost, at: now, size: lost.size, context: context()
    ).text
    #expect(text.contains("13:32:07 gateway"), "\(text)")
  }

  @Test func `stays told however much was told since`() {
    var store = DisplayTests.store(
      (1...3).map { server("jira-\($0)") } + [server("wiki")],
      (1...3).map { ready("jira-\($0)") } + [ready("wiki")])
    func fold(_ sessions: [SessionReport], _ events: [Event], at seconds: Double) {
      var report = EngineReport()
      for session in sessions { report.sessions[session.key] = session }
      report.events = events
      store.fold(report, at: moment(seconds))
    }
    fold(
      (1...3).map { troubled("jira-\($0)", "app", .recovering, since: 100 - Double($0), refused) }, [],
      at: -97)
    for number in 0..<20_000 {
      fold(
        [], [event(-90, UInt64(number + 1), .recoveryFailed, .warning, "jira-1", error: refused, "again")],
        at: -90)
    }
    fold((1...3).map { ready("jira-\($0)") }, [], at: -60)
    fold([troubled("jira-2", "app", .failed, since: 5, gone)], [], at: -5)
    var view = ViewState()
    press(["O"], &view, store)
    let text = render(store, view, at: now, size: Size(columns: 120, rows: 24), context: context()).text
    #expect(
      text.contains(
        "14:30:28 jira-* (3): connect refused: Connection refused; back 14:31:07 after 39s, 20000 attempts failed"
      ),
      "\(text)")
    #expect(text.contains("14:32:02 jira-2: 404 Session not found; failed for 5s"), "\(text)")
    press([.escape, "/"] + typed("server:=jira-2") + [.enter, .enter], &view, store)
    let detail = render(store, view, at: now, size: Size(columns: 120, rows: 24), context: context()).text
    #expect(detail.contains("outages: 14:32:02 until now | 14:30:29 38s"), "\(detail)")
  }

  @Test func `moves by steps through events that have no numbers, or those of another run`() {
    let events = [5, 6, 0, 0, 1, 2].enumerated().map { place, number in
      event(Double(place) - 100, UInt64(number), .serverMessage, .info, "a", "said \(place)")
    }
    let one = DisplayTests.store([server("a")], [ready("a")], events)
    var view = ViewState()
    press(["3"], &view, one)
    var seen: [String] = []
    for _ in 0..<6 {
      seen.append(ViewModel(one, view, at: now, context: context()).selectedEvent?.message.text ?? "")
      press(["k"], &view, one)
    }
    #expect(seen == (0..<6).reversed().map { "said \($0)" })
  }

  @Test func `of another day has its date`() {
    let one = DisplayTests.store(
      [server("a")], [ready("a")],
      [event(-86_400, 1, .serverMessage, .info, "a", "old"), event(-1, 2, .serverMessage, .info, "a", "new")])
    var view = ViewState()
    press(["3"], &view, one)
    let text = render(one, view, at: now, size: view.size, context: context()).text
    #expect(text.contains("22 Nov 14:32:07 a") && text.contains("23 Nov 14:32:06 a"), "\(text)")
  }

  @Test func `is all that is seen by a key`() {
    var view = ViewState()
    press(["!"], &view, Jobs.familyDown)
    #expect(Rows(Jobs.familyDown, view, at: now).servers.flatMap(\.names).count == 13)
    press([.escape], &view, Jobs.familyDown)
    #expect(Rows(Jobs.familyDown, view, at: now).servers.flatMap(\.names).count == 17)
  }

  @Test func `is not hidden among chatter`() {
    var view = ViewState()
    press(["v"], &view, Jobs.firstLook)
    let rows = Rows(Jobs.firstLook, view, at: now)
    #expect(rows.events.map { Jobs.firstLook.events[$0].level } == [.warning])
    press(["v"], &view, Jobs.firstLook)
    #expect(Rows(Jobs.firstLook, view, at: now).events.count == 2)
  }

  @Test func `tells of its attempts in one line, and of each where all is listed`() {
    func failed(_ seconds: Double, _ seq: UInt64, _ server: String, _ error: SessionError = refused) -> Event
    {
      event(seconds, seq, .recoveryFailed, .warning, server, error: error, "Session recovery failed")
    }
    let one = store(
      [server("a"), server("b")], [ready("a"), ready("b")],
      [
        event(-59.5, 1, .sessionError, .warning, "a", error: refused, "Session error"),
        failed(-59, 2, "a"), failed(-58, 3, "b"), failed(-57, 4, "a"),
        event(-56, 5, .streamOpened, .debug, "a", "Stream opened"), failed(-55, 6, "a"),
        failed(-54, 7, "a", gone), event(-53, 8, .stateChanged, .info, "a", "State: down"),
        failed(-52, 9, "a", gone),
        failed(-51, 10, "b"),
      ])
    var view = ViewState()
    let rows = Rows(one, view, at: now)
    #expect(rows.events.map { one.events[$0].seq } == [1, 6, 7, 8, 9, 10])
    #expect(rows.events.map { one.events.weight(at: $0) } == [1, 3, 1, 1, 1, 2])
    view.start(filter: "server:a")
    #expect(Rows(one, view, at: now).errorTotals[.connectRefused] == [4, 4, 4], "each attempt is counted")
    press(["v", "v"], &view, one)
    #expect(Rows(one, view, at: now).events.count == 8, "all of this server")
  }

  @Test func `is told by an event that takes the place of what was let go`() {
    var ring = EventRing(capacity: 3)
    for number in 1...7 {
      ring.append(
        event(
          Double(number), UInt64(number), .recoveryFailed, .warning, number == 4 ? "b" : "a", error: refused,
          "x"))
    }
    #expect((0..<3).map { ring[$0].seq } == [5, 6, 7])
    #expect((0..<3).map { ring.weight(at: $0) } == [0, 0, 6])
  }

  @Test func `is one row, and one thing to act on`() {
    let names = (1...13).map { $0 < 10 ? "jira-0\($0)" : "jira-\($0)" }
    var view = ViewState()
    let rows = Rows(Jobs.familyDown, view, at: now)
    #expect(rows.servers.map(\.title) == ["jira-* (13)", "billing", "github-core", "ledger", "search"])
    #expect(rows.servers[0].total == 13 && rows.servers[0].live == 0 && rows.servers[0].errors == 52)
    press(["r"], &view, Jobs.familyDown)
    guard case .dialog(let dialog) = view.overlay else {
      Issue.record("no question")
      return
    }
    #expect(dialog.keys.map(\.server) == names)
    press([.escape, " "], &view, Jobs.familyDown)
    #expect(view.marks.count == 13)
    press(["u", "g", "a"], &view, Jobs.familyDown)
    #expect(names.allSatisfy { view.alerts.isAcknowledged(ExactText($0)) } || view.alerts.known.isEmpty)
    press(["l"], &view, Jobs.familyDown)
    #expect(view.pane == .events && view.notice == "the events of jira-* (13); Esc shows all")
    #expect(Rows(Jobs.familyDown, view, at: now).events.count == 13)
    press([.escape, "1", "F"], &view, Jobs.familyDown)
    #expect(Rows(Jobs.familyDown, view, at: now).servers.count == 17)
  }

  @Test func `becomes one row under nobody's hands`() {
    let names = ["a", "b", "c", "d"]
    let calm = store(names.map { server($0) }, names.map { ready($0) })
    let fallen = store(
      names.map { server($0) }, names.map { troubled($0, "app", .down, since: 2, refused, next: 3) })
    var view = ViewState()
    press(["j", "j"], &view, calm)
    #expect(Rows(fallen, view, at: now).servers.map(\.name) == names, "the order is held")
    let later = Rows(fallen, view, at: moment(6))
    #expect(later.servers.map(\.title) == ["a, b and 2 more"])
    #expect(later.servers[0].name == "c", "who is at one of them stays at it")
    #expect(later.servers[0].worst?.key.server == "a")
  }

  @Test func `of a crowd names the first of it, and all of it in the open detail`() {
    let names = (100..<250).map { "srv-\($0)" }
    let fallen = store(
      names.map { server($0) }, names.map { troubled($0, "app", .down, since: 90, refused, next: 3) })
    var view = ViewState()
    view.size = Size(columns: 120, rows: 40)
    func text() -> String { render(fallen, view, at: now, size: view.size, context: context()).text }
    #expect(text().contains("srv-111 and 138") && text().contains("reachable no"), "\(text())")
    press([.enter, .pageDown], &view, fallen)
    #expect(text().contains("srv-249"), "\(text())")
  }
}
