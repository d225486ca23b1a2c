import MCPSessions

/// Five thousand seconds after the engine's clock began.
let noon = moment(5_000)

/// An instant on both clocks, in seconds since the engine's clock began.
func moment(_ seconds: Int64) -> Moment {
  Moment(
    instant: .zero + .seconds(seconds),
    wall: WallTime(milliseconds: 1_795_428_000_123 + (seconds - 5_000) * 1_000))
}

/// A server with the defaults of one that is reached over HTTP.
func server(
  _ name: String, transport: Transport = .streamableHTTP, users: [String] = ["app"], note: Sentence? = nil
) -> ServerReport {
  ServerReport(
    name: name, transport: transport, url: transport == .stdio ? nil : "https://\(name).example.org/mcp",
    users: users, note: note, settings: SessionSettings())
}

/// A morning of four servers: one fine for two users, one just lost, one that wants a token, one not watched.
func busyStore() -> Store {
  var ledger = SessionReport(key: SessionKey(server: "ledger"), state: .ready, since: moment(1_000))
  ledger.kind = .stateful
  ledger.protocolVersion = "2025-11-25"
  ledger.session = "12345678..."
  ledger.identity = ServerIdentity(
    name: ForeignText(recorded: "Ledger \"2\""), version: ForeignText(recorded: "1.0"))
  ledger.created = moment(1_000)
  ledger.lastGood = moment(4_997)
  ledger.stream = .open
  ledger.counts.probes = 41
  ledger.latency = LatencySummary(last: 3.1, p50: 2.94, p95: 4.4, p99: 6)
  ledger.errors = [.sessionTerminated: 1]
  ledger.recoveries = 1

  var ledgerOfAna = SessionReport(key: SessionKey(server: "ledger", user: "ana"), state: .ready, since: noon)
  ledgerOfAna.kind = .stateful
  ledgerOfAna.protocolVersion = "2025-11-25"
  ledgerOfAna.session = "9a01c4c2..."
  ledgerOfAna.created = moment(4_000)
  ledgerOfAna.lastGood = moment(4_999)
  ledgerOfAna.latency = LatencySummary(last: 15, p50: 12, p95: 1_440, p99: 2_000)

  var billing = SessionReport(key: SessionKey(server: "billing"), state: .recovering, since: noon)
  billing.lastGood = moment(4_748)
  billing.stream = .waiting
  billing.errors = [.connectRefused: 2, .sessionTerminated: 4]
  billing.cause = SessionError(.sessionTerminated, status: 404, rpcCode: -32_600, detail: "Session not found")
  billing.attempt = 2
  billing.nextAttempt = moment(5_006).instant

  var docs = SessionReport(key: SessionKey(server: "docs-remote"), state: .unauthorized, since: noon)
  docs.cause = SessionError(.authError, status: 401, detail: "")
  docs.errors = [.authError: 2]
  docs.advice = "give a token in headers.Authorization"

  var report = EngineReport()
  report.servers = [
    server("ledger", users: ["app", "ana"]), server("billing"), server("docs-remote"),
    server("git", transport: .websocket, users: [], note: "websocket transport is not monitored"),
  ]
  for session in [ledger, ledgerOfAna, billing, docs] { report.sessions[session.key] = session }
  var statistics = Statistics()
  statistics.totalUsers = 2
  statistics.totalSessions = 4
  statistics.activeSessions = 2
  statistics.sessionErrors = [.sessionTerminated: 5, .connectRefused: 2, .authError: 2]
  statistics.recoveriesAttempted = 3
  statistics.recoveriesSucceeded = 1
  statistics.opened = 4
  statistics.ended = 2
  statistics.leftBehind = 1
  report.statistics = statistics
  report.durations = durations()
  var store = Store()
  store.fold(report, at: noon)
  return store
}

/// Three pings of one server, one question that was refused, and one session that came to its end.
private func durations() -> [DurationSeries: DurationHistogram] {
  func histogram(_ milliseconds: Int64...) -> DurationHistogram {
    var histogram = DurationHistogram(since: moment(1_000))
    for one in milliseconds { histogram.add(.milliseconds(one)) }
    return histogram
  }
  return [
    DurationSeries(
      server: "ledger", subject: .operation(method: "ping"), protocolVersion: "2025-11-25"):
      histogram(3, 15, 2_500),
    DurationSeries(
      server: "ledger", subject: .operation(method: "tools/list"), protocolVersion: "2025-11-25",
      errorType: "-32603", responseCode: -32_603): histogram(400),
    DurationSeries(
      server: "billing", subject: .session, protocolVersion: "2025-11-25", errorType: "session_terminated"):
      histogram(1_000_000),
  ]
}
