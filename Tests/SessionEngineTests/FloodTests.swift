import LoopbackServers
import MCPSessions
import Testing

@testable import SessionEngine

/// A server that sends as much as it can costs its own share, and nobody else's pings.
@Suite struct `A flood` {
  struct Kind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let chunk: [UInt8]

    init(_ what: String, _ event: String) {
      testDescription = what
      chunk = Array(String(repeating: event, count: 65_536 / event.utf8.count).utf8)
    }
  }

  @Test(arguments: [
    Kind("of comments", ":\n"), Kind("of events that are no messages", "data: x\n\n"),
    Kind("of blank lines", "\n"), Kind("of unknown fields", "x: y\n"),
    Kind(
      "of log messages",
      #"data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}"#
        + "\n\n"),
  ]) func `delays nobody's ping and is read slowly`(kind: Kind) throws {
    let flood = try LoopbackServer.start { request, peer in
      guard request.method == "GET" else { return peer.answer(request) }
      return Reply([.head(Reply.eventHead([]))] + (0..<2_000).map { _ in .body(kind.chunk) } + [.hold])
    }
    let calm = try LoopbackServer.start()
    defer {
      flood.stop()
      calm.stop()
    }
    var settings = SessionSettings()
    settings.pingInterval = .milliseconds(100)
    settings.listEvery = 0
    let watch = try Watch(
      [("flood", flood), ("calm", calm)].map {
        Server(
          name: $0.0, transport: .streamableHTTP, endpoint: try Endpoint($0.1.url), settings: settings)
      })
    #expect(calm.log.wait { $0.requests("ping").count >= 30 })
    watch.stop()
    let pings = calm.log.contents.requests("ping").map(\.request.time)
    let longest = zip(pings.dropFirst(), pings).map { $0 - $1 }.max()
    // The machine of the tests has other work, too: without budgets this is seconds.
    #expect(longest.map { $0 < .milliseconds(1_000) } == true, "\(String(describing: longest))")
    let own = flood.log.contents.requests("ping").count
    #expect(own * 4 >= pings.count, "the flooding server is asked as well, \(own) times")
    let sent = flood.log.contents.entries.filter { $0.request.method == "GET" }.map(\.bytesSent).reduce(0, +)
    #expect(sent < 2_000 * 65_536 / 2, "the server is made to wait: \(sent) bytes were taken")
  }

  @Test func `of what is no message is a state with a reason, too`() throws {
    let kind = Kind("of comments", ":\n")
    let server = try LoopbackServer.start { request, peer in
      guard request.method == "GET" else { return peer.answer(request) }
      return Reply([.head(Reply.eventHead([]))] + (0..<4_000).map { _ in .body(kind.chunk) } + [.hold])
    }
    defer { server.stop() }
    let watch = try Watch([
      Server(name: "a", transport: .streamableHTTP, endpoint: try Endpoint(server.url))
    ])
    let told: SessionReport? = watch.wait {
      $0.sessions[SessionKey(server: "a")].flatMap { $0.state == .degraded ? $0 : nil }
    }
    #expect(told?.remark?.text.contains("the server sends more than is read") == true)
    watch.stop()
  }

  @Test func `of small values in one answer is not read`() throws {
    let values = "[" + String(repeating: "1,", count: 1_900_000) + "1]"
    let server = try LoopbackServer.start { request, peer in
      guard request.kind == "initialize" else { return peer.answer(request) }
      let body = Array(#"{"jsonrpc":"2.0","id":1,"result":{"x":\#(values)}}"#.utf8)
      let head = Reply.Head(
        200, [.init("Content-Type", "application/json"), .init("Content-Length", "\(body.count)")])
      return Reply([.head(head), .body(body)])
    }
    defer { server.stop() }
    let watch = try Watch([
      Server(name: "a", transport: .streamableHTTP, endpoint: try Endpoint(server.url))
    ])
    let error = watch.wait { $0.sessions[SessionKey(server: "a")]?.cause }
    #expect(error?.type == .responseTooLarge, "\(String(describing: error))")
    watch.stop()
  }
}
