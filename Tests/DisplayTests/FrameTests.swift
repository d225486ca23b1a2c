import CTopLinux
import Glibc
import MCPSessions
import Testing

@testable import TopDisplay

@Suite struct `A frame` {
  struct Writing: Sendable {
    let text: String
    let width: Int
    let drawn: String
    let used: Int

    init(_ text: String, _ width: Int, _ drawn: String, _ used: Int) {
      self.text = text
      self.width = width
      self.drawn = drawn
      self.used = used
    }
  }

  @Test(arguments: [
    Writing("plain", 8, "plain", 5),
    Writing("exactly8", 8, "exactly8", 8),
    Writing("one more!", 8, "one mor…", 8),
    Writing("日本", 8, "日本", 4),
    Writing("日本語サー", 8, "日本語…", 8),
    Writing("a日本語サ", 8, "a日本語…", 8),
    Writing("ab日本語サ", 8, "ab日本…", 8),
    Writing("abc", 2, "a…", 2),
    Writing("日", 1, "…", 1),
    Writing("e\u{301}te\u{301}", 8, "e\u{301}te\u{301}", 3),
    Writing("a\u{1B}[31mb", 8, "a?[31mb", 7),
    Writing("x\u{202E}y", 8, "x?y", 3),
    Writing("x\u{200B}y", 8, "x?y", 3),
    Writing("tab\there", 8, "tab?here", 8),
    Writing("", 8, "", 0),
  ]) func `cuts where there is no room, and never a wide character in two`(writing: Writing) {
    var frame = Frame(size: Size(columns: 10, rows: 1))
    let used = frame.write(writing.text, row: 0, column: 0, width: writing.width)
    #expect(frame.text == writing.drawn)
    #expect(used == writing.used)
    #expect(isWellFormed(frame) == nil)
  }

  @Test func `takes both halves of a wide character away when one is drawn over`() {
    for column in 0..<4 {
      var frame = Frame(size: Size(columns: 4, rows: 1))
      frame.write("日本", row: 0, column: 0)
      frame.write("x", row: 0, column: column)
      #expect(isWellFormed(frame) == nil)
      #expect(frame.text.contains("x"))
    }
  }

  @Test func `ignores what lies outside of it`() {
    var frame = Frame(size: Size(columns: 3, rows: 1))
    for (row, column) in [(-1, 0), (1, 0), (0, -1), (0, 3), (Int.max, Int.max)] {
      #expect(frame.write("abc", row: row, column: column) == 0)
    }
    #expect(frame.text == "")
  }

  @Test func `holds at most four marks on a letter`() {
    var frame = Frame(size: Size(columns: 4, rows: 1))
    frame.write("a" + String(repeating: "\u{301}", count: 100), row: 0, column: 0)
    #expect(frame[row: 0, column: 0].character.unicodeScalars.count <= 1 + Frame.markLimit)
  }

  @Test func `draws ASCII only where that is asked`() {
    var frame = Frame(size: Size(columns: 12, rows: 1), isASCII: true)
    frame.write("é “日” •—", row: 0, column: 0)
    #expect(frame.text.unicodeScalars.allSatisfy { $0.isASCII })
  }

  /// glibc knows a given version of Unicode, and our table another: where they differ, it must be for a
  /// reason.
  @Test func `agrees with the C library on the width of nearly every character`() throws {
    let locale = try #require(newlocale(LC_CTYPE_MASK, "C.UTF-8", nil))
    defer { freelocale(locale) }
    let before = uselocale(locale)
    defer { uselocale(before) }
    var differences: [String] = []
    for value in UInt32(0x20)...0x3FFFF {
      guard let scalar = Unicode.Scalar(value), !isUnshowable(scalar) else { continue }
      let theirs = Int(clinux_character_width(value))
      guard theirs >= 0 else { continue }
      let ours = columns(of: scalar)
      if ours != theirs {
        differences.append("U+\(String(value, radix: 16, uppercase: true)): \(ours), not \(theirs)")
      }
    }
    #expect(
      differences.count <= 120, "\(differences.count) differences:\n\(differences.joined(separator: "\n"))")
  }
}

@Suite struct `Every screen` {
  @Test func `has an end, whatever a terminal says`() {
    #expect(Size(columns: 65_535, rows: .max) == Size(columns: Size.limit.columns, rows: Size.limit.rows))
    #expect(Size(columns: .min, rows: -1) == Size(columns: 0, rows: 0))
  }

  @Test func `is well-formed at every size`() {
    let columns =
      Array(0...12) + [19, 20, 29, 30, 31, 39, 40, 60, 79, 80, 99, 100, 101, 120, 169, 170, 200, 250]
    let rows = Array(0...16) + [23, 24, 29, 30, 31, 39, 40, 60, 80]
    let keys: [[Key]] = [
      [], ["2", .enter], ["3"], ["4"], ["?"], ["r"], ["j", "K"], ["/", "x"], ["p"], ["s"], ["L"],
      [":", "t", .tab],
    ]
    for columns in columns {
      for rows in rows {
        let size = Size(columns: columns, rows: rows)
        for keys in keys {
          var view = ViewState()
          view.size = size
          press(keys, &view, troubledMorning)
          let frame = render(troubledMorning, view, at: now, size: size, context: context(ascii: false))
          #expect(frame.size == size)
          if let fault = isWellFormed(frame) { Issue.record("\(columns)x\(rows) after \(keys): \(fault)") }
        }
      }
    }
  }

  @Test(arguments: UInt64(1)...60) func `is well-formed whatever the store holds and is pressed`(seed: UInt64)
  {
    var random = SeededGenerator(seed: seed)
    let store = arbitraryStore(&random)
    var view = ViewState()
    let all = KeyMap.standard.flatMap(\.keys) + ["y", "1", "2", "x", .backspace]
    for _ in 0..<60 {
      let size = Size(
        columns: Int.random(in: 0...180, using: &random), rows: Int.random(in: 0...60, using: &random))
      view.size = size
      if let key = all.randomElement(using: &random) { press([key], &view, store) }
      let ascii = Bool.random(using: &random)
      let frame = render(store, view, at: now, size: size, context: context(ascii: ascii))
      if let fault = isWellFormed(frame) { Issue.record("seed \(seed), \(size): \(fault)") }
      if ascii { #expect(frame.cells.allSatisfy { $0.character.isASCII }, "seed \(seed)") }
    }
  }

  @Test func `tells every state by a glyph and a word of its own`() {
    for ascii in [false, true] {
      let glyphs = SessionState.allCases.map { Glyphs(isASCII: ascii).state($0) }
      #expect(Set(glyphs).count == SessionState.allCases.count)
      #expect(glyphs.allSatisfy { columns(of: $0) == 1 })
    }
    #expect(Set(SessionState.allCases.map(\.rawValue)).count == SessionState.allCases.count)
  }
}

/// Most cells hold such a character, and there are millions of cells.
private func isPlain(_ character: Character) -> Bool {
  character.asciiValue.map { (0x20..<0x7F).contains($0) } ?? false
}

/// What is wrong with a frame, if anything.
func isWellFormed(_ frame: Frame) -> String? {
  guard frame.cells.count == frame.size.columns * frame.size.rows else { return "\(frame.cells.count) cells" }
  for row in 0..<frame.size.rows {
    for column in 0..<frame.size.columns {
      let cell = frame[row: row, column: column]
      let width = isPlain(cell.character) ? 1 : columns(of: String(cell.character))
      let isFollowed = column + 1 < frame.size.columns && frame[row: row, column: column + 1].isContinuation
      if cell.isContinuation, column == 0 { return "row \(row) begins with half a character" }
      if !cell.isContinuation, width == 2, !isFollowed {
        return "\(row),\(column): half of \(cell.character)"
      }
      if isFollowed, !cell.isContinuation, width != 2 {
        return "\(row),\(column): a half without its character"
      }
      if width == 0 || width > 2 { return "\(row),\(column): \(width) cells in one" }
      if isPlain(cell.character) { continue }
      if cell.character.unicodeScalars.contains(where: isUnshowable) { return "\(row),\(column): unshowable" }
    }
  }
  return nil
}

private func arbitraryStore(_ random: inout SeededGenerator) -> Store {
  let alphabet = [
    "a", "Z", "9", "-", " ", "日", "é", "e\u{301}", "🚀", "\u{1B}", "\u{202E}", "\n", "ﷺ", "한", "\u{200D}",
  ]
  func text(_ limit: Int) -> String {
    (0..<Int.random(in: 0...limit, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) }
      .joined()
  }
  func number() -> Double {
    [-1e12, -100, -1, 0, 0.001, 5, 59.9, 3_600, 1e6, 1e12].randomElement(using: &random) ?? 0
  }
  let names = (0..<Int.random(in: 0...12, using: &random)).map { "\($0)" + text(30) }
  let sessions = names.flatMap { name in
    (0..<Int.random(in: 0...3, using: &random)).map { user in
      var report = troubled(
        name, "\(user)\(text(12))", SessionState.allCases.randomElement(using: &random) ?? .ready, since: 5,
        SessionError(
          ErrorType.allCases.randomElement(using: &random) ?? .rpcError,
          status: Bool.random(using: &random) ? 404 : nil,
          detail: Sentence(ForeignText(recorded: text(200)))),
        next: number() / 1e3, attempt: Int.random(in: 0...1_000_000, using: &random),
        advice: Sentence(ForeignText(recorded: text(80))))
      report.errors = [.connectRefused: Int.random(in: 0...10_000_000, using: &random)]
      report.latency = LatencySummary(
        last: abs(number()), p50: abs(number()), p95: abs(number()), p99: abs(number()))
      report.session = Bool.random(using: &random) ? text(12) : nil
      return report
    }
  }
  let events = (0..<Int.random(in: 0...40, using: &random)).map { number in
    event(
      Double(number) - 50, UInt64(number + 1),
      EventKind.allCases.randomElement(using: &random) ?? .stateChanged,
      .warning, names.randomElement(using: &random), repeated: Int.random(in: 1...1_000, using: &random),
      Sentence(ForeignText(recorded: text(300))))
  }
  return store(names.map { server($0, note: Sentence(ForeignText(recorded: text(40)))) }, sessions, events)
}

@Suite struct `Pacing` {
  @Test func `lets a frame wait until the last one was seen, on terminals that say so`() {
    var pacing = FramePacing()
    pacing.opened(at: .zero)
    pacing.answered()
    #expect(pacing.busyUntil(at: .seconds(1)) == nil)
    let asks = [
      pacing.drew(255, at: .seconds(2)), pacing.drew(1, at: .seconds(3)), pacing.drew(999, at: .seconds(4)),
    ]
    #expect(
      asks == [false, true, false], "a clock that ticks is seen soon enough, and one question is enough")
    #expect(pacing.busyUntil(at: .seconds(4)) == .seconds(8) && pacing.awaitsAnswer)
    #expect(pacing.busyUntil(at: .seconds(8)) == nil, "an answer that was lost holds nothing for ever")
    let again = pacing.drew(1, at: .seconds(34))
    #expect(again && pacing.busyUntil(at: .seconds(35)) != nil)
    pacing.answered()
    #expect(pacing.busyUntil(at: .seconds(35)) == nil && !pacing.awaitsAnswer)
  }

  @Test func `never waits for a terminal that has not answered`() {
    var pacing = FramePacing()
    pacing.opened(at: .zero)
    let asks = [pacing.drew(3_000, at: .milliseconds(20)), pacing.drew(3_000, at: .milliseconds(90))]
    #expect(asks == [false, false])
    #expect([99, 100, 999].allSatisfy { pacing.busyUntil(at: .milliseconds($0)) == nil })
    let later = pacing.drew(9_000, at: .seconds(90))
    #expect(!later && pacing.busyUntil(at: .seconds(91)) == nil && !pacing.awaitsAnswer)
  }

  @Test func `hears where the cursor is, and takes it for no key`() {
    var sequence = KeySequence()
    var keys: [Key] = []
    for scalar in "\u{1B}[2;1R\u{1B}[12;117Rx".unicodeScalars {
      keys += sequence.take(scalar, as: .character(Character(scalar)))
    }
    let counts = [sequence.takeReports(), sequence.takeReports()]
    #expect(keys == ["x"] && counts == [2, 0])
  }
}
