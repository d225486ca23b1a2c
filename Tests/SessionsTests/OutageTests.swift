import MCPWire
import Testing

@testable import MCPSessions

private let ana = Operator(user: "ana", origin: "pts/3")
private let key = SessionKey(server: "a")

@Suite struct `An outage` {
  @Test func `is down once it lasts a minute, and keeps its beginning whatever is tried`() throws {
    var world = try World(["a"])
    world.run(20)
    world.machines["a"]?.mode = .refusing
    world.endStreams("a")
    world.run(40)
    #expect(world.state("a") == .recovering)
    let began = try #require(world.row("a")?.since)
    world.run(60)
    #expect(world.state("a") == .down)
    #expect(world.row("a")?.since == began)
    let changes = world.events.filter { $0.kind == .stateChanged && $0.state == .down }
    #expect(changes.count == 1, "told once, \(changes)")
    world.command(.act(.reconnect, on: [key], by: ana))
    world.run(5)
    #expect(world.state("a") == .down)
    #expect(world.row("a")?.since == began, "nothing improved: the time of the trouble goes on")
    world.machines["a"]?.mode = .well
    world.run(120)
    #expect(world.state("a") == .ready)
    world.machines["a"]?.mode = .refusing
    world.endStreams("a")
    world.run(10)
    #expect(world.state("a") == .recovering, "the next one is another")
  }

  @Test func `of a server that was never reached is down after a minute like any other`() throws {
    var world = try World(["a"], machine: World.Machine(mode: .refusing))
    world.run(55)
    #expect(world.state("a") == .recovering, "it may be starting as we are")
    world.run(10)
    #expect(world.state("a") == .down)
  }

  @Test func `is held as what it is by an operator's pause, and goes on after it`() throws {
    var world = try World(["a"])
    world.run(20)
    world.machines["a"]?.mode = .refusing
    world.endStreams("a")
    world.run(100)
    let began = try #require(world.row("a")?.since)
    world.command(.act(.pause, on: [key], by: ana))
    world.run(300)
    let row = try #require(world.row("a"))
    #expect(row.state == .paused && row.hold?.state == .down && row.cause?.type == .connectRefused)
    #expect(row.since.instant > began.instant && row.since == row.hold?.since)
    world.command(.act(.resume, on: [key], by: ana))
    world.run(5)
    #expect(world.state("a") == .down && world.row("a")?.since == began)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `never waits longer between its slow attempts than was promised`(seed: UInt64) throws {
    var settings = SessionSettings()
    settings.retryAttempts = 0
    var world = try World(["a"], seed: seed, settings: settings)
    world.run(5)
    world.machines["a"]?.mode = .status(500, body: "x")
    world.forget("a")
    world.run(600)
    let waits = world.events.compactMap(\.nextAttempt)
    #expect(waits.count > 5 && waits.allSatisfy { $0 <= .seconds(60) }, "\(waits)")
  }

  @Test func `of a proxy that asks for patience is not looked at before that time`() throws {
    var failure = TransferFailure(.proxyError, status: 503, words: "the proxy cannot reach this server")
    failure.retryAfter = "20"
    let refused = failure
    var machine = World.Machine()
    machine.script = { _ in .broken(refused) }
    var world = try World(["a", "b"], sameOrigin: true, machine: machine)
    world.run(19.9)
    #expect(world.attempts <= 2, "\(world.wire)")
    world.run(60)
    #expect((4...6).contains(world.attempts), "\(world.wire)")
    for name in ["a", "b"] { world.machines[name]?.script = nil }
    world.run(30)
    #expect(world.state("a") == .ready && world.state("b") == .ready)
  }
}
