import MCPWire
import Testing

@testable import MCPSessions

private typealias Scripted = World.Scripted

private func refusedToken(_ status: Int) -> ResponseHead {
  ResponseHead(status: status, challenges: [#"Bearer error="invalid_token", error_description="expired""#])
}

private func id(_ request: TransferRequest) -> String? { World.sessionID(request) }

/// What was agreed on, or answered, before.
@Suite struct `A session that is refused` {
  @Test(arguments: [
    Scripted.rejected(-32_001, "Unauthorized: access token expired"),
    .status(400, #"{"error":"invalid_token"}"#),
    .status(422, "Missing API key"), .status(498, ""), .status(440, "Login Time-out"), .status(419, ""),
    .head(refusedToken(403), ""), .head(refusedToken(400), ""),
  ])
  func `for want of other credentials is told as that`(answer: World.Scripted) throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { $0.purpose == .delete ? nil : answer }
    world.run(60)
    #expect(world.state("a") == .unauthorized, "\(String(describing: world.row("a")?.cause))")
    #expect(world.wire.count { $0 == "POST initialize" } <= 2)
  }

  @Test func `as if there were no such method is given up where the list is refused as well`() throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { request in
      id(request) == "a-session-1" && [.ping, .list].contains(request.purpose)
        ? .rejected(-32_601, "Method not found") : nil
    }
    world.run(60)
    #expect(world.state("a") == .ready && world.machines["a"]?.sessions.contains("a-session-2") == true)
    #expect(world.wire.count { $0 == "POST initialize" } == 2, "\(world.wire)")
  }

  @Test func `by a ping that there is no more is kept where lists are answered`() throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { $0.purpose == .ping ? .rejected(-32_601, "Method not found") : nil }
    world.run(60)
    #expect(world.state("a") == .ready)
    #expect(world.wire.count { $0 == "POST initialize" } == 1, "a server may do without ping")
  }

  @Test(arguments: ["a-session-1", nil])
  func `by the code for it to the list, again and again, costs one session`(dead: String?) throws {
    var world = try world()
    world.run(8)
    world.machines["a"]?.script = { request in
      request.purpose == .list && (dead == nil || id(request) == dead)
        ? .rejected(-32_001, "Unknown session") : nil
    }
    world.run(240)
    #expect(world.wire.count { $0 == "POST initialize" } == 2, "\(world.wire)")
    #expect(world.state("a") == (dead == nil ? .degraded : .ready))
    let sessions = try #require(world.machines["a"]?.sessions)
    #expect(sessions.contains("a-session-2") && (dead != nil || sessions.count == 1), "what lives is ended")
  }

  @Test(arguments: [
    Scripted.status(409, "Conflict"), .status(429, "slow down"), .head(World.patient, "busy"),
  ])
  func `at its notification alone is asked by a ping, and works`(answer: World.Scripted) throws {
    var world = try world { $0.purpose == .initialized ? answer : nil }
    world.run(60)
    #expect(world.state("a") == .ready)
    #expect(world.wire.count { $0 == "POST initialize" } == 1, "\(world.wire)")
  }

  @Test func `with a conflict each time as soon as it is made is unstable`() throws {
    var world = try world { [.ping, .list].contains($0.purpose) ? .status(409, "Conflict") : nil }
    world.run(80)
    #expect(world.state("a") == .unstable)
    #expect(world.wire.count { $0 == "POST initialize" } <= 5, "\(world.wire)")
  }

  @Test(arguments: [
    ("Unsupported protocol version (supported versions: 2025-03-26, 2025-06-18)", SessionState.ready),
    ("Unsupported protocol version", .failed),
  ])
  func `for the revision that was agreed on leads to one that the refusal names`(
    words: String, state: SessionState
  ) throws {
    var world = try world { request in
      let spoken = request.headers.first { $0.name == "MCP-Protocol-Version" }?.value.revealed
      return spoken == "2025-11-25" ? .status(400, words) : nil
    }
    world.run(40)
    #expect(world.state("a") == state)
    #expect(world.wire.count { $0 == "POST initialize" } == (state == .ready ? 2 : 1), "\(world.wire)")
    guard state == .ready else { return }
    #expect(world.row("a")?.protocolVersion == "2025-06-18")
    world.forget("a")
    world.run(20)
    #expect(world.wire.count { $0 == "POST initialize" } == 3, "what was learnt holds: \(world.wire)")
  }
}
