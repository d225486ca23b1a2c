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

  @Test(arguments: [
    World.Scripted.status(503, "busy"), .status(409, "a stream is open"), .status(429, "one at a time"),
    .status(400, "no"), .rejected(-32_000, "busy with a stream"), .html(502, "<html></html>"), .hangUp,
  ])
  func `beside which everything is refused is found out, and left off`(refusal: World.Scripted) throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(30)
    var world = try World(["a"], settings: settings)
    world.refusesWhileStreaming = refusal
    world.run(10)
    #expect(world.state("a") == .ready, "\(world.wire)")
    #expect(world.row("a")?.streamFailure?.detail.text.contains("left off") == true)
    #expect(world.events.contains { $0.kind == .streamClosed && $0.message.text.contains("left off") })
    world.run(300)
    #expect(world.state("a") == .ready && world.row("a")?.tools == 3)
    #expect(world.wire.count { $0.hasPrefix("GET") } == 2)
    #expect(world.wire.count { $0 == "POST initialize" } == 1, "the id is kept")
  }

  @Test func `may bring the answers to what was taken with 202`() throws {
    var world = try world()
    world.run(1)
    world.machines["a"]?.saysOnStream = true
    world.run(120)
    #expect(world.state("a") == .ready && world.row("a")?.tools == 3)
    #expect(!world.events.contains { $0.kind == .sessionError })
    #expect(world.row("a")?.latency.map { $0.p50 < 1_000 } == true)
    world.machines["a"]?.script = { [.ping, .list].contains($0.purpose) ? .status(202, "") : nil }
    world.run(30)
    let cause = world.row("a")?.cause
    #expect(world.state("a") != .ready && cause?.detail.text.contains("202 instead") == true)
  }

  @Test(arguments: [World.Scripted.status(503, "busy"), .hangUp])
  func `is not to blame for what is refused after something was answered beside it`(
    refusal: World.Scripted
  ) throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    var world = try World(["a"], settings: settings)
    for _ in 0..<6 {
      world.run(20)
      world.machines["a"]?.script = { [.ping, .list].contains($0.purpose) ? refusal : nil }
      world.run(20)
      world.machines["a"]?.script = nil
    }
    world.run(60)
    #expect(world.state("a") == .ready && world.row("a")?.stream == .open)
    #expect(!world.events.contains { $0.message.text.contains("left off") })
  }

  @Test func `that was blamed is acquitted by what is refused without it`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    var world = try World(["a"], settings: settings)
    world.refusesWhileStreaming = .status(503, "busy")
    world.run(20)
    #expect(world.row("a")?.stream == .waiting)
    world.refusesWhileStreaming = nil
    world.machines["a"]?.script = { $0.purpose == .ping ? .status(503, "busy") : nil }
    world.run(3)
    world.machines["a"]?.script = nil
    world.run(60)
    #expect(world.state("a") == .ready && world.row("a")?.stream == .open)
  }

  @Test(arguments: [
    ReplyReader.Item.comment, .malformed(.notJSON), .complaint("tick"),
    .message(Message(id: .number(9), content: .request(method: "ping", Parameters()))),
  ])
  func `whose heartbeats stop is dead, whatever they are`(beat: ReplyReader.Item) throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(20)
    var world = try World(["a"], settings: settings)
    world.run(5)
    world.say("a", beat, times: 6, every: 10)
    world.run(61)
    world.forgetWire()
    world.run(58)
    #expect(!world.wire.contains { $0.hasPrefix("GET") })
    world.run(4)
    #expect(world.wire.count { $0.hasPrefix("GET") } == 1)
    #expect(world.events.contains { $0.message.text.contains("keep-alives stopped") })
  }

  @Test func `is not dead because a server that had something to say has no more`() throws {
    var world = try World(["a"])
    world.run(5)
    let news = Message(id: nil, content: .notification(method: "notifications/message", Parameters()))
    world.say("a", .message(news), times: 20, every: 1)
    // A preface in several lines is no rhythm either.
    world.say("a", .comment, times: 8, every: 0.01)
    world.run(400)
    #expect(world.wire.count { $0.hasPrefix("GET") } == 1)
  }

  @Test func `of an old server whose heartbeats stop is asked about at once, even where nothing is probed`()
    throws
  {
    var settings = SessionSettings()
    settings.pingInterval = .zero
    var world = try World(["a"], settings: settings, machine: World.Machine(isOverStream: true))
    world.run(5)
    world.say("a", .comment, times: 10, every: 5)
    world.run(51)
    world.machines["a"]?.mode = .silent
    world.forgetWire()
    world.run(59)
    #expect(world.wire == [])
    world.run(2)
    #expect(world.wire == ["POST ping"])
    world.run(90)
    #expect([.recovering, .down].contains(world.state("a")))
  }
}
