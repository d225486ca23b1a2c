import MCPWire
import Testing

@testable import MCPSessions

private let ana = Operator(user: "ana", origin: "pts/3")
private let key = SessionKey(server: "a")

@Suite struct `A session` {
  @Test func `shakes hands, opens its stream and is probed`() throws {
    var world = try World(["a"])
    world.run(5)
    #expect(
      world.wire == [
        "POST initialize", "POST initialized a-session-1", "GET stream a-session-1", "POST ping a-session-1",
        "POST list a-session-1",
      ])
    #expect(world.state("a") == .ready)
    #expect(world.row("a")?.kind == .stateful)
    #expect(world.row("a")?.session == "a-sessio...")
    #expect(world.events.map(\.message).contains("Session created: a-sessio..."))
  }

  @Test func `without an id is stateless, and invents none`() throws {
    var world = try World(["a"], machine: World.Machine(keepsSessions: false, offersStream: false))
    world.run(100)
    #expect(world.row("a")?.kind == .stateless)
    #expect(world.row("a")?.stream == .notOffered)
    #expect(world.wire.filter { $0.hasPrefix("GET") } == ["GET stream"], "405 is not asked again")
    #expect(!world.eventKinds.contains(.sessionCreated))
    world.command(.stop)
    world.run(1)
    #expect(!world.wire.contains { $0.hasPrefix("DELETE") })
  }

  @Test func `with a server of the sessionless revision asks for lists, and never pings`() throws {
    var world = try World(["a"], machine: World.Machine(isModern: true))
    world.run(100)
    #expect(
      world.wire.prefix(5) == [
        "POST initialize", "POST discover", "POST stream", "POST list", "POST list",
      ])
    #expect(!world.wire.contains { $0.contains("ping") })
    #expect(world.row("a")?.kind == .sessionless)
    #expect(world.row("a")?.protocolVersion == "2026-07-28")
    #expect(world.row("a")?.stream == .open)
    #expect(world.state("a") == .ready)
    world.machines["a"]?.mode = .refusing
    world.endStreams("a")
    world.run(5)
    #expect(world.state("a") == .recovering)
    world.machines["a"]?.mode = .well
    world.forgetWire()
    world.run(5)
    #expect(world.wire.first == "POST discover", "what it speaks is remembered")
    #expect(world.state("a") == .ready)
    world.command(.stop)
    world.run(1)
    #expect(!world.wire.contains { $0.hasPrefix("DELETE") })
  }

  @Test func `told to be sessionless never shakes hands`() throws {
    var settings = SessionSettings()
    settings.wire = .sessionless
    var world = try World(["a"], settings: settings, machine: World.Machine(isModern: true))
    world.run(400)
    #expect(world.state("a") == .ready)
    #expect(!world.wire.contains { $0.contains("initialize") })

    var other = try World(["a"], settings: settings)
    other.run(400)
    #expect(other.state("a") == .failed)
    #expect(other.wire == ["POST discover", "POST discover"], "looked at again after five minutes")
  }

  @Test func `asks for the list at the second probe and at every n-th`() throws {
    var settings = SessionSettings()
    settings.listEvery = 4
    settings.pingInterval = .seconds(1)
    var world = try World(["a"], settings: settings)
    world.run(12)
    let probes = world.wire.filter { $0.contains("ping") || $0.contains("list") }.prefix(8).map {
      $0.split(separator: " ")[1]
    }
    #expect(probes == ["ping", "list", "ping", "list", "ping", "ping", "ping", "list"])
    #expect(world.row("a")?.tools == 3)
  }

  @Test func `that the server forgot is made anew without its id`() throws {
    var world = try World(["a"])
    world.run(20)
    world.forgetWire()
    world.forget("a")
    world.run(5)
    #expect(
      world.wire.prefix(4) == [
        "POST ping a-session-1", "POST initialize", "POST initialized a-session-2", "GET stream a-session-2",
      ], "the end of a stream makes the client ask, with the dead id once only")
    #expect(
      world.eventKinds.filter { $0 != .streamClosed && $0 != .streamOpened } == [
        .sessionCleared, .sessionError, .recoveryStarted, .sessionCreated, .recoverySucceeded,
      ])
    let error = world.events.first { $0.kind == .sessionError }
    #expect(error?.error?.type == .sessionTerminated)
    #expect(error?.message == "Session error: session_terminated - Session has been terminated by the server")
    #expect(world.state("a") == .ready)
    #expect(world.row("a")?.recoveries == 1)
  }

  @Test func `whose server is away keeps its id and comes back with it`() throws {
    var world = try World(["a"])
    world.run(20)
    world.machines["a"]?.mode = .refusing
    world.endStreams("a")
    world.run(3)
    #expect(world.state("a") == .recovering)
    #expect(world.row("a")?.cause?.type == .connectRefused)
    #expect(world.row("a")?.nextAttempt != nil)
    world.machines["a"]?.mode = .well
    world.run(3)
    #expect(world.state("a") == .ready)
    #expect(world.row("a")?.session == "a-sessio...")
    #expect(world.wire.filter { $0 == "POST initialize" }.count == 1, "a cut connection is no lost session")
  }

  @Test func `is ended with DELETE when the operator says so, and stays closed`() throws {
    var world = try World(["a"])
    world.run(5)
    world.command(.act(.terminate, on: [key], by: ana))
    world.run(300)
    #expect(world.wire.last == "DELETE delete a-session-1")
    #expect(world.state("a") == .closed)
    #expect(world.eventKinds.suffix(2) == [.operatorAction, .sessionTerminated])
    world.command(.act(.reconnect, on: [key], by: ana))
    world.run(2)
    #expect(world.state("a") == .ready)
    #expect(world.store.statistics.opened == 2 && world.store.statistics.ended == 1)
  }

  @Test func `that is paused is asked nothing until it is resumed`() throws {
    var world = try World(["a"])
    world.run(20)
    world.command(.act(.pause, on: [key], by: ana))
    world.forgetWire()
    world.run(300)
    #expect(world.wire == [])
    #expect(world.state("a") == .paused && world.row("a")?.hold?.state == .ready)
    world.command(.act(.resume, on: [key], by: ana))
    world.run(2)
    #expect(world.wire.count == 1)
    #expect(
      world.events.map(\.message.text).filter { $0.contains("resume") } == ["resume by ana (pts/3)"])
  }

  @Test func `that cannot be ended is counted as left behind`() throws {
    var world = try World(["a"])
    world.run(5)
    world.machines["a"]?.mode = .silent
    world.command(.stop)
    world.run(4)
    #expect(world.fleet.isAtRest)
    #expect(world.store.statistics.leftBehind == 1)
  }

  @Test func `expires by our own clock when nothing probes it`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .zero
    settings.timeout = .seconds(60)
    var world = try World(["a"], settings: settings)
    world.run(65)
    #expect(world.events.contains { $0.error?.type == .sessionExpired })
    #expect(world.wire.contains("DELETE delete a-session-1"))
    #expect(world.wire.last?.contains("a-session-2") == true)
    #expect(world.state("a") == .ready)
  }

  @Test(arguments: [10, -10]) func `hears nothing of a clock that is set`(hours: Int) throws {
    var world = try World(["a"])
    world.run(40)
    world.forgetWire()
    world.setClock(forward: hours)
    world.run(60)
    #expect(world.state("a") == .ready && world.row("a")?.errors == [:])
    #expect(
      world.wire.allSatisfy { ["POST ping a-session-1", "POST list a-session-1"].contains($0) },
      "\(world.wire)")
  }

  @Test func `that does not answer three times is asked once more, then replaced`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    var world = try World(["a"], settings: settings)
    world.run(15)
    world.machines["a"]?.mode = .silent
    world.run(45)
    #expect(world.state("a") == .recovering)
    #expect(world.row("a")?.cause?.type == .sessionTimeout)
    world.machines["a"]?.mode = .well
    world.run(80)
    #expect(world.state("a") == .ready)
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let status: Int
    var body = ""
    let state: SessionState
    let error: ErrorType
    let most: Int
    var testDescription: String { "\(status) \(body)" }
  }

  @Test(arguments: [
    Refusal(status: 401, state: .unauthorized, error: .authError, most: 2),
    Refusal(status: 403, state: .unauthorized, error: .authError, most: 2),
    Refusal(status: 404, state: .failed, error: .httpError, most: 2),
    Refusal(status: 406, state: .failed, error: .httpError, most: 2),
    Refusal(status: 301, state: .failed, error: .redirectRefused, most: 2),
    Refusal(status: 202, state: .failed, error: .protocolError, most: 4),
    Refusal(status: 200, body: "hello", state: .failed, error: .protocolError, most: 4),
    Refusal(status: 503, state: .recovering, error: .httpError, most: 40),
    Refusal(status: 429, state: .recovering, error: .rateLimited, most: 8),
  ]) func `that is refused at the handshake is not hammered`(refusal: Refusal) throws {
    var world = try World(["a"], machine: World.Machine(mode: .status(refusal.status, body: refusal.body)))
    world.run(55)
    #expect(world.state("a") == refusal.state)
    #expect(world.row("a")?.cause?.type == refusal.error)
    #expect(world.row("a")?.nextAttempt != nil, "every red state has a time")
    #expect(world.attempts <= refusal.most, "\(world.attempts) attempts")
  }

  struct Loss: Sendable, CustomTestStringConvertible {
    let status: Int
    let body: String
    let error: ErrorType
    let isLost: Bool
    var testDescription: String { "\(status) \(body)" }
  }

  @Test(arguments: [
    Loss(status: 404, body: "gone", error: .sessionTerminated, isLost: true),
    Loss(status: 404, body: "session expired", error: .sessionExpired, isLost: true),
    Loss(status: 410, body: "", error: .sessionExpired, isLost: true),
    Loss(status: 400, body: "No valid session ID provided", error: .sessionInvalid, isLost: true),
    Loss(status: 400, body: "bad request", error: .httpError, isLost: false),
    Loss(status: 401, body: "unknown session", error: .sessionTerminated, isLost: true),
    Loss(status: 403, body: "session user mismatch", error: .sessionTerminated, isLost: true),
    Loss(status: 500, body: "oops", error: .httpError, isLost: false),
    Loss(status: 429, body: "", error: .rateLimited, isLost: false),
  ]) func `tells a lost id from trouble on the way`(loss: Loss) {
    let head = ResponseHead(status: loss.status)
    let judgement = judge(
      .status(head, nil, excerpt: CutText(whole: loss.body)), carriedID: true,
      Gate(own: Redactor(), known: KnownSecrets()))
    switch judgement {
    case .lost(let error):
      #expect(loss.isLost)
      #expect(error.type == loss.error)
    case .trouble(let error), .busy(let error):
      #expect(!loss.isLost)
      #expect(error.type == loss.error)
    default: Issue.record("\(judgement)")
    }
  }

  @Test func `whose handshake is answered after its limit is ended all the same`() throws {
    var settings = SessionSettings()
    settings.initTimeout = .seconds(1)
    var machine = World.Machine()
    machine.mode = .lagging(1.5)
    var world = try World(["a"], settings: settings, machine: machine)
    world.run(60)
    #expect(world.row("a")?.cause?.detail.text == "no answer within 1 s")
    // What is promised is kept: no attempt while the one before is still awaited.
    #expect(world.events.compactMap(\.nextAttempt).allSatisfy { $0 >= .milliseconds(480) })
    let statistics = world.store.statistics
    #expect(statistics.opened >= 3 && statistics.leftBehind == 0, "\(world.wire)")
    world.machines["a"]?.mode = .well
    world.run(60)
    #expect(world.state("a") == .ready)
    #expect(world.machines["a"]?.sessions.count == 1)
  }

  @Test func `that dies soon after each handshake becomes unstable`() throws {
    var world = try World(["a"])
    for _ in 0..<4 {
      world.run(8)
      world.forget("a")
    }
    world.run(5)
    #expect(world.state("a") == .unstable)
    let before = world.attempts
    world.run(40)
    #expect(world.attempts - before <= 1, "no hammering")
  }
}
