import MCPWire
import Testing

@testable import MCPSessions

private let ana = Operator(user: "ana", origin: "pts/3")
private let key = SessionKey(server: "a")

@Suite struct `A paused session` {
  @Test func `is not probed, does not expire, and is asked at once when it goes on`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(5)
    settings.timeout = .seconds(60)
    var world = try World(["a"], settings: settings)
    world.run(20)
    world.command(.act(.pause, on: [key], by: ana))
    world.forgetWire()
    world.run(7_200)
    #expect(world.wire == [])
    #expect(world.state("a") == .paused)
    #expect(world.row("a")?.hold?.state == .ready)
    #expect(world.row("a")?.hold?.by == "ana (pts/3)")
    world.forget("a")
    world.run(2)
    world.command(.act(.resume, on: [key], by: ana))
    world.run(5)
    #expect(world.events.contains { $0.error?.type == .sessionTerminated })
    #expect(world.state("a") == .ready && world.row("a")?.hold == nil)
  }

  @Test func `that is lost does not come back before it goes on`() throws {
    var world = try World(["a"])
    world.run(20)
    world.machines["a"]?.mode = .refusing
    world.endStreams("a")
    world.run(3)
    world.command(.act(.pause, on: [key], by: ana))
    world.run(1)
    world.forgetWire()
    world.machines["a"]?.mode = .well
    world.run(3_600)
    #expect(world.wire == [])
    #expect(world.row("a")?.nextAttempt == nil)
    world.command(.act(.resume, on: [key], by: ana))
    world.run(3)
    #expect(world.state("a") == .ready)
  }

  @Test func `opens no stream and starts no process`() throws {
    var world = try World(["a", "p"], processes: ["p"])
    world.run(20)
    world.command(.act(.pause, on: [key, SessionKey(server: "p")], by: ana))
    world.forgetWire()
    world.endStreams("a")
    world.endProcesses("p")
    world.run(600)
    #expect(world.wire == [])
    world.command(.act(.resume, on: [key, SessionKey(server: "p")], by: ana))
    world.run(60)
    #expect(world.wire.contains { $0.hasPrefix("GET stream") } && world.running.count == 1)
    #expect(world.state("a") == .ready && world.state("p") == .ready)
  }

  @Test func `goes on when it is reconnected, and ends when it is terminated`() throws {
    var world = try World(["a", "b"])
    world.run(20)
    world.command(.act(.pause, on: [key, SessionKey(server: "b")], by: ana))
    world.command(.act(.reconnect, on: [key], by: ana))
    world.command(.act(.terminate, on: [SessionKey(server: "b")], by: ana))
    world.run(60)
    #expect(world.state("a") == .ready && world.row("a")?.hold == nil)
    #expect(world.state("b") == .closed && world.row("b")?.hold == nil)
    #expect(world.wire.contains("DELETE delete b-session-1"))
  }
}
