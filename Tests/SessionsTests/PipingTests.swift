// Long, because each test tells the whole life of a process.

import MCPWire
import Testing

@testable import MCPSessions

private let ana = Operator(user: "ana", origin: "pts/3")
private let key = SessionKey(server: "p")

@Suite struct `A session with a process` {
  private func world(
    _ mode: World.Mode = .well, settings: SessionSettings = SessionSettings(),
    machine: World.Machine = World.Machine()
  ) throws -> World {
    var machine = machine
    machine.mode = mode
    return try World(["p"], settings: settings, machine: machine, processes: ["p"])
  }

  @Test func `starts it, asks what it speaks, shakes hands and probes it`() throws {
    var world = try world()
    world.run(40)
    #expect(
      world.wire.prefix(6) == [
        "launch serve-p", "line server/discover", "line initialize", "line notifications/initialized",
        "line ping", "line tools/list",
      ])
    let row = try #require(world.row("p"))
    #expect(row.state == .ready && row.kind == .process && row.session == nil && row.errors == [:])
    #expect(row.process?.id == 4_711 && row.tools == 3 && row.lastGood != nil)
    #expect(world.events.contains { $0.message == "Session created: process 4711" })
  }

  @Test func `of the sessionless revision asks for lists, and remembers what it speaks`() throws {
    var world = try world(machine: World.Machine(isModern: true))
    world.run(40)
    #expect(world.row("p")?.kind == .process && world.row("p")?.protocolVersion == "2026-07-28")
    #expect(
      Set(world.wire) == ["launch serve-p", "line server/discover", "line tools/list"])
  }

  @Test func `that is silent to the first question is asked in the older way`() throws {
    var world = try world(.silent)
    world.run(1)
    world.machines["p"]?.mode = .well
    world.run(5)
    #expect(world.state("p") == .ready)
    #expect(world.row("p")?.errors == [:], "silence is no error here")
    world.forgetWire()
    world.forget("p")
    world.run(5)
    #expect(
      world.wire.prefix(2) == ["launch serve-p", "line initialize"], "what it speaks is remembered")
  }

  @Test func `that dies of the first question is started once more without a word`() throws {
    var world = try world(machine: World.Machine(diesOfDiscovery: true))
    world.run(5)
    #expect(world.state("p") == .ready && world.row("p")?.errors == [:])
    #expect(world.wire.count { $0 == "launch serve-p" } == 2)
  }

  /// A language server, or whatever else has the form of an MCP server.
  @Test(arguments: [false, true])
  func `that knows none of our methods is asked at the pace of any that fails`(dies: Bool) throws {
    var world = try world(.foreign, machine: World.Machine(diesOfDiscovery: dies))
    world.run(60)
    #expect(world.row("p")?.cause != nil && world.row("p")?.state != .connecting)
    #expect(world.attempts <= 30, "\(world.wire)")
    world.machines["p"] = World.Machine(isModern: true)
    world.run(400)
    #expect(world.state("p") == .ready, "what stands there later is found out anew")
  }

  @Test func `is answered when it asks before it answers`() throws {
    var world = try world(.lagging(1))
    world.run(1.5)
    let id = try #require(world.running.keys.first)
    let ping = Message(id: .string("early"), content: .request(method: "ping", Parameters()))
    world.forgetWire()
    world.tell(id, .process(.message(ping)), after: 0)
    world.run(0.3)
    #expect(world.state("p") == .connecting && world.wire == ["line answer"])
  }

  @Test func `is ended by closing its input, and is over when it has ended`() throws {
    var world = try world()
    world.run(5)
    world.command(.act(.terminate, on: [key], by: ana))
    #expect(world.state("p") == .closing)
    world.run(5)
    #expect(world.state("p") == .closed && world.running.isEmpty)
    #expect(world.events.contains { $0.message.text.hasPrefix("Session terminated: process 4711") })
    world.command(.act(.reconnect, on: [key], by: ana))
    world.run(5)
    #expect(world.state("p") == .ready)
  }

  @Test func `starts the next one only when the one before has ended`() throws {
    var world = try world()
    world.run(5)
    // The world records an issue when two of one session run.
    for _ in 0..<5 {
      world.command(.act(.reconnect, on: [key], by: ana))
      world.run(6)
      #expect(world.state("p") == .ready)
    }
    world.command(.stop)
    world.run(5)
    #expect(world.fleet.isAtRest && world.running.isEmpty)
  }

  @Test func `that died comes back, and says with which words it died`() throws {
    var world = try world(.status(401, body: "GITHUB_TOKEN is not set"))
    world.run(5)
    let cause = try #require(world.row("p")?.cause)
    #expect(cause.type == .exited && cause.status == nil)
    #expect(cause.detail == "Error: GITHUB_TOKEN is not set (exit code 1 before initialize was answered)")
    #expect(world.row("p")?.lastWords.kept.last == ForeignText(local: "Error: GITHUB_TOKEN is not set"))
    #expect(world.row("p")?.advice == "read its last words; start its command by hand to see more")
    let message = world.events.first { $0.kind == .serverMessage }
    #expect(message?.level == .error && message?.message == "Error: GITHUB_TOKEN is not set")
    world.machines["p"]?.mode = .well
    world.run(120)
    #expect(world.state("p") == .ready)
  }

  @Test func `that is killed or not there is told as what it is`() throws {
    var killed = try world(.status(503, body: "x"))
    killed.run(5)
    #expect(killed.row("p")?.cause?.type == .killedBySystem)
    var missing = try world(.refusing)
    missing.run(5)
    #expect(missing.state("p") == .failed)
    #expect(missing.row("p")?.cause?.summary == "command_not_found, it is in no folder of PATH (/bin)")
    #expect(missing.wire.count == 1, "looked at again after minutes")
  }

  @Test func `is not said to have died of what another one said, nor of what it said long ago`() throws {
    var world = try world()
    world.run(5)
    func end(_ words: [String], after pause: Double = 0) throws -> String {
      let id = try #require(world.running.keys.first)
      for line in words { world.tell(id, .process(.said(CutText(whole: line))), after: 0.1) }
      world.run(1 + pause)
      world.tell(id, .process(.ended(.killed(signal: 15))), after: 0)
      world.run(0.001)
      let detail = world.row("p")?.cause?.detail.text ?? ""
      world.run(30)
      #expect(world.state("p") == .ready)
      return detail
    }
    #expect(try end(["Error: the disk is full", "bye"]) == "Error: the disk is full (ended by signal 15)")
    #expect(try end([]) == "ended by signal 15")
    #expect(try end(["Error: once", "all is well"], after: 60) == "ended by signal 15")
  }

  @Test(arguments: [
    ("INFO started", EventLevel.info), ("[error] no", .error), ("mcp.shared.McpError: no", .error),
    ("ImportError: cannot import name", .error), ("KeyboardInterrupt", .info), ("DEBUG x: error", .error),
    ("2026-01-01 WARNING x", .warning), ("DeprecationWarning: old", .warning), ("errors: 0", .info),
  ]) func `says with each line of its log how much it matters`(line: String, seems: EventLevel) {
    #expect(level(ofLine: line) == seems)
  }

  @Test func `that never speaks is told what it wrote instead`() throws {
    var world = try world(.silent)
    world.run(1)
    let id = try #require(world.running.keys.first)
    world.tell(id, .process(.noise("Welcome to 100 % of nothing")), after: 0.1)
    world.run(25)
    #expect(
      world.row("p")?.cause?.summary
        == "not_speaking, no JSON-RPC within 15000 ms; it wrote instead: Welcome to 100 % of nothing")
  }

  @Test func `that writes logs to its output is told once, counted, and lives`() throws {
    var world = try world()
    world.run(5)
    let id = try #require(world.running.keys.first)
    for _ in 0..<100 { world.tell(id, .process(.noise("INFO started")), after: 0.1) }
    world.run(1)
    #expect(world.state("p") == .ready && world.row("p")?.errors == [:])
    #expect(world.events.count { $0.message.text.contains("INFO started") } == 1)
  }

  @Test func `that floods its log fills neither the events nor memory`() throws {
    var world = try world()
    world.run(5)
    let id = try #require(world.running.keys.first)
    world.forgetWire()
    for number in 0..<5_000 { world.tell(id, .process(.said(CutText(whole: "line \(number)"))), after: 0.1) }
    world.run(1)
    #expect(world.events.count { $0.kind == .serverMessage } <= 30)
    #expect(world.row("p")?.lastWords.kept.count == LastWords.limit)
    #expect(world.row("p")?.lastWords.kept.last?.text == "line 4999")
  }

  @Test(arguments: [ProcessEvent.closedOutput, .notReading(bytes: 1 << 20)])
  func `that is of no use any more is ended and started anew`(event: ProcessEvent) throws {
    var world = try world()
    world.run(15)
    let id = try #require(world.running.keys.first)
    world.tell(id, .process(event), after: 0)
    world.run(0.001)
    #expect([.notSpeaking, .notReading].contains(world.row("p")?.cause?.type))
    world.run(10)
    #expect(world.state("p") == .ready && world.running[id] == nil)
  }

  @Test func `that hangs is started anew after three probes`() throws {
    var world = try world()
    world.run(15)
    world.machines["p"]?.mode = .silent
    world.run(90)
    world.machines["p"]?.mode = .well
    world.run(120)
    #expect(world.state("p") == .ready)
    #expect(world.wire.count { $0 == "launch serve-p" } > 1)
  }

  @Test func `that hangs is told from one that does not even read`() throws {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(5)
    var world = try world(settings: settings)
    world.run(15)
    let id = try #require(world.running.keys.first)
    world.machines["p"]?.mode = .silent
    for second in 0..<60 {
      let usage = ServerUsage(
        processes: 1, threads: 1, memory: 1, processorTime: .zero, unread: second < 30 ? 0 : 52)
      world.tell(id, .process(.measured(usage)), after: Double(second))
    }
    world.run(25)
    #expect(world.row("p")?.cause?.type == .sessionTimeout)
    world.run(30)
    let lost = world.events.compactMap(\.error).first { $0.type == .notReading }
    #expect(lost?.detail == "it does not read its input: 52 bytes wait")
  }

  @Test func `waits for an operator where starting it is not allowed, and says so`() throws {
    var world = try World([], machine: World.Machine())
    world.machines["p"] = World.Machine()
    world.command(.apply([World.process("p", availability: .onDemand)], note: nil))
    world.run(60)
    #expect(world.state("p") == .idle && world.wire.isEmpty)
    #expect(world.row("p")?.advice == "r starts: serve-p")
    world.command(.act(.reconnect, on: [key], by: ana))
    world.run(5)
    #expect(world.state("p") == .ready)
    world.command(.apply([], note: nil))
    world.run(5)
    #expect(world.running.isEmpty, "a server that is no longer configured is ended")
  }

  @Test func `starts no more than eight at once`() throws {
    let names = (0..<40).map { "p\($0)" }
    var world = try World(
      names, machine: World.Machine(mode: .silent), processes: Set(names))
    world.run(1)
    #expect(world.running.count == 8)
    for name in names { world.machines[name]?.mode = .well }
    world.run(60)
    #expect(world.store.statistics.activeSessions == 40)
  }

  @Test func `says what it costs`() throws {
    var world = try world()
    world.run(5)
    let id = try #require(world.running.keys.first)
    func usage(_ seconds: Double) -> ServerUsage {
      ServerUsage(processes: 2, threads: 5, memory: 30_000_000, processorTime: .seconds(seconds))
    }
    world.tell(id, .process(.measured(usage(1))), after: 0)
    world.tell(id, .process(.measured(usage(3.5))), after: 5)
    world.run(6)
    let process = try #require(world.row("p")?.process)
    #expect(process.usage == usage(3.5))
    #expect(abs((process.load ?? 0) - 50) < 0.1)
  }
}

@Suite struct `The command of a server` {
  @Test func `is shown without what must not be shown`() {
    let process = ServerProcess(
      program: "npx",
      arguments: [
        "-y", "mcp-remote", "https://h/mcp?key=abcd", "--header", "Authorization: Bearer hush-hush",
        "--api-key", "s3cret", "--mode=fast", "--token=other", "a b",
      ].map(Secret.init),
      environment: ["API_TOKEN": Secret("tok-tok"), "MODE": Secret("production")],
      variables: ["API_TOKEN", "MODE"], folder: "/srv")
    let server = Server(name: "a", transport: .stdio, endpoint: nil, process: process)
    let command = CommandReport(server)
    #expect(
      command?.line
        == "npx -y mcp-remote 'https://h/mcp?key=•••' --header 'Authorization: •••' --api-key ••• --mode=fast --token=••• 'a b'"
    )
    #expect(command?.variables == ["API_TOKEN", "MODE"])
    #expect(process.secrets.contains("tok-tok") && !process.secrets.contains("production"))
  }
}
