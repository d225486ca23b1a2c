import MCPSessions
import Testing

@testable import TopDisplay

/// What the footer says of keys is what they do, and a press on it does that.
@Suite struct `The footer` {
  private func line(_ view: ViewState, _ context: Context = context()) -> String {
    let text = render(troubledMorning, view, at: now, size: view.size, context: context).text
    return text.split(separator: "\n", omittingEmptySubsequences: false).last.map(String.init) ?? ""
  }

  /// A press on some words of the screen that is seen.
  private func press(on words: String, _ view: inout ViewState, _ context: Context = context()) throws
    -> [Effect]
  {
    let frame = render(troubledMorning, view, at: now, size: view.size, context: context)
    view.drew(frame)
    let lines = frame.text.split(separator: "\n", omittingEmptySubsequences: false)
    let row = try #require(lines.lastIndex { $0.contains(words) }, "\(words)\n\(frame.text)")
    let column = lines[row][..<(try #require(lines[row].firstRange(of: words))).lowerBound].count
    return DisplayTests.press([.click(row: row, column: column)], &view, troubledMorning, context: context)
  }

  @Test func `follows keys that were chosen, and so does a press on it`() throws {
    var context = context()
    let problems = [context.keys.bind("terminate", to: ["r"]), context.keys.bind("reconnect", to: ["K"])]
    #expect(problems.allSatisfy { $0 == nil })
    var view = ViewState()
    #expect(line(view, context).contains("K reconnect  r terminate"), "\(line(view, context))")
    _ = try press(on: "K reconnect", &view, context)
    guard case .dialog(let dialog) = view.overlay else {
      Issue.record("no question")
      return
    }
    #expect(dialog.verb == .reconnect)
  }

  @Test func `names no key that was taken away, and acts on none`() {
    var context = context()
    #expect(context.keys.bind("terminate", to: []) == nil && context.keys.bind("help", to: ["h"]) == nil)
    let said = line(ViewState(), context)
    #expect(!said.contains("terminate") && said.contains("h help"), "\(said)")
    let closed = store(
      [server("a")], [SessionReport(key: SessionKey(server: "a"), state: .closed, since: moment(-9))])
    #expect(context.keys.bind("reconnect", to: ["R"]) == nil)
    let screen = render(closed, ViewState(), at: now, size: Size(columns: 80, rows: 24), context: context)
      .text
    #expect(screen.contains("ended, R reconnects"), "\(screen)")
  }

  @Test func `is pressed as it was seen: a notice is no way out`() throws {
    var view = ViewState()
    DisplayTests.press(["u", "c"], &view, troubledMorning)
    #expect(view.notice != nil)
    let row = view.size.rows - 1
    let frame = render(troubledMorning, view, at: now, size: view.size, context: context())
    view.drew(frame)
    for column in 0..<view.size.columns {
      var pressed = view
      #expect(DisplayTests.press([.click(row: row, column: column)], &pressed, troubledMorning).isEmpty)
      #expect(pressed.overlay == .none)
    }
    view.notice = nil
    #expect(try press(on: "q quit", &view) == [.quit])
  }

  @Test(
    arguments: [
      ([.enter], ["/ search", "esc back"], ["/ filter", "enter detail", "q quit"]),
      (["L"], ["esc close", "y copy"], ["r reconnect", "/ filter", "q quit", "? help"]),
      (["3"], ["q back"], ["q quit"]), (["4"], ["q back"], ["r reconnect", "K terminate"]),
      ([], ["q quit", "/ filter", "? help"], ["q back"]),
      (["K"], [], ["r reconnect", "? help", "q quit"]),
    ] as [([Key], [String], [String])])
  func `says what is so where it is seen`(keys: [Key], said: [String], unsaid: [String]) {
    var view = ViewState()
    DisplayTests.press(keys, &view, troubledMorning)
    let line = line(view)
    for words in said { #expect(line.contains(words), "\(keys): \(line)") }
    for words in unsaid { #expect(!line.contains(words), "\(keys): \(line)") }
  }

  @Test func `closes a page when that is what it says`() throws {
    var view = ViewState()
    DisplayTests.press(["L"], &view, troubledMorning)
    _ = try press(on: "esc close", &view)
    #expect(view.overlay == .none)
  }
}

/// Nobody ends the program, and every session with it, who only wants back.
@Suite struct `A step back` {
  @Test(arguments: [["3"], ["e"], ["4"], ["2"]] as [[Key]], ["q", .escape] as [Key])
  func `leads to the list before it leads out`(keys: [Key], key: Key) {
    var view = ViewState()
    press(keys, &view, troubledMorning)
    #expect(view.pane != .servers)
    #expect(press([key], &view, troubledMorning).isEmpty)
    #expect(view.pane == .servers)
    #expect(press(["q"], &view, troubledMorning) == [.quit])
  }

  @Test func `leads from the onset of trouble to the list`() {
    for key in ["q", .escape] as [Key] {
      var view = ViewState()
      press(["o"], &view, Jobs.familyDown)
      #expect(view.pane == .events)
      #expect(press([key], &view, Jobs.familyDown).isEmpty && view.pane == .servers)
    }
  }
}
