import MCPSessions

@testable import TopDisplay

// Stores as an engine would have filled them, by folding its reports.

/// Milliseconds after 2026-11-23T14:32:07Z, which is a quiet second somewhere in the screens of these tests.
func moment(_ seconds: Double) -> Moment {
  let milliseconds = Int64(seconds * 1_000)
  return Moment(
    instant: Instant(nanoseconds: 1_000_000 * (200_000_000 + milliseconds)),
    wall: WallTime(milliseconds: 1_795_444_327_000 + milliseconds))
}

let now = moment(0)

func context(ascii: Bool = true, readOnly: Bool = false, staleAfter: Duration? = nil) -> Context {
  Context(
    host: "ops-1", operator: Operator(user: "ana", origin: "pts/3"), readOnly: readOnly, utcOffset: 0,
    ascii: ascii,
    themeName: "default", version: "0.1.0", staleAfter: staleAfter)
}

func server(
  _ name: String, _ transport: Transport = .streamableHTTP, users: [String] = ["app"], note: Sentence? = nil
) -> ServerReport {
  ServerReport(
    name: name, transport: transport, url: transport == .stdio ? nil : "https://\(name).example.org/mcp",
    users: users,
    note: note, settings: SessionSettings())
}

/// A session that was opened `age` seconds ago and is well.
func ready(
  _ server: String, _ user: String = "app", id: String? = "12345678...", age: Double = 8_040,
  good: Double = 1,
  p95: Double = 12, errors: [ErrorType: Int] = [:]
) -> SessionReport {
  var report = SessionReport(key: SessionKey(server: server, user: user), state: .ready, since: moment(-age))
  report.kind = id == nil ? .stateless : .stateful
  report.protocolVersion = "2025-11-25"
  report.session = id
  report.identity = ServerIdentity(
    name: ForeignText(recorded: "\(server)-server"), version: ForeignText(recorded: "1.4.2"))
  report.created = moment(-age)
  report.lastGood = moment(-good)
  report.lastReachable = moment(-good)
  report.lastValid = moment(-good)
  report.stream = id == nil ? .notOffered : .open
  report.streamSince = id == nil ? nil : moment(-age)
  report.counts.streamCuts = id == nil ? 0 : 3
  report.counts.probes = Int(age / 30)
  report.nextProbe = moment(12).instant
  report.latency = LatencySummary(last: p95 * 0.6, p50: p95 * 0.5, p95: p95, p99: p95 * 1.5)
  report.errors = errors
  report.tools = 14
  return report
}

/// A session that is not well for `since` seconds.
func troubled(
  _ server: String, _ user: String = "app", _ state: SessionState, since: Double, _ cause: SessionError,
  next: Double? = nil, attempt: Int = 3, advice: Sentence? = nil, errors: [ErrorType: Int] = [:]
) -> SessionReport {
  var report = SessionReport(key: SessionKey(server: server, user: user), state: state, since: moment(-since))
  report.cause = cause
  report.lastReachable = moment(-2)
  report.attempt = attempt
  report.nextAttempt = next.map { moment($0).instant }
  report.errors = errors
  report.recoveries = 1
  report.advice = advice
  return report
}

func event(
  _ seconds: Double, _ seq: UInt64, _ kind: EventKind, _ level: EventLevel = .info, _ server: String? = nil,
  user: String? = "app", error: SessionError? = nil, next: Duration? = nil, repeated: Int = 1,
  _ message: Sentence
) -> Event {
  Event(
    seq: seq, time: moment(seconds), kind: kind, level: level, server: server,
    user: server == nil ? nil : user,
    error: error, nextAttempt: next, repeated: repeated, message: message)
}

func store(
  _ servers: [ServerReport], _ sessions: [SessionReport], _ events: [Event] = [],
  origins: [OriginReport] = [], before: [(seconds: Double, sessions: [SessionReport])] = [],
  at moment: Moment = now
) -> Store {
  var store = Store(eventCapacity: 1_000)
  for (seconds, sessions) in before {
    var report = EngineReport()
    report.sessions = Dictionary(uniqueKeysWithValues: sessions.map { ($0.key, $0) })
    store.fold(report, at: DisplayTests.moment(seconds))
  }
  var report = EngineReport()
  report.servers = servers
  report.sessions = Dictionary(uniqueKeysWithValues: sessions.map { ($0.key, $0) })
  report.events = events
  report.origins = Dictionary(uniqueKeysWithValues: zip(0..., origins))
  var statistics = Statistics()
  statistics.totalUsers = Set(sessions.map(\.key.user)).count
  statistics.activeSessions = sessions.count { $0.state.isLive }
  statistics.totalSessions = 41
  statistics.opened = 41
  statistics.ended = 34
  statistics.recoveriesAttempted = 3
  statistics.recoveriesSucceeded = 2
  report.statistics = statistics
  store.fold(report, at: moment)
  return store
}

let gone = SessionError(.sessionTerminated, status: 404, detail: "Session not found")
let refused = SessionError(.connectRefused, curlCode: 7, detail: "Connection refused")

/// A morning on which several things are wrong at once.
let troubledMorning = store(
  [
    server("ledger", users: ["ana", "ben", "app"]), server("calculator"), server("search"),
    server("billing", users: ["ana", "ben", "app"]), server("docs-remote"), server("jira"),
    server("git", .stdio, note: "stdio transport is not monitored"),
  ],
  [
    ready("ledger", "ana"), ready("ledger", "ben", id: "88d0a14e...", age: 2_460, good: 3, p95: 11),
    ready("ledger", "app", id: "9a01c4c2...", age: 21_720, good: 2, p95: 14, errors: [.connectionReset: 1]),
    ready("calculator", id: nil, age: 600, p95: 8), ready("search", age: 86_400 * 1.1, good: 0, p95: 95),
    troubled(
      "billing", "ana", .recovering, since: 252, gone, next: 6,
      errors: [.sessionTerminated: 2, .connectRefused: 1]),
    troubled("billing", "ben", .recovering, since: 250, refused, next: 6, errors: [.connectRefused: 2]),
    troubled("billing", "app", .recovering, since: 250, refused, next: 6, errors: [.connectRefused: 1]),
    troubled(
      "docs-remote", "app", .unauthorized, since: 3_720,
      SessionError(.authError, status: 401, detail: "token expired"),
      advice: "check the credentials in the server's headers, then reconnect", errors: [.authError: 2]),
    degraded(),
    SessionReport(key: SessionKey(server: "git"), state: .unmonitored, since: moment(-9_000)),
  ],
  [
    event(
      -9, 1, .sessionError, .warning, "billing", user: "ana", error: gone, repeated: 3,
      "Session error: session_terminated - Session has been terminated by the server"),
    event(
      -6, 2, .recoveryFailed, .warning, "billing", user: "ana", error: refused, next: .seconds(12),
      "Session recovery failed: connect_refused, Connection refused"),
    event(-4, 3, .sessionCreated, .info, "ledger", user: "ana", "Session created: 12345678..."),
    event(-1, 4, .operatorAction, .info, "ledger", user: "ana", "Reconnect by ana (pts/3)"),
  ],
  origins: [
    OriginReport(
      origin: "https://billing.example.org:443", failures: 4, nextProbe: moment(2).instant, waiting: 2)
  ],
  before: [
    (
      -9_000,
      ["billing", "docs-remote", "jira", "ledger", "search"].map { ready($0) } + [ready("billing", "ana")]
    ),
    (-3_720, [troubled("docs-remote", "app", .unauthorized, since: 3_720, gone)]),
    (-2_500, [troubled("jira", "app", .failed, since: 2_500, refused)]),
    (-1_900, [ready("jira"), ready("calculator")]),
    (-300, [degraded()]), (-252, [troubled("billing", "ana", .recovering, since: 252, gone)]),
  ])

private func degraded() -> SessionReport {
  var report = ready("jira", id: "77aa01bc...", age: 11_000, good: 3, p95: 2_400, errors: [.rpcError: 4])
  report.state = .degraded
  report.since = moment(-300)
  report.cause = SessionError(.rpcError, status: 200, rpcCode: -32_603, detail: "tools/list: Internal error")
  return report
}

/// Presses keys one after another, and returns what the last of them asked for.
@discardableResult
func press(_ keys: [Key], _ view: inout ViewState, _ store: Store, context: Context = context()) -> [Effect] {
  var effects: [Effect] = []
  for key in keys { effects = view.handle(key, store: store, now: now, context: context) }
  // What a command is known by is told apart in a test of its own.
  return effects.map { effect in
    guard case .command(.act(let action, let keys, let person)) = effect else { return effect }
    return .command(.act(action, on: keys, by: Operator(user: person.user, origin: person.origin)))
  }
}
