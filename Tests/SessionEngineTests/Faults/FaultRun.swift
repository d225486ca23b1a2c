import SessionEngine
import Glibc
import LoopbackServers
import MCPSessions
import TopPlatform

/// Serves many cases at once, each on a server of its own, to one real engine: sessions must not disturb each
/// other, whatever their servers do.
enum FaultRun {
  /// How long the engine is watched before it is asked to stop.
  static let length = Duration.seconds(12)

  struct Outcome: Sendable {
    var evidence: [String: Evidence] = [:]
    /// From the request to stop to the engine's last word.
    var stopping = Duration.zero
    /// CPU time that the process used.
    var cpu = Duration.zero
    /// How much the resident memory grew at its peak, in bytes.
    var growth = 0
  }

  /// Runs on a thread of its own, so that no test waits for it on the threads that run the tests.
  static func together(_ cases: [FaultCase]) async throws -> Outcome {
    try await withCheckedThrowingContinuation { continuation in
      do throws(ErrorNumber) {
        try startThread(named: "fault run") {
          continuation.resume(with: Swift.Result { try run(cases) })
        }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private static func run(_ cases: [FaultCase]) throws -> Outcome {
    let elsewhere = try LoopbackServer.start { _, _ in .text(200, "nobody should be here") }
    defer { elsewhere.stop() }
    let stage = FaultCase.Stage(otherPort: elsewhere.port)
    var servers: [String: LoopbackServer] = [:]
    defer { for server in servers.values { server.stop() } }
    for fault in cases {
      let serve = fault.serve
      servers[fault.name] = try LoopbackServer.start(fault.behavior) { request, peer in
        serve(request, &peer, stage)
      }
    }

    var outcome = Outcome()
    let memory = residentMemory()
    var peak = memory
    let cpu = processTime()
    let begin = ContinuousClock.now

    // The one place where an engine is plugged in.
    let engine = try PolledEngine(
      EnginePlan(servers: cases.compactMap { fault in servers[fault.name].map { configured(fault, $0) } }))
    try engine.start()
    var seen = Seen()
    while ContinuousClock.now - begin < length {
      let left = length - (ContinuousClock.now - begin)
      _ = wait(
        reading: [engine.output.descriptor], milliseconds: Int32(max(1, min(100, left.inMilliseconds))))
      seen.take(engine.output.drain())
      peak = max(peak, residentMemory())
    }
    outcome.cpu = processTime() - cpu
    outcome.growth = peak - memory
    let middle = seen.rows
    let stop = ContinuousClock.now
    engine.send(.stop)
    while !seen.stopped, ContinuousClock.now - stop < .seconds(8) {
      _ = wait(reading: [engine.output.descriptor], milliseconds: 100)
      seen.take(engine.output.drain())
    }
    outcome.stopping = ContinuousClock.now - stop

    for fault in cases {
      guard let contents = servers[fault.name]?.log.contents else { continue }
      let requests = contents.entries
      outcome.evidence[fault.name] = Evidence(
        requests: requests, connections: contents.connections,
        elsewhere: elsewhere.log.contents.entries.filter { $0.request.name == fault.name },
        outage: outage(fault, requests), stopped: stop - begin, report: middle[fault.name],
        lastReport: seen.rows[fault.name], events: seen.events.filter { $0.server == fault.name },
        secrets: fault.headers.map { $0.value.replacing("Bearer ", with: "") })
    }
    return outcome
  }

  /// What a report of an engine leaves to know.
  private struct Seen {
    var rows: [String: SessionReport] = [:]
    var events: [Event] = []
    var counts: [String: Int] = [:]
    var stopped = false

    mutating func take(_ report: EngineReport) {
      for (key, row) in report.sessions { rows[key.server] = row }
      // A flood's thousands of lines would only make the checks slow.
      for event in report.events {
        let server = event.server ?? ""
        counts[server, default: 0] += 1
        if counts[server, default: 0] <= 1_000 || event.kind == .stateChanged { events.append(event) }
      }
      stopped = stopped || report.stopped
    }
  }

  /// The case as an entry of a configuration, everything a little faster than people need it.
  private static func configured(_ fault: FaultCase, _ server: LoopbackServer) -> Server {
    var settings = SessionSettings(
      retryAttempts: 3, retryDelay: .milliseconds(400), pingInterval: .milliseconds(400), listEvery: 8,
      requestTimeout: .milliseconds(2_500), initTimeout: .seconds(4))
    if fault.isHeavy {
      // Much work on a busy machine is slow, and that is not what these cases are about.
      settings.requestTimeout = .seconds(8)
      settings.initTimeout = .seconds(8)
    }
    fault.settings(&settings)
    let url = fault.url == "https" ? server.url.replacing("http:", with: "https:") : fault.url ?? server.url
    let headers = fault.headers.map { Header(name: $0.name, value: $0.value) }
    do {
      return Server(
        name: fault.name, transport: .streamableHTTP, endpoint: try Endpoint(url), headers: headers,
        settings: settings)
    } catch {
      return Server(
        name: fault.name, transport: .streamableHTTP, endpoint: nil, settings: settings,
        availability: .broken("\(error)"))
    }
  }

  private static func outage(_ fault: FaultCase, _ requests: [RequestLog.Entry]) -> (Duration, Duration)? {
    guard let restart = fault.behavior.restart, case .afterFirstSession(let delay) = restart.begin,
      let first = requests.first(where: { $0.request.kind == "initialize" && $0.status == 200 })
    else { return nil }
    let begin = first.request.time + delay
    return (begin, begin + restart.lasts)
  }
}

private func processTime() -> Duration {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// The resident memory of this process in bytes: the second number of /proc/self/statm, in pages.
private func residentMemory() -> Int {
  let file = open("/proc/self/statm", O_RDONLY)
  guard file >= 0 else { return 0 }
  defer { close(file) }
  var text = [UInt8](repeating: 0, count: 128)
  let count = read(file, &text, text.count)
  let numbers = String(decoding: text[..<max(0, count)], as: UTF8.self).split(separator: " ")
  return numbers.count > 1 ? (Int(numbers[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
}
