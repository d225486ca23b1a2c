import LoopbackServers
import Testing

/// Each way in which a scripted reply can go wrong, seen from the other end of the socket.
struct ReplyTests {
  private func server(_ steps: [Reply.Step]) throws -> LoopbackServer {
    try LoopbackServer.start { _, _ in Reply(steps) }
  }

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func `raw bytes arrive as they are`() throws {
    let server = try server([.raw(bytes("this is not HTTP\r\n\r\n")), .close])
    defer { server.stop() }
    let client = try RawClient(port: server.port)
    client.request("GET")
    #expect(client.head() == nil)
    #expect(client.end() == .closed)
  }

  @Test(arguments: [
    (Reply.Step.close, RawClient.End.closed), (.reset, .reset), (.silence, .timedOut),
  ])
  func `the connection ends as the script says`(_ last: Reply.Step, _ end: RawClient.End) throws {
    let server = try server([
      .head(Reply.Head(200, [.init("Content-Length", "10")])), .body(bytes("12345")), last,
    ])
    defer { server.stop() }
    let client = try RawClient(port: server.port)
    client.request("GET")
    #expect(client.head()?.status == 200)
    #expect(client.end() == end)
  }

  @Test func `a pause splits what belongs together`() throws {
    let server = try server([
      .head(Reply.eventHead()), .body(bytes("da")), .pause(.milliseconds(20)), .body(bytes("ta: x\n\n")),
      .finish,
    ])
    defer { server.stop() }
    let client = try RawClient(port: server.port)
    client.request("GET")
    #expect(client.head()?.status == 200)
    #expect(client.chunk() == "da")
    #expect(client.chunk() == "ta: x\n\n")
    #expect(client.chunk() == "")
  }

  @Test func `an endless body stops when its reader has gone`() throws {
    let part = [UInt8](repeating: 0x78, count: 65_536)
    let server = try server([.head(Reply.Head(200)), .repeated(part, times: .max)])
    defer { server.stop() }
    do {
      let client = try RawClient(port: server.port)
      client.request("GET")
      #expect(client.head()?.status == 200)
    }
    #expect(server.log.wait { $0.entries.first?.finished != nil })
    let sent = try #require(server.log.contents.entries.first?.bytesSent)
    #expect(sent < 64 * 1_024 * 1_024, "a reader that reads nothing slows the server down")
  }

  @Test func `a script sees how often something was asked, and may leave the rest to the peer`() throws {
    let server = try LoopbackServer.start { request, peer in
      if request.kind == "ping", peer.count("ping") == 2 { peer.forgetAll() }
      return peer.answer(request)
    }
    defer { server.stop() }
    let client = try RawClient(port: server.port)
    let id = "Mcp-Session-Id: " + (try #require(client.exchange("POST", [], Text.initialize())?.sessionID))
    #expect(client.exchange("POST", [id], Text.ping)?.status == 200)
    #expect(client.exchange("POST", [id], Text.ping)?.status == 404)
  }

  @Test func `requests sent in one go are answered in order`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let client = try RawClient(port: server.port)
    client.request("POST", [], Text.initialize())
    client.request("POST", [], Text.ping)
    #expect(client.answer()?.status == 200)
    #expect(client.answer()?.status == 400)
  }
}
