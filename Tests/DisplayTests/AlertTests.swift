import MCPSessions
import Testing

@testable import TopDisplay

@Suite struct `Alerts` {
  private let calm = store([server("a"), server("b")], [ready("a"), ready("b")])
  private let trouble = store(
    [server("a"), server("b")], [ready("a"), troubled("b", "app", .recovering, since: 9, refused, next: 3)])
  private let worse = store(
    [server("a"), server("b")], [ready("a"), troubled("b", "app", .failed, since: 1, refused)])

  @Test func `are raised once, again when it gets worse, and cleared when all is well`() {
    var view = ViewState()
    let calmNews = view.watch(calm, at: now)
    #expect(calmNews.isEmpty)
    let raised = view.watch(trouble, at: now)
    #expect(raised.map(\.isRaised) == [true])
    let troubleNews = view.watch(trouble, at: now)
    #expect(troubleNews.isEmpty)
    let failed = view.watch(worse, at: now)
    #expect(failed.map(\.session.state) == [.failed])
    let betterNews = view.watch(trouble, at: now)
    #expect(betterNews.isEmpty, "better is no news")
    let cleared = view.watch(calm, at: now)
    #expect(cleared.map(\.isRaised) == [false])
    #expect(cleared.map { $0.event(at: now).message } == ["Well again: ready"])
  }

  @Test func `that were acknowledged come back only when they get worse`() {
    var view = ViewState()
    _ = view.watch(trouble, at: now)
    #expect(view.title(trouble, at: now, context: context()) == "sessiontop ops-1: b recovering")
    press(["P"], &view, trouble)
    #expect(view.title(trouble, at: now, context: context()) == "sessiontop: b recovering", "private")
    press(["P"], &view, trouble)
    press(["a"], &view, trouble)
    #expect(view.title(trouble, at: now, context: context()) == "sessiontop ops-1")
    _ = view.watch(trouble, at: now)
    #expect(view.alerts.isAcknowledged("b"))
    _ = view.watch(worse, at: now)
    #expect(!view.alerts.isAcknowledged("b"))
    _ = view.watch(calm, at: now)
    #expect(view.title(calm, at: now, context: context()) == "sessiontop ops-1: all well")
  }

  @Test func `that were acknowledged stay so when what is lost stays lost`() {
    let down = store(
      [server("a"), server("b")], [ready("a"), troubled("b", "app", .down, since: 61, refused)])
    var view = ViewState()
    _ = view.watch(trouble, at: now)
    press(["a"], &view, trouble)
    let news = view.watch(down, at: now)
    #expect(news.isEmpty && view.alerts.isAcknowledged("b"))
  }

  @Test func `are none of what somebody paused, which is told all the same`() {
    var held = troubled("b", "app", .paused, since: 3_600, refused)
    held.hold = Hold(by: "ana (pts/3)", since: moment(-3_600), state: .down)
    let paused = store([server("a"), server("b")], [ready("a"), held])
    var view = ViewState()
    let news = view.watch(paused, at: now)
    #expect(news.isEmpty)
    let screen = render(paused, view, at: now, size: view.size, context: context()).text
    #expect(screen.contains("b paused, which may be forgotten; all else is well"), "\(screen)")
    #expect(screen.contains("1 ready 1 paused") && screen.contains("; by ana, Z resumes"), "\(screen)")
    view.start(filter: "state:paused")
    #expect(Rows(paused, view, at: now).servers.map(\.name) == ["b"])
  }

  @Test func `ring with a gap`() {
    var view = ViewState()
    var bell = Bell()
    let alerts = view.watch(trouble, at: now)
    let rings = [0, 9, 10].map { bell.rings(for: alerts, at: moment($0).instant) }
    #expect(rings == [true, false, true])
    let cleared = view.watch(calm, at: now)
    let others = [[], cleared].map { bell.rings(for: $0, at: moment(60).instant) }
    #expect(others == [false, false])
  }

  @Test func `tell a program what the event stream would say`() throws {
    var view = ViewState()
    let alerts = view.watch(trouble, at: now)
    let event = try #require(alerts.first).event(at: now)
    #expect(event.server == "b" && event.state == .recovering && event.error == refused)
    #expect(event.nextAttempt == .seconds(3))
  }
}

@Suite struct `What is taken from the screen` {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("é", "w6k="),
  ])
  func `is encoded as RFC 4648 says`(text: String, encoded: String) {
    #expect(base64(Array(text.utf8)) == encoded)
  }

  @Test func `reaches the terminal outside of tmux, and is refused when too long`() {
    #expect(clipboardSequence("foo", inTmux: false) == "\u{1B}]52;c;Zm9v\u{1B}\\")
    #expect(
      clipboardSequence("foo", inTmux: true)
        == "\u{1B}]52;c;Zm9v\u{1B}\\\u{1B}Ptmux;\u{1B}\u{1B}]52;c;Zm9v\u{1B}\u{1B}\\\u{1B}\\")
    #expect(clipboardSequence(String(repeating: "x", count: 60_000), inTmux: false) == nil)
  }

  @Test func `is the error of the selected, or the command that leads there`() {
    var view = ViewState()
    press(["j"], &view, troubledMorning)
    let copied = press(["y"], &view, troubledMorning)
    #expect(
      copied == [
        .copy("billing, user ana: recovering for 4m12s; session_terminated, 404 Session not found")
      ])
    #expect(press(["Y"], &view, troubledMorning) == [.copy("sessiontop --filter 'server:=billing'")])
    press(["/"] + "it's".map { .character($0) } + [.enter, "3"], &view, troubledMorning)
    #expect(press(["Y"], &view, troubledMorning) == [.copy(#"sessiontop --filter 'it'\''s'"#)])
  }

  @Test func `is shown to a screen reader in sentences`() {
    let lines = plainLines(troubledMorning, filter: "billing", at: now, utcOffset: 0)
    #expect(
      lines == [
        "14:32:07, 7 servers: 1 unauthorized, 1 recovering, 1 degraded, 3 ready, 1 unmonitored.",
        "Server billing: recovering for 4m12s, 404 Session not found; next in 6s, 0 of 3 sessions live, 6 errors.",
        "Session of ana at billing: recovering for 4m12s, 404 Session not found; next in 6s.",
        "Session of app at billing: recovering for 4m10s, connect refused: Connection refused; next in 6s.",
        "Session of ben at billing: recovering for 4m10s, connect refused: Connection refused; next in 6s.",
        "Error session_terminated: 3 in the last minute, 3 in 15 minutes, 3 in 24 hours.",
        "Error connect_refused: 1 in the last minute, 1 in 15 minutes, 1 in 24 hours.",
        "At 14:31:58, warning: billing, user ana: Session error: session_terminated - Session has been terminated "
          + "by the server, 3 times",
        "At 14:32:01, warning: billing, user ana: Session recovery failed: connect_refused, Connection refused",
      ])
  }
}
