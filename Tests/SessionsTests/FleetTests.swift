import MCPWire
import Testing

@testable import MCPSessions

private let ana = Operator(user: "ana", origin: "pts/3")

@Suite struct `The journal of open sessions` {
  @Test func `is even when everything was ended`() throws {
    var world = try World(["a", "b"])
    world.run(5)
    world.forget("a")
    world.run(5)
    world.machines["b"]?.mode = .silent
    world.command(.stop)
    world.run(5)
    let open = openSessions(in: world.journal.joined(separator: "\n"), since: WallTime(milliseconds: 0))
    #expect(open.map(\.id.revealed) == ["b-session-1"], "whose DELETE was not answered")
    #expect(world.journal.count { $0.hasPrefix("+") } == 3)
  }

  @Test func `lets the next run end what is left, and only at the same origin`() throws {
    var world = try World(["a", "b"])
    world.run(5)
    let open = openSessions(in: world.journal.joined(separator: "\n"), since: WallTime(milliseconds: 0))
    var other = open[1]
    other = OpenSession(
      key: other.key, origin: "http://elsewhere:80", revision: other.revision, id: other.id,
      since: other.since)
    world.forgetWire()
    world.adopt([open[0], other])
    world.run(1)
    #expect(world.wire.filter { $0.contains("DELETE") } == ["DELETE delete a-session-1"])
    #expect(
      world.events.contains { $0.message == "Session a-sessio... of an earlier run is still open, ending it" }
    )
  }

  @Test func `survives names with tabs and a line that was cut`() throws {
    let id = try #require(SessionID("id-with-\\-and-~"))
    let session = OpenSession(
      key: SessionKey(server: "a\tb\nc\\d", user: "\\t"), origin: "http://h:80", revision: .v2025_11_25,
      id: id,
      since: WallTime(milliseconds: 5_000))
    let line = JournalLine.opened(session)
    #expect(JournalLine(line.text) == line)
    #expect(!line.text.contains("\n"))
    let text = line.text + "\n" + JournalLine.ended(session).text.dropLast(9)
    #expect(openSessions(in: text, since: WallTime(milliseconds: 5_000)) == [session])
    #expect(openSessions(in: text, since: WallTime(milliseconds: 5_001)).isEmpty)
    #expect(openSessions(in: text + "\n" + JournalLine.ended(session).text, since: session.since).isEmpty)
  }
}

@Suite struct `A fleet` {
  @Test func `leaves alone the sessions that a full server has, and asks calmly for room`() throws {
    var world = try World([], machine: World.Machine())
    world.machines["a"] = World.Machine(room: 1)
    world.command(.apply([try World.server("a", users: ["ana", "ben"])], note: nil))
    world.run(600)
    let rows = world.store.sessions.values.sorted { $0.state.isLive && !$1.state.isLive }
    #expect(rows.map(\.state) == [.ready, .down])
    #expect(rows.first?.errors == [:] && rows.first?.recoveries == 0, "it never heard of it")
    #expect(rows.last?.cause?.status == 503 && rows.last?.nextAttempt != nil)
    let asked = world.wire.count { $0 == "POST initialize" }
    #expect(asked <= 60, "\(asked) handshakes in ten minutes")

    world.machines["a"]?.room = 2
    world.run(61)
    #expect(world.store.statistics.activeSessions == 2)
  }

  @Test func `connects anew at the operator's word, whatever the session waited for`() throws {
    var world = try World(["a"])
    world.run(5)
    world.machines["a"]?.mode = .status(503, body: "")
    world.run(300)
    #expect(world.row("a")?.cause?.status == 503, "it waits to ask for its old session")
    world.machines["a"]?.mode = .well
    world.command(.act(.reconnect, on: [SessionKey(server: "a")], by: ana))
    world.run(2)
    #expect(world.state("a") == .ready)
  }

  @Test func `of a thousand forgotten sessions is back within six seconds, two hundred a second`() throws {
    var world = try World((0..<1_000).map { "s\($0)" }, sameOrigin: true)
    world.run(30)
    #expect(world.store.statistics.activeSessions == 1_000)
    for name in world.machines.keys { world.forget(name) }
    world.run(7)
    #expect(world.store.statistics.activeSessions == 1_000)
  }

  @Test func `sends one prober to a dead port, not everybody`() throws {
    let count = 300
    var world = try World((0..<count).map { "s\($0)" }, sameOrigin: true)
    world.run(30)
    let before = world.attempts
    for name in world.machines.keys {
      world.machines[name]?.mode = .refusing
      world.machines[name]?.sessions = []
      world.endStreams(name)
    }
    world.run(3)
    #expect(
      world.attempts - before <= count / 10, "\(world.attempts - before) attempts for \(count) sessions")
    for name in world.machines.keys { world.machines[name]?.mode = .well }
    world.run(7)
    #expect(world.store.statistics.activeSessions == count)
  }

  @Test func `that stood still blames nobody and does not ask everybody at once`() throws {
    var world = try World((0..<200).map { "s\($0)" }, sameOrigin: true)
    world.run(61)
    world.forgetWire()
    world.standStill(90)
    world.run(0.05)
    #expect(world.wire.count <= 20, "\(world.wire.count) requests within 50 ms")
    world.run(10)
    #expect(world.eventKinds.filter { $0 == .sessionError || $0 == .recoveryStarted } == [])
    #expect(world.store.statistics.activeSessions == 200)
  }

  @Test func `tells when a server gives one id to two sessions`() throws {
    var world = try World(["a", "b"], sameOrigin: true, machine: World.Machine(givenID: "the-only-one"))
    world.run(20)
    let conflicts = world.events.filter { $0.error?.type == .sessionConflict }
    #expect(conflicts.map(\.server) == ["b"])
    #expect(world.state("a") == .ready && world.state("b") == .ready)
  }

  @Test func `that stops ends every session`() throws {
    var world = try World((0..<50).map { "s\($0)" })
    world.run(5)
    world.command(.stop)
    world.run(1)
    #expect(world.fleet.isAtRest)
    #expect(world.wire.filter { $0.hasPrefix("DELETE") }.count == 50)
    #expect(world.store.statistics.opened == world.store.statistics.ended)
  }

  /// The invariants are in World; here servers come and go as a seed has it, for simulated hours.
  @Test(arguments: Simulation.seeds) func `holds its invariants whatever servers do`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let processes = (0..<2).map { "p\($0)" }
    let names = (0..<4).map { "s\($0)" } + processes
    var world = try World(
      names, seed: seed, sameOrigin: seed.isMultiple(of: 2), processes: Set(processes))
    let modes: [World.Mode] = [
      .well, .well, .refusing, .silent, .status(500, body: "oops"), .status(503, body: ""),
      .status(404, body: "gone"),
      .status(400, body: "Missing session ID"), .status(401, body: ""), .status(409, body: "conflict"),
      .slow(12), .lossy, .lying, .foreign,
    ]
    for name in names {
      let isOdd = Int.random(in: 0..<3, using: &random) == 0
      guard isOdd else { continue }
      if Bool.random(using: &random) {
        world.machines[name]?.isModern = true
      } else {
        world.machines[name]?.isOverStream = true
        world.machines[name]?.diesOfDiscovery = true
      }
    }
    for _ in 0..<25 {
      let name = names.randomElement(using: &random) ?? "s0"
      world.machines[name]?.mode = modes.randomElement(using: &random) ?? .well
      if Bool.random(using: &random) { world.forget(name) }
      if Int.random(in: 0..<6, using: &random) == 0 {
        world.command(.act(.reconnect, on: [SessionKey(server: name)], by: ana))
      }
      if Int.random(in: 0..<10, using: &random) == 0 {
        world.command(.act(.terminate, on: [SessionKey(server: name)], by: ana))
      }
      world.run(Double.random(in: 0.1...90, using: &random))
    }
    for name in names {
      world.machines[name]?.mode = .well
      world.command(.act(.reconnect, on: [SessionKey(server: name)], by: ana))
    }
    world.run(30)
    let states = names.map {
      "\(world.state($0).map { "\($0)" } ?? "?") \(world.row($0)?.cause?.detail ?? "")"
    }
    #expect(names.allSatisfy { world.state($0) == .ready }, "seed \(seed): \(states)")
    let held = world.machines.values.reduce(0) { $0 + $1.sessions.count }
    let expected = world.machines.count { !$0.value.isModern && !processes.contains($0.key) }
    #expect(held >= expected, "seed \(seed)")
    world.command(.stop)
    world.run(6)
    #expect(world.running.isEmpty, "seed \(seed): a process is left")
  }

  /// Weeks of a dashboard that is left alone: servers that restart every day, cut streams every minute, drop
  /// sessions every half hour.
  @Test(arguments: Simulation.seeds.prefix(max(1, Simulation.seeds.count / 200)))
  func `lives through weeks`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var world = try World(["a", "b"], seed: seed)
    for hour in 0..<(14 * 24) {
      world.endStreams("a")
      if hour % 24 == 7 {
        world.machines["b"]?.mode = .refusing
        world.forget("b")
        world.run(Double.random(in: 5...600, using: &random))
        world.machines["b"]?.mode = .well
      }
      if Bool.random(using: &random) { world.forget("a") }
      world.run(3_600)
      world.forgetWire()
    }
    #expect(world.state("a") == .ready && world.state("b") == .ready, "seed \(seed)")
    #expect(world.store.statistics.recoveriesSucceeded > 100)
    #expect(world.machines["a"]?.sessions.count == 1 && world.machines["b"]?.sessions.count == 1)
  }
}
