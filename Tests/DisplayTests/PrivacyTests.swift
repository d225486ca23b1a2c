import MCPSessions
import Testing

@testable import TopDisplay

/// A screen that others look at, and a ticket that is made of it.
@Suite struct `What is hidden` {
  private static let wide = "記録.example.jp"
  private static let url = "https://\(wide)/mcp"
  private static let words = [wide, "記録", "billing.example.org", "ana", "88d0a14e", "upstream.corp.internal"]

  /// Hosts and users where servers and people put them.
  private static let telling: Store = {
    let down = troubled(
      "wide", "app", .down, since: 90,
      SessionError(
        .connectRefused,
        detail: "no route to 記録.example.jp or billing.example.org:443 by upstream.corp.internal, not even now"
      ),
      advice: "ask ana who keeps BILLING.example.org, 接続billing.example.org失敗")
    return store(
      [
        ServerReport(
          name: "wide", transport: .streamableHTTP, url: url, users: ["app"], note: nil,
          settings: SessionSettings()),
        server("billing", users: ["ana"]),
      ], [down, ready("billing", "ana", id: "88d0a14e...")],
      [
        event(
          -9, 1, .serverMessage, .warning, "wide",
          "upstream.corp.internal at 10.1.2.3 says: http://other-host:80/x, [ana] 記録.example.jp")
      ])
  }()

  private func expectHidden(_ text: String, _ what: String) {
    let text = text.replacing("\n", with: "").replacing(" ", with: "").lowercased()
    for word in Self.words + ["10.1.2.3", "other-host"] {
      #expect(!text.contains(word.lowercased()), "\(what) shows \(word): \(text)")
    }
  }

  @Test(arguments: [20, 26, 33, 40, 61, 80, 100, 133, 200])
  func `can be read nowhere, however narrow the screen is`(columns: Int) {
    for keys in [["P"], ["P", .enter], ["P", "j", .enter], ["P", "r"], ["P", "O"], ["P", "3"]] as [[Key]] {
      var view = ViewState()
      press(keys, &view, Self.telling, context: context(ascii: false))
      for rows in [8, 24, 50] {
        let text = render(
          Self.telling, view, at: now, size: Size(columns: columns, rows: rows),
          context: context(ascii: false)
        ).text
        expectHidden(text, "\(columns)x\(rows)")
      }
    }
  }

  @Test func `is hidden in the answer to a key too`() {
    var view = ViewState()
    press(["P"], &view, Self.telling)
    view.say("sent to the clipboard: https://記録.example.jp/mcp of ana")
    let text = render(
      Self.telling, view, at: now, size: Size(columns: 100, rows: 24), context: context(ascii: false)
    ).text
    expectHidden(text, "the footer")
    #expect(text.contains("sent to the clipboard: https://"))
  }

  @Test(arguments: [
    ("to 記録.example.jp, now", "to xxxxxxxxxxxxxxx, now"), ("記録.example.jp", "xxxxxxxxxxxxxxx"),
    ("BILLING.Example.org:443", "xxxxxxxxxxxxxxxxxxx:443"), ("anaconda", "anaconda"),
    ("/home/ana/x", "/home/xxx/x"),
    ("接続billing.example.org失敗", "接続xxxxxxxxxxxxxxxxxxx失敗"),
    ("https://billing.exam...", "https://xxxxxxxxxxxx..."),
    ("id 88d0a14e...", "id xxxxxxxxxxx"), ("10.1.2.3 and 1.4.2", "xxxxxxxx and 1.4.2"),
    ("librechat.yaml:15:13", "librechat.yaml:15:13"), ("http://[::1]:80/mcp", "http://xxxxx:80/mcp"),
  ]) func `leaves what stands beside it, in its place`(text: String, shown: String) {
    #expect(concealed(text, Self.telling, context()) == shown)
    #expect(columns(of: concealed(text, Self.telling, context())) == columns(of: text))
  }

  @Test func `is told of a ticket, as is what it is about`() {
    var view = ViewState()
    let names = Self.telling.servers.map(\.name)
    guard case .share(let one, let about, let isPrivate)? = press(["X"], &view, Self.telling).last else {
      Issue.record("no ticket")
      return
    }
    #expect(one.count == 1 && about == "the selected row, 1 session" && !isPrivate && names.count == 2)
    press(["*"], &view, Self.telling)
    view.marks = Set(Self.telling.sessions.keys)
    let effects = press(["P", "X"], &view, Self.telling)
    #expect(
      effects == [
        .share(Self.telling.sessions.keys.sorted(), about: "2 marked sessions", isPrivate: true)
      ])
  }
}
