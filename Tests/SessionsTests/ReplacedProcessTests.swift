import MCPWire
import Testing

@testable import MCPSessions

/// Processes that are others when they are started again, or that speak otherwise than they were thought to.
@Suite struct `A process that is replaced` {
  private func world(_ mode: World.Mode = .well, machine: World.Machine = World.Machine()) throws -> World {
    var machine = machine
    machine.mode = mode
    return try World(["p"], machine: machine, processes: ["p"])
  }

  @Test func `that was there before is looked for again in a moment`() throws {
    var world = try world()
    world.run(15)
    // Its package is being replaced: what runs is ended, and the new file is not there yet.
    world.machines["p"]?.mode = .refusing
    world.endProcesses("p")
    world.run(10)
    #expect(world.state("p") == .recovering && world.row("p")?.cause?.type == .commandNotFound)
    #expect(world.row("p")?.cause?.detail.text.contains("worked until") == true)
    world.machines["p"]?.mode = .well
    world.run(15)
    #expect(world.state("p") == .ready)
  }

  @Test func `that is upgraded under us shows its new version and names the tools that changed`() throws {
    var world = try world()
    world.run(40)
    let before = try #require(world.row("p")?.toolsFingerprint)
    world.machines["p"]?.release = World.Release(version: "2.0", tools: World.tools(4))
    world.endProcesses("p")
    world.run(40)
    let row = try #require(world.row("p"))
    #expect(row.state == .ready && row.identity?.version.text == "2.0" && row.toolsFingerprint != before)
    let told = world.events.map(\.message.text)
    #expect(told.contains("Session created: process 4711; the server is p 2.0 now, it was 1.0"), "\(told)")
    #expect(told.contains { $0.hasPrefix("Tools changed: 1 new (") })
    world.forget("p")
    world.run(40)
    #expect(world.events.count { $0.message.text.contains("it was") } == 1, "told once")
  }

  @Test func `that is upgraded to another way of speaking is spoken to in that`() throws {
    for (old, new) in [(false, true), (true, false)] {
      var world = try world(machine: World.Machine(isModern: old))
      world.run(40)
      world.machines["p"]?.isModern = new
      world.machines["p"]?.knowsNoHandshake = new
      world.endProcesses("p")
      world.run(60)
      #expect(world.state("p") == .ready, "from \(old) to \(new)")
      #expect(world.row("p")?.protocolVersion == (new ? "2026-07-28" : "2025-11-25"))
    }
  }

  @Test func `that starts slowly once is not taken for an older one ever after`() throws {
    var world = try world(.lagging(4), machine: World.Machine(isModern: true))
    world.run(30)
    #expect(world.row("p")?.protocolVersion == "2026-07-28", "\(world.wire) \(world.state("p") as Any)")
    #expect(world.wire.contains("line initialize"), "it was too slow for the first question")
    world.machines["p"]?.mode = .well
    world.forgetWire()
    world.endProcesses("p")
    world.run(10)
    #expect(world.wire.prefix(2) == ["launch serve-p", "line server/discover"])
    #expect(world.state("p") == .ready && !world.wire.contains("line initialize"))
  }

  @Test func `that names only older revisions is spoken to in one of them`() throws {
    var machine = World.Machine()
    machine.discovered = ["2024-11-05", "2025-06-18"]
    var world = try world(machine: machine)
    world.run(15)
    #expect(world.state("p") == .ready, "\(world.row("p")?.cause?.summary ?? "")")
    #expect(world.wire.prefix(3) == ["launch serve-p", "line server/discover", "line initialize"])
  }
}
