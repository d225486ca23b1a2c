import Testing

@testable import MCPWire

/// What a stream says, in words that fit into a table.
private func words(_ items: [ServerSentEvents.Item]) -> [String] {
  items.map { item in
    switch item {
    case .event(let name, let data): "\(name): \(String(decoding: data, as: UTF8.self))"
    case .retry(let milliseconds): "retry \(milliseconds)"
    case .comment: "comment"
    case .tooLarge: "too large"
    }
  }
}

private struct Row: Sendable, CustomTestStringConvertible {
  let name: String
  let stream: String
  let expected: [String]
  var testDescription: String { name }
}

@Suite struct `Server-sent events` {
  private static let rows = [
    Row(name: "one event", stream: "data: a\n\n", expected: ["message: a"]),
    Row(name: "a named event", stream: "event: endpoint\ndata: /x\n\n", expected: ["endpoint: /x"]),
    Row(name: "several data lines", stream: "data: a\ndata: b\n\n", expected: ["message: a\nb"]),
    Row(name: "no space after the colon", stream: "data:a\n\n", expected: ["message: a"]),
    Row(name: "only one space is cut", stream: "data:  a\n\n", expected: ["message:  a"]),
    Row(name: "CR line ends", stream: "data: a\r\rdata: b\r\r", expected: ["message: a", "message: b"]),
    Row(name: "CRLF line ends", stream: "data: a\r\n\r\n", expected: ["message: a"]),
    Row(
      name: "mixed line ends", stream: "data: a\r\n\ndata: b\n\r\n", expected: ["message: a", "message: b"]),
    Row(name: "a byte order mark", stream: "\u{FEFF}data: a\n\n", expected: ["message: a"]),
    Row(
      name: "comments and unknown fields", stream: ": hi\nfoo: 1\ndata: a\n\n",
      expected: ["comment", "message: a"]),
    Row(name: "an id without data is no event", stream: "id: 7\ndata:\n\n", expected: ["comment"]),
    Row(name: "no blank line at the end", stream: "data: a\n\ndata: b\n", expected: ["message: a"]),
    Row(name: "retry", stream: "retry: 500\n\n", expected: ["retry 500"]),
    Row(name: "retry that is no number", stream: "retry: 5s\nretry: \n\n", expected: []),
    Row(
      name: "a huge retry is capped", stream: "retry: 99999999999999999999\n\n", expected: ["retry 3600000"]),
    Row(name: "a four-byte character", stream: "data: 😀é\n\n", expected: ["message: 😀é"]),
    Row(name: "a field without a colon", stream: "data\ndata: x\n\n", expected: ["message: \nx"]),
  ]

  @Test(arguments: rows) private func `read the same in every split`(row: Row) {
    let bytes = Array(row.stream.utf8)
    for first in 0...bytes.count {
      for second in first...bytes.count {
        var events = ServerSentEvents()
        var items = events.append(bytes[..<first])
        items += events.append(bytes[first..<second])
        items += events.append(bytes[second...])
        #expect(words(items) == row.expected, "cut at \(first) and \(second)")
      }
    }
  }

  @Test func `keep the id of the last complete event`() {
    var events = ServerSentEvents()
    _ = events.append(Array("id: 1\ndata: a\n\nid: 2\ndata: b\n".utf8))
    #expect(events.lastEventID == "1")
    _ = events.append(Array("\nid: 3\u{0}\ndata: c\n\n".utf8))
    #expect(events.lastEventID == "2", "an id that holds NUL is ignored")
  }

  @Test(arguments: ["data: ", "data: 123\ndata: ", "x"])
  func `give up at the limit and stay silent`(beginning: String) {
    var events = ServerSentEvents(limit: 64)
    let items = events.append(Array((beginning + String(repeating: "y", count: 200)).utf8))
    #expect(words(items) == ["too large"])
    #expect(events.append(Array("\n\ndata: a\n\n".utf8)).isEmpty)
  }

  @Test func `take comments of any length without keeping them`() {
    var events = ServerSentEvents(limit: 64)
    let items = events.append(Array((":" + String(repeating: "y", count: 1_000) + "\ndata: a\n\n").utf8))
    #expect(words(items) == ["comment", "message: a"])
  }

  @Test func `never trap on any bytes`() {
    for seed in UInt64(1)...200 {
      var state = seed
      var events = ServerSentEvents(limit: 32)
      for _ in 0..<50 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let alphabet = Array("data: \r\n:id\u{FEFF}\u{0}x".utf8)
        let bytes = (0..<8).map { alphabet[Int((state >> UInt64($0 * 4)) & 0xFF) % alphabet.count] }
        for item in events.append(bytes) {
          if case .event(_, let data) = item { #expect(data.count <= 32, "seed \(seed)") }
        }
      }
    }
  }
}
