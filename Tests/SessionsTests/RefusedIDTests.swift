import MCPWire
import Testing

@testable import MCPSessions

private typealias Scripted = World.Scripted

private func id(_ request: TransferRequest) -> String? { World.sessionID(request) }

@Suite struct `An id that is refused` {
  @Test(arguments: [400, 403, 422, 500, 503])
  func `steadily, in whatever words, is given up when a handshake beside it succeeds`(status: Int) throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = {
      id($0) == "a-session-1" ? .html(status, "<html><title>nein</title></html>") : nil
    }
    world.run(40)
    #expect(world.state("a") == .ready, "\(world.wire.suffix(12))")
    #expect(world.machines["a"]?.sessions.contains("a-session-2") == true)
    #expect(world.wire.count { $0 == "POST initialize" } == 2, "one handshake beside the id")
    let later = world.wire.drop { $0 != "POST initialized a-session-2" }
    #expect(!later.contains { $0.contains("a-session-1") && !$0.hasPrefix("DELETE") })
    let told = world.events.compactMap(\.error).map(\.detail.text)
    #expect(told.contains { $0.hasPrefix("the id was refused") }, "\(told)")
  }

  @Test(
    arguments: [
      Scripted.html(403, "<html><title>Not here</title></html>"), .status(500, ""),
      .status(400, "Bad Request"),
      .html(200, "<html></html>"), .status(302, ""),
    ], [4.0, 12, 30])
  func `without words behind an outage costs no more time than the outage took`(
    answer: World.Scripted, outage: Double
  ) throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.mode = .status(502, body: "Bad Gateway")
    world.endStreams("a")
    world.run(outage)
    world.machines["a"]?.mode = .well
    world.machines["a"]?.sessions = []
    world.machines["a"]?.script = { id($0) == "a-session-1" ? answer : nil }
    world.run(max(12, outage))
    #expect(world.state("a") == .ready, "\(world.wire.suffix(20))")
    #expect(world.machines["a"]?.sessions.count == 1)
    #expect(world.wire.count { $0 == "POST initialize" } <= 6, "\(world.wire)")
  }

  @Test(arguments: [400, 403, 405, 406, 412, 415, 422, 423, 451])
  func `like the one behind it was not gone, and is ended`(status: Int) throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { [.ping, .list].contains($0.purpose) ? .status(status, "no") : nil }
    world.run(120)
    #expect(world.wire.count { $0 == "POST initialize" } <= 2, "\(world.wire)")
    #expect((world.machines["a"]?.sessions.count ?? 0) <= 1, "\(world.machines["a"]?.sessions ?? [])")
    world.command(.stop)
    world.run(6)
    #expect(world.machines["a"]?.sessions.isEmpty == true)
  }

  @Test(arguments: [
    Scripted.rejected(-32_000, "Sitzung unbekannt"), .rejected(-32_001, "unbekannt"), .rejected(0, ""),
    .status(429, ""), .status(401, ""), .status(401, "nein"), .status(200, ""), .status(202, ""),
    .status(200, "nein"), .html(200, "<html><title>nein</title></html>"), .html(503, "<html></html>"),
  ])
  func `in any carrier is given up when a handshake beside it succeeds`(answer: World.Scripted) throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { id($0) == "a-session-1" ? answer : nil }
    world.run(110)
    #expect(world.state("a") == .ready, "\(world.wire.suffix(12))")
    #expect(world.machines["a"]?.sessions.contains("a-session-2") == true)
    #expect(world.wire.count { $0 == "POST initialize" } == 2, "one handshake beside the id")
    let later = world.wire.drop { $0 != "POST initialized a-session-2" }
    #expect(!later.contains { $0.contains("a-session-1") && !$0.hasPrefix("DELETE") })
  }

  @Test(arguments: [
    Scripted.status(405, ""), .status(406, ""), .status(501, ""), .status(403, ""),
    .status(400, "bad request"),
    .status(401, ""), .html(200, "<html></html>"),
  ])
  func `at every ping, also of the next session, is told by the list`(answer: World.Scripted) throws {
    var world = try world { $0.purpose == .ping ? answer : nil }
    world.run(240)
    #expect(world.state("a") == .ready, "\(world.wire.prefix(40))")
    #expect(world.wire.count { $0 == "POST initialize" } == 1, "nothing is wrong with the session")
    #expect(world.wire.count { $0.hasPrefix("POST ping") } == 1)
    #expect(world.row("a")?.stream == .open, "nor with its stream")
    world.forget("a")
    world.run(60)
    #expect(world.state("a") == .ready && world.machines["a"]?.sessions.count == 1)
    #expect(world.wire.count { $0.hasPrefix("POST ping") } == 1, "what was found out is remembered")
  }

  @Test(arguments: [
    (Scripted.status(404, "no such method"), 1), (.status(404, ""), 1), (.status(410, ""), 1),
    // Who says that the session is gone is believed, and not told of it.
    (.rejected(-32_600, "Session not found: ping"), 2), (.status(400, "unknown session method"), 2),
  ])
  func `by the first ping, each time, costs one session, which is ended after all`(
    answer: World.Scripted, left: Int
  ) throws {
    var world = try world { $0.purpose == .ping ? answer : nil }
    world.run(120)
    #expect(world.state("a") == .ready, "\(world.wire.prefix(40))")
    #expect(world.wire.count { $0 == "POST initialize" } <= 2, "\(world.wire.prefix(40))")
    #expect(world.machines["a"]?.sessions.count == left, "\(world.wire.prefix(40))")
    #expect(world.wire.count { $0.hasPrefix("POST ping") } == 1)
    world.command(
      .act(.reconnect, on: [SessionKey(server: "a")], by: Operator(user: "ana", origin: "pts/3")))
    world.run(5)
    #expect(world.wire.count { $0.hasPrefix("POST ping") } == 2, "a person wants to know it anew")
  }

  @Test func `by the first ping of one session alone is a loss like any other`() throws {
    var world = try world { request in
      request.purpose == .ping && id(request) == "a-session-1" ? .status(404, "Session not found") : nil
    }
    world.run(60)
    #expect(world.state("a") == .ready)
    #expect(world.wire.count { $0 == "POST initialize" } == 2)
    #expect(
      world.wire.count { $0.contains("a-session-1") && !$0.hasPrefix("GET") } == 2, "it is not sent again")
  }

  @Test func `by replicas that do not know each other's is not taken for a missing ping`() throws {
    var world = try world { [.ping, .list].contains($0.purpose) ? .status(404, "Session not found") : nil }
    world.run(30)
    #expect(world.state("a") == .unstable)
  }

  @Test func `with everything but a handshake costs one more session, and no chain of them`() throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = {
      [.ping, .list, .stream].contains($0.purpose) ? .status(500, "nein") : nil
    }
    world.run(300)
    #expect(world.state("a") != .ready)
    #expect(world.wire.count { $0 == "POST initialize" } <= 3, "\(world.wire.filter { $0.contains("init") })")
  }

  @Test(arguments: [
    "Resource not found", "Request cancelled", "Server busy, try again",
  ])
  func `by nothing but a code that means many things costs no chain of sessions`(words: String) throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { $0.purpose == .ping ? .rejected(-32_001, words) : nil }
    world.run(2.5)
    #expect(world.state("a") == .recovering)
    #expect(world.row("a")?.cause?.detail.text.contains(words) == true)
    world.run(200)
    #expect(world.wire.count { $0 == "POST initialize" } == 2)
    #expect(world.machines["a"]?.sessions.count == 1, "the first one was ended")
  }

  @Test func `is kept when the handshake beside it fares no better`() throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { _ in .status(503, "down for maintenance") }
    world.run(200)
    world.machines["a"]?.script = nil
    world.run(70)
    #expect(world.state("a") == .ready)
    #expect(world.machines["a"]?.sessions == ["a-session-1"])
    #expect(world.store.statistics.opened == 1)
  }

  @Test func `ends ready at once`() throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { $0.purpose == .ping ? .status(500, "oops") : nil }
    world.run(2.3)
    #expect(world.state("a") == .recovering)
    #expect(world.row("a")?.cause?.request == .ping)
  }

  @Test func `by a stream alone is asked about, even where nothing is probed`() throws {
    var world = try world(ping: 0)
    world.run(5)
    world.forget("a")
    world.run(10)
    #expect(world.state("a") == .ready)
    #expect(world.machines["a"]?.sessions == ["a-session-2"])
  }

  @Test(arguments: [
    Scripted.status(500, ""), .status(502, ""), .hangUp, .silence, .html(403, "<html></html>"),
  ])
  func `in any way with initialized is asked with a ping, which counts`(answer: World.Scripted) throws {
    var world = try world { $0.purpose == .initialized ? answer : nil }
    world.run(60)
    #expect(world.state("a") == .ready, "\(world.wire)")
    #expect(world.wire.count { $0 == "POST initialize" } == 1)
  }

  @Test func `as gone by all that follows a handshake is unstable, and told as replicas are`() throws {
    var world = try world { $0.purpose == .initialize ? nil : .status(404, "Session not found") }
    world.run(90)
    #expect(world.state("a") == .unstable)
    #expect(world.row("a")?.cause?.type == .sessionTerminated)
    #expect(world.row("a")?.advice?.text.contains("sticky routing") == true)
  }

  @Test func `with initialized is asked once, and counts if pings are answered`() throws {
    var world = try world { $0.purpose == .initialized ? .status(400, "params are missing") : nil }
    world.run(20)
    #expect(world.state("a") == .ready)
    #expect(world.wire.count { $0 == "POST initialize" } == 1)
    #expect(world.wire.prefix(3).last == "POST ping a-session-1")
  }

  @Test func `as gone with initialized counts as ended and is never sent again`() throws {
    var world = try world { request in
      request.purpose == .initialized && id(request) == "a-session-1"
        ? .status(404, "Session not found") : nil
    }
    world.run(10)
    #expect(world.state("a") == .ready)
    #expect(world.store.statistics.opened == 2 && world.store.statistics.ended == 1)
    #expect(world.wire.count { $0.contains("a-session-1") } == 1)
  }

  @Test func `as gone with initialized, session after session, is asked about and counts`() throws {
    var world = try world { $0.purpose == .initialized ? .status(404, "") : nil }
    world.run(60)
    #expect(world.state("a") == .ready, "\(world.wire)")
    #expect(world.wire.count { $0 == "POST initialize" } == 2)
    #expect(world.machines["a"]?.sessions == ["a-session-2"], "the first one was ended after all")
    world.forget("a")
    world.run(60)
    #expect(world.state("a") == .ready && world.wire.count { $0 == "POST initialize" } == 3)
  }

  @Test(arguments: [404, 410])
  func `by its status is never sent again, whatever becomes of the body`(status: Int) throws {
    for type in ["application/json", "text/html", "text/event-stream", ""] {
      var world = try world()
      world.run(8)
      world.forget("a")
      world.machines["a"]?.script = {
        id($0) == "a-session-1" ? .cut(ResponseHead(status: status, contentType: type), "{\"jso") : nil
      }
      world.run(20)
      #expect(world.state("a") == .ready && world.machines["a"]?.sessions == ["a-session-2"])
      let refused = world.wire.dropFirst(1).drop { $0 != "POST initialize" }
      #expect(!refused.contains { $0.contains("a-session-1") }, "\(world.wire)")
    }
  }

  @Test(arguments: [Scripted.hangUp, .head(World.patient, "full"), .status(503, "full"), .status(429, "")])
  func `in a way that asks for patience, or says nothing, is replaced soon after a minute`(
    answer: World.Scripted
  ) throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      var settings = SessionSettings()
      settings.pingInterval = .seconds(2)
      var world = try World(["a"], seed: seed, settings: settings)
      world.run(8)
      world.machines["a"]?.script = { id($0) == "a-session-1" ? answer : nil }
      world.run(90)
      #expect(world.state("a") == .ready, "\(world.wire.suffix(12))")
      #expect(world.machines["a"]?.sessions.contains("a-session-2") == true)
    }
  }

  @Test(arguments: [Scripted.status(503, "x"), .status(500, ""), .hangUp, .silence], [2, 10])
  func `only with pings is told as pings that fail`(answer: World.Scripted, every: Int) throws {
    var settings = SessionSettings()
    (settings.pingInterval, settings.listEvery) = (.seconds(2), every)
    var world = try World(["a"], settings: settings)
    world.run(8)
    world.machines["a"]?.script = { $0.purpose == .ping ? answer : nil }
    world.run(300)
    #expect(world.state("a") == .degraded, "\(world.wire.suffix(12))")
    #expect(world.row("a")?.cause?.request == .ping && world.row("a")?.errors.isEmpty == false)
    #expect(world.wire.count { $0 == "POST initialize" } <= 3, "\(world.wire.filter { $0.contains("init") })")
    #expect(!world.events.contains { $0.message.text.contains("terminated by the server") })
    world.machines["a"]?.script = nil
    world.run(60)
    #expect(world.state("a") == .ready && world.row("a")?.cause == nil)
  }
}
