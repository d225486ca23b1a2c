import MCPWire
import MCPSessions
import Testing

@testable import SessionEngine

/// The heads of an answer, as bytes come.
@Suite struct `A head` {
  struct Flawed: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let lines: [String]
    let flaw: HeadReader.Flaw
  }

  private func read(_ lines: [String], limit: Int = 65_536) throws(HeadReader.Flaw) -> ResponseHead? {
    var reader = HeadReader(limit: limit)
    for line in lines { _ = try reader.take(Array((line + "\r\n").utf8)) }
    return reader.head
  }

  @Test func `is the last one after interim ones, and keeps nothing of them`() throws {
    let head = try read([
      "HTTP/1.1 100 Continue", "", "HTTP/1.1 103 Early Hints", "Mcp-Session-Id: early", "",
      "HTTP/1.1 200 OK", "content-type:  text/event-stream ", "Content-Length: 5", "Retry-After: 7",
      "Mcp-Session-Id: late", "",
    ])
    #expect(
      head
        == ResponseHead(
          status: 200, contentType: "text/event-stream", sessionIDs: ["late"], retryAfter: "7"))
  }

  @Test(arguments: [
    Flawed(
      testDescription: "two lengths that differ",
      lines: ["HTTP/1.1 200 OK", "Content-Length: 5", "content-length: 6"], flaw: .twoLengths),
    Flawed(
      testDescription: "two lengths alike",
      lines: ["HTTP/1.1 200 OK", "Content-Length: 5", "Content-Length: 5"], flaw: .twoLengths),
    Flawed(
      testDescription: "a hundred interim heads",
      lines: (0..<100).flatMap { _ in ["HTTP/1.1 102 Processing", ""] }, flaw: .onlyInterim),
    Flawed(
      testDescription: "more bytes than are read",
      lines: ["HTTP/1.1 200 OK"] + (0..<10_000).map { "X-\($0): y" }, flaw: .tooLarge(limit: 65_536)),
  ]) func `that cannot be right is refused`(head: Flawed) {
    #expect(throws: head.flaw) { try read(head.lines) }
  }

  @Test(arguments: [(404, false), (404, true), (503, true), (200, false)])
  func `that is not whole says what its status says`(status: Int, isStream: Bool) throws {
    var reader = HeadReader(limit: 64)
    for line in ["HTTP/1.1 100 Continue", "", "HTTP/1.1 \(status) x"] {
      _ = try reader.take(Array((line + "\r\n").utf8))
    }
    #expect(throws: HeadReader.Flaw.tooLarge(limit: 64)) {
      try reader.take(Array(repeating: UInt8(ascii: "x"), count: 64))
    }
    #expect(reader.head == nil)
    reader.close(unlessSuccess: isStream)
    #expect(reader.head?.status == status)
  }

  @Test func `of a stream that is not whole is none, nor is an interim one`() throws {
    for line in ["HTTP/1.1 200 OK", "HTTP/1.1 103 Early Hints"] {
      var reader = HeadReader(limit: 64)
      _ = try reader.take(Array((line + "\r\n").utf8))
      reader.close(unlessSuccess: true)
      #expect(reader.head == nil)
    }
  }

  @Test func `may have a length again after an interim one`() throws {
    #expect(
      try read(["HTTP/1.1 103 x", "Content-Length: 0", "", "HTTP/1.1 200 OK", "Content-Length: 1", ""])?
        .status == 200)
  }

  @Test func `with a folded session id has one that no session can have`() throws {
    let head = try read(["HTTP/1.1 200 OK", "Mcp-Session-Id: abc", "  def", "X-Other: a", " b", ""])
    #expect(head?.sessionIDs == ["abc\n  def\r\n"])
    #expect(head?.sessionIDs.compactMap(SessionID.init).isEmpty == true)
  }

  @Test(
    arguments: [
      (["cf-mitigated: challenge", "server: cloudflare"], "Cloudflare", true),
      (["X-Amzn-Waf-Action: captcha"], "AWS WAF", true),
      (["X-DataDome: protected"], "DataDome", false),
      (["X-DataDome: protected", "X-DD-B: 1"], "DataDome", true),
      (["x-vercel-mitigated: deny"], "Vercel", true), (["X-Sucuri-ID: 1"], "Sucuri", false),
      (["X-Sucuri-Block: x", "X-Sucuri-ID: 1"], "Sucuri", true), (["X-Iinfo: 1"], "Imperva", false),
      (["Server: AkamaiGHost"], "Akamai", false), (["Server: nginx"], nil, false),
    ] as [([String], String?, Bool)]) func `tells who stands in front of the server`(
      lines: [String], name: String?, hasActed: Bool
    ) throws
  {
    let head = try read(["HTTP/1.1 403 Forbidden"] + lines + [""])
    #expect(head?.doorkeeper == name.map { Doorkeeper(name: $0, hasActed: hasActed) })
  }

  @Test func `tells where a refresh leads`() throws {
    #expect(
      try read(["HTTP/1.1 200 OK", "Refresh: 0; url=https://a/login", ""])?.refresh == "https://a/login")
  }

  @Test func `keeps what may stand in it within bounds`() throws {
    let ids = (0..<100).map { "Mcp-Session-Id: \($0)" }
    let head = try read(
      ["HTTP/1.1 200 OK", "Location: " + String(repeating: "a", count: 9_000)] + ids + [""])
    #expect(head?.sessionIDs.count == 8 && head?.location?.count == 2_048)
  }
}
