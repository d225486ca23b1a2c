import MCPSessions
import MCPWire
import Testing

@testable import TopDisplay
@testable import TopReports

/// A recording may hold any number in any place: it is watched all the same, and what it is written out as
/// again can be read.
@Suite struct `Numbers of a recording` {
  static let hostile = [
    "1e19", "-1e19", "1e308", "9223372036854775807", "-9223372036854775808", "\"NaN\"", "0.5", "null",
  ]
  /// What is tried in all places at once only.
  static let others = [
    "-1e308", "1e999", "18446744073709551616", "123456789012345678901234567890", "-0.0", "1e-320", "-1",
    "2147483648", "\"12\"", "{}", "[1]", "true",
  ]

  @Test(arguments: [lines[0], lines[lines.count - 1]])
  func `end nothing, wherever they stand`(line: String) throws {
    let places = line.matches(of: Self.number).map { $0.output.2.startIndex..<$0.output.2.endIndex }
    try #require(places.count > 5, "no numbers in \(line)")
    for place in places {
      for value in Self.hostile {
        var changed = line
        changed.replaceSubrange(place, with: value)
        watch(changed)
      }
    }
  }

  @Test(arguments: lines) func `end nothing in any kind of line`(line: String) {
    for value in Self.hostile + Self.others {
      watch(line.replacing(Self.number) { "\($0.output.1)\(value)" })
    }
  }

  private static var number: Regex<(Substring, Substring, Substring)> {
    /([:\[])(-?[0-9][0-9.eE+-]*)(?=[,}\]])/
  }

  @Test(arguments: lines) func `may belong to any time`(line: String) throws {
    let places = line.ranges(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]*Z/)
    try #require(!places.isEmpty)
    for place in places {
      for value in ["1678-01-01T00:00:00Z", "2262-04-11T00:00:00.000Z", "0000-01-01T00:00:00Z", "never"] {
        var changed = line
        changed.replaceSubrange(place, with: value)
        watch(changed)
      }
    }
  }

  /// Every kind of line, with every number that one can hold.
  private static let lines: [String] = {
    var session = SessionReport(key: SessionKey(server: "git"), state: .degraded, since: earlier)
    session.created = earlier
    session.lastGood = earlier
    session.lastReachable = earlier
    session.streamSince = earlier
    session.counts.oddities = 2
    session.tools = 3
    session.counts.probes = 4
    session.counts.missed = 5
    session.attempt = 6
    session.counts.streamCuts = 7
    session.recoveries = 8
    session.latency = LatencySummary(last: 3.25, p50: 2, p95: 4.5, p99: 6)
    session.slow = SlowAnswers(last: 6_000, usual: 40)
    session.errors = [.rpcError: 4]
    session.cause = SessionError(.rpcError, status: 200, rpcCode: -32_603, curlCode: 56, detail: "x")
    session.nextAttempt = start.instant + .seconds(3)
    session.nextProbe = start.instant + .seconds(4)
    session.authorization = AuthorizationReport()
    session.authorization?.renewals = 2
    session.process = ProcessReport(
      id: 4_711, since: earlier,
      usage: ServerUsage(processes: 3, threads: 14, memory: 131_400_000, processorTime: .seconds(41)),
      load: 2.5)
    var report = EngineReport()
    report.sessions[session.key] = session
    report.servers = [
      ServerReport(
        name: "git", transport: .stdio, url: nil, users: ["app"], note: nil, settings: SessionSettings())
    ]
    report.statistics = Statistics()
    var store = Store(eventCapacity: 10)
    store.fold(report, at: start)
    let events = EventKind.allCases.map { kind in
      eventLine(
        Event(
          seq: 17, time: start, kind: kind, level: .warning, server: "git", user: "app",
          session: "12345678...", state: .recovering, sessionKind: .stateful, protocolVersion: "2025-11-25",
          error: session.cause,
          attempt: 1, nextAttempt: .milliseconds(870), repeated: 2, message: "x"))
    }
    return events + [
      snapshotLine(store, at: start), reportLine(report, at: start),
      snapshotLine(store, at: start, inFull: true),
    ]
  }()

  /// Plays it between two others, looks at everything, and writes it out again.
  private func watch(_ line: String) {
    var entries: [Recording.Entry] = []
    for line in [Self.lines[0], line, Self.lines[Self.lines.count - 1], line] {
      switch readLine(Array(line.utf8)) {
      case .event(let event): entries.append(.event(event))
      case .snapshot(let report, let time), .report(let report, let time):
        entries.append(.snapshot(report, time))
      case nil: break
      }
    }
    var replay = Replay(Recording(recorded: entries))
    _ = replay.move(.step(1_000), utcOffset: 3_600)
    _ = replay.move(.jump(.seconds(-60)), utcOffset: 0)
    _ = replay.advance(to: Instant(nanoseconds: 1))
    _ = replay.move(.step(1_000), utcOffset: 0)
    var context = Context(
      host: "h", operator: Operator(user: "u", origin: "o"), readOnly: false, utcOffset: 0, ascii: true,
      themeName: "default", version: "0")
    context.replay = replay.status
    for size in [Size(columns: 200, rows: 60)] {
      for view in [ViewState(), opened(replay, context)] {
        _ = render(replay.store, view, at: replay.now, size: size, context: context)
      }
    }
    let written = snapshotLine(replay.store, at: replay.now, inFull: true)
    #expect(readLine(Array(written.utf8)) != nil, "cannot be read: \(written)")
    _ = statusTable(replay.store, at: replay.now, width: 100)
    _ = prometheusText(metricFamilies(replay.store, at: replay.now))
  }

  /// With the detail of the first row, sorted by what a process costs.
  private func opened(_ replay: Replay, _ context: Context) -> ViewState {
    var view = ViewState()
    view.start(filter: "err>0")
    _ = view.handle(.enter, store: replay.store, now: replay.now, context: context)
    return view
  }
}

private let start = Moment(
  instant: Instant(nanoseconds: 1_795_428_000_123_000_000),
  wall: WallTime(milliseconds: 1_795_428_000_123))
private let earlier = start.earlier(by: .seconds(3_600))
