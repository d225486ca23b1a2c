import MCPWire
import Testing

@testable import MCPSessions

private typealias Scripted = World.Scripted

/// A world of one server that answers out of a script what it does not answer well.
private func world(
  ping seconds: Double = 2, _ script: (@Sendable (TransferRequest) -> Scripted?)? = nil
) throws -> World {
  var settings = SessionSettings()
  settings.pingInterval = .seconds(seconds)
  var machine = World.Machine()
  machine.script = script
  return try World(["a"], settings: settings, machine: machine)
}

private func id(_ request: TransferRequest) -> String? { World.sessionID(request) }

@Suite struct `An id that is refused` {
  @Test(arguments: [400, 403, 422, 500, 503])
  func `steadily, in whatever words, is given up when a handshake beside it succeeds`(status: Int) throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = {
      id($0) == "a-session-1" ? .html(status, "<html><title>nein</title></html>") : nil
    }
    world.run(40)
    #expect(world.state("a") == .ready, "\(world.wire.suffix(12))")
    #expect(world.machines["a"]?.sessions.contains("a-session-2") == true)
    #expect(world.wire.count { $0 == "POST initialize" } == 2, "one handshake beside the id")
    let later = world.wire.drop { $0 != "POST initialized a-session-2" }
    #expect(!later.contains { $0.contains("a-session-1") && !$0.hasPrefix("DELETE") })
    let told = world.events.compactMap(\.error).map(\.detail.text)
    #expect(told.contains { $0.hasPrefix("the id was refused") }, "\(told)")
  }

  @Test(arguments: [
    Scripted.rejected(-32_000, "Sitzung unbekannt"), .rejected(-32_001, "unbekannt"), .rejected(0, ""),
    .status(429, ""), .status(401, ""), .status(401, "nein"), .status(200, ""), .status(202, ""),
    .status(200, "nein"), .html(200, "<html><title>nein</title></html>"), .html(503, "<html></html>"),
  ])
  func `in any carrier is given up when a handshake beside it succeeds`(answer: World.Scripted) throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { id($0) == "a-session-1" ? answer : nil }
    world.run(110)
    #expect(world.state("a") == .ready, "\(world.wire.suffix(12))")
    #expect(world.machines["a"]?.sessions.contains("a-session-2") == true)
    #expect(world.wire.count { $0 == "POST initialize" } == 2, "one handshake beside the id")
    let later = world.wire.drop { $0 != "POST initialized a-session-2" }
    #expect(!later.contains { $0.contains("a-session-1") && !$0.hasPrefix("DELETE") })
  }

  @Test(arguments: [
    Scripted.status(405, ""), .status(406, ""), .status(501, ""), .status(403, ""),
    .status(400, "bad request"),
    .status(401, ""), .html(200, "<html></html>"),
  ])
  func `at every ping, also of the next session, is told by the list`(answer: World.Scripted) throws {
    var world = try world { $0.purpose == .ping ? answer : nil }
    world.run(240)
    #expect(world.state("a") == .ready, "\(world.wire.prefix(40))")
    #expect(world.wire.count { $0 == "POST initialize" } <= 3, "no chain of sessions")
    #expect(world.machines["a"]?.sessions.count == 1, "what was given up is ended after all")
  }

  @Test func `with everything but a handshake costs one more session, and no chain of them`() throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = {
      [.ping, .list, .stream].contains($0.purpose) ? .status(500, "nein") : nil
    }
    world.run(300)
    #expect(world.state("a") != .ready)
    #expect(world.wire.count { $0 == "POST initialize" } <= 3, "\(world.wire.filter { $0.contains("init") })")
  }

  @Test(arguments: [
    "Unauthorized: token expired", "Resource not found", "Request cancelled", "Server busy, try again",
  ])
  func `by nothing but a code that means many things costs no chain of sessions`(words: String) throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { $0.purpose == .ping ? .rejected(-32_001, words) : nil }
    world.run(2.5)
    #expect(world.state("a") == .recovering)
    #expect(world.row("a")?.cause?.detail.text.contains(words) == true)
    world.run(200)
    #expect(world.wire.count { $0 == "POST initialize" } == 2)
    #expect(world.machines["a"]?.sessions.count == 1, "the first one was ended")
  }

  @Test func `is kept when the handshake beside it fares no better`() throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { _ in .status(503, "down for maintenance") }
    world.run(200)
    world.machines["a"]?.script = nil
    world.run(70)
    #expect(world.state("a") == .ready)
    #expect(world.machines["a"]?.sessions == ["a-session-1"])
    #expect(world.store.statistics.opened == 1)
  }

  @Test func `ends ready at once`() throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { $0.purpose == .ping ? .status(500, "oops") : nil }
    world.run(2.3)
    #expect(world.state("a") == .recovering)
    #expect(world.row("a")?.cause?.request == .ping)
  }

  @Test func `by a stream alone is asked about, even where nothing is probed`() throws {
    var world = try world(ping: 0)
    world.run(5)
    world.forget("a")
    world.run(10)
    #expect(world.state("a") == .ready)
    #expect(world.machines["a"]?.sessions == ["a-session-2"])
  }

  @Test func `with initialized is asked once, and counts if pings are answered`() throws {
    var world = try world { $0.purpose == .initialized ? .status(400, "params are missing") : nil }
    world.run(20)
    #expect(world.state("a") == .ready)
    #expect(world.wire.count { $0 == "POST initialize" } == 1)
    #expect(world.wire.prefix(3).last == "POST ping a-session-1")
  }

  @Test func `as gone with initialized counts as ended and is never sent again`() throws {
    var world = try world { request in
      request.purpose == .initialized && id(request) == "a-session-1"
        ? .status(404, "Session not found") : nil
    }
    world.run(10)
    #expect(world.state("a") == .ready)
    #expect(world.store.statistics.opened == 2 && world.store.statistics.ended == 1)
    #expect(world.wire.count { $0.contains("a-session-1") } == 1)
  }
}

@Suite struct `A list of tools` {
  private static func list(_ answer: Scripted) -> @Sendable (TransferRequest) -> Scripted? {
    { $0.purpose == .list ? answer : nil }
  }

  struct Trouble: Sendable, CustomTestStringConvertible {
    let answer: World.Scripted
    let state: SessionState
    var testDescription: String { "\(answer)" }
  }

  @Test(arguments: [
    Trouble(answer: .silence, state: .degraded),
    Trouble(answer: .status(502, "bad gateway"), state: .degraded),
    Trouble(answer: .status(401, "who are you"), state: .unauthorized),
    Trouble(answer: .rejected(-32_603, "database session expired, login required"), state: .degraded),
    Trouble(answer: .html(200, "<html><title>Maintenance</title>"), state: .degraded),
  ]) func `that cannot be had has a verdict that no ping clears`(trouble: Trouble) throws {
    var world = try world(Self.list(trouble.answer))
    world.run(60)
    #expect(world.state("a") == trouble.state)
    #expect(world.row("a")?.cause?.request == .list)
    #expect(world.wire.count { $0 == "POST initialize" } == 1, "the session lives")
    let pings = world.wire.count { $0.contains("ping") }
    #expect(pings >= 10, "\(pings) pings")
    world.machines["a"]?.script = nil
    world.run(20)
    #expect(world.state("a") == .ready)
  }

  @Test(arguments: [
    Scripted.status(404, "nope"), .status(410, ""), .status(400, "Invalid session: cursor"), .status(409, ""),
    .status(404, "database session not found"),
  ])
  func `that alone is answered like a lost session costs one session, not a chain`(answer: World.Scripted)
    throws
  {
    var world = try world(Self.list(answer))
    world.run(60)
    #expect(world.state("a") == .degraded, "\(world.wire)")
    #expect(world.row("a")?.cause?.request == .list)
    #expect(world.wire.count { $0 == "POST initialize" } == 2)
    #expect(world.machines["a"]?.sessions == ["a-session-2"], "the first one was ended after all")
    #expect(world.store.statistics.opened == 2 && world.store.statistics.ended == 1)
    world.machines["a"]?.script = nil
    world.run(20)
    #expect(world.state("a") == .ready)
  }

  @Test func `is asked for behind the first ping, and awaited`() throws {
    var world = try world(ping: 300)
    world.run(0.3)
    #expect(world.row("a")?.awaitsList == true || world.row("a")?.tools == 3)
    world.run(3)
    #expect(world.row("a")?.tools == 3 && world.row("a")?.awaitsList == false)
  }

  @Test func `in pages is followed to its end`() throws {
    var world = try world(ping: 30) { request in
      guard request.purpose == .list else { return nil }
      let isLast = request.body.contains("third")
      let start = isLast ? 100 : request.body.contains("second") ? 50 : 0
      let tools = World.tools(isLast ? 120 : start + 50).suffix(isLast ? 20 : 50)
      return .tools(Array(tools), next: isLast ? nil : start == 0 ? "second" : "third")
    }
    world.run(5)
    #expect(world.row("a")?.tools == 120 && world.row("a")?.hasMoreTools == false)
  }

  @Test func `whose cursor leads nowhere new ends there`() throws {
    var world = try world(ping: 30) { $0.purpose == .list ? .tools(World.tools(8), next: "again") : nil }
    world.run(20)
    #expect(world.row("a")?.tools == 8 && world.row("a")?.hasMoreTools == false)
    #expect(world.wire.count { $0.contains("list") } <= 3)
  }

  @Test func `that never ends is told as more than was read`() throws {
    var world = try world(ping: 30) { request in
      guard request.purpose == .list else { return nil }
      let page =
        request.body.firstRange(of: "page-").flatMap {
          Int(request.body[$0.upperBound...].prefix { $0.isNumber })
        } ?? 0
      return .tools([World.tools(page + 1)[page]], next: "page-\(page + 1)")
    }
    world.run(20)
    #expect(world.row("a")?.tools == 20 && world.row("a")?.hasMoreTools == true)
  }

  @Test func `that changes is an event which names what is another`() throws {
    var world = try world()
    world.run(8)
    let fingerprint = world.row("a")?.toolsFingerprint
    world.machines["a"]?.script = Self.list(
      .tools(
        [
          Tool(
            name: "tool-0", definition: .object(["name": .text("tool-0"), "description": .text("send all")])),
          Tool(name: "new", definition: .null),
        ], next: nil))
    world.run(30)
    let change = world.events.first { $0.kind == .toolsChanged }
    #expect(
      change?.message
        == "Tools changed: 2 gone (tool-1, tool-2), 1 new (new), 1 with another description (tool-0); 2 now")
    #expect(change?.level == .warning)
    #expect(world.row("a")?.toolsFingerprint != fingerprint)
    #expect(world.state("a") == .degraded && world.row("a")?.remark == "2 tools, there were 3")
  }
}

@Suite struct `A url that worked` {
  @Test(arguments: [
    Scripted.status(404, "404 page not found"), .status(403, "forbidden"), .status(421, ""), .status(425, ""),
    .html(200, "<html><title>Back soon</title></html>"),
  ]) func `is in an outage when it answers like a wrong one`(answer: World.Scripted) throws {
    var world = try world()
    world.run(8)
    world.forget("a")
    world.machines["a"]?.script = { _ in answer }
    world.run(40)
    #expect([.recovering, .down].contains(world.state("a")))
    #expect(world.row("a")?.cause?.detail.text.contains("worked until 10:00:0") == true)
    #expect(world.row("a")?.lastGood != nil)
    let asked = world.wire.count { $0 == "POST initialize" }
    #expect(asked <= 10, "\(asked) handshakes")
    world.machines["a"]?.script = nil
    world.run(40)
    #expect(world.state("a") == .ready)
  }

  @Test func `is called wrong only where nothing ever worked`() throws {
    var world = try world { _ in .status(404, "404 page not found") }
    world.run(40)
    #expect(world.state("a") == .failed && world.row("a")?.advice == "check the url")
  }
}

@Suite struct `Neighbours on one way` {
  private func neighbours(_ script: @escaping @Sendable (TransferRequest) -> Scripted?) throws -> World {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    var world = try World(["a", "b"], sameOrigin: true, settings: settings)
    world.run(8)
    world.machines["a"]?.script = script
    return world
  }

  @Test(arguments: [Scripted.status(500, "oops"), .hangUp, .silence])
  func `hear nothing of what one of them is told`(answer: World.Scripted) throws {
    var world = try neighbours { _ in answer }
    world.forgetWire()
    world.run(120)
    #expect(world.state("b") == .ready && world.row("b")?.errors == [:] && world.row("b")?.missed == 0)
    let pings = world.wire.count { $0 == "POST ping b-session-1" || $0 == "POST list b-session-1" }
    #expect((50...70).contains(pings), "\(pings) probes in two minutes")
    let tries = world.attempts
    world.run(61)
    #expect(world.attempts - tries <= 45, "the one that fails keeps its own pace")
  }

  @Test func `wait for a closed way without an error, a miss or a change of state`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    var world = try World(["a", "b"], sameOrigin: true, settings: settings)
    world.run(8)
    world.machines["a"]?.mode = .refusing
    world.endStreams("a")
    world.run(1.5)
    let before = world.wire.count { $0.contains("b-session-1") }
    world.machines["b"]?.mode = .silent
    world.run(30)
    #expect(world.state("b") == .ready && world.row("b")?.missed == 0 && world.row("b")?.errors == [:])
    #expect(world.row("b")?.remark?.text.hasPrefix("not probed since 10:00:0") == true)
    #expect(world.wire.count { $0.contains("b-session-1") } - before <= 1)
    for name in ["a", "b"] { world.machines[name]?.mode = .well }
    world.run(10)
    #expect(world.state("a") == .ready && world.row("b")?.remark == nil)
  }
}

@Suite struct `What was begun` {
  @Test func `as a handshake is awaited at a stop, and its session ended`() throws {
    var world = try world()
    world.machines["a"]?.mode = .slow(1)
    world.run(0.01)
    world.command(.stop)
    world.run(8)
    #expect(world.fleet.isAtRest)
    #expect(
      world.machines["a"]?.sessions == [] && world.store.statistics.opened == world.store.statistics.ended)
  }

  @Test func `as DELETEs goes out so many at a time`() throws {
    var world = try World((0..<300).map { "s\($0)" }, sameOrigin: true)
    world.run(20)
    for name in world.machines.keys { world.machines[name]?.mode = .slow(1) }
    world.command(.stop)
    let sent = world.wire.count { $0.hasPrefix("DELETE") }
    #expect(sent == DeleteQueue.limit)
    world.run(20)
    #expect(world.fleet.isAtRest && world.wire.count { $0.hasPrefix("DELETE") } == 300)
    #expect(world.store.statistics.leftBehind == 0)
  }

  @Test func `and is not over when the time is up is told as left`() throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.mode = .silent
    world.command(.stop)
    world.run(0.5)
    world.giveUp()
    #expect(world.fleet.isAtRest && world.store.statistics.leftBehind == 1)
  }
}
