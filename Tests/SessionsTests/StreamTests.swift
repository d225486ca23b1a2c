import MCPWire
import Testing

@testable import MCPSessions

@Suite struct `A stream` {
  @Test func `that keeps a server from answering is left off, and why is told`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    var world = try World(["a"], settings: settings)
    world.run(1)
    let opened = world.row("a")?.stream
    world.machines["a"]?.script = nil
    #expect(opened == .open)
    world.blocksWhileStreaming = true
    world.run(120)
    #expect(world.state("a") == .ready)
    #expect(world.wire.count { $0.hasPrefix("GET") } <= 2)
    #expect(world.events.contains { $0.kind == .streamClosed && $0.message.text.contains("left off") })
    #expect(world.wire.count { $0 == "POST initialize" } == 1)
  }

  @Test func `whose keep-alives stop is opened anew, and one that never had any is not`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    var world = try World(["a"], settings: settings)
    world.run(5)
    world.beat("a", times: 20, every: 0.5)
    world.run(10)
    world.forgetWire()
    world.run(59)
    #expect(!world.wire.contains { $0.hasPrefix("GET") })
    world.run(10)
    #expect(world.wire.count { $0.hasPrefix("GET") } == 1)
    world.run(300)
    #expect(world.wire.count { $0.hasPrefix("GET") } == 1, "the new one is silent by nature")
  }
}
