import Testing

@testable import MCPWire

@Suite struct `JSON` {
  @Test(arguments: [
    "", " ", "{", "}", "[1,]", "[,1]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{'a':1}", "[1 2]", "01", "-", "+1",
    ".5", "1.",
    "1e", "1e+", "0x10", "1_000", "NaN", "Infinity", "nul", "True", "truefalse", "\"", "\"\t\"", "\"\u{0}\"",
    "\"\\x\"",
    "\"\\u12\"", "\"\\u123g\"", "\"\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\ud800\"",
    "\"\\udc00\"",
    "1 2", "[] []", "// no\n1", "[1]//", "{\"a\":1 \"b\":2}", "\u{FEFF}\u{FEFF}1", "{\"a\":}", "[\"a\":1]",
    "{1:2}",
  ]) func `that RFC 8259 does not know is refused`(text: String) {
    #expect(throws: MessageError.notJSON) { try JSONValue.read(text.utf8) }
    // What is passed over is checked as well.
    #expect(throws: MessageError.notJSON) {
      try Message.read(#"{"jsonrpc":"2.0","id":1,"result":{"x":\#(text)}}"#.utf8)
    }
  }

  @Test(
    arguments: [
      ("null", .null), (" true\n", .flag(true)), ("-0.5E+2", .number(-50)), ("0", .number(0)),
      ("1e400", .number(.greatestFiniteMagnitude)), ("-1e400", .number(-.greatestFiniteMagnitude)),
      (#""\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00""#, .text("\"\\/\u{8}\u{C}\n\r\téé😀")),
      ("\"\u{7F}\"", .text("\u{7F}")),
      ("[]", .list([])), ("[ 1 , [ ] ]", .list([.number(1), .list([])])), ("{}", .object([:])),
      (#"{"a":1,"a":{"b":"c"}}"#, .object(["a": .object(["b": .text("c")])])),
      ("\u{FEFF}[1]", .list([.number(1)])),
    ] as [(String, JSONValue)]) func `is read as what it says`(text: String, value: JSONValue) throws
  {
    #expect(try JSONValue.read(text.utf8) == value)
  }

  @Test(
    arguments: [
      [0x22, 0xC3, 0x22], [0x22, 0xFF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0xC3, 0xA9], [0xFE, 0xFF, 0x00, 0x31], [0x31, 0x00],
    ] as [[UInt8]]) func `is UTF-8 and nothing else`(bytes: [UInt8])
  {
    #expect(throws: MessageError.notJSON) { try JSONValue.read(bytes) }
  }

  @Test func `nests 512 deep and no deeper`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try JSONValue.read(nested(512).utf8) }
    #expect(throws: MessageError.notJSON) { try JSONValue.read(nested(513).utf8) }
    #expect(throws: Never.self) { try JSONValue.read("[\(nested(511)),\(nested(511))]".utf8) }
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":1.0,"result":{}}"#, #"{"jsonrpc":"2.0","id":1e0,"result":{}}"#,
    #"{"jsonrpc":"2.0","id":2,"id":1,"result":{}}"#, #"{"jsonrpc":"2.0","id":1,"result":null}"#,
  ]) func `answers what was asked however its id is spelled`(text: String) throws {
    #expect(try Message.read(text.utf8) == [Message(id: .number(1), content: .result(Result()))])
  }
}
