import MCPWire
import Testing

@testable import MCPSessions

private let moved: ResponseHead = {
  var head = ResponseHead(status: 302)
  head.location = "/maintenance.html"
  return head
}()

@Suite struct `A server without sessions` {
  @Test(arguments: [
    World.Scripted.status(500, ""), .status(404, ""), .status(403, ""), .status(429, ""), .status(405, ""),
    .status(202, ""), .html(200, "<html></html>"), .rejected(-32_601, "Method not found"), .hangUp, .silence,
  ])
  func `has a verdict of its own for its list`(answer: World.Scripted) throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(2)
    var world = try World(["a"], settings: settings, machine: World.Machine(isModern: true))
    world.run(8)
    world.machines["a"]?.script = { $0.purpose == .list ? answer : nil }
    world.run(20)
    let told = world.state("a")
    #expect(told == .degraded || told == .unauthorized, "\(String(describing: told)) \(world.wire.suffix(9))")
    world.forgetWire()
    world.run(120)
    #expect(world.state("a") == told && !world.eventKinds.contains(.recoverySucceeded), "\(world.eventKinds)")
    world.machines["a"]?.script = nil
    world.run(20)
    #expect(world.state("a") == .ready)
    world.machines["a"]?.script = { [.list, .discover].contains($0.purpose) ? answer : nil }
    world.run(120)
    #expect(world.row("a")?.state.isOutage == true, "\(String(describing: world.state("a")))")
  }

  @Test(arguments: [
    World.Scripted.head(moved, ""), .status(403, "Forbidden"), .status(403, "no"), .status(404, ""),
    .html(200, "<html><title>Maintenance</title></html>"),
  ])
  func `that worked is in an outage whatever stands in its place`(answer: World.Scripted) throws {
    var world = try World(["a"], machine: World.Machine(isModern: true))
    world.run(10)
    world.machines["a"]?.script = { _ in answer }
    world.endStreams("a")
    world.run(60)
    #expect(world.row("a")?.state.isOutage == true, "\(String(describing: world.state("a")))")
    #expect(world.row("a")?.cause?.detail.text.contains("worked until") == true)
    world.machines["a"]?.script = nil
    world.run(60)
    #expect(world.state("a") == .ready)
  }
}
