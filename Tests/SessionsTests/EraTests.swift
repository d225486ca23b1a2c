// Long, because there are many ways of speaking, and of coming from one to the other.

import MCPWire
import Testing

@testable import MCPSessions

private let ana = Operator(user: "ana", origin: "pts/3")
private let key = SessionKey(server: "a")

@Suite struct `Ways of speaking` {
  @Test func `what was learnt of a server holds over its restarts, until it holds no more`() throws {
    var world = try World(["a"], machine: World.Machine(isModern: true))
    world.run(10)
    world.forgetWire()
    world.machines["a"]?.mode = .refusing
    world.endStreams("a")
    world.run(20)
    world.machines["a"]?.mode = .well
    world.run(5)
    #expect(world.state("a") == .ready)
    #expect(!world.wire.contains("POST initialize"), "it is asked as what it is known to be")

    world.machines["a"]?.mode = .refusing
    world.endStreams("a")
    world.run(20)
    world.machines["a"]?.mode = .well
    world.machines["a"]?.isModern = false
    world.run(10)
    #expect(world.state("a") == .ready)
    #expect(world.row("a")?.kind == .stateful, "an older server stands there now")
  }

  @Test(arguments: [
    #"{"uri":"/messages/0f61ca30367d4035be5512a13c774bcd"}"#,
    #""/messages/0f61ca30367d4035be5512a13c774bcd""#,
    "javascript:x//0f61ca30367d4035be5512a13c774bcd",
  ])
  func `what is no address in the place of one shows no id`(reference: String) throws {
    var machine = World.Machine(isOverStream: true)
    machine.reference = reference
    var world = try World(["a"], machine: machine)
    world.run(20)
    let told = world.events.map(\.message.text) + [world.row("a")?.cause?.detail.text ?? ""]
    #expect(told.contains { $0.contains("endpoint event") })
    #expect(!told.contains { $0.contains("0f61ca30367d4035be5512a13c774bcd") }, "\(told)")
  }

  @Test func `a newer revision that alone is spoken is named`() throws {
    var world = try world { _ in .refusedVersion("2027-01-01") }
    world.run(10)
    #expect(world.state("a") == .failed)
    #expect(world.row("a")?.cause?.detail.text.contains("2027-01-01") == true)
    #expect(
      world.row("a")?.advice?.text.contains("up to date") == true, "\(String(describing: world.row("a")))")
  }

  @Test func `who lists the version that was spoken is asked once more`() throws {
    var settings = SessionSettings()
    settings.wire = .sessionless
    var machine = World.Machine(isModern: true)
    machine.script = { $0.body.contains("\"id\":1,") ? .refusedVersion("2026-07-28") : nil }
    var world = try World(["a"], settings: settings, machine: machine)
    world.run(5)
    #expect(world.wire.prefix(3) == ["POST discover", "POST discover", "POST stream"])
    #expect(world.state("a") == .ready)

    machine.script = { _ in .refusedVersion("2026-07-28") }
    var stubborn = try World(["a"], settings: settings, machine: machine)
    stubborn.run(60)
    #expect(stubborn.wire == ["POST discover", "POST discover"], "no cycle of answers is free")
    #expect(stubborn.state("a") == .failed)
  }

  @Test func `an old server is found by 405, and answers on its stream`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(5)
    var world = try World(["a"], settings: settings, machine: World.Machine(isOverStream: true))
    world.run(60)
    #expect(
      world.wire.prefix(6) == [
        "POST initialize", "GET attach", "POST initialize", "POST initialized", "POST ping", "POST list",
      ])
    #expect(world.state("a") == .ready)
    #expect(world.row("a")?.kind == .sse)
    #expect(world.row("a")?.stream == .open)
    #expect(world.row("a")?.counts.missed == 0)
    #expect(world.row("a")?.tools == 3)
    #expect(world.wire.filter { $0 == "GET attach" }.count == 1)
  }

  @Test(arguments: [
    (400, "Bad Request"), (404, "Cannot POST /mcp"), (404, "<html><title>404</title></html>"), (406, ""),
    (410, "Gone"), (415, "Unsupported Media Type"), (418, ""), (422, #"{"detail": "body"}"#),
  ])
  func `an old server is found whatever it refuses a POST with`(status: Int, words: String) throws {
    var machine = World.Machine(isOverStream: true)
    machine.refusal = (status, words)
    var world = try World(["a"], machine: machine)
    world.run(10)
    #expect(world.wire.prefix(3) == ["POST initialize", "GET attach", "POST initialize"], "\(world.wire)")
    #expect(world.state("a") == .ready && world.row("a")?.kind == .sse)
  }

  @Test(arguments: [400, 404, 405, 415])
  func `a wrong address is asked in both ways, and told by what it said first`(status: Int) throws {
    var world = try World(["a"], machine: World.Machine(mode: .status(status, body: "first words")))
    world.run(400)
    #expect(world.state("a") == .failed)
    #expect(world.row("a")?.cause?.request == .initialize && world.row("a")?.cause?.status == status)
    #expect(world.wire.prefix(3) == ["POST initialize", "GET attach", "POST initialize"])
    #expect(world.wire.count <= 4, "once in each look, five minutes apart: \(world.wire)")
  }

  @Test(arguments: [400, 404, 405, 410, 415])
  func `an address that worked is in an outage, and is not asked in an older way`(status: Int) throws {
    var world = try World(["a"])
    world.run(10)
    world.machines["a"]?.mode = .status(status, body: "no")
    world.machines["a"]?.sessions = []
    world.endStreams("a")
    world.run(200)
    #expect(!world.wire.contains("GET attach"))
    #expect([.down, .recovering].contains(world.state("a")), "\(String(describing: world.state("a")))")
    world.machines["a"]?.mode = .well
    world.run(70)
    #expect(world.state("a") == .ready && world.row("a")?.kind == .stateful)
  }

  @Test func `a handshake that is no method leads to the sessionless revision, whatever the status`() throws {
    var machine = World.Machine(isModern: true)
    machine.script = { $0.purpose == .initialize ? .rejected(-32_601, "Method not found") : nil }
    var world = try World(["a"], machine: machine)
    world.run(10)
    #expect(world.state("a") == .ready && world.row("a")?.kind == .sessionless, "\(world.wire)")
  }

  @Test func `a server that refuses its own revision is in an outage, and is asked in every way`() throws {
    var world = try World(["a"], machine: World.Machine(isModern: true))
    world.run(10)
    world.forgetWire()
    world.machines["a"]?.script = { _ in .refusedVersion("2025-11-25") }
    world.run(60)
    #expect([.down, .recovering].contains(world.state("a")))
    #expect(world.row("a")?.cause?.detail.text.contains("worked until") == true)
    #expect(world.wire.contains("POST initialize") && world.wire.contains("POST discover"))
    #expect(world.row("a")?.advice != "check the url")
    world.machines["a"]?.script = nil
    world.machines["a"]?.isModern = false
    world.run(60)
    #expect(world.state("a") == .ready && world.row("a")?.kind == .stateful)
  }

  private func old(_ script: (@Sendable (TransferRequest) -> World.Scripted?)? = nil) throws -> World {
    var settings = SessionSettings()
    settings.wire = .sse
    settings.pingInterval = .seconds(5)
    var machine = World.Machine(isOverStream: true)
    machine.script = script
    return try World(["a"], settings: settings, machine: machine)
  }

  @Test(arguments: [404, 400, 410])
  func `an old server whose address knows no session is asked again, as replicas are`(status: Int) throws {
    var world = try old { $0.purpose == .initialize ? .status(status, "Could not find session") : nil }
    world.run(70)
    #expect(world.state("a") == .unstable, "\(String(describing: world.row("a")))")
    #expect(world.row("a")?.advice?.text.contains("sticky routing") == true)
    world.machines["a"]?.script = nil
    world.run(70)
    #expect(world.state("a") == .ready)
  }

  @Test func `an old server whose address lost its beginning on the way needs a person`() throws {
    var world = try old { $0.purpose == .initialize ? .status(404, "404 page not found") : nil }
    world.run(70)
    #expect(world.state("a") == .failed && world.row("a")?.cause?.status == 404)
  }

  @Test(arguments: [nil, TransferFailure(.connectionReset, words: "reset")])
  func `an old server whose stream ends every ten seconds is unstable`(cut: TransferFailure?) throws {
    var world = try old()
    for _ in 0..<4 {
      world.run(12)
      world.endStreams("a", cut: cut)
    }
    world.run(0.5)
    #expect(world.state("a") == .unstable)
  }

  @Test(arguments: [
    World.Mode.status(405, body: ""), .status(404, body: ""), .status(501, body: ""),
    .status(200, body: "<html><title>soon</title></html>"),
  ])
  func `an old server that worked is in an outage, whatever stands in its place`(mode: World.Mode) throws {
    var world = try old()
    world.run(20)
    world.machines["a"]?.mode = mode
    world.endStreams("a")
    world.run(40)
    #expect([.down, .recovering].contains(world.state("a")), "\(String(describing: world.row("a")?.cause))")
    world.machines["a"]?.mode = .well
    world.run(60)
    #expect(world.state("a") == .ready)
  }

  @Test func `a sessionless server whose list alone hangs is not well again with each handshake`() throws {
    var machine = World.Machine(isModern: true)
    machine.script = { $0.purpose == .list ? .silence : nil }
    var world = try World(["a"], machine: machine)
    world.run(100)
    for _ in 0..<30 {
      world.run(5)
      #expect(world.state("a") != .ready)
    }
    #expect(world.row("a")?.cause?.request == .list)
    world.machines["a"]?.script = nil
    world.run(90)
    #expect(world.state("a") == .ready)
  }

  @Test func `an old server's session dies with its stream and is made anew`() throws {
    var world = try World(["a"], machine: World.Machine(isOverStream: true))
    world.run(30)
    world.forgetWire()
    world.endStreams("a")
    world.run(5)
    #expect(world.state("a") == .ready)
    #expect(
      world.wire.prefix(3) == ["GET attach", "POST initialize", "POST initialized"],
      "what it is was learnt: no POST to the address of the stream")
    #expect(world.row("a")?.recoveries == 1)
    #expect(world.row("a")?.errors == [.sessionTerminated: 1])
  }

  @Test func `an answer that does not come on the stream is a timeout`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    settings.stream = true
    var world = try World(["a"], settings: settings, machine: World.Machine(isOverStream: true))
    world.run(10)
    world.machines["a"]?.mode = .silent
    world.run(40)
    #expect(world.state("a") == .recovering)
    #expect(world.row("a")?.cause?.type == .sessionTimeout)
    world.machines["a"]?.mode = .well
    world.run(60)
    #expect(world.state("a") == .ready)
  }

  /// How a simulated server speaks.
  enum Tongue: Hashable, Sendable {
    case session, modern, sse

    var machine: World.Machine {
      switch self {
      case .session: World.Machine()
      case .modern: World.Machine(isModern: true)
      case .sse: World.Machine(isOverStream: true)
      }
    }
  }

  struct Choice: Sendable, CustomTestStringConvertible {
    let wire: SessionSettings.Wire
    let tongue: Tongue
    let kind: SessionKind?
    let first: String
    var testDescription: String { "\(wire) with a server of \(tongue)" }
  }

  @Test(arguments: [
    Choice(wire: .session, tongue: .session, kind: .stateful, first: "POST initialize"),
    Choice(wire: .session, tongue: .modern, kind: nil, first: "POST initialize"),
    Choice(wire: .session, tongue: .sse, kind: nil, first: "POST initialize"),
    Choice(wire: .sessionless, tongue: .modern, kind: .sessionless, first: "POST discover"),
    Choice(wire: .sessionless, tongue: .session, kind: nil, first: "POST discover"),
    Choice(wire: .sse, tongue: .sse, kind: .sse, first: "GET attach"),
    Choice(wire: .sse, tongue: .session, kind: nil, first: "GET attach"),
    Choice(wire: .automatic, tongue: .modern, kind: .sessionless, first: "POST initialize"),
  ]) func `the configuration may decide, and then nothing else is tried`(choice: Choice) throws {
    var settings = SessionSettings()
    settings.wire = choice.wire
    var world = try World(["a"], settings: settings, machine: choice.tongue.machine)
    world.run(20)
    #expect(world.wire.first == choice.first)
    #expect(world.row("a")?.kind == choice.kind)
    #expect(world.state("a") == (choice.kind == nil ? .failed : .ready))
    #expect(world.attempts < 12)
  }

  @Test(arguments: [401, 403, 429, 500, 503]) func `a status that says nothing of it decides nothing`(
    status: Int
  ) throws {
    var world = try World(["a"], machine: World.Machine(mode: .status(status, body: "")))
    world.run(30)
    #expect(world.wire.allSatisfy { $0 == "POST initialize" }, "\(world.wire)")
  }

  @Test(
    arguments: [
      ("/messages?s=1", "http://u:p@h:81/messages?s=1"), ("?s=1", "http://u:p@h:81/a/sse?s=1"),
      ("messages/", "http://u:p@h:81/a/messages/"), ("http://h:81/m", "http://u:p@h:81/m"),
      ("HTTP://H:81/m", "http://u:p@h:81/m"), ("//h:81/m?x", "http://u:p@h:81/m?x"),
      ("http://h/m", nil), ("https://h:81/m", nil), ("//evil/m", nil), ("http://h:81@evil/m", nil),
      ("http://h:81.evil/m", nil), ("/a b ", "http://u:p@h:81/a%20b"), ("\r\n/m", "http://u:p@h:81/m"),
      ("file:///etc/passwd", nil),
    ] as [(String, String?)])
  func `the endpoint event is resolved, at the same origin only`(reference: String, url: String?) throws {
    let base = try Endpoint("http://u:p@h:81/a/sse?k=v")
    #expect((try? base.resolving(reference))?.url.revealed == url)
  }
}
