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

  @Test func `of which no session is let through is not acted on`() {
    let view = filtered("server:=ledger id:zzz", ["K"])
    #expect(Rows(troubledMorning, view, at: now).servers.count == 1)
    #expect(view.overlay == .none)
    #expect(view.notice == "the filter lets no session of this row through")
  }
}
