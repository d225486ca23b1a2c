// Long, because each test brings the server that misbehaves in its own way.

import CTopLinux
import SessionEngine
import Glibc
import LoopbackServers
import MCPSessions
import Testing
import TopPlatform

@testable import SessionEngine

/// What an HTTP client must take care of whatever is said over it.
@Suite struct `HTTP hygiene` {
  struct Redirect: Sendable, CustomTestStringConvertible {
    let status: Int
    let from: String
    let location: String
    /// Absent: not to be followed.
    let to: String?
    var testDescription: String { "\(status) \(from) -> \(location)" }

    init(_ status: Int, _ from: String, _ location: String, _ to: String?) {
      self.status = status
      self.from = from
      self.location = location
      self.to = to
    }
  }

  @Test(arguments: [
    "\r\nX-Evil: 1", "\nX-Evil: 1", "\r\n\r\nGET /evil HTTP/1.1\r\nHost: h", "\u{0}", "\u{1B}[2J",
  ])
  func `no value of a header begins another`(end: String) throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let watch = try Watch([
      Server(
        name: "a", transport: .streamableHTTP, endpoint: try Endpoint(server.url),
        headers: [Header(name: "X-Key", value: "planted" + end)])
    ])
    #expect(server.log.wait { $0.requests("ping").count >= 1 })
    watch.stop()
    let entries = server.log.contents.entries
    #expect(entries.allSatisfy { $0.request["X-Evil"] == nil && !$0.request.kind.contains("evil") })
    #expect(entries.first?.request["X-Key"]?.hasPrefix("planted") == true)
  }

  @Test(arguments: [
    Redirect(307, "http://h/mcp/", "http://h/mcp", "http://h/mcp"),
    Redirect(308, "http://h/mcp/", "/mcp", "http://h/mcp"),
    Redirect(307, "http://h/a/mcp", "mcp/", "http://h/a/mcp/"),
    Redirect(307, "http://h/mcp", "?v=2", "http://h/mcp?v=2"),
    Redirect(307, "http://h:80/mcp", "http://H/x", "http://H/x"),
    Redirect(307, "http://u:p@h/mcp", "http://h/x", "http://u:p@h/x"),
    Redirect(307, "https://h/mcp", "https://h:443/x", "https://h:443/x"),
    Redirect(307, "http://h/mcp", "//other/x", nil),
    Redirect(307, "http://h/mcp", "http://h:81/x", nil),
    Redirect(307, "http://h/mcp", "https://h/x", nil),
    Redirect(307, "https://h/mcp", "http://h/x", nil),
    Redirect(307, "http://h/mcp", "http://h.evil.example/x", nil),
    Redirect(307, "http://h/mcp", "http://h@evil.example/x", nil),
    Redirect(307, "http://h/mcp", "file:///etc/passwd", nil),
    Redirect(307, "http://h/mcp", "http://h/\r\nX: y", nil),
    Redirect(302, "http://h/mcp", "/x", nil), Redirect(301, "http://h/mcp", "/x", nil),
    Redirect(303, "http://h/mcp", "/x", nil), Redirect(200, "http://h/mcp", "/x", nil),
    Redirect(307, "http://h/mcp", "", nil),
  ]) func `follows 307 and 308 within an origin, and nothing else`(redirect: Redirect) {
    let head = ResponseHead(status: redirect.status, location: redirect.location)
    #expect(redirectTarget(head, from: redirect.from) == redirect.to)
  }

  @Test func `cookies stay with their session`() throws {
    let server = try LoopbackServer.start { request, peer in
      var reply = peer.answer(request)
      if request.kind == "initialize", case .head(var head) = reply.steps[0] {
        head.headers.append(.init("Set-Cookie", "replica=\(request.number); Path=/; HttpOnly"))
        reply.steps[0] = .head(head)
      }
      return reply
    }
    defer { server.stop() }
    var settings = SessionSettings()
    settings.pingInterval = .milliseconds(100)
    let watch = try Watch([
      Server(
        name: "a", transport: .streamableHTTP, endpoint: try Endpoint(server.url), settings: settings)
    ])
    #expect(server.log.wait { $0.requests("ping").count >= 2 })
    server.forgetSessions()
    #expect(
      server.log.wait { $0.requests("initialize").count == 2 && $0.requests("ping").last?.status == 200 })
    watch.stop()

    let entries = server.log.contents.entries.map(\.request)
    let handshakes = entries.filter { $0.kind == "initialize" }
    #expect(handshakes.map { $0["Cookie"] } == [nil, nil], "a new session starts without cookies")
    for request in entries where request.kind != "initialize" {
      let current = handshakes.last { $0.number < request.number }
      #expect(request["Cookie"] == current.map { "replica=\($0.number)" }, "\(request.kind)")
    }
  }

  @Test func `the end of a session goes with the cookies of that session, whatever has begun since`() throws {
    // The first handshake is answered when nobody waits for it any more.
    let server = try LoopbackServer.start { request, peer in
      var reply = peer.answer(request)
      guard request.kind == "initialize", case .head(var head) = reply.steps[0] else { return reply }
      let id = head.headers.first { $0.name == "Mcp-Session-Id" }?.value ?? ""
      head.headers.append(.init("Set-Cookie", "replica=\(id); Path=/"))
      reply.steps[0] = .head(head)
      if peer.count("initialize") == 1 { reply.steps.insert(.pause(.milliseconds(1_500)), at: 0) }
      return reply
    }
    defer { server.stop() }
    var settings = SessionSettings()
    settings.initTimeout = .milliseconds(300)
    settings.retryDelay = .milliseconds(100)
    let watch = try Watch([
      Server(name: "a", transport: .streamableHTTP, endpoint: try Endpoint(server.url), settings: settings)
    ])
    #expect(server.log.wait { $0.requests("DELETE").count == 1 })
    watch.engine.send(
      .act(.reconnect, on: [SessionKey(server: "a")], by: Operator(user: "tester", origin: "")))
    #expect(server.log.wait { $0.requests("ping").count >= 1 })
    watch.stop()
    let entries = server.log.contents.entries.map(\.request)
    let farewells = entries.filter { $0.kind == "DELETE" }
    #expect(farewells.count == 2)
    for request in farewells {
      #expect(request["Cookie"] == request["Mcp-Session-Id"].map { "replica=\($0)" })
    }
  }

  @Test func `what is sent on costs the server no more requests than it may get`() throws {
    let server = try LoopbackServer.start { request, peer in
      guard request.path != "/mcp" else { return peer.answer(request) }
      let hop = Int(request.path.split(separator: "/").last ?? "") ?? 0
      return .status(307, [.init("Location", hop == 2 ? "/mcp" : "/start/\(hop + 1)")])
    }
    defer { server.stop() }
    var settings = SessionSettings()
    settings.pingInterval = .milliseconds(100)
    settings.listEvery = 0
    let watch = try Watch([
      Server(
        name: "a", transport: .streamableHTTP, endpoint: try Endpoint(server.url.dropLast(3) + "start/0"),
        settings: settings)
    ])
    #expect(server.log.wait { $0.requests("ping").count { $0.status == 200 } >= 15 })
    watch.stop()
    let entries = server.log.contents.entries
    let times = entries.map(\.request.time)
    let most =
      times.map { first in times.count { $0 >= first && $0 < first + .milliseconds(990) } }.max() ?? 0
    #expect(most <= 12, "\(most) requests in a second")
    let pings = entries.filter { $0.request.kind == "ping" }
    #expect(pings.allSatisfy { $0.request.path == "/mcp" }, "the address is learnt by the first POST")
    #expect(watch.store.sessions[SessionKey(server: "a")]?.errors == [:])
  }

  @Test func `a handle that is used again takes no more memory`() throws {
    let epoll = clinux_epoll_create()
    defer { close(epoll) }
    let pool = try #require(Multi(epoll: epoll, tag: 1, spareLimit: 1, connectionLimit: 1))
    let uses = 100_000
    func growth() -> Int {
      let before = mallinfo2().uordblks
      for _ in 0..<uses {
        guard let easy = pool.handles.take() else { continue }
        CookieJar().fill(easy.pointer)
        pool.handles.giveBack(easy)
      }
      return Int(mallinfo2().uordblks) - Int(before)
    }
    // Tests beside this one need memory too; a leak shows every time.
    #expect((0..<3).map { _ in growth() }.min() ?? 0 < uses * 16)
  }

  @Test func `a cookie of an old server's stream goes with the requests beside it`() throws {
    let server = try LoopbackServer.start { request, _ in
      guard request.method == "GET" else { return .status(202) }
      let endpoint = Array("event: endpoint\ndata: /messages\n\n".utf8)
      let head = Reply.eventHead([.init("Set-Cookie", "replica=7; Path=/")])
      return Reply([.head(head), .body(endpoint), .hold])
    }
    defer { server.stop() }
    var settings = SessionSettings()
    settings.wire = .sse
    let watch = try Watch([
      Server(name: "a", transport: .sse, endpoint: try Endpoint(server.url), settings: settings)
    ])
    #expect(server.log.wait { $0.requests("initialize").count == 1 })
    #expect(server.log.contents.requests("initialize").first?.request["Cookie"] == "replica=7")
    watch.stop()
  }

  @Test func `a kept connection that turns out dead costs nothing but another one`() throws {
    // As behind a balancer that forgets quiet connections: the request is read and answered by a FIN.
    let server = try LoopbackServer.start { request, peer in
      request.kind == "ping" && peer.count("ping") == 2 ? Reply([.close]) : peer.answer(request)
    }
    defer { server.stop() }
    var settings = SessionSettings()
    settings.pingInterval = .milliseconds(100)
    settings.listEvery = 0
    settings.stream = false
    let watch = try Watch([
      Server(name: "a", transport: .streamableHTTP, endpoint: try Endpoint(server.url), settings: settings)
    ])
    #expect(server.log.wait { $0.requests("ping").count >= 4 })
    watch.stop()
    let pings = server.log.contents.requests("ping").map(\.request)
    #expect(
      pings[1].connection != pings[2].connection && pings[1].body != pings[2].body,
      "asked again, by another id, by the session and not by libcurl")
    let row = watch.store.sessions[SessionKey(server: "a")]
    #expect(row?.errors == [:] && server.log.contents.requests("initialize").count == 1)
  }

  @Test func `a notification on a kept connection that turns out dead goes out again, after a moment`() throws
  {
    let server = try LoopbackServer.start { request, peer in
      request.kind == "notifications/initialized" && peer.count("notifications/initialized") == 1
        ? Reply([.close]) : peer.answer(request)
    }
    defer { server.stop() }
    let watch = try Watch([
      Server(name: "a", transport: .streamableHTTP, endpoint: try Endpoint(server.url))
    ])
    let row = watch.wait { store in
      store.sessions[SessionKey(server: "a")].flatMap { $0.state == .ready ? $0 : nil }
    }
    watch.stop()
    let sent = server.log.contents.requests("notifications/initialized")
    #expect(row?.errors == [:] && server.log.contents.requests("initialize").count == 1)
    #expect(sent.count == 2 && sent[0].request.connection != sent[1].request.connection)
    #expect(sent[1].request.time - sent[0].request.time >= .milliseconds(200), "no immediate second try")
  }

  @Test func `a proxy that refuses is told as what it is`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let watch = try Watch([
      Server(
        name: "a", transport: .streamableHTTP, endpoint: try Endpoint(server.url),
        proxy: Secret("http://127.0.0.1:1"))
    ])
    let row = watch.wait { store in
      store.sessions[SessionKey(server: "a")].flatMap { $0.cause == nil ? nil : $0 }
    }
    #expect(row?.state == .recovering && row?.nextAttempt != nil)
    #expect([.proxyError, .connectRefused].contains(row?.cause?.type))
    #expect(server.log.contents.entries.isEmpty, "nothing goes past the proxy")
    watch.stop()
  }

  @Test func `a body that is compressed unasked is read, and counted after that`() throws {
    // {"jsonrpc":"2.0","id":1,"result":...} is no use compressed by hand; 8 MiB of zeros in 8 KiB are.
    let bomb = try zeros()
    let server = try LoopbackServer.start { request, peer in
      guard request.kind == "initialize" else { return peer.answer(request) }
      return Reply([
        .head(
          Reply.Head(
            200,
            [
              .init("Content-Type", "application/json"), .init("Content-Encoding", "gzip"),
              .init("Content-Length", "\(bomb.count)"),
            ])), .body(bomb),
      ])
    }
    defer { server.stop() }
    let watch = try Watch([
      Server(name: "a", transport: .streamableHTTP, endpoint: try Endpoint(server.url))
    ])
    let error = watch.wait { $0.sessions[SessionKey(server: "a")]?.cause }
    #expect(error?.type == .responseTooLarge, "\(String(describing: error))")
    #expect(server.log.contents.entries.first?.request["Accept-Encoding"] == "identity")
    watch.stop()
  }

  /// 64 MiB of zeros as gzip would have them: one deflate block again and again.
  private func zeros() throws -> [UInt8] {
    let script = "import gzip, sys; sys.stdout.buffer.write(gzip.compress(bytes(64 << 20)))"
    let pipe = try #require(popen("python3 -c '\(script)'", "r"))
    defer { pclose(pipe) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(pipe), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    try #require(bytes.count > 1_000)
    return bytes
  }
}

/// An engine and what it has told.
final class Watch {
  let engine: PolledEngine
  private(set) var store = Store(eventCapacity: 1_000)

  init(_ servers: [Server], limits: Limits = Limits()) throws {
    engine = try PolledEngine(EnginePlan(servers: servers, limits: limits))
    try engine.start()
  }

  /// Takes in news until `answer` gives something, for ten seconds at most.
  func wait<Answer>(until answer: (Store) -> Answer?) -> Answer? {
    let deadline = Moment.now.instant + .seconds(10)
    while true {
      if let found = answer(store) { return found }
      let left = (deadline - Moment.now.instant).inMilliseconds
      guard left > 0 else { return nil }
      _ = TopPlatform.wait(reading: [engine.output.descriptor], milliseconds: Int32(clamping: left))
      store.fold(engine.output.drain(), at: Moment.now)
    }
  }

  /// Ends the engine and waits for its last word.
  func stop() {
    engine.send(.stop)
    var isStopped = false
    while !isStopped {
      _ = TopPlatform.wait(reading: [engine.output.descriptor], milliseconds: 10_000)
      let report = engine.output.drain()
      store.fold(report, at: Moment.now)
      isStopped = report.stopped
    }
  }
}
