import MCPWire
import Testing

@testable import MCPSessions

/// Some servers bind a session to the token with which it was opened.
@Suite struct `A session whose token changes` {
  /// One after the other, ten seconds apart, with the server forgetting its sessions each time.
  private func changed(_ times: Int) throws -> World {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    var world = try World(["a"], settings: settings)
    world.run(10)
    for _ in 0..<times {
      world.machines["a"]?.sessions = []
      world.obey(world.fleet.credentialChanged(of: [SessionKey(server: "a")], at: world.now))
      world.run(10)
    }
    return world
  }

  @Test func `may be ended once by it, which is no warning and makes nothing unstable`() throws {
    let world = try changed(6)
    #expect(world.state("a") == .ready)
    let losses = world.events.filter { $0.kind == .sessionError }
    #expect(losses.count == 6 && losses.allSatisfy { $0.level == .info }, "\(losses.map(\.message.text))")
    #expect(losses.allSatisfy { $0.error?.detail.text.contains("when the token changes") == true })
  }

  @Test func `is lost as any other once it has worked with the new one`() throws {
    var world = try changed(1)
    world.forgetWire()
    world.run(5)
    world.machines["a"]?.sessions = []
    world.run(5)
    let losses = world.events.filter { $0.kind == .sessionError }
    #expect(losses.map(\.level) == [.warning])
  }
}
