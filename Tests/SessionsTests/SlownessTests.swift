import MCPWire
import Testing

@testable import MCPSessions

@Suite struct `A slow server` {
  @Test func `is degraded, says how slow it is, and is well again when it is quick`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(10)
    var world = try World(["a"], settings: settings)
    world.run(400)
    #expect(world.state("a") == .ready)
    world.machines["a"]?.mode = .lagging(6)
    world.run(120)
    let row = try #require(world.row("a"))
    #expect(row.state == .degraded && row.cause == nil && row.errors == [:])
    #expect(row.slow?.words.text.hasPrefix("ping 6.0 s, usual ") == true, "\(String(describing: row.slow))")
    let told = world.events.filter { $0.state == .degraded && $0.kind == .stateChanged }
    #expect(told.count == 1 && told.first?.message.text.hasPrefix("State: degraded (ping 6.0 s") == true)
    world.machines["a"]?.mode = .well
    world.run(60)
    #expect(world.state("a") == .ready && world.row("a")?.slow == nil)
  }

  @Test(
    arguments: [
      // The usual time, the limit, how long answers took, and whether it is slow then.
      (40.0, 2.0, [3.0], false), (40, 2, [3, 3], true), (40, 2, [3, 0.04, 3, 0.04], false),
      (40, 2, [3, 3, 0.04], true), (40, 2, [3, 3, 0.04, 0.04], false), (40, 0, [0.5, 0.5], true),
      (0.4, 2, [0.1, 0.1], false), (nil, 0, [9, 9], false), (nil, 2, [9, 9], true),
      (3_000, 0, [6, 6], false),
      (3_000, 2, [6, 6], true),
    ] as [(Double?, Double, [Double], Bool)])
  func `is so after two answers in a row`(usual: Double?, limit: Double, took: [Double], isSlow: Bool) throws
  {
    let identity = Identity(
      id: nil, revision: .newestWithSessions, server: .unknown, lists: false,
      established: Moment(instant: .zero, wall: WallTime(milliseconds: 0)))
    var live = Live(
      identity: identity, revived: .zero, lastGood: identity.established, lastValid: identity.established,
      probe: .off, stream: .off, pinged: .zero)
    for seconds in took { live.take(.seconds(seconds), usual: usual, limit: .seconds(limit)) }
    #expect((live.slow != nil) == isSlow)
  }

  @Test func `is told in few words`() {
    #expect(SlowAnswers(last: 6_000, usual: 40).words == "ping 6.0 s, usual 40 ms")
    #expect(SlowAnswers(last: 6_040, usual: 5_900).words == "ping 6.0 s")
    #expect(SlowAnswers(last: 640, usual: 0.4).words == "ping 640 ms, usual 0 ms")
  }
}

@Suite struct `More than is read` {
  private let key = SessionKey(server: "a")

  private func world() throws -> (World, TransferID) {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    var world = try World(["a"], settings: settings)
    world.run(8)
    return (world, try #require(world.open.first { $0.value.purpose == .stream }?.key))
  }

  @Test func `for a while is a state with a reason until it is over`() throws {
    var (world, stream) = try world()
    for second in 0..<10 { world.tell(stream, .heldBack, after: Double(second)) }
    world.run(5)
    #expect(world.state("a") == .degraded)
    #expect(world.row("a")?.remark == "the server sends more than is read, without end: it is made to wait")
    #expect(world.row("a")?.advice == "ask the server's owner why it sends so much")
    world.run(20)
    #expect(world.state("a") == .ready && world.row("a")?.remark == nil)
  }

  @Test func `once is one large answer`() throws {
    var (world, stream) = try world()
    for time in [0.0, 20, 40] { world.tell(stream, .heldBack, after: time) }
    world.run(60)
    #expect(!world.events.contains { $0.state == .degraded })
  }

  @Test func `of a process is one, too`() throws {
    var world = try World(["p"], machine: World.Machine(), processes: ["p"])
    world.run(8)
    let id = try #require(world.running.keys.first)
    for second in 0..<5 { world.tell(id, .process(.heldBack), after: Double(second)) }
    world.run(4.5)
    #expect(
      world.state("p") == .degraded && world.row("p")?.remark?.text.contains("more than is read") == true)
    #expect(world.events.count { $0.message.text.contains("It writes faster than it is read") } == 1)
  }
}
