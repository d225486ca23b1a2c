import MCPSessions
import Testing

@testable import TopDisplay

/// What a row stands for is what the filter lets through of it, whoever asks.
@Suite struct `A row under a filter` {
  private let ben = SessionKey(server: "ledger", user: "ben")

  private func filtered(_ text: String, _ keys: [Key] = []) -> ViewState {
    var view = ViewState()
    press(["/"] + typed(text) + [.enter] + keys, &view, troubledMorning)
    return view
  }

  @Test func `is acted on, marked and counted as it is listed`() {
    let view = filtered("server:=ledger user:ben")
    let listed = Rows(troubledMorning, view, at: now)
    #expect(listed.sessions == [ben])
    #expect(listed.servers.map(\.listed.total) == [1] && listed.servers.map(\.total) == [3])
    for keys in [["K"], [" ", "K"], ["*", "K"]] as [[Key]] {
      var view = view
      press(keys, &view, troubledMorning)
      guard case .dialog(let dialog) = view.overlay else {
        Issue.record("no question after \(keys)")
        continue
      }
      #expect(dialog.keys == [ben], "\(keys)")
    }
    let screen = render(troubledMorning, view, at: now, size: view.size, context: context()).text
    #expect(screen.contains(" 1/1 ") && !screen.contains(" 3/3 "), "\(screen)")
  }

  @Test func `holds only what is not well when only that is listed`() {
    var view = ViewState()
    press(["!", "*"], &view, troubledMorning)
    #expect(view.marks.allSatisfy { troubledMorning.sessions[$0]?.state.isProblem == true })
    #expect(view.marks.count == 5)
  }

  @Test func `is found by what is known of its server, and then acted on whole`() {
    var view = filtered("ledger.example.org")
    #expect(Rows(troubledMorning, view, at: now).servers.map(\.name) == ["ledger"])
    press(["K"], &view, troubledMorning)
    guard case .dialog(let dialog) = view.overlay else {
      Issue.record("no question")
      return
    }
    #expect(dialog.keys.count == 3)
  }

  /// A server is there exactly when one of its sessions is, whatever a session is asked for.
  @Test(arguments: [
    ("state:unverified", ["doubtful"]), ("!state:ready", ["doubtful", "mixed"]),
    ("state:ready", ["busy", "mixed"]), ("verified:no", ["doubtful"]), ("id:feed*", ["busy"]),
    ("!id:feed*", ["doubtful", "mixed"]), ("missed>0", ["mixed"]), ("cpu>50", ["busy"]),
    ("mem>50", ["busy"]), ("for>1m !state:ready", ["doubtful"]), ("user:ben", ["mixed"]),
    ("!user:ben", ["busy", "doubtful", "mixed"]), ("why:away", ["mixed"]),
    ("protocol:2025*", ["busy", "doubtful", "mixed"]),
  ]) func `is there for the sessions that are`(text: String, names: [String]) {
    var busy = ready("busy", id: "feedfeed...")
    busy.process = ProcessReport(
      id: 4_711, since: moment(-90),
      usage: ServerUsage(processes: 1, threads: 4, memory: 90_000_000, processorTime: .seconds(9)), load: 80)
    var away = troubled("mixed", "ben", .failed, since: 20, SessionError(.connectRefused, detail: "away"))
    away.counts.missed = 2
    var doubtful = ready("doubtful")
    doubtful.closedWay = ClosedWay(
      since: moment(-90), cause: SessionError(.connectRefused, detail: "refused"))
    doubtful.unverifiedSince = moment(-90)
    let fleet = store(
      ["busy", "doubtful", "mixed"].map { server($0, users: ["app", "ben"]) },
      [busy, doubtful, ready("mixed"), away])
    var view = ViewState()
    view.foldsIncidents = false
    view.scopeChoice = true
    view.start(filter: text)
    let rows = Rows(fleet, view, at: now)
    #expect(view.filter.objection == nil)
    #expect(Set(rows.sessions.map(\.server)) == Set(names))
    #expect(rows.servers.map(\.name).sorted() == names)
  }

  @Test func `of which no session is let through is not acted on`() {
    let several = store(
      [server("ledger", users: ["ana", "ben"])],
      ["ana", "ben"].map { ready("ledger", $0, errors: [.sessionTimeout: 3]) })
    var view = ViewState()
    press(["/"] + typed("err>4") + [.enter, "K"], &view, several)
    #expect(Rows(several, view, at: now).servers.count == 1, "of all its sessions together")
    #expect(view.overlay == .none)
    #expect(view.notice == "the filter lets no session of this row through")
  }
}
