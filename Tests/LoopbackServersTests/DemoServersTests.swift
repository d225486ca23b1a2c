import Glibc
import LoopbackServers
import Testing

/// The demo's servers do what their one line promises, here a hundred times faster.
struct DemoServersTests {
  private static var quick: DemoServers.Timing {
    var timing = DemoServers.Timing()
    timing.lifetimes = [.milliseconds(100)]
    timing.firstRestart = .milliseconds(300)
    timing.restarts = [.milliseconds(300)]
    timing.outage = .milliseconds(100)
    timing.latency = .milliseconds(200)
    timing.chatter = .milliseconds(20)
    return timing
  }

  /// Runs one of the demo's servers: its port and the header lines that it wants.
  private func with(_ name: String, _ work: (Int, [String]) throws -> Void) throws {
    let demo = try DemoServers.start(Self.quick)
    defer { demo.stop() }
    let address = try #require(demo.servers.first { $0.name == name })
    let port = try #require(address.url.split(separator: ":").last?.prefix { $0 != "/" })
    try work(try #require(Int(port)), address.headers.map { "\($0.name): \($0.value)" })
  }

  private func open(_ client: RawClient, _ headers: [String] = []) throws -> [String] {
    let answer = try #require(client.exchange("POST", headers, Text.initialize()))
    #expect(answer.status == 200)
    return headers + (answer.sessionID.map { ["Mcp-Session-Id: \($0)"] } ?? [])
  }

  @Test func `every one has a name, an address and a line that says what it does`() throws {
    let demo = try DemoServers.start(Self.quick)
    defer { demo.stop() }
    #expect(
      demo.servers.map(\.name) == [
        "steady", "stateless", "expiring", "restarting", "slow", "locked", "chatty", "ailing", "quiet",
      ])
    #expect(Set(demo.servers.map(\.url)).count == 9)
    #expect(demo.servers.allSatisfy { !$0.summary.isEmpty && $0.url.hasPrefix("http://127.0.0.1:") })
  }

  @Test func `none loses its sessions so often that a client would stop making them at once`() {
    let timing = DemoServers.Timing()
    // Three losses in a row within a minute of their own handshakes are a reason to wait.
    func isCalm(_ lives: [Duration]) -> Bool {
      let turns = lives + lives + lives
      return !turns.indices.dropLast(2).contains { place in
        turns[place..<place + 3].allSatisfy { $0 < .seconds(70) }
      }
    }
    #expect(
      isCalm(timing.lifetimes) && isCalm([timing.firstRestart] + timing.restarts) && isCalm(timing.restarts))
    #expect(!isCalm([.seconds(20)]))
  }

  @Test func `steady has an id, a stream and an end`() throws {
    try with("steady") { port, _ in
      let client = try RawClient(port: port)
      let headers = try open(client)
      #expect(headers.count == 1)
      #expect(client.exchange("POST", headers, Text.ping)?.body == "event: message\ndata: \(Text.pong)\n\n")
      let stream = try RawClient(port: port)
      stream.request("GET", headers)
      #expect(stream.head()?.status == 200)
      #expect(client.exchange("DELETE", headers)?.status == 200)
    }
  }

  @Test func `stateless gives no id and no stream`() throws {
    try with("stateless") { port, _ in
      let client = try RawClient(port: port)
      #expect(try open(client).isEmpty)
      #expect(client.exchange("POST", [], Text.ping)?.body == Text.pong)
      #expect(client.exchange("GET")?.status == 405)
    }
  }

  @Test func `expiring forgets`() throws {
    try with("expiring") { port, _ in
      let client = try RawClient(port: port)
      let headers = try open(client)
      let stream = client.exchange("GET", headers)
      #expect(stream?.body == "", "the stream ends when the session does")
      #expect(client.exchange("POST", headers, Text.ping)?.status == 404)
    }
  }

  @Test func `restarting resets, refuses, forgets, again and again`() throws {
    try with("restarting") { port, _ in
      for _ in 0..<2 {
        let client = try RawClient.whenPossible(port: port)
        let headers = try open(client)
        #expect(client.end() == .reset)
        #expect(throws: RawClient.ConnectFailed(errorNumber: ECONNREFUSED)) { try RawClient(port: port) }
        #expect(try RawClient.whenPossible(port: port).exchange("POST", headers, Text.ping)?.status == 404)
      }
    }
  }

  @Test func `slow answers, late`() throws {
    try with("slow") { port, _ in
      let client = try RawClient(port: port)
      let headers = try open(client)
      let clock = ContinuousClock()
      let took = clock.measure { #expect(client.exchange("POST", headers, Text.ping)?.status == 200) }
      #expect(took >= .milliseconds(195))
    }
  }

  @Test func `locked opens to its token only`() throws {
    try with("locked") { port, headers in
      let client = try RawClient(port: port)
      let refusal = client.exchange("POST", [], Text.initialize())
      #expect(refusal?.status == 401)
      #expect(refusal?.headers["www-authenticate"]?.hasPrefix("Bearer ") == true)
      #expect(try open(client, headers).count == 2)
    }
  }

  @Test func `chatty talks on its stream`() throws {
    try with("chatty") { port, _ in
      let client = try RawClient(port: port)
      let headers = try open(client)
      client.request("GET", headers)
      #expect(client.head()?.status == 200)
      let levels = (0..<7).map { _ in client.chunk() ?? "" }
        .map { $0.split(separator: "\"level\":\"").last?.prefix { $0 != "\"" } ?? "" }
      #expect(levels == ["info", "debug", "info", "notice", "warning", "info", "error"])
    }
  }

  @Test func `ailing answers ping and fails lists`() throws {
    try with("ailing") { port, _ in
      let client = try RawClient(port: port)
      let headers = try open(client)
      #expect(client.exchange("POST", headers, Text.ping)?.body.contains("result") == true)
      #expect(client.exchange("POST", headers, Text.list)?.body.contains("-32603") == true)
    }
  }

  @Test func `quiet offers neither stream nor DELETE`() throws {
    try with("quiet") { port, _ in
      let client = try RawClient(port: port)
      let headers = try open(client)
      #expect(client.exchange("GET", headers)?.headers["allow"] == "POST")
      #expect(client.exchange("DELETE", headers)?.status == 405)
    }
  }
}
