// Long, because each test tells a whole story of one server.

import MCPWire
import Testing

@testable import MCPSessions

private typealias Scripted = World.Scripted

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

  struct Refusal: Sendable, CustomTestStringConvertible {
    let answer: World.Scripted
    var every = 10
    var ping = 2.0
    /// Only words call the session gone: a ping decides before it costs one.
    var costs = 1
    var testDescription: String { "\(answer), every \(every) x \(ping) s" }
  }

  @Test(arguments: [
    Refusal(answer: .status(404, "nope")), Refusal(answer: .status(410, "")),
    Refusal(answer: .status(409, "")), Refusal(answer: .status(404, "database session not found")),
    Refusal(answer: .status(404, ""), every: 1), Refusal(answer: .status(404, ""), every: 3, ping: 5),
    Refusal(answer: .status(404, ""), every: 10, ping: 3), Refusal(answer: .status(404, ""), ping: 30),
    Refusal(answer: .status(410, ""), every: 3), Refusal(answer: .status(409, ""), every: 3),
    Refusal(answer: .status(409, ""), every: 1, ping: 7),
    Refusal(answer: .status(400, "Invalid session: cursor"), costs: 0),
    Refusal(answer: .status(400, "Bad Request: no valid session ID"), every: 3, costs: 0),
    Refusal(answer: .status(500, "session not found"), every: 1, ping: 7, costs: 0),
  ])
  func `that alone is answered like a lost session costs one session, not a chain`(refusal: Refusal) throws {
    for isKnown in [false, true] {
      var settings = SessionSettings()
      (settings.pingInterval, settings.listEvery) = (.seconds(refusal.ping), refusal.every)
      var world = try World(["a"], settings: settings)
      if isKnown { world.run(refusal.ping * 4) }
      world.machines["a"]?.script = Self.list(refusal.answer)
      world.run(refusal.ping * Double(refusal.every) * 6 + 60)
      #expect(world.state("a") == .degraded, "\(world.wire)")
      #expect(world.row("a")?.cause?.request == .list)
      let handshakes = world.wire.count { $0 == "POST initialize" }
      #expect(handshakes <= 1 + refusal.costs, "\(world.wire)")
      #expect(world.machines["a"]?.sessions.count == 1, "the first one was ended after all")
      let statistics = world.store.statistics
      #expect(statistics.opened == handshakes && statistics.ended == handshakes - 1)
      world.machines["a"]?.script = nil
      world.run(refusal.ping * Double(max(refusal.every, 5)) + 20)
      #expect(world.state("a") == .ready)
    }
  }

  @Test func `that fails again and again is counted alike in rows and in sums, and told in full`() throws {
    var settings = SessionSettings()
    (settings.pingInterval, settings.listEvery, settings.stream) = (.seconds(2), 1, false)
    let words = (1...60).map { "frame\($0)=com.example.Handler.call" }.joined(separator: " ")
    var machine = World.Machine()
    machine.script = { $0.purpose == .list ? .rejected(-32_603, words) : nil }
    var world = try World(["a"], settings: settings, machine: machine)
    world.run(60)
    world.machines["a"]?.script = nil
    world.run(10)
    let row = try #require(world.row("a"))
    #expect(row.errors[.rpcError, default: 0] > 5)
    #expect(row.errors[.rpcError] == world.store.errors.total(.rpcError, over: .day, at: world.now.instant))
    let told = try #require(world.events.compactMap(\.error).first { $0.type == .rpcError })
    #expect(told.detail.text.hasSuffix("frame60=com.example.Handler.call"), "\(told.detail.text)")
    let news = world.events.filter { $0.kind == .sessionError && $0.level > .debug }
    #expect(news.map { $0.error?.type } == [.rpcError], "\(news)")
  }

  @Test func `whose errors are folded is told in the state that it is in`() throws {
    var settings = SessionSettings()
    (settings.pingInterval, settings.listEvery) = (.milliseconds(300), 1)
    var machine = World.Machine()
    machine.script = { $0.purpose == .list ? .rejected(-32_603, "down") : nil }
    var world = try World(["a"], settings: settings, machine: machine)
    world.run(20)
    #expect(world.state("a") == .degraded)
    #expect(world.events.last { $0.server == "a" && $0.state != nil }?.state == .degraded)
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
    #expect(world.state("b") == .ready && world.row("b")?.errors == [:] && world.row("b")?.counts.missed == 0)
    let pings = world.wire.count { $0 == "POST ping b-session-1" || $0 == "POST list b-session-1" }
    #expect((50...70).contains(pings), "\(pings) probes in two minutes")
    let tries = world.attempts
    world.run(61)
    #expect(world.attempts - tries <= 45, "the one that fails keeps its own pace")
  }

  @Test func `wait for a closed way without an error, a miss or a change of state`() throws {
    var world = try closedWay(0)
    let before = world.wire.count { $0.contains("b-session-1") }
    world.run(30)
    #expect(world.state("b") == .ready && world.row("b")?.counts.missed == 0 && world.row("b")?.errors == [:])
    #expect(world.row("b")?.remark?.text.hasPrefix("not probed since 10:00:0") == true)
    #expect(world.row("b")?.isUnverified == true && world.row("b")?.state == .ready)
    #expect(world.row("b")?.closedWay?.cause.type == .connectRefused && world.row("b")?.cause == nil)
    #expect(
      world.row("b")?.onset.instant == world.row("a")?.since.instant,
      "the way was closed when the first was lost")
    #expect(world.row("b")?.nextStep == "start the server, or check the port in the url")
    #expect(world.store.statistics.activeSessions == 0, "nobody knows of any that lives")
    #expect(world.wire.count { $0.contains("b-session-1") } - before <= 1)
    for name in ["a", "b"] { world.machines[name]?.mode = .well }
    world.run(10)
    #expect(world.state("a") == .ready && world.row("b")?.remark == nil)
    #expect(world.row("b")?.verification == .verified && world.row("b")?.closedWay == nil)
    #expect(world.row("b")?.nextStep == nil && world.store.statistics.activeSessions == 2)
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

  @Test func `as a handshake is left behind where its answer comes after the stop's limit`() throws {
    var machine = World.Machine()
    machine.handshakeLag = 7
    var world = try World(["a"], machine: machine)
    world.run(1)
    world.command(.stop)
    world.run(3)
    world.giveUp()
    let statistics = world.store.statistics
    #expect(world.fleet.isAtRest && statistics.opened == 1 && statistics.leftBehind == 1)
    #expect(world.events.contains { $0.message.text.contains("left behind") })
  }

  @Test func `as a handshake that never went out leaves nothing behind`() throws {
    var world = try World(["a"], machine: World.Machine(mode: .refusing))
    world.run(10)
    world.command(.stop)
    world.giveUp()
    #expect(world.store.statistics.opened == 0 && world.store.statistics.leftBehind == 0)
  }

  @Test(arguments: [3.0, 8, 14])
  func `as a handshake is waited for beyond its own limit, and its session ended`(lag: Double) throws {
    var settings = SessionSettings()
    settings.initTimeout = .seconds(2)
    var machine = World.Machine()
    machine.handshakeLag = lag
    var world = try World(["a"], settings: settings, machine: machine)
    world.run(120)
    let statistics = world.store.statistics
    #expect(statistics.opened >= 3 && statistics.opened >= (world.machines["a"]?.nextID ?? 0) - 2)
    #expect(world.machines["a"]?.sessions.count ?? 9 <= 1, "\(world.wire)")
  }

  @Test func `as what came too late is counted once a late answer shows that it was made`() throws {
    var machine = World.Machine()
    machine.handshakeLag = 22
    var world = try World(["a"], machine: machine)
    world.run(20)
    #expect(world.store.statistics.opened == 0, "of one that was never answered nobody knows")
    world.run(200)
    let statistics = world.store.statistics
    let made = (world.machines["a"]?.nextID ?? 1) - 1
    #expect(statistics.leftBehind > 0 && world.machines["a"]?.sessions.count == statistics.leftBehind)
    #expect((made - 1...made).contains(statistics.opened), "\(statistics)")
  }

  @Test func `as a handshake of a server that left the configuration is ended`() throws {
    var machine = World.Machine()
    machine.handshakeLag = 7
    var world = try World(["a"], machine: machine)
    world.run(1)
    world.command(.apply([], note: nil))
    world.run(30)
    #expect(world.machines["a"]?.sessions == [] && world.store.statistics.opened == 1)
  }

  @Test(arguments: [429, 503, 502], [true, false])
  func `and is put off is asked for again, also at a stop`(status: Int, atStop: Bool) throws {
    var world = try World(["a"])
    world.run(10)
    var busy = ResponseHead(status: status, contentType: "text/plain")
    busy.retryAfter = "1"
    let answer = World.Scripted.head(busy, "later")
    world.machines["a"]?.script = { $0.purpose == .delete ? answer : nil }
    guard !atStop || status != 502 else { return }
    world.command(
      atStop ? .stop : .act(.terminate, on: [SessionKey(server: "a")], by: Operator(user: "ana")))
    world.run(0.5)
    #expect(!world.fleet.isAtRest && world.machines["a"]?.sessions.count == 1)
    world.machines["a"]?.script = nil
    world.run(2)
    #expect(world.machines["a"]?.sessions == [], "\(world.wire)")
    #expect(world.store.statistics.leftBehind == 0 && world.store.statistics.ended == 1)
    #expect(world.wire.count { $0.hasPrefix("DELETE") } == 2)
  }

  @Test func `and is put off for ever is left in the end`() throws {
    var world = try World(["a"])
    world.run(10)
    world.machines["a"]?.script = { $0.purpose == .delete ? .status(429, "") : nil }
    world.command(.act(.terminate, on: [SessionKey(server: "a")], by: Operator(user: "ana")))
    world.run(200)
    #expect(world.wire.count { $0.hasPrefix("DELETE") } == 7, "\(world.wire)")
    #expect(world.store.statistics.leftBehind == 1 && world.state("a") == .closed)
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
