import Glibc
import MCP
import Testing

@testable import Sessions

/// How many worlds are tried; `make nightly` asks for 10 000.
private let seeds = getenv("SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 200

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
  @Test(arguments: UInt64(1)...seeds) func `holds its invariants whatever servers do`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let names = (0..<4).map { "s\($0)" }
    var world = try World(names, seed: seed, sameOrigin: seed.isMultiple(of: 2))
    let modes: [World.Mode] = [
      .well, .well, .refusing, .silent, .status(500, body: "oops"), .status(503, body: ""),
      .status(404, body: "gone"),
      .status(400, body: "Missing session ID"), .status(401, body: ""), .status(409, body: "conflict"),
    ]
    for _ in 0..<25 {
      let name = names.randomElement(using: &random) ?? "s0"
      world.machines[name]?.mode = modes.randomElement(using: &random) ?? .well
      if Bool.random(using: &random) { world.forget(name) }
      if Int.random(in: 0..<6, using: &random) == 0 {
        world.command(.reconnect([SessionKey(server: name)], by: ana))
      }
      if Int.random(in: 0..<10, using: &random) == 0 {
        world.command(.terminate([SessionKey(server: name)], by: ana))
      }
      world.run(Double.random(in: 0.1...90, using: &random))
    }
    for name in names {
      world.machines[name]?.mode = .well
      world.command(.reconnect([SessionKey(server: name)], by: ana))
    }
    world.run(30)
    #expect(
      names.allSatisfy { world.state($0) == .ready },
      "seed \(seed): \(names.map { "\(world.state($0).map { "\($0)" } ?? "?") \(world.row($0)?.cause?.detail ?? "")" })"
    )
    let held = world.machines.values.reduce(0) { $0 + $1.sessions.count }
    #expect(held >= 4, "seed \(seed)")
  }
}
