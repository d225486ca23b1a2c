import Engine
import Glibc
import LoopbackServers
import Sessions
import Testing
import Threading

@testable import Engine

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
  let engine: SessionEngine
  private(set) var store = Store(eventCapacity: 1_000)

  init(_ servers: [Server], limits: Limits = Limits()) throws {
    engine = try SessionEngine(servers: servers, limits: limits)
    try engine.start()
  }

  /// Takes in news until `answer` gives something, for ten seconds at most.
  func wait<Answer>(until answer: (Store) -> Answer?) -> Answer? {
    let deadline = Moment.now.instant + .seconds(10)
    while true {
      if let found = answer(store) { return found }
      let left = (deadline - Moment.now.instant).inMilliseconds
      guard left > 0 else { return nil }
      _ = Threading.wait(reading: [engine.output.descriptor], milliseconds: Int32(clamping: left))
      store.fold(engine.output.drain(), at: Moment.now)
    }
  }

  /// Ends the engine and waits for its last word.
  func stop() {
    engine.send(.stop)
    var isStopped = false
    while !isStopped {
      _ = Threading.wait(reading: [engine.output.descriptor], milliseconds: 10_000)
      let report = engine.output.drain()
      store.fold(report, at: Moment.now)
      isStopped = report.stopped
    }
  }
}
