import MCPSessions
import Testing

@testable import TopDisplay

/// Two servers whose names look alike and are written with other bytes are two servers.
@Suite struct `Names of servers` {
  private static let composed = "caf\u{E9}"
  private static let decomposed = "cafe\u{301}"
  private let ana = Operator(user: "ana", origin: "pts/3")

  private let two = store(
    [server(composed), server(decomposed)],
    [troubled(decomposed, .down, 90, refused), ready(composed)])

  @Test func `keep each server's sessions with it`() {
    let rows = Rows(two, ViewState(), at: now).servers
    #expect(rows.count == 2 && rows.allSatisfy { $0.total == 1 })
    #expect(rows.first?.state == .down && rows.first?.id == ExactText(Self.decomposed))
  }

  @Test func `let a key act on the row that is selected`() {
    var view = ViewState()
    let effects = press(["K", "y"], &view, two)
    let dead = SessionKey(server: Self.decomposed)
    #expect(effects == [.command(.act(.terminate, on: [dead], by: ana))])
    // From one row to the other and back.
    press(["g"], &view, two)
    let first = view.servers.id
    press(["j"], &view, two)
    #expect(view.servers.id != first)
  }

  @Test(arguments: [("GitHub", 1), ("github", 1), ("GITHUB", 0)])
  func `given as they are mean their bytes`(name: String, count: Int) {
    let store = store([server("GitHub"), server("github")], [ready("GitHub"), ready("github")])
    let chosen = SessionChoice(server: name, user: nil).keys(in: store, at: now.instant)
    #expect(chosen.count == count && chosen.allSatisfy { $0.server == name })
    var view = ViewState()
    press([":"] + typed("terminate server:=\(name)") + [.enter], &view, store)
    if case .dialog(let dialog) = view.overlay {
      #expect(dialog.keys == chosen)
    } else {
      #expect(count == 0 && view.notice == "no session matches")
    }
  }

  @Test(arguments: [
    ("server:GitH", 2), ("server:GIT*", 2), ("server:=GitHub|github", 2), ("server:=git", 0),
    ("server:=cafe\u{301}", 1),
  ]) func `in part or with stars are found whatever their case`(text: String, count: Int) {
    let names = ["GitHub", "github", Self.composed, Self.decomposed]
    let store = store(names.map { server($0) }, names.map { ready($0) })
    let filter = Filter(text)
    #expect(
      store.sessions.values.count { filter.accepts(SessionRow(session: $0, now: now.instant)) } == count)
  }

  @Test func `keep alerts, outages and counts apart`() {
    var view = ViewState()
    _ = view.watch(two, at: now)
    #expect(view.alerts.known.keys.map { $0 } == [ExactText(Self.decomposed)])
    #expect(two.server(ExactText(Self.composed))?.name.utf8.count == 5)
    #expect(two.server(ExactText(Self.decomposed))?.name.utf8.count == 6)
  }
}

private func troubled(
  _ server: String, _ state: SessionState, _ since: Double, _ cause: SessionError
) -> SessionReport { DisplayTests.troubled(server, "app", state, since: since, cause) }
