import Testing

@testable import MCPWire

/// What a server writes is bounded where it is read, so that nothing behind that has to think of it.
@Suite struct `A message` {
  private static let long = String(repeating: "a", count: 1_000_000)

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"\#(long) session"}}"#,
    #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"","data":{"supported":["\#(long)"]}}}"#,
    #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"","data":["\#(long)"]}}"#,
    #"{"jsonrpc":"2.0","method":"\#(long)","params":{"message":"\#(long)"}}"#,
    #"{"jsonrpc":"2.0","method":"a","params":{"level":"\#(long)","logger":"\#(long)","data":"\#(long)"}}"#,
    #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"\#(long)","nextCursor":"\#(long)"}}"#,
    #"{"jsonrpc":"2.0","id":1,"result":{"serverInfo":{"name":"\#(long)","version":"\#(long)"}}}"#,
    #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"text":"\#(long)"},{"type":"\#(long)"}]}}"#,
    #"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["\#(long)"]}}"#,
    #"{"jsonrpc":"2.0","id":"\#(long)","method":"ping"}"#,
    #"{"jsonrpc":"\#(long)","id":1,"result":{}}"#,
  ]) func `keeps of each text no more than anybody looks at`(text: String) {
    let kept = (try? Message.read(Array(text.utf8))).map { String(describing: $0) } ?? ""
    #expect(kept.utf8.count < 40_000)
  }

  @Test(arguments: [10_000, 200_000]) func `lists no more revisions than anybody looks at`(count: Int) throws
  {
    let list = Array(repeating: #""2025-06-18""#, count: count / 2).joined(separator: ",")
    for body in [#""error":{"code":1,"message":"","data":{"supported":[\#(list)]}}"#] {
      let kept = try Message.read(Array(#"{"jsonrpc":"2.0","id":1,\#(body)}"#.utf8))
      guard case .failure(let error)? = kept.first?.content else {
        Issue.record("no error")
        return
      }
      #expect(error.supportedVersions.count <= 64)
    }
  }

  @Test func `is refused when it holds more values than can be read, whatever carries it`() {
    let many = Array(("[" + String(repeating: "{},", count: 150_000) + "{}]").utf8)
    #expect(throws: MessageError.self) { try Message.read(many) }
    var lines = MessageLines()
    #expect(lines.append(many + [10]) == [.tooLong])
    #expect(lines.append(Array(#"{"jsonrpc":"2.0","id":1,"result":{}}"#.utf8 + [10])[...]).count == 1)
  }

  @Test(arguments: [(256, true), (257, false), (39_000, false)])
  func `may be one of a few in a batch, and of no more`(count: Int, isRead: Bool) throws {
    let one = #"{"jsonrpc":"2.0","method":"m"}"#
    let batch = Array("[\(Array(repeating: one, count: count).joined(separator: ","))]".utf8)
    #expect((try? Message.read(batch).count) == (isRead ? count : nil))
    var document = ReplyReader(contentType: "application/json", bodyLimit: 1 << 22, eventLimit: 1 << 20)
    _ = document.append(batch)
    #expect(document.finish().count == (isRead ? count : 1))
  }
}
