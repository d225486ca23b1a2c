import MCPWire
import Testing

@testable import MCPSessions

@Suite struct `A look at a server` {
  @Test(arguments: probeCases) func `tells what is wrong and what to do`(one: ProbeCase) throws {
    var kind = ProbeWorld.Kind()
    one.change(&kind)
    var world = try ProbeWorld(kind)
    world.run()
    let report = world.probe.report
    let steps = report.steps
    let text = steps.map { "\($0.name) \($0.verdict): \($0.finding) -> \($0.remedy ?? "")" }.joined(
      separator: "\n")
    #expect(world.probe.isOver, "\(text)")
    #expect(steps.filter { $0.verdict == .failed }.map(\.name) == one.failed, "\(text)")
    #expect(steps.filter { $0.verdict == .note }.map(\.name) == one.noted, "\(text)")
    for words in one.says where words != "https" { #expect(text.contains(words), "\(text)") }
    #expect(report.troubleshooting.map(\.isFound) == one.answers, "\(report.troubleshooting)")
    #expect(report.isWell == one.failed.isEmpty)
    #expect(steps.allSatisfy { $0.verdict != .failed || $0.remedy != nil }, "each failure has a remedy")
    #expect(report.opened == report.ended + report.leftBehind)
    if kind.delete == 200 { #expect(report.leftBehind == (kind.keepsEnded ? 1 : 0)) }
    if kind.delete == 405 { #expect(report.ended == 0, "the server goes on holding what nobody may end") }
    if kind.delete == 404 { #expect(report.leftBehind > 0, "what works on was not ended") }
    #expect(!text.contains("sesame") && !text.contains("-4711"), "no key and no whole id is told")
  }

  @Test func `ends a session that has the id of one before`() throws {
    var kind = ProbeWorld.Kind()
    kind.givesOneID = true
    var world = try ProbeWorld(kind)
    world.run()
    #expect(world.probe.isOver && world.sessions.isEmpty, "\(world.wire)")
    #expect(world.probe.report.opened == 2 && world.probe.report.ended == 2)
  }

  @Test(arguments: [1, 2]) func `ends a session of whose handshake only the head came`(number: Int) throws {
    var kind = ProbeWorld.Kind()
    kind.stalledHandshake = number
    var stuck = try ProbeWorld(kind)
    stuck.run()
    #expect(!stuck.probe.isOver && stuck.wire.last == "initialize")
    var world = try ProbeWorld(kind)
    world.run(stop: stuck.wire.count)
    #expect(world.probe.isOver && world.sessions.isEmpty, "\(world.wire)")
    #expect(world.probe.report.opened == number && world.probe.report.ended == number)
  }

  @Test(arguments: 0..<20) func `ends what it opened wherever it is broken off`(stop: Int) throws {
    for replicas in [1, 2] {
      var kind = ProbeWorld.Kind()
      kind.replicas = replicas
      var world = try ProbeWorld(kind)
      world.run(stop: stop)
      #expect(world.probe.isOver)
      #expect(world.sessions.isEmpty, "\(world.wire)")
      #expect(world.probe.report.opened == world.probe.report.ended)
      if world.hasStopped { #expect(world.probe.report.interruption != nil && !world.probe.report.isWell) }
    }
  }

  @Test func `waits for a person who signs in, and asks again then`() throws {
    var world = try ProbeWorld()
    guard case .send(let request)? = world.probe.start(at: world.now).first else {
      return #expect(Bool(false), "it begins with a request")
    }
    var report = AuthorizationReport()
    report.step = .waitingForPerson
    #expect(world.probe.note(report, isNew: false, secrets: [], at: world.now).isEmpty)
    let failure = TransferFailure(.signInNeeded, words: "waiting for you")
    let end = TransferEvent.ended(TransferEnd(failure: failure))
    #expect(world.probe.transfer(request.id, end, at: world.now).isEmpty)
    #expect(!world.probe.isOver && world.probe.report.steps.isEmpty)
    report.step = nil
    let orders = world.probe.note(report, isNew: true, secrets: [], at: world.now)
    guard case .send(let again)? = orders.first else { return #expect(Bool(false), "\(orders)") }
    #expect(again.purpose == .initialize && again.id != request.id)
  }

  @Test func `calls a tool that a person names, and no other`() throws {
    var world = try ProbeWorld(call: ServerProbe.Call(name: "add", arguments: #"{"a":1,"b":2}"#))
    world.run()
    #expect(world.wire.count { $0 == "tools/call" } == 1)
    #expect(world.probe.report.content.map(\.text) == ["3"])
    var other = try ProbeWorld()
    other.run()
    #expect(!other.wire.contains("tools/call"))
  }

  @Test func `asks for the certificate that was refused without sending anything`() throws {
    var kind = ProbeWorld.Kind()
    kind.failure = TransferFailure(.tlsError, words: "self-signed certificate")
    var world = try ProbeWorld(kind)
    world.run()
    #expect(world.wire == ["initialize", "handshake"])
  }

  @Test(arguments: [
    ("Nov 23 12:00:00 2026 GMT", "2026-11-23T12:00:00.000Z"),
    ("Jan  1 00:00:00 2049 GMT", "2049-01-01T00:00:00.000Z"),
    ("2026-11-23 12:00:00 GMT", "2026-11-23T12:00:00.000Z"), ("soon", nil), ("Foo 1 00:00:00 2049 GMT", nil),
  ]) func `reads the times of certificates`(text: String, time: String?) {
    #expect(ServerCertificate.time(text)?.rfc3339 == time)
  }
}

@Suite struct `A look at a process` {
  private func start() throws -> (probe: ServerProbe, orders: [ServerProbe.Order]) {
    let server = Server(
      name: "files", transport: .stdio, endpoint: nil,
      process: ServerProcess(program: "serve-files", arguments: [Secret("--token=sesame-sesame")]))
    let strange = try #require(SessionID("0123456789abcdef"))
    var probe = ServerProbe(server, key: SessionKey(server: "files"), strangeID: strange, at: at(0))
    let orders = probe.start(at: at(0))
    return (probe, orders)
  }

  private func at(_ milliseconds: Int64) -> Moment {
    Moment(
      instant: Instant(nanoseconds: milliseconds * 1_000_000), wall: WallTime(milliseconds: milliseconds))
  }

  private let id = TransferID(number: 1)

  @Test func `tells its start, its words, its handshake and its end`() throws {
    var (probe, orders) = try start()
    guard case .launch(let request)? = orders.first else { return #expect(Bool(false), "\(orders)") }
    #expect(request.program == "serve-files")
    _ = probe.process(id, .started(process: 4_711), at: at(5))
    _ = probe.process(id, .said("listening, token sesame-sesame"), at: at(30))
    _ = probe.process(id, .noise("hello"), at: at(31))
    var answer = Result()
    answer.protocolVersion = "2025-11-25"
    _ = probe.process(id, .message(Message(id: .number(1), content: .result(answer))), at: at(40))
    orders = probe.process(id, .message(Message(id: .number(2), content: .result(Result()))), at: at(42))
    guard case .endProcess? = orders.last else { return #expect(Bool(false), "\(orders)") }
    _ = probe.process(id, .ended(.exited(code: 0)), at: at(142))
    #expect(probe.isOver && probe.report.isWell)
    #expect(
      probe.report.steps.map(\.name) == [
        .command, .start, .firstWords, .era, .initialize, .session, .initialized, .ping, .firstWords, .end,
      ])
    let text = probe.report.steps.map(\.finding.text).joined(separator: "\n")
    #expect(text.contains("the first: hello") && text.contains("exit code 0"), "\(text)")
    #expect(!text.contains("sesame"))
  }

  @Test(arguments: [
    (ProcessEnding.notFound(path: "/bin"), ProbeStep.Name.command, "install the command"),
    (.notExecutable("Permission denied"), .command, "make the file executable"),
    (.exited(code: 3), .initialize, "start its command by hand"),
  ]) func `tells why it did not come to a handshake`(
    ending: ProcessEnding, step: ProbeStep.Name, remedy: String
  )
    throws
  {
    var (probe, _) = try start()
    if case .exited = ending { _ = probe.process(id, .started(process: 4_711), at: at(5)) }
    _ = probe.process(id, .ended(ending), at: at(9))
    let last = try #require(probe.report.steps.last)
    #expect(probe.isOver && last.name == step && last.verdict == .failed)
    #expect(last.remedy?.text.contains(remedy) == true)
  }

  @Test func `that never speaks is told so, and ended`() throws {
    var (probe, _) = try start()
    _ = probe.process(id, .started(process: 4_711), at: at(5))
    _ = probe.process(id, .noise("Usage: serve-files"), at: at(6))
    let due = try #require(probe.deadline)
    let orders = probe.wake(at: Moment(instant: due, wall: WallTime(milliseconds: 20_000)))
    guard case .endProcess? = orders.last else { return #expect(Bool(false), "\(orders)") }
    #expect(probe.report.steps.last?.error?.type == .notSpeaking)
    #expect(probe.report.steps.last?.finding.text.contains("Usage: serve-files") == true)
  }
}
