import MCPSessions
import Testing

@testable import TopDisplay

/// What is said to have been done was: the engine's own words for this command, and no guess.
@Suite struct `What came of a command` {
  private let ledger = SessionKey(server: "ledger", user: "ana")

  /// Two sessions are asked to be ended; the keys before are those that lead there.
  private func asked(_ store: Store = troubledMorning) -> ViewState {
    var view = ViewState()
    press([":"] + typed("terminate server:=ledger !user:app") + [.enter], &view, store)
    return view
  }

  private func footer(_ view: ViewState, _ store: Store) -> String {
    let lines = render(store, view, at: moment(1), size: view.size, context: context()).text
      .split(separator: "\n", omittingEmptySubsequences: false)
    return lines.last.map(String.init) ?? ""
  }

  private func told(_ user: String, _ number: UInt64, _ level: EventLevel = .info) -> Event {
    var told = event(1, 90, .operatorAction, level, "ledger", user: user, "Terminate by ana (pts/3)")
    told.command = .screen(number)
    return told
  }

  private func without(_ users: [String]) -> (report: EngineReport, store: Store) {
    var report = EngineReport()
    report.removed = Set(users.map { SessionKey(server: "ledger", user: $0) })
    var later = troubledMorning
    later.fold(report, at: now)
    return (report, later)
  }

  @Test func `is nothing for sessions that went while it was asked about`() {
    var view = asked()
    let later = without(["ana", "ben"]).store
    #expect(press(["2", .enter], &view, later).isEmpty)
    #expect(view.deed == nil && view.notice == "nothing was done: the sessions are gone")
  }

  @Test func `is told of a session that went before it was reached`() {
    var view = asked()
    press(["2", .enter], &view, troubledMorning)
    let (report, later) = without(["ana", "ben"])
    view.take(report, later)
    let said = footer(view, later)
    #expect(
      said.hasPrefix(" terminate: 0 of 2 ended, ledger: there is no such session any more and 1 more"),
      "\(said)")
    press(["U"], &view, later)
    #expect(view.overlay == .none && view.notice == "terminate changed nothing")
  }

  @Test func `is read from its own events, also while the picture is frozen`() {
    var view = ViewState()
    press(["p"], &view, troubledMorning)
    press(
      [":"] + typed("terminate server:=ledger !user:app") + [.enter, "2", .enter], &view, troubledMorning)
    var report = EngineReport()
    for user in ["ana", "ben"] {
      let key = SessionKey(server: "ledger", user: user)
      report.sessions[key] = SessionReport(key: key, state: .closed, since: moment(1))
    }
    var later = troubledMorning
    later.fold(report, at: moment(1))
    // Closed, but who knows by whom.
    view.take(report, later)
    #expect(footer(view, later).contains("0 of 2 ended"), "\(footer(view, later))")
    report.events = [told("ana", view.lastCommand), told("ben", view.lastCommand + 7)]
    view.take(report, later)
    #expect(footer(view, later).contains("1 of 2 ended; U reconnects"), "\(footer(view, later))")
  }

  @Test func `is what another process says, where that one does it`() {
    var view = asked()
    press(["2", .enter], &view, troubledMorning)
    view.take(
      CommandOutcome(
        command: .screen(view.lastCommand), key: ledger, state: nil, isDone: false, why: "it is read-only"))
    #expect(footer(view, troubledMorning).contains("0 of 2 ended, ledger: it is read-only"))
  }
}
