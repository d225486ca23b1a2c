import MCPSessions
import Testing

@testable import TopDisplay

/// Servers whose way is closed for `closed` seconds, each asked for the last time at another time.
private func doubtful(_ names: [String], closed: Double, _ cause: SessionError = refused) -> [SessionReport] {
  names.enumerated().map { number, name in
    var session = ready(name)
    session.unverifiedSince = moment(-closed - Double(number * 7))
    session.closedWay = ClosedWay(since: moment(-closed), cause: cause)
    return session
  }
}

private let family = ["jira-a", "jira-b", "jira-c"]
private let servers = (family + ["wiki"]).map { server($0) }
private let calm = store(servers, (family + ["wiki"]).map { ready($0) })

@Suite struct `Sessions that cannot be asked` {
  private let closed = store(servers, doubtful(family, closed: 40) + [ready("wiki")])

  @Test func `are one row, one incident and one line, from the closing of their way`() throws {
    let rows = Rows(closed, ViewState(), at: now)
    #expect(rows.servers.map(\.names.count) == [3, 1] && rows.servers[0].isProblem)
    let found = incidents(rows.problems)
    #expect(found.count == 1 && found[0].members.count == 3)
    var view = ViewState()
    _ = view.watch(closed, at: now)
    let text = render(closed, view, at: now, size: Size(columns: 120, rows: 40), context: context()).text
    #expect(text.contains("? 3 servers ready? 40s (14:31:27) jira-*"), "\(text)")
  }

  @Test(arguments: ["jira-a", "wiki"]) func `are found by the keys for what is not well`(chosen: String) {
    var view = ViewState()
    view.foldsIncidents = false
    press(["!"], &view, closed)
    #expect(Rows(closed, view, at: now).servers.map(\.name) == family)
    press(["!", "G", "n"], &view, closed)
    #expect(ViewModel(closed, view, at: now, context: context()).selectedServer?.name == "jira-a")
    press(["2", "n"], &view, closed)
    #expect(view.notice != "every session shown is well")
  }

  @Test func `are one alert, which ends when the last of them was answered`() {
    var view = ViewState()
    func news(_ names: [String]) -> [Alert] {
      let others = (family + ["wiki"]).filter { !names.contains($0) }
      return view.watch(store(servers, doubtful(names, closed: 40) + others.map { ready($0) }), at: now)
    }
    let before = news([])
    #expect(before.isEmpty)
    let raised = news(["jira-a", "jira-b"])
    #expect(raised.map(\.session.key.server) == ["jira-a"] && raised[0].isRaised)
    let event = raised[0].event(at: now)
    #expect(event.error == refused && event.text.hasPrefix("State: ready? (connect_refused"))
    let (more, fewer) = (news(family), news(["jira-c"]))
    #expect(more.isEmpty && fewer.isEmpty, "the same way, and not all of them were answered")
    let ended = news([])
    #expect(ended.map(\.isRaised) == [false] && ended[0].session.key.server == "jira-c")
  }

  @Test func `belong together with the one that looks for all`() throws {
    var prober = troubled("jira-b", "app", .recovering, since: 40, refused, next: 2)
    let doubted = doubtful(["jira-a", "jira-c", "wiki"], closed: 39)
    let behind = store(servers, [prober] + doubted)
    let rows = Rows(behind, ViewState(), at: now)
    #expect(rows.servers.map(\.names.count) == [4] && rows.servers[0].state == .recovering)
    var view = ViewState()
    let raised = view.watch(behind, at: now)
    #expect(raised.map(\.session.key.server) == ["jira-b"], "one way, one alert")
    let text = render(behind, view, at: now, size: Size(columns: 120, rows: 40), context: context()).text
    #expect(text.contains("4 servers recovering or ready? 40s"), "\(text)")
    press(["a"], &view, behind)
    #expect(view.notice == "4 servers acknowledged until worse or well; 0 open")
    prober.state = .down
    let later = view.watch(store(servers, [prober] + doubted), at: now)
    #expect(later.isEmpty)
    let some = view.watch(
      store(servers, [ready("jira-a"), ready("jira-b")] + doubtful(["jira-c", "wiki"], closed: 39)), at: now)
    #expect(some.isEmpty, "it ends with the last")
    let ended = view.watch(store(servers, (family + ["wiki"]).map { ready($0) }), at: now)
    #expect(ended.map(\.isRaised) == [false])
  }

  @Test func `are not taken for those whose way closed at another time`() {
    let mixed = store(
      servers,
      [
        troubled("jira-a", "app", .recovering, since: 90, refused),
        troubled("jira-b", "app", .recovering, since: 40, refused),
      ] + doubtful(["jira-c"], closed: 89) + doubtful(["wiki"], closed: 39))
    let found = incidents(Rows(mixed, ViewState(), at: now).problems)
    #expect(found.map { $0.servers.map(\.text) } == [["jira-a", "jira-c"], ["jira-b", "wiki"]])
  }

  @Test func `are more than one alert where more than one way is closed`() {
    var view = ViewState()
    _ = view.watch(calm, at: now)
    let two =
      doubtful(["jira-a"], closed: 40) + doubtful(["jira-b"], closed: 4) + [ready("jira-c"), ready("wiki")]
    let news = view.watch(store(servers, two), at: now)
    #expect(news.count == 2)
  }

  @Test func `are in the list of outages with their way`() {
    let stories = outages(closed.outages.records)
    #expect(stories.count == 1)
    let words = stories.first?.words(at: now, Families(closed.servers), context()) ?? ""
    #expect(words.contains("jira-* (3): connect refused"), "\(words)")
    #expect(words.contains("; unverified for 40s"), "\(words)")
  }
}

@Suite struct `The alert line` {
  private let two = store(
    [server("old"), server("new")],
    [
      troubled("old", "app", .failed, since: 500, refused),
      troubled("new", "app", .recovering, since: 5, refused),
    ])

  private func line(_ view: ViewState, _ store: Store) -> String {
    let text = render(store, view, at: now, size: Size(columns: 160, rows: 24), context: context()).text
    return text.split(separator: "\n").dropFirst().first.map(String.init) ?? ""
  }

  @Test func `tells the worst first, what was seen as seen, and all again on demand`() {
    var view = ViewState()
    _ = view.watch(two, at: now)
    let first = line(view, two)
    #expect(first.dropFirst().hasPrefix(" old failed"), "\(first)")
    press(["a"], &view, two)
    #expect(view.alerts.isAcknowledged("old") && !view.alerts.isAcknowledged("new"))
    press(["a"], &view, two)
    let seen = line(view, two)
    #expect(seen.contains("(seen) ") && seen.contains("(+1 more seen)"), "\(seen)")
    press([":"] + typed("unacknowledge server:old") + [.enter], &view, two)
    #expect(line(view, two).contains("old failed") && !line(view, two).contains("(seen)"))
    press([":"] + typed("unacknowledge") + [.enter], &view, two)
    #expect(!view.alerts.isAcknowledged("new"))
  }

  @Test(arguments: [50, 60, 70, 80, 100, 120, 160])
  func `stands below counts that add up to the total`(columns: Int) {
    let states: [SessionState] = [.ready, .connecting, .idle, .closed, .failed, .paused, .recovering]
    let sessions = states.enumerated().map { number, state in
      SessionReport(key: SessionKey(server: "s\(number)"), state: state, since: now)
    }
    let all = store(sessions.map { server($0.key.server) }, sessions)
    let size = Size(columns: columns, rows: 24)
    let text = render(all, ViewState(), at: now, size: size, context: context()).text
    let head = text.split(separator: "\n").first ?? ""
    guard let start = head.firstRange(of: "servers 7: ") else { return }
    let words = head[start.upperBound...].split(separator: "  ").first?.split(separator: " ") ?? []
    guard !words.contains("well") else { return }
    // In words, or with the sign of the state before the number.
    #expect(words.compactMap { Int($0.drop { !$0.isNumber }) }.reduce(0, +) == 7, "\(head)")
  }
}
