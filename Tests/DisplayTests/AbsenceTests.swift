import MCPSessions
import Testing

@testable import TopDisplay

/// A service that is away while its sessions are on the screen.
@Suite struct `A service that is away` {
  /// Of one service with these servers, or of the only one.
  private func surroundings(_ servers: [String]? = nil) -> Context {
    var surroundings = context(staleAfter: .seconds(5))
    surroundings.absences = [
      Absence(
        label: "alpha", keys: servers.map { Set($0.map { SessionKey(server: $0) }) }, since: moment(-66).wall,
        why: "No route to host")
    ]
    return surroundings
  }

  private let calm = store(
    [server("alpha/ledger"), server("beta/docs")], [ready("alpha/ledger"), ready("beta/docs")])

  @Test func `is what the alert line says where it is the only one`() {
    let text = render(
      calm, ViewState(), at: now, size: Size(columns: 120, rows: 30), context: surroundings()
    ).text
    #expect(text.contains("! alpha is away since 14:31:01 and looked for: No route to host"), "\(text)")
    #expect(!text.contains("all is well"), "\(text)")
  }

  @Test(arguments: ["r", "K", "z", "Z"] as [Key]) func `is asked nothing`(key: Key) {
    var view = ViewState()
    #expect(press([key], &view, calm, context: surroundings()).isEmpty)
    #expect(view.overlay == .none)
    #expect(
      view.notice == "alpha is away since 14:31:01 and looked for: No route to host: nothing is sent")
  }

  @Test func `is left out of what others are asked`() {
    var view = ViewState()
    press(
      [":"] + typed("reconnect server:*") + [.enter], &view, calm, context: surroundings(["alpha/ledger"]))
    guard case .dialog(let dialog) = view.overlay else { return #expect(Bool(false), "\(view.overlay)") }
    #expect(dialog.keys == [SessionKey(server: "beta/docs")])
    #expect(dialog.lines.contains("1 left out: their service is away"))
  }

  @Test func `is nobody whose servers have names that begin like its own`() {
    let other = SessionKey(server: "alpha/s2/docs")
    let surroundings = surroundings(["alpha/ledger"])
    #expect(surroundings.absence(of: SessionKey(server: "alpha/ledger")) != nil)
    #expect(surroundings.absence(of: other) == nil)
  }

  @Test func `takes nothing back`() {
    var view = ViewState()
    press(["z", "y"], &view, calm)
    #expect(view.deed != nil)
    #expect(press(["U"], &view, calm, context: surroundings()).isEmpty)
    #expect(view.notice?.hasSuffix("nothing is sent") == true && view.deed != nil)
  }

  @Test func `did not get what was asked: nothing of it is shown as done`() {
    var view = ViewState()
    press(["z", "y"], &view, calm)
    view.takeBack(saying: "alpha is away: nothing was sent")
    let text = render(
      calm, view, at: now, size: Size(columns: 120, rows: 30), context: context()
    ).text
    #expect(text.contains("alpha is away: nothing was sent") && !text.contains("of 1 paused"), "\(text)")
  }

  @Test func `has a row of its own whose age goes on although all of its house stand still`() {
    var surroundings = context(staleAfter: .seconds(5))
    surroundings.lastTurn = moment(0).instant
    surroundings.absences = [
      Absence(
        label: "alpha", keys: [SessionKey(server: "alpha/ledger")], row: SessionKey(server: "alpha"),
        since: moment(1).wall, why: "No route to host")
    ]
    var line = SessionReport(key: SessionKey(server: "alpha"), state: .down, since: moment(1))
    line.cause = SessionError(.connectionReset, detail: "No route to host")
    let known = store([server("alpha"), server("alpha/ledger")], [line, ready("alpha/ledger")])
    for (columns, rows) in [(80, 24), (120, 40)] {
      let text = render(
        known, ViewState(), at: moment(91), size: Size(columns: columns, rows: rows), context: surroundings
      ).text
      #expect(text.contains(/V alpha +down +1m30s/) && text.contains("V alpha down 1m30s"), "\(text)")
    }
  }

  @Test func `leaves all at the age that it had when it was heard last`() {
    var surroundings = context(staleAfter: .seconds(5))
    surroundings.lastTurn = moment(60).instant
    func text(_ seconds: Double) -> String {
      render(
        troubledMorning, ViewState(), at: moment(seconds), size: Size(columns: 120, rows: 30),
        context: surroundings
      ).text
    }
    let rows = { (text: String) in text.split(separator: "\n").filter { $0.contains("billing") }.first }
    #expect(text(70).contains("STALE DATA 10s") && text(90).contains("STALE DATA 30s"))
    #expect(rows(text(70)) == rows(text(90)) && rows(text(70)) == rows(text(60)))
  }
}
