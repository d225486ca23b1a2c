import MCPWire
import Testing

@testable import MCPSessions

/// What is asked of a server beside the question whether a session lives keeps nobody from asking that.
@Suite struct `Long work` {
  private func settings(ping seconds: Double) -> SessionSettings {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(seconds)
    return settings
  }

  @Test func `on a list of many slow pages does not hide a death`() throws {
    var world = try World(["a"], settings: settings(ping: 4))
    world.machines["a"]?.script = { request in
      guard request.purpose == .list else { return nil }
      let cursor = request.body.firstRange(of: "page-")
      let page = cursor.flatMap { Int(request.body[$0.upperBound...].prefix { $0.isNumber }) } ?? 0
      return .tools([Tool(name: "tool-\(page)", definition: .text(""))], next: "page-\(page + 1)")
    }
    world.machines["a"]?.mode = .lagging(2)
    world.run(24)
    let pings = world.wire.indices.filter { world.wire[$0].hasPrefix("POST ping") }
    #expect(pings.count >= 4, "\(world.wire)")
    let pages = zip(pings, pings.dropFirst()).map { $1 - $0 - 1 }
    #expect(pages.allSatisfy { $0 <= 3 }, "\(world.wire)")
    world.forget("a")
    world.machines["a"]?.script = { $0.purpose == .list ? .tools([], next: "page-99") : nil }
    world.run(10)
    #expect(world.row("a")?.errors[.sessionTerminated] == 1)
  }

  @Test func `on a list that changes all the time does not either`() throws {
    var world = try World(["a"], settings: settings(ping: 4))
    world.run(10)
    world.forgetWire()
    let news = Message(
      id: nil, content: .notification(method: "notifications/tools/list_changed", Parameters()))
    world.say("a", .message(news), times: 100, every: 0.3)
    world.run(30)
    #expect(world.wire.count { $0.hasPrefix("POST ping") } >= 5, "\(world.wire)")
    #expect((3...8).contains(world.wire.count { $0.hasPrefix("POST list") }), "\(world.wire)")
  }

  @Test func `on a list that is said to have changed after each answer is done ever more seldom`() throws {
    var world = try World(["a"], settings: settings(ping: 30))
    world.run(5)
    world.forgetWire()
    let news = Message(
      id: nil, content: .notification(method: "notifications/tools/list_changed", Parameters()))
    world.say("a", .message(news), times: 3_000, every: 0.2)
    world.run(600)
    #expect((8...30).contains(world.wire.count { $0.hasPrefix("POST list") }), "\(world.wire)")
    // Who says so once in a while is asked at once.
    world.run(300)
    world.forgetWire()
    world.say("a", .message(news))
    world.run(2)
    #expect(world.wire.contains { $0.hasPrefix("POST list") })
  }
}
