import MCPSessions
import Testing

@testable import TopDisplay

@Suite struct `The question` {
  private func asked(_ line: String, _ columns: Int, _ rows: Int, _ store: Store = troubledMorning)
    -> ViewState
  {
    var view = ViewState()
    view.size = Size(columns: columns, rows: rows)
    press([":"] + typed(line) + [.enter], &view, store)
    return view
  }

  private func screen(_ view: ViewState, _ store: Store = troubledMorning) -> String {
    render(store, view, at: now, size: view.size, context: context()).text
  }

  private static let longNames = store(
    [server("production-payments-gateway-eu-central-1")],
    [ready("production-payments-gateway-eu-central-1", "ana.very.long.name@example.org")])

  @Test(arguments: [
    (40, 12), (25, 9), (25, 7), (30, 8), (20, 5), (80, 24), (12, 6), (120, 8),
  ]) func `names action and target, or nothing can be answered`(columns: Int, rows: Int) {
    for (line, names) in [
      ("terminate server:=billing", ["billing", "ana, app, ben"]), ("reconnect server:=ledger", ["ledger"]),
    ] {
      var view = asked(line, columns, rows)
      let text = screen(view).filter { !"│|".contains($0) }.split { " \n".contains($0) }.joined(
        separator: " ")
      var answered = view
      press(["3"], &answered, troubledMorning)
      if answered.overlay == .none {
        #expect(answered.notice == "the window is too small for the question: nothing was done")
        press(["y"], &view, troubledMorning)
        #expect(view.overlay == .none && view.deed == nil)
      } else {
        #expect(press([.enter], &answered, troubledMorning).count == 1)
        for words in names + ["Type 3 and", "3 sessions"] {
          #expect(text.contains(words), "\(columns)x\(rows)\n\(screen(view))")
        }
      }
    }
  }

  @Test func `keeps names that are longer than the window is wide`() {
    let view = asked("terminate payments", 40, 12, Self.longNames)
    let text = screen(view, Self.longNames).filter { !"│|\n ".contains($0) }
    #expect(text.contains("production-payments-gateway-eu-central-1"), "\(screen(view, Self.longNames))")
    #expect(text.contains("ana.very.long.name@example.org") && text.contains("y=yes,anyotherkey=No"))
  }

  @Test func `says that y is not enough, and goes on asking`() {
    var view = asked("terminate server:=ledger", 80, 24)
    #expect(press(["y"], &view, troubledMorning).isEmpty)
    #expect(screen(view).contains("y is not enough: type 3 and Enter"), "\(screen(view))")
    #expect(press(["3", .enter], &view, troubledMorning).count == 1)
  }

  @Test func `says which number was wrong`() {
    var view = asked("terminate state:recovering|ready", 80, 24)
    #expect(press(["3", .enter], &view, troubledMorning).isEmpty)
    #expect(view.overlay == .none && view.notice == "3 is not 8: nothing was done")
    view = asked("terminate server:=ledger", 80, 24)
    #expect(press(["n"], &view, troubledMorning).isEmpty && view.overlay == .none && view.notice == nil)
  }
}
