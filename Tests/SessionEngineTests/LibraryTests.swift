import LoopbackServers
import SessionEngine
import Testing

/// What a stranger can do with the library.
@Suite struct `The library` {
  @Test func `tells every reader what is known and what changes, until the end`() async throws {
    let server = try LoopbackServer.start(Behavior())
    defer { server.stop() }
    let engine = try SessionEngine(
      servers: [Server(name: "a", url: server.url)], clientName: "watch", clientVersion: "1.0")
    for await report in engine.reports where report.sessions.values.contains(where: { $0.state == .ready }) {
      break
    }

    // Who comes later is told what the first one saw.
    var late = engine.reports.makeAsyncIterator()
    #expect(await late.next()?.sessions.values.map(\.state) == [.ready])
    #expect(engine.session(server: "a")?.serverName == "loopback")
    #expect(engine.session(server: "b") == nil)
    #expect(engine.activeSessions.map(\.key.server) == ["a"])

    await engine.stop()
    var last = EngineReport()
    while let report = await late.next() { last = report }
    #expect(last.stopped)
    #expect(await late.next() == nil)
    #expect(engine.statistics.totalSessions == 1 && engine.statistics.ended == 1)
    #expect(server.sessions.isEmpty)
    // Asked again, it has nothing left to do.
    await engine.stop()
  }

  @Test func `says who asks, and acts when it is told to`() async throws {
    let server = try LoopbackServer.start(Behavior())
    defer { server.stop() }
    let engine = try SessionEngine(
      servers: [Server(name: "a", url: server.url)], clientName: "night-watch", clientVersion: "2.1")
    // The first session may have been made before anybody listened.
    var isAsked = false
    for await _ in engine.reports {
      let count = engine.statistics.totalSessions
      if count == 2 { break }
      guard count == 1, !isAsked else { continue }
      isAsked = true
      engine.perform(.reconnect, on: [SessionKey(server: "a")], by: "a test")
    }
    let first = try #require(server.log.contents.requests("initialize").first?.request)
    #expect(first["User-Agent"] == "night-watch/2.1")
    #expect(String(decoding: first.body, as: UTF8.self).contains(#"{"name":"night-watch","version":"2.1"}"#))
    #expect(server.log.contents.requests("initialize").count == 2)

    try engine.watch([])
    for await report in engine.reports where report.removed.contains(SessionKey(server: "a")) { break }
    #expect(engine.session(server: "a") == nil)
    await engine.stop()
  }

  @Test func `lets go of a reader whose task is cancelled`() async throws {
    let engine = try SessionEngine(servers: [], clientName: "watch", clientVersion: "1.0")
    let reader = Task {
      var count = 0
      for await _ in engine.reports { count += 1 }
      return count
    }
    reader.cancel()
    _ = await reader.value
    await engine.stop()
  }

  struct Mistake: Sendable, CustomTestStringConvertible {
    let what: String
    let error: EngineError
    let make: @Sendable () throws(EngineError) -> Void
    var testDescription: String { what }

    init(_ what: String, _ error: EngineError, _ make: @escaping @Sendable () throws(EngineError) -> Void) {
      (self.what, self.error, self.make) = (what, error, make)
    }

    /// Makes an engine of one server with these settings.
    init(_ field: String, _ problem: String, _ change: @escaping @Sendable (inout SessionSettings) -> Void) {
      self.init(field, .invalidServer(name: "a", field: field, problem: problem)) { () throws(EngineError) in
        var settings = SessionSettings()
        change(&settings)
        _ = try Server(name: "a", url: "https://h/mcp", settings: settings)
      }
    }

    init(url: String, _ problem: String) {
      self.init(url, .invalidServer(name: "a", field: "url", problem: problem)) { () throws(EngineError) in
        _ = try Server(name: "a", url: url)
      }
    }

    init(headers: [String: String], _ problem: String) {
      self.init("\(headers.keys)", .invalidServer(name: "a", field: "headers", problem: problem)) {
        () throws(EngineError) in _ = try Server(name: "a", url: "https://h/mcp", headers: headers)
      }
    }
  }

  @Test(arguments: [
    Mistake(url: "h/mcp", "has no scheme; begin it with https://"),
    Mistake(url: "wss://h/mcp", "has a scheme that MCP is not spoken over; use http or https"),
    Mistake(url: "https:///mcp", "has no host"),
    Mistake(url: "https://h..x/mcp", "has a host with a dot too many"),
    Mistake(url: "https://h:99999/", "has a port that is none; use 1 to 65535"),
    Mistake(url: "https://h/a b", "has a blank or a control character at byte 11"),
    Mistake(headers: ["X Y": "a"], "a name is no token of letters, digits and dashes"),
    Mistake(headers: ["Host": "a"], "Host belongs to the protocol, which writes it itself"),
    Mistake(headers: ["X-A": "a\r\nB: c"], "the value of X-A holds a line break"),
    Mistake("timeout", "must be longer than nothing") { $0.timeout = .zero },
    Mistake("retryAttempts", "must be 0 or more") { $0.retryAttempts = -1 },
    Mistake("retryDelay", "must not be negative") { $0.retryDelay = .seconds(-1) },
    Mistake("pingInterval", "must not be negative") { $0.pingInterval = .seconds(-1) },
    Mistake("listEvery", "must be 0 or more") { $0.listEvery = -1 },
    Mistake("slow", "must not be negative") { $0.slow = .seconds(-1) },
    Mistake("requestTimeout", "must be longer than nothing") { $0.requestTimeout = .zero },
    Mistake("initTimeout", "must be longer than nothing") { $0.initTimeout = .zero },
    Mistake(
      "a server without a name",
      .invalidServer(
        name: "", field: "name", problem: "is empty; reports and events need one")
    ) { () throws(EngineError) in _ = try Server(name: "", url: "https://h/mcp") },
    Mistake(
      "a process without a program",
      .invalidServer(
        name: "a", field: "program", problem: "is empty; name what is to be started")
    ) { () throws(EngineError) in _ = try Server(name: "a", program: "") },
    Mistake(
      "two accounts of a user",
      .invalidServer(
        name: "a", field: "accounts", problem: "two are of the same user")
    ) { () throws(EngineError) in
      _ = try Server(name: "a", url: "https://h/mcp", accounts: [Account(user: "u"), Account(user: "u")])
    },
    Mistake("two servers of a name", .duplicateServer(name: "a")) { () throws(EngineError) in
      let server = try Server(name: "a", url: "https://h/mcp")
      _ = try SessionEngine(servers: [server, server], clientName: "w", clientVersion: "1")
    },
    Mistake(
      "a client with a blank",
      .invalidClient(
        problem: "is not 1 to 100 letters, digits and dashes")
    ) { () throws(EngineError) in
      _ = try SessionEngine(servers: [], clientName: "night watch", clientVersion: "1")
    },
    Mistake("a limit of nothing", .invalidLimit(name: "connecting")) { () throws(EngineError) in
      var limits = Limits()
      limits.connecting = 0
      _ = try SessionEngine(servers: [], clientName: "w", clientVersion: "1", limits: limits)
    },
  ]) func `refuses what it could not do, and says what to do instead`(mistake: Mistake) {
    #expect(throws: mistake.error) { try mistake.make() }
    #expect(!mistake.error.description.isEmpty)
  }
}
