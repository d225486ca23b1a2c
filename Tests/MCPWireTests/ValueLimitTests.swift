import Testing

@testable import MCPWire

@Suite struct `Values of a text` {
  @Test(arguments: [
    ("[1,2,3]", 3), (#"{"a":1,"b":[{}]}"#, 6), (#"{"a":"1,2,3,[[["}"#, 2), (#"{"a":"\",,,,"}"#, 2),
    (#"["\\",1,2]"#, 3), ("plain words, no JSON", 1), ("", 0),
  ]) func `are counted outside of strings`(text: String, count: Int) {
    let bytes = Array(text.utf8)
    #expect(!hasMoreValues(than: count, bytes))
    // A text of fewer bytes than the limit cannot hold more values.
    #expect(count == 0 || hasMoreValues(than: count - 1, bytes))
  }

  @Test func `are bounded in an answer and in an event`() {
    let many = Array(("[" + String(repeating: "1,", count: 300_000) + "1]").utf8)
    var document = ReplyReader(contentType: "application/json", bodyLimit: 1 << 22, eventLimit: 1 << 20)
    #expect(document.append(many).isEmpty && document.finish() == [.tooLarge])
    var stream = ReplyReader(contentType: "text/event-stream", bodyLimit: 1 << 22, eventLimit: 1 << 20)
    #expect(stream.append(Array("data: ".utf8) + many + [10, 10]) == [.tooLarge])
  }
}
