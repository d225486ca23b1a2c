import Glibc
import LoopbackServers
import Testing

/// Real sockets, and a client that makes nothing right.
struct LoopbackServerTests {
  private func opened(_ server: LoopbackServer) throws -> (client: RawClient, id: String) {
    let client = try RawClient(port: server.port)
    let answer = try #require(client.exchange("POST", [], Text.initialize()))
    return (client, "Mcp-Session-Id: " + (try #require(answer.sessionID)))
  }

  @Test func `one connection carries a whole session`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let (client, id) = try opened(server)
    #expect(client.exchange("POST", [id], Text.initialized)?.status == 202)
    #expect(client.exchange("POST", [id], Text.ping)?.body == Text.pong)
    #expect(client.exchange("DELETE", [id])?.status == 200)
    #expect(client.exchange("POST", [id], Text.ping)?.status == 404)
    #expect(
      server.log.contents.entries.map { "\($0.request.kind) \($0.status ?? 0)" } == [
        "initialize 200", "notifications/initialized 202", "ping 200", "DELETE 200", "ping 404",
      ])
  }

  @Test func `a stream is held, carries pushes and comments, and ends with its session`() throws {
    var behavior = Behavior()
    behavior.keepAlive = .milliseconds(30)
    let server = try LoopbackServer.start(behavior)
    defer { server.stop() }
    let (client, id) = try opened(server)
    let stream = try RawClient(port: server.port)
    stream.request("GET", [id, "Accept: text/event-stream"])
    #expect(stream.head()?.headers["content-type"] == "text/event-stream")
    #expect(stream.chunk() == ": ping\n\n")
    #expect(client.exchange("GET", [id])?.status == 409)

    server.push(logNotification(level: "info", logger: "test", "hello"))
    var text = stream.chunk()
    while text == ": ping\n\n" { text = stream.chunk() }
    #expect(
      text == """
        event: message
        data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"test",\
        "data":"hello"}}


        """)

    #expect(client.exchange("DELETE", [id])?.status == 200)
    while let comment = stream.chunk(), !comment.isEmpty { #expect(comment == ": ping\n\n") }
    #expect(server.log.wait { $0.requests("GET").first?.finished != nil })
  }

  @Test func `an expired session loses its stream without being asked`() throws {
    var behavior = Behavior()
    behavior.sessionLifetimes = [.milliseconds(50)]
    let server = try LoopbackServer.start(behavior)
    defer { server.stop() }
    let (client, id) = try opened(server)
    #expect(client.exchange("GET", [id])?.body == "", "the stream ends in order")
    #expect(client.exchange("POST", [id], Text.ping)?.status == 404)
    #expect(server.sessions.isEmpty)
  }

  @Test func `a restart resets, refuses, and then knows nobody`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let (client, id) = try opened(server)
    server.restart(.refusing, lasts: .milliseconds(300))
    #expect(client.end() == .reset)
    #expect(throws: RawClient.ConnectFailed(errorNumber: ECONNREFUSED)) { try RawClient(port: server.port) }
    let later = try RawClient.whenPossible(port: server.port)
    #expect(later.exchange("POST", [id], Text.ping)?.status == 404)
    #expect(later.exchange("POST", [], Text.initialize())?.status == 200)
  }

  @Test func `behind the door`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let (client, id) = try opened(server)

    server.setDoor(.answering(503))
    #expect(client.exchange("POST", [id], Text.ping)?.status == 503)

    server.setDoor(.resetting)
    #expect(client.end() == .reset)
    #expect((try? RawClient(port: server.port))?.end() == .reset)

    server.setDoor(.silent)
    let patient = try RawClient(port: server.port)
    patient.request("POST", [id], Text.ping)
    #expect(server.log.wait { $0.requests("ping").count == 2 })

    server.setDoor(.open)
    #expect(patient.end() == .reset, "what was silent is reset when the server is back")
    #expect(try RawClient(port: server.port).exchange("POST", [id], Text.ping)?.status == 200)
  }

  @Test func `a door that refuses from the start keeps the port`() throws {
    var behavior = Behavior()
    behavior.door = .refusing
    let server = try LoopbackServer.start(behavior)
    defer { server.stop() }
    #expect(throws: RawClient.ConnectFailed(errorNumber: ECONNREFUSED)) { try RawClient(port: server.port) }
    server.setDoor(.open)
    #expect(
      try RawClient.whenPossible(port: server.port).exchange("POST", [], Text.initialize())?.status == 200)
  }

  @Test func `a port that is taken is said so`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let error = #expect(throws: LoopbackError.self) { try LoopbackServer.start(port: server.port) }
    #expect(
      error?.description == """
        cannot listen on 127.0.0.1:\(server.port): Address already in use; choose another port, or 0 for any free one
        """)
  }

  @Test func `a stopped server closes what was open and frees its port`() throws {
    let server = try LoopbackServer.start()
    let (client, _) = try opened(server)
    server.stop()
    #expect(client.end() == .closed)
    let next = try LoopbackServer.start(port: server.port)
    defer { next.stop() }
    #expect(try opened(next).id.isEmpty == false)
  }

  @Test func `bytes that are no HTTP get 400 and the end`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let client = try RawClient(port: server.port)
    client.send("hello, is anybody there?\r\n\r\n")
    #expect(client.head()?.status == 400)
    #expect(client.end() == .closed)
  }

  @Test func `waiting ends with its deadline when nothing comes`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    #expect(server.log.wait(.milliseconds(20)) { !$0.entries.isEmpty } == false)
  }
}
