import MCPWire
import Testing

@Suite struct `Messages that stand a line each` {
  static let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
  static let pinged = MessageLines.Item.message(
    Message(id: .number(1), content: .request(method: "ping", Parameters())))

  @Test(arguments: [
    (ping + "\n", [pinged]),
    (ping + "\r\n", [pinged]),
    (ping, [pinged]),
    ("\n\r\n  \n" + ping + "\n\n", [pinged]),
    (ping + "\n" + ping, [pinged, pinged]),
    ("[" + ping + "," + ping + "]\n", [pinged, pinged]),
    ("Listening on port 80\n" + ping + "\n", [.noise("Listening on port 80"), pinged]),
    ("{\"a\":1}\n" + ping, [.malformed(.notJSONRPC("the answer has no \"jsonrpc\": \"2.0\"")), pinged]),
    (ping + "}\n", [.noise(CutText(whole: ping + "}"))]),
    ("\u{0}\u{1}x\n", [.noise("\u{0}\u{1}x")]),
    ("", []),
  ])
  func `are read whole and byte by byte`(text: String, items: [MessageLines.Item]) {
    var whole = MessageLines()
    #expect(whole.append(Array(text.utf8)[...]) + whole.finish() == items)
    var pieces = MessageLines()
    #expect(text.utf8.flatMap { pieces.append([$0]) } + pieces.finish() == items)
  }

  @Test func `are read again behind a line that is too long, which is told once`() {
    var lines = MessageLines(limit: 50)
    let flood = [UInt8](repeating: UInt8(ascii: "x"), count: 40)
    #expect(lines.append(flood[...]) == [])
    #expect(lines.append(flood[...]) == [.tooLong])
    #expect(lines.append(flood[...]) == [])
    #expect(lines.append(Array(("\n" + Self.ping + "\n").utf8)[...]) == [Self.pinged])
  }

  @Test func `keep the beginning of a line that is none`() {
    var lines = MessageLines()
    let text = String(repeating: "é", count: 1_000)
    guard case .noise(let excerpt)? = lines.append(Array((text + "\n").utf8)[...]).first else {
      Issue.record("a line of letters is no message")
      return
    }
    #expect(
      excerpt.text.utf8.count <= MessageLines.excerptLimit && text.hasPrefix(excerpt.text) && excerpt.wasCut)
  }
}

@Suite struct `Lines of standard error` {
  @Test(arguments: [
    ("one\ntwo\n", ["one", "two"]), ("one\r\n\n \ntwo", ["one", "two"]), ("", []), ("\n", []),
    ("abcdefghijk\nl", ["abcdefgh", "l"]), ("abcdefgh\nl", ["abcdefgh", "l"]),
    ("abcdefghijk", ["abcdefgh"]), ("abcdefghijk\n\nabcdefghijk\nl\n", ["abcdefgh", "abcdefgh", "l"]),
    ("        x\ny", ["y"]),
  ])
  func `come whole, and by their beginning where they are too long`(text: String, lines: [String]) {
    var whole = TextLines(limit: 8)
    #expect((whole.append(Array(text.utf8)[...]) + whole.finish()).map(\.text) == lines)
    var reader = TextLines(limit: 8)
    #expect((text.utf8.flatMap { reader.append([$0]) } + reader.finish()).map(\.text) == lines)
  }

  @Test func `are told once however long one is, and as soon as there is something to tell`() {
    var reader = TextLines()
    let block = [UInt8](repeating: UInt8(ascii: "e"), count: 65_536)
    let told = (0..<100).flatMap { _ in reader.append(block[...]) }
    #expect(told == [CutText(String(repeating: "e", count: 4_096), wasCut: true)])
    #expect(reader.append(Array("\nand on\n".utf8)[...]) == ["and on"])
  }
}
