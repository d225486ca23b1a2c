import MCPSessions
import Testing

@testable import TopDisplay

/// What `U` brings about: what was there before, and no more.
@Suite struct `Taking back` {
  private let ana = Operator(user: "ana", origin: "pts/3")

  private func select(_ name: String, _ view: inout ViewState, _ store: Store) {
    press(["/"] + typed("server:=\(name)") + [.enter], &view, store)
  }

  @Test func `starts no process, for one that was never begun is not ended`() {
    var view = ViewState()
    select("fetch", &view, Situations.processes)
    press(["K"], &view, Situations.processes)
    #expect(view.overlay == .none && view.notice == "nothing to terminate: idle")
    press([":"] + typed("terminate err<9") + [.enter], &view, Situations.processes)
    guard case .dialog(let dialog) = view.overlay else {
      Issue.record("no question")
      return
    }
    #expect(!dialog.keys.contains(SessionKey(server: "fetch")))
  }

  @Test func `of what ended a process asks before it is started again`() throws {
    let git = SessionKey(server: "git")
    var view = ViewState()
    select("git", &view, Situations.processes)
    #expect(
      press(["K", "y"], &view, Situations.processes) == [.command(.act(.terminate, on: [git], by: ana))])
    #expect(press(["U"], &view, Situations.processes).isEmpty)
    guard case .dialog(let dialog) = view.overlay else {
      Issue.record("no question")
      return
    }
    #expect(dialog.lines.contains("starts: mcp-server-git -r /srv/code"))
    #expect(press(["y"], &view, Situations.processes) == [.command(.act(.reconnect, on: [git], by: ana))])
  }

  @Test func `pauses again what was paused`() throws {
    let key = SessionKey(server: "jira")
    var session = try #require(troubledMorning.sessions[key])
    session.hold = Hold(by: "ana", since: moment(-60), state: .ready)
    session.state = .paused
    var report = EngineReport()
    report.sessions[key] = session
    var paused = troubledMorning
    paused.fold(report, at: now)
    var view = ViewState()
    select("jira", &view, paused)
    press(["K", "y"], &view, paused)
    press(["U"], &view, paused)
    let effects = press(["y"], &view, paused)
    #expect(
      effects == [.command(.act(.reconnect, on: [key], by: ana)), .command(.act(.pause, on: [key], by: ana))])
  }

  @Test func `means those alone that were up`() {
    let ended = SessionReport(key: SessionKey(server: "b"), state: .closed, since: moment(-60))
    let known = store([server("a"), server("b")], [ready("a"), ended])
    func deed(_ keys: [SessionKey]) -> Deed {
      let part = CommandFates(.terminate, on: keys, command: .screen(1), known)
      return Deed(.terminate, [part], known, at: now.instant)
    }
    let up = SessionKey(server: "a")
    #expect(deed([up, ended.key, SessionKey(server: "gone")]).undoing?.keys == [up])
    #expect(deed([ended.key]).undoing == nil)
  }
}
