import Testing

@testable import MCPSessions

@Suite struct `A new configuration` {
  private func world(_ names: [String], settings: SessionSettings = SessionSettings()) throws -> World {
    var world = try World(names, settings: settings)
    world.machines["new"] = World.Machine()
    world.run(5)
    world.forgetWire()
    return world
  }

  private func messages(_ world: World) -> [String] {
    world.events.filter { $0.kind == .configReloaded || $0.kind == .configProblem }.map(\.message.text)
  }

  @Test func `starts what is new, ends what is gone, and leaves the rest alone`() throws {
    var world = try world(["kept", "gone"])
    world.command(.apply([try World.server("kept"), try World.server("new")], note: nil))
    #expect(world.wire == ["DELETE delete gone-session-1", "POST initialize"])
    world.run(5)
    #expect(world.store.servers.map(\.name) == ["kept", "new"])
    #expect(world.store.sessions.keys.sorted() == [SessionKey(server: "kept"), SessionKey(server: "new")])
    #expect(world.state("kept") == .ready && world.state("new") == .ready)
    #expect(world.machines["gone"]?.sessions.isEmpty == true)
    #expect(world.machines["kept"]?.sessions == ["kept-session-1"])
    #expect(messages(world) == ["Configuration reloaded: 1 added, 1 removed, 0 changed"])
    #expect(world.store.statistics.opened == 3 && world.store.statistics.ended == 1)
    #expect(world.store.statistics.activeSessions == 2)
  }

  @Test func `restarts a server that is reached in another way`() throws {
    var world = try world(["a", "b"])
    world.command(.apply([try World.server("a", key: "other"), try World.server("b")], note: "2 warnings"))
    world.run(0.2)
    #expect(
      world.wire.sorted() == [
        "DELETE delete a-session-1", "GET stream a-session-2", "POST initialize",
        "POST initialized a-session-2",
      ])
    #expect(world.machines["a"]?.sessions == ["a-session-2"])
    #expect(world.row("a")?.session == "a-sessio...")
    #expect(messages(world) == ["Configuration reloaded: 0 added, 0 removed, 1 changed; 2 warnings"])
  }

  @Test func `changes timers in place, without a word to the server`() throws {
    var world = try world(["a"])
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    settings.timeout = .seconds(7_200)
    settings.initTimeout = .seconds(5)
    world.command(.apply([try World.server("a", settings: settings)], note: nil))
    #expect(world.wire.isEmpty)
    world.run(20)
    #expect((8...12).contains(world.wire.count), "\(world.wire)")
    #expect(world.wire.allSatisfy { $0.hasSuffix("a-session-1") && $0.hasPrefix("POST") })
    #expect(world.store.servers.first?.settings == settings)
    #expect(messages(world) == ["Configuration reloaded: 0 added, 0 removed, 1 changed"])

    settings.pingInterval = .zero
    settings.stream = false
    world.forgetWire()
    world.command(.apply([try World.server("a", settings: settings)], note: nil))
    world.run(100)
    #expect(world.wire.count <= 1, "only a probe that was in flight: \(world.wire)")
    #expect(world.row("a")?.stream == .off && world.state("a") == .ready)

    settings.stream = true
    settings.pingInterval = .seconds(30)
    world.forgetWire()
    world.command(.apply([try World.server("a", settings: settings)], note: nil))
    world.run(35)
    #expect(world.wire.first == "GET stream a-session-1" && world.wire.count == 2)
  }

  @Test func `that shortens the idle life lets a session expire by it`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .zero
    var world = try world(["a"], settings: settings)
    world.run(50)
    settings.timeout = .seconds(60)
    world.command(.apply([try World.server("a", settings: settings)], note: nil))
    world.run(10)
    #expect(world.wire.first == "DELETE delete a-session-1")
    #expect(world.events.contains { $0.error?.type == .sessionExpired })
  }

  @Test func `that is the same changes nothing`() throws {
    var world = try world(["a", "b"])
    world.command(.apply([try World.server("b"), try World.server("a")], note: nil))
    #expect(world.wire.isEmpty)
    #expect(world.store.servers.map(\.name) == ["b", "a"], "the order is the file's")
    #expect(messages(world) == ["Configuration reloaded: 0 added, 0 removed, 0 changed"])
  }

  @Test func `that cannot be used changes nothing and says why`() throws {
    var world = try world(["a"])
    world.command(.reportConfigurationProblem("librechat.yaml:2:1: error: a tab indents this line"))
    #expect(world.wire.isEmpty && world.state("a") == .ready)
    #expect(
      messages(world) == [
        "Configuration not reloaded, nothing changed: librechat.yaml:2:1: error: a tab indents this line"
      ])
    #expect(world.events.last?.level == .error)
  }

  @Test func `may start a server by hand only, break it, and mend it again`() throws {
    var world = try world(["a"])
    world.command(.apply([try World.server("a", availability: .onDemand)], note: nil))
    world.run(5)
    #expect(world.state("a") == .ready, "what runs goes on")
    world.command(.apply([try World.server("a", availability: .broken("url: is missing"))], note: nil))
    world.run(5)
    #expect(world.state("a") == .failed && world.row("a")?.cause?.detail == "url: is missing")
    #expect(world.machines["a"]?.sessions.isEmpty == true)
    world.command(.apply([try World.server("a", availability: .onDemand)], note: nil))
    world.run(5)
    #expect(world.state("a") == .idle)
    world.command(.apply([try World.server("a")], note: nil))
    world.run(5)
    #expect(world.state("a") == .ready)
  }

  @Test func `gives each user a session, and takes it away`() throws {
    var world = try world(["a"])
    world.command(.apply([try World.server("a", users: ["ana", "ben"])], note: nil))
    world.run(5)
    #expect(
      world.store.sessions.keys.sorted() == [
        SessionKey(server: "a", user: "ana"), SessionKey(server: "a", user: "ben"),
      ])
    #expect(world.store.servers.first?.users == ["ana", "ben"])
    #expect(world.store.statistics.totalUsers == 2 && world.store.statistics.activeSessions == 2)
    world.forgetWire()
    world.command(.apply([try World.server("a", users: ["ben"])], note: nil))
    world.run(1)
    #expect(world.wire == ["DELETE delete a-session-2"] || world.wire == ["DELETE delete a-session-3"])
    #expect(world.store.statistics.totalUsers == 1)
  }

  @Test func `whose old server does not answer leaves nothing behind on the screen`() throws {
    var world = try world(["a", "b"])
    world.machines["a"]?.mode = .silent
    world.command(.apply([try World.server("b")], note: nil))
    #expect(world.state("a") == nil)
    world.run(10)
    #expect(world.store.statistics.leftBehind == 1)
    #expect(world.state("a") == nil)
    world.command(.stop)
    world.run(5)
    #expect(world.fleet.isAtRest)
  }

  /// Whatever the order of changes, sessions on the servers are those of the last configuration.
  @Test(arguments: UInt64(1)...50) func `after any others counts every session`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let names = (0..<5).map { "s\($0)" }
    var world = try World(names, seed: seed, sameOrigin: seed.isMultiple(of: 2))
    var last: [Server] = []
    for _ in 0..<30 {
      var settings = SessionSettings()
      settings.pingInterval = .seconds(Int.random(in: 0...20, using: &random))
      settings.stream = Bool.random(using: &random)
      last = try names.filter { _ in Int.random(in: 0..<3, using: &random) > 0 }.map { name in
        try World.server(
          name, key: Bool.random(using: &random) ? "k" : "l", sameOrigin: seed.isMultiple(of: 2),
          settings: settings)
      }
      world.command(.apply(last, note: nil))
      let name = names.randomElement(using: &random) ?? "s0"
      world.machines[name]?.mode =
        [.well, .well, .refusing, .status(503, body: "")].randomElement(
          using: &random) ?? .well
      world.run(Double.random(in: 0...20, using: &random))
    }
    for name in names { world.machines[name]?.mode = .well }
    let by = Operator(user: "ana", origin: "pts/3")
    world.command(.act(.reconnect, on: last.map { SessionKey(server: $0.name) }, by: by))
    world.run(30)
    #expect(world.store.sessions.keys.map(\.server).sorted() == last.map(\.name), "seed \(seed)")
    #expect(last.allSatisfy { world.state($0.name) == .ready }, "seed \(seed)")
    let statistics = world.store.statistics
    #expect(statistics.activeSessions == last.count, "seed \(seed)")
    #expect(statistics.opened - statistics.ended - statistics.leftBehind == last.count, "seed \(seed)")
    #expect(world.fleet.sessions.count <= 12, "slots are used again: \(world.fleet.sessions.count)")
  }
}
