import Glibc
import MCPWire
import TopPlatform
import MCPSessions
import Testing

@testable import SessionEngine

/// Children, well-behaved and hostile, as the engine keeps them; time is real, and every wait has a
/// condition.
@Suite struct `Servers that are processes` {
  private let processes: Processes
  private let id = TransferID(number: 7)

  init() throws {
    processes = try #require(
      Processes(inherited: Inheritance(), mark: "test-\(UInt64.random(in: 0 ... .max))", lineLimit: 65_536))
  }

  private func start(_ script: String) {
    processes.start(
      ProcessRequest(
        id: id, session: SessionKey(server: "child"), program: "sh",
        arguments: [Secret("-c"), Secret(script)],
        environment: ["PATH": Secret("/usr/local/bin:/usr/bin:/bin")], folder: nil))
  }

  /// What happens until `isEnough` of it has, ten seconds at most.
  private func events(until isEnough: ([ProcessEvent]) -> Bool) -> [ProcessEvent] {
    let limit = Moment.now.instant + .seconds(10)
    var events: [ProcessEvent] = []
    while !isEnough(events), Moment.now.instant < limit {
      let now = Moment.now.instant
      let due = [processes.deadline(at: now), limit].compactMap { $0 }.min() ?? limit
      let milliseconds = Int32(clamping: max(0, (due - now).inMilliseconds + 1))
      _ = wait(reading: [processes.descriptor], milliseconds: milliseconds)
      events += processes.takeNews(at: Moment.now.instant).map(\.1)
    }
    return events.filter { if case .measured = $0 { false } else { true } }
  }

  private func hasEnded(_ events: [ProcessEvent]) -> Bool {
    events.contains { if case .ended = $0 { true } else { false } }
  }

  private func hasStarted(_ events: [ProcessEvent]) -> Bool {
    events.contains { if case .started = $0 { true } else { false } }
  }

  /// Whether within ten seconds nobody runs `marker` any more, nor for the half second after: whoever is just
  /// becoming another program shows no words for a moment.
  private func isGoneForGood(_ marker: String) -> Bool {
    let limit = Moment.now.instant + .seconds(10)
    var goneSince: Instant?
    while Moment.now.instant < limit {
      let now = Moment.now.instant
      goneSince = runs(marker) ? nil : goneSince ?? now
      if let goneSince, now - goneSince > .milliseconds(500) { return true }
      _ = wait(reading: [processes.descriptor], milliseconds: 20)
    }
    return false
  }

  /// The process ids of this user that run `marker` as one of their words.
  private func runs(_ marker: String) -> Bool {
    ProcessStatus.all().contains { process in
      let file = open("/proc/\(process.id)/cmdline", O_RDONLY)
      guard file >= 0 else { return false }
      defer { close(file) }
      var bytes = [UInt8](repeating: 0, count: 4_096)
      let count = read(file, &bytes, bytes.count)
      return !process.isZombie
        && bytes.prefix(max(0, count)).split(separator: 0).contains { $0.elementsEqual(marker.utf8) }
    }
  }

  @Test func `are spoken with a line each`() {
    start(#"while read line; do echo "{\"jsonrpc\":\"2.0\",\"id\":${#line},\"result\":{}}"; done"#)
    _ = events(until: hasStarted)
    #expect(processes.write("12345", to: id, at: Moment.now.instant) == [])
    // It may be measured before it answers.
    let answers = events { $0.contains { if case .message = $0 { true } else { false } } }
    guard case .message(let message)? = answers.first else {
      Issue.record("\(answers)")
      return
    }
    #expect(message.id == .number(5))
    processes.end(id, at: Moment.now.instant)
    #expect(events(until: hasEnded).last == .ended(.exited(code: 0)))
    #expect(processes.isEmpty)
  }

  @Test func `say why they died`() {
    start("echo starting; echo 'Error: TOKEN is not set' >&2; exit 3")
    #expect(
      events(until: hasEnded).dropFirst().sorted { "\($0)" > "\($1)" } == [
        .said("Error: TOKEN is not set"), .noise("starting"), .ended(.exited(code: 3)),
      ])
  }

  @Test func `that are ended by the system say by which signal`() {
    start("kill -9 $$")
    #expect(events(until: hasEnded).last == .ended(.killed(signal: 9)))
  }

  @Test func `that are not there say where they were looked for`() {
    processes.start(
      ProcessRequest(
        id: id, session: SessionKey(server: "child"), program: "no-such-program", arguments: [],
        environment: ["PATH": Secret("/usr/bin:/bin")], folder: nil))
    #expect(events(until: hasEnded) == [.ended(.notFound(path: "/usr/bin:/bin"))])
    #expect(processes.isEmpty)
  }

  @Test
  func `that ignore SIGTERM and a closed input are ended within five seconds, with all that they started`() {
    let marker = "60.\(UInt32.random(in: 100_000 ... .max))"
    start(
      "trap '' TERM; setsid sleep \(marker) & sleep \(marker) & echo ready >&2; while :; do sleep 0.1; done")
    _ = events { $0.contains(.said("ready")) }
    let asked = Moment.now.instant
    processes.end(id, at: asked)
    #expect(hasEnded(events(until: hasEnded)))
    #expect(Moment.now.instant - asked < .seconds(5))
    #expect(isGoneForGood(marker))
  }

  @Test func `that fork and exit leave nobody`() {
    let marker = "61.\(UInt32.random(in: 100_000 ... .max))"
    start("(setsid setsid sleep \(marker) &) ; exit 0")
    #expect(events(until: hasEnded).last == .ended(.exited(code: 0)))
    #expect(isGoneForGood(marker))
  }

  @Test func `that write without a line end cost no memory, and are told once`() {
    start("head -c 5000000 /dev/zero | tr '\\0' x; echo; echo done >&2; cat >/dev/null")
    let told = events { $0.contains(.said("done")) }
    #expect(told.filter { $0 == .tooLong }.count == 1)
    #expect(told.contains(.heldBack) && told.contains(.said("done")))
    processes.end(id, at: Moment.now.instant)
    #expect(hasEnded(events(until: hasEnded)))
  }

  @Test func `that write a gigabyte without a line end are read to its end in little memory`() throws {
    let before = try #require(memory())
    start("head -c 1073741824 /dev/zero; echo; echo done >&2; cat >/dev/null")
    // The clock is ours: at its own pace a gigabyte takes two minutes of budget.
    var now = Moment.now.instant
    var events: [ProcessEvent] = []
    var most = before
    for turn in 0..<1_000_000 where !events.contains(.said("done")) {
      _ = wait(reading: [processes.descriptor], milliseconds: 1_000)
      now = now + .milliseconds(100)
      events += processes.takeNews(at: now).map(\.1).filter { if case .measured = $0 { false } else { true } }
      if turn.isMultiple(of: 1_000) { most = max(most, try #require(memory())) }
    }
    #expect(events.contains(.said("done")))
    #expect(events.filter { $0 == .tooLong }.count == 1 && events.count < 10, "\(events.count)")
    // Other tests of this process need some, too.
    #expect(most - before < 256 << 20, "\((most - before) >> 20) MB")
    processes.end(id, at: Moment.now.instant)
    #expect(hasEnded(self.events(until: hasEnded)))
  }

  /// What this process has present, in bytes.
  private func memory() -> Int64? {
    ProcessStatus(getpid()).map { Int64(clamping: $0.memory) }
  }

  @Test func `that flood are read no faster than their budget`() {
    start("yes '{\"jsonrpc\":\"2.0\",\"method\":\"m\"}'")
    var count = 0
    let began = Moment.now.instant
    _ = events { events in
      count = events.count
      return count >= 2_000
    }
    // 200 in a tenth of a second, and what one look at the pipe brings beyond that.
    #expect(Moment.now.instant - began > .milliseconds(500))
    processes.end(id, at: Moment.now.instant)
    #expect(hasEnded(events(until: hasEnded)))
  }

  @Test func `that do not read are told once, and are ended all the same`() {
    start("echo ready >&2; exec sleep 60")
    _ = events { $0.contains(.said("ready")) }
    let line = String(repeating: "x", count: 100_000)
    let told = (0..<40).flatMap { _ in processes.write(line, to: id, at: Moment.now.instant) }
    guard case .notReading(let bytes)? = told.first else {
      Issue.record("\(told)")
      return
    }
    #expect(told.count == 1 && bytes <= 1 << 20)
    processes.end(id, at: Moment.now.instant)
    #expect(events(until: hasEnded).last == .ended(.killed(signal: SIGTERM)))
  }

  @Test func `that do not read are known by what waits in their pipe`() {
    start("echo ready >&2; exec sleep 60")
    _ = events { $0.contains(.said("ready")) }
    _ = processes.write(String(repeating: "x", count: 99), to: id, at: Moment.now.instant)
    let limit = Moment.now.instant + .seconds(20)
    var unread: Int?
    while unread != 100, Moment.now.instant < limit {
      let now = Moment.now.instant
      let due = processes.deadline(at: now).map { max(0, ($0 - now).inMilliseconds + 1) } ?? 1_000
      _ = wait(reading: [processes.descriptor], milliseconds: Int32(clamping: due))
      for case .measured(let usage) in processes.takeNews(at: Moment.now.instant).map(\.1) {
        unread = usage.unread
      }
    }
    #expect(unread == 100)
    processes.end(id, at: Moment.now.instant)
    #expect(hasEnded(events(until: hasEnded)))
  }

  @Test func `that close their output and live are told so`() {
    start("exec >&-; echo ready >&2; cat >/dev/null")
    #expect(events { $0.contains(.closedOutput) && $0.contains(.said("ready")) }.contains(.closedOutput))
    processes.end(id, at: Moment.now.instant)
    #expect(hasEnded(events(until: hasEnded)))
  }

  @Test func `that are ended before they started never live on`() {
    start("sleep 60")
    processes.end(id, at: Moment.now.instant)
    #expect(hasEnded(events(until: hasEnded)))
    #expect(processes.isEmpty)
  }
}
