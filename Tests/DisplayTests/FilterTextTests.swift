import MCPSessions
import Testing

@testable import TopDisplay

/// Whatever makes the text of a filter, the filter chooses what was meant.
@Suite struct `The text of a filter` {
  private static let names = [
    "plain", "two words", "a\"b c\"", "a|b", "back\\slash", "ends in \\", "\"", "!not", "/expression x/",
    "=x",
    "tab\tbed", "two  blanks", "é", "x:y", "a\" server:=plain", "*",
  ]
  private static let all = store(names.map { server($0) }, names.map { ready($0) })

  private func chosen(by text: String) -> Set<String> {
    Set(Filter(text).sessions(in: Self.all, at: now.instant).map(\.server))
  }

  @Test(arguments: names) func `means a name, whatever is in it`(name: String) {
    #expect(chosen(by: exactly("server", name)) == [name])
    #expect(chosen(by: exactly("server", [name, "plain"])) == [name, "plain"])
    #expect(
      SessionChoice(server: name, user: "app").keys(in: Self.all, at: now.instant).map(\.server) == [name])
    let typed = "server:=" + String(exactly("server", name).dropFirst(8).dropLast(1))
    #expect(
      filterCompletions(of: typed, Self.all).contains { chosen(by: $0) == [name] },
      "\(typed) is not completed")
  }

  @Test(arguments: names) func `is so behind the keys that make one`(name: String) {
    let one = store(
      [server(name), server("other")], [ready(name), ready("other")],
      [
        event(-2, 1, .serverMessage, .info, name, "mine"),
        event(-1, 2, .serverMessage, .info, "other", "its"),
      ])
    var view = ViewState()
    press([":"] + exactly("server", name).map { .character($0) }, &view, one)
    view = ViewState()
    view.start(filter: exactly("server", name))
    press(["j", "k", "l"], &view, one)
    let events = ViewModel(one, view, at: now, context: context()).rows.events.map { one.events[$0].message }
    #expect(events == ["mine"], "\(view.filter.text)")
    view = ViewState()
    view.start(filter: exactly("server", name))
    guard case .copy(let command)? = press(["j", "k", "Y"], &view, one).last else {
      Issue.record("nothing is copied")
      return
    }
    let text = command.drop { $0 != "'" }.dropFirst().dropLast().replacing("'\\''", with: "'")
    #expect(Filter(String(text)).sessions(in: one, at: now.instant).map(\.server) == [name], "\(command)")
  }

  @Test func `is refused when it is too long, and never cut`() {
    let long = "server:" + String(repeating: "a", count: Filter.limit) + "|plain"
    let words = "a filter has \(Filter.limit) characters at most, this one \(long.count)"
    #expect(Filter(long).objection == words && Filter(long).objectionToActing == words)
    var view = ViewState()
    view.start(filter: long)
    #expect(view.filter.objection == words && view.filter.text == long)
    view = ViewState()
    press(["/", .pasted(long)], &view, Self.all)
    #expect(ViewModel(Self.all, view, at: now, context: context()).filterVerdict?.text == words)
    view = ViewState()
    press([":", .pasted("terminate " + long), .enter], &view, Self.all)
    #expect(view.overlay == .none && view.notice == words)
    #expect(SessionChoice(long).objection == words)
    let fits = "server:=" + Array(repeating: "plain", count: 60).joined(separator: "|")
    #expect(fits.count > 200 && chosen(by: fits) == ["plain"])
  }
}
