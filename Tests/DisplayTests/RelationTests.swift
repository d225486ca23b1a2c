import MCPSessions
import Testing

@testable import TopDisplay

/// From what is seen to what belongs to it.
@Suite struct `A row` {
  private func text(_ view: ViewState, _ store: Store, _ columns: Int = 120, _ rows: Int = 40) -> String {
    var view = view
    view.size = Size(columns: columns, rows: rows)
    return render(store, view, at: now, size: view.size, context: context()).text
  }

  @Test func `leads to its events, and an event to its session`() {
    var view = ViewState()
    press(["j", "l"], &view, troubledMorning)
    let model = ViewModel(troubledMorning, view, at: now, context: context())
    let name = model.selectedServer?.name ?? ""
    #expect(view.pane == .events && view.filter.text == "server:=\(name)")
    #expect(model.rows.events.allSatisfy { troubledMorning.events[$0].server == name })
    press([.escape, "3", .enter, .enter], &view, troubledMorning)
    #expect(view.pane == .sessions && view.isDetailOpen)
    let event = troubledMorning.events[troubledMorning.events.count - 1]
    let session = ViewModel(troubledMorning, view, at: now, context: context()).selectedSession
    #expect(session?.key == SessionKey(server: event.server ?? "", user: event.user ?? "app"))
  }

  @Test func `is compared with another, what differs first`() {
    var view = ViewState()
    press(["c"], &view, troubledMorning)
    #expect(view.notice == "mark two rows with space first, then c compares them")
    press([":"] + typed("mark server:=ledger user:ana|ben") + [.enter, "c"], &view, troubledMorning)
    let screen = text(view, troubledMorning)
    let lines = screen.split(separator: "\n").filter { $0.contains("user") || $0.contains("protocol") }
    #expect(lines.contains { $0.contains("# user") && $0.contains("ana") && $0.contains("ben") }, "\(screen)")
    #expect(lines.contains { !$0.contains("#") && $0.contains("protocol") }, "\(screen)")
    #expect(screen.contains("ledger"), "\(screen)")
  }

  @Test func `does what its place says when it is pressed`() throws {
    var view = ViewState()
    view.size = Size(columns: 120, rows: 40)
    func place(_ word: String) throws -> Key {
      view.notice = nil
      let frame = render(troubledMorning, view, at: now, size: view.size, context: context())
      view.drew(frame)
      let lines = frame.text.split(separator: "\n", omittingEmptySubsequences: false)
      let row = try #require(lines.firstIndex { $0.contains(word) }, "\(word)")
      let column = try #require(lines[row].firstRange(of: word)).lowerBound
      return .click(row: row, column: lines[row][..<column].count)
    }
    press([try place("P95")], &view, troubledMorning)
    #expect(view.sort == Sort(field: .p95))
    press([try place("P95")], &view, troubledMorning)
    #expect(view.sort == Sort(field: .p95, isReversed: true))
    press([try place("s sort")], &view, troubledMorning)
    #expect(view.overlay == .sortMenu(Sort.Field.allCases.firstIndex(of: .p95) ?? 0))
    press([.escape, try place("calculator")], &view, troubledMorning)
    #expect(!view.isDetailOpen)
    press([try place("calculator")], &view, troubledMorning)
    #expect(view.isDetailOpen, "pressed again it opens")
    press([.escape, try place("? help")], &view, troubledMorning)
    #expect(view.overlay == .help(top: 0, search: nil))
  }

  @Test func `keeps hosts, users and ids to itself when others look`() {
    for keys in [[], ["2"], ["3"], [.enter], ["2", .enter], ["L"]] as [[Key]] {
      var view = ViewState()
      press(["P"] + keys, &view, troubledMorning)
      view.notice = nil
      let screen = text(view, troubledMorning)
      #expect(screen.contains("PRIVATE"))
      for word in ["example.org", "ops-1", "ana", "ben", "12345678..."] {
        #expect(screen.matches(of: try! Regex("\\b\(word)")).isEmpty, "\(keys): \(word)\n\(screen)")
      }
    }
    var view = ViewState()
    press(["P", "P"], &view, troubledMorning)
    #expect(text(view, troubledMorning).contains("ops-1"))
  }

  @Test func `is found by a filter that was saved`() {
    var context = context()
    let problems = [
      context.filters.save("state:unauthorized", as: "locked"), context.filters.save("sever:x", as: "typo"),
      context.filters.save("a", as: "two words"),
    ]
    #expect(problems[0] == nil && problems[1]?.contains("no field") == true && problems[2] != nil)
    var view = ViewState()
    press(["'"] + typed("loc") + [.tab, .enter], &view, troubledMorning, context: context)
    #expect(view.filter.text == "state:unauthorized")
    press(["'"] + typed("none") + [.enter], &view, troubledMorning, context: context)
    #expect(view.notice == "saved are locked")
  }

  @Test func `is explained in a help that can be searched`() {
    var view = ViewState()
    press(["?", "/"] + typed("p95"), &view, troubledMorning)
    let screen = text(view, troubledMorning)
    #expect(screen.contains("of 20 answers 19 were quicker") && !screen.contains("move up"), "\(screen)")
    press([.escape], &view, troubledMorning)
    #expect(text(view, troubledMorning).contains("move up"))
    press([.escape], &view, troubledMorning)
    #expect(view.overlay == .none)
  }

  @Test func `is searched in its detail`() {
    var view = ViewState()
    press(["j", .enter, "/"] + typed("Nothing like it"), &view, troubledMorning)
    #expect(view.filter.isEmpty && text(view, troubledMorning).contains("nothing here says so"))
    press([.control("u")] + typed("SESSION"), &view, troubledMorning)
    let first = view.detailMatch
    #expect(text(view, troubledMorning, 80, 24).contains("/SESSION"))
    press([.enter, "n", "n"], &view, troubledMorning)
    let third = view.detailMatch
    #expect(first != nil && third != nil && first != third)
    press(["N", "N"], &view, troubledMorning)
    #expect(view.detailMatch == first)
    let model = ViewModel(troubledMorning, view, at: now, context: context())
    let lines = view.detailText(model).lines
    #expect(lines[view.detailMatch ?? 0].whole.lowercased().contains("session"))
    press([.escape], &view, troubledMorning)
    #expect(view.isDetailOpen && !view.isSearchingDetail)
    press([.escape], &view, troubledMorning)
    #expect(!view.isDetailOpen)
  }

  @Test func `of the errors names where most happened and what was asked`() {
    let hanging = SessionError(.sessionTimeout, detail: "no answer within 10 s", request: .list)
    let two = store(
      [server("a"), server("b")],
      [ready("a", errors: [.sessionTimeout: 2]), ready("b", errors: [.sessionTimeout: 7])],
      [
        event(-9, 1, .sessionError, .warning, "b", error: hanging, repeated: 7, "Session error"),
        event(-8, 2, .sessionError, .warning, "a", error: hanging, repeated: 2, "Session error"),
      ])
    var view = ViewState()
    press(["4"], &view, two)
    let screen = text(view, two, 80, 24)
    #expect(
      screen.contains("session_timeout") && screen.contains(" b  ") && screen.contains("tools/list 9"),
      "\(screen)")
    view.start(filter: "server:=a")
    #expect(text(view, two, 80, 24).contains(" a  "))
    press([.enter], &view, two)
    #expect(text(view, two, 80, 24).contains("asked: tools/list 9"))
  }

  @Test func `is found by completion that says how many there are`() {
    var view = ViewState()
    press(["/"] + typed("server:=ledger state:") + [.tab], &view, troubledMorning)
    guard case .filter(_, _, let choices) = view.overlay else {
      Issue.record("no filter")
      return
    }
    #expect(choices.contains("state:ready (5)") && choices.contains("state:unauthorized (1)"), "\(choices)")
  }

  @Test func `has the columns that were chosen, and they are kept`() {
    var view = ViewState()
    view.size = Size(columns: 80, rows: 24)
    func titles() -> String {
      let text = render(troubledMorning, view, at: now, size: view.size, context: context()).text
      return String(text.split(separator: "\n").first { $0.contains("SERVER") } ?? "")
    }
    #expect(titles().contains("GOOD") && !titles().contains("LAST HOUR") && !titles().contains("P95"))
    let down = { (title: String) in
      Array(repeating: Key.down, count: ColumnChoices.titles.firstIndex(of: title) ?? 0)
    }
    press(
      ["C"] + down("GOOD") + [" ", " ", "q", "C"] + down("P95") + [.enter, "q", "C"], &view, troubledMorning)
    let effects = press(down("LAST HOUR") + [" ", .escape], &view, troubledMorning)
    #expect(
      !titles().contains("GOOD") && titles().contains("LAST HOUR") && titles().contains("P95"), "\(titles())")
    #expect(effects == [.keepColumns(view.columns)])
    #expect(view.columns.description == #"{P95: always, GOOD: never, "LAST HOUR": always}"#)
    #expect(ColumnChoices(lines: view.columns.lines) == view.columns)
    #expect(
      ColumnChoices(lines: "P95=always\nSTATE=never\nrubbish\nERR=maybe\n").description == "{P95: always}")
    press(["2"], &view, troubledMorning)
    #expect(titles().contains("P95") && !titles().contains("GOOD"), "sessions have them as well")
  }
}
