import MCPSessions
import Testing

@testable import TopDisplay

/// Part of a figure is another figure, and part of a name another name.
@Suite struct `What has no room` {
  @Test(arguments: [
    (1_234, 3, "1k"), (123_456, 3, ".1M"), (999_999, 3, ".9M"), (12_345_678, 3, "12M"), (999, 3, "999"),
    (123_456_789, 3, ".1G"), (1_000_000_000_000, 3, "1T"), (12_345, 4, "12k"), (123_456, 4, "123k"),
    (Int.max, 4, "9E"), (0, 3, "0"),
  ]) func `is counted in a larger unit`(number: Int, width: Int, text: String) {
    #expect(count(number, width: width) == text)
  }

  @Test(arguments: [
    ("1234", 3, "1k"), ("1234/5678", 5, "1k/5k"), ("12345/67890", 4, ">"), ("12m30s", 4, ">"),
    ("57%", 5, "57%"),
    ("1234567%", 5, "1M%"),
  ]) func `of a figure is a sign, never a part`(figure: String, width: Int, text: String) {
    #expect(fitted(figure: figure, to: width, isASCII: true) == text)
  }

  @Test func `of a text has a sign, however little it is`() {
    for width in 2...8 {
      var frame = Frame(size: Size(columns: 20, rows: 1), isASCII: true)
      frame.write("123456789", row: 0, column: 0, width: width)
      #expect(frame.text.hasSuffix(">") && frame.text.count == width)
    }
  }

  @Test func `of many names is told apart at once, also in wide letters`() {
    let names = (0..<10_000).map { "production-gateway-\($0 % 7)-of-the-house-of-\($0)-behind-the-other-one" }
    let clock = ContinuousClock()
    let time = clock.measure {
      let looks = shortened(names, to: 14, isASCII: true)
      #expect(Set(names.map { looks[ExactText($0)] ?? $0 }).count == names.count)
    }
    // By far more than it takes, by far less than one that asks each name about each.
    #expect(time < .seconds(6), "\(time)")
    let wide = (0..<40).map { "記録保管庫東京本社\($0)号室第二書庫" }
    let looks = shortened(wide, to: 12, isASCII: false)
    let shown = wide.map { looks[ExactText($0)] ?? $0 }
    #expect(Set(shown).count == wide.count && shown.allSatisfy { columns(of: $0) <= 12 }, "\(shown)")
  }

  @Test(arguments: [(20, 5), (40, 12), (39, 11), (12, 3), (24, 4)])
  func `says the worst first, and how many are so`(columns: Int, rows: Int) {
    let servers = (0..<5).map { server("s\($0)") }
    let sessions =
      (0..<3).map { troubled("s\($0)", "app", .down, since: 90, refused) } + [ready("s3"), ready("s4")]
    let many = store(servers, sessions)
    var view = ViewState()
    press(["a"], &view, many)
    for view in [ViewState(), view] {
      let text = render(
        many, view, at: now, size: Size(columns: columns, rows: rows), context: context()
      ).text
      #expect(!text.contains("all well") && text.contains("3"), "\(text)")
      if columns < 30 { #expect(text.contains("3 down"), "\(text)") }
    }
  }

  @Test func `is not called well while it connects or its configuration was refused`() {
    func text(_ store: Store) -> String {
      render(store, ViewState(), at: now, size: Size(columns: 20, rows: 5), context: context()).text
    }
    let connecting = SessionReport(key: SessionKey(server: "a"), state: .connecting, since: moment(-1))
    #expect(!text(store([server("a")], [connecting])).contains("all well"))
    let refused = store(
      [server("a")], [ready("a")], [event(-1, 1, .configProblem, .error, nil, "mcpServers.a: no url")])
    #expect(!text(refused).contains("all well") && text(refused).contains("configuration"))
    #expect(text(store([server("a")], [ready("a")])).contains("all well"))
  }
}
