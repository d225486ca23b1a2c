import Sessions
import Testing

@testable import Display

@Suite struct `An incident` {
  @Test func `is what fell together for one reason, and one alert`() throws {
    let found = incidents(Rows(Jobs.familyDown, ViewState(), at: now).problems)
    #expect(found.count == 1)
    let one = try #require(found.first)
    #expect(one.members.count == 13 && one.name == "jira-*" && one.first.key.server == "jira-01")
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
    #expect(lost.notice == "it began at 13:32:07 UTC, which is older than the events kept here")
  }

  @Test func `is all that is seen by a key`() {
    var view = ViewState()
    press(["!"], &view, Jobs.familyDown)
    #expect(Rows(Jobs.familyDown, view, at: now).servers.count == 13)
    press([.escape], &view, Jobs.familyDown)
    #expect(Rows(Jobs.familyDown, view, at: now).servers.count == 17)
  }

  @Test func `is not hidden among chatter`() {
    var view = ViewState()
    press(["v", "v"], &view, Jobs.firstLook)
    let rows = Rows(Jobs.firstLook, view, at: now)
    #expect(rows.events.map { Jobs.firstLook.events[$0].level } == [.warning])
    press(["v"], &view, Jobs.firstLook)
    #expect(Rows(Jobs.firstLook, view, at: now).events.count == 2)
  }
}
