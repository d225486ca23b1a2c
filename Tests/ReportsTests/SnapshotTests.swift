import MCPSessions
import Testing

@testable import TopReports

@Suite struct `Snapshot lines` {
  @Test func `hold servers, sessions and statistics`() {
    let line = snapshotLine(busyStore(), at: noon)
    // One member a line is how a person reads it; the real line has no break.
    let read = line.replacing("},{", with: "},\n{").replacing("],\"", with: "],\n\"")
    #expect(
      read == """
        {"v":1,"type":"snapshot","time":"2026-11-23T10:00:00.123Z","servers":[\
        {"name":"ledger","transport":"streamable-http","url":"https://ledger.example.org/mcp",\
        "state":"ready","sessions":2},
        {"name":"billing","transport":"streamable-http","url":"https://billing.example.org/mcp",\
        "state":"recovering","sessions":1,"cause":{"type":"session_terminated","status":404,\
        "rpc_code":-32600,"detail":"Session not found"}},
        {"name":"docs-remote","transport":"streamable-http","url":"https://docs-remote.example.org/mcp",\
        "state":"unauthorized","sessions":1,"cause":{"type":"auth_error","status":401,"detail":""}},
        {"name":"git","transport":"websocket","url":"https://git.example.org/mcp","state":"unmonitored",\
        "sessions":0,"note":"websocket transport is not monitored"}],
        "sessions":[{"server":"ledger","user":"ana","session":"9a01c4c2...","state":"ready",\
        "since":"2026-11-23T10:00:00.123Z","kind":"stateful","protocol":"2025-11-25","created":"2026-11-23T09:43:20.123Z",\
        "last_good":"2026-11-23T09:59:59.123Z","stream":"off","probes":0,\
        "latency_ms":{"last":15.0,"p50":12.0,"p95":1440.0,"p99":2000.0},"errors":{},"recoveries":0},
        {"server":"ledger","user":"app","session":"12345678...","state":"ready",\
        "since":"2026-11-23T08:53:20.123Z","kind":"stateful",\
        "protocol":"2025-11-25","server_info":{"name":"Ledger \\"2\\"","version":"1.0"},\
        "created":"2026-11-23T08:53:20.123Z","last_good":"2026-11-23T09:59:57.123Z","stream":"open",\
        "probes":41,"latency_ms":{"last":3.1,"p50":2.94,"p95":4.4,"p99":6.0},\
        "errors":{"session_terminated":1},"recoveries":1},
        {"server":"billing","user":"app","state":"recovering","since":"2026-11-23T10:00:00.123Z",\
        "last_good":"2026-11-23T09:55:48.123Z",\
        "stream":"waiting","probes":0,"errors":{"session_terminated":4,"connect_refused":2},\
        "recoveries":0,"cause":{"type":"session_terminated","status":404,"rpc_code":-32600,\
        "detail":"Session not found"},"next_attempt_ms":6000},
        {"server":"docs-remote","user":"app","state":"unauthorized","since":"2026-11-23T10:00:00.123Z",\
        "stream":"off","probes":0,\
        "errors":{"auth_error":2},"recoveries":0,"cause":{"type":"auth_error","status":401,"detail":""},\
        "advice":"give a token in headers.Authorization"}],
        "statistics":{"total_users":2,"total_sessions":4,"active_sessions":2,\
        "session_errors":{"session_terminated":5,"connect_refused":2,"auth_error":2},\
        "recoveries_attempted":3,"recoveries_succeeded":1,"opened":4,"ended":2,"left_behind":1,\
        "events_dropped":0}}
        """)
  }

  @Test func `are valid JSON`() throws {
    let value = try JSONValue(reading: snapshotLine(busyStore(), at: noon))
    #expect(value.names == ["v", "type", "time", "servers", "sessions", "statistics"])
  }

  @Test func `of nothing hold empty lists and zero counts`() {
    #expect(
      snapshotLine(Store(), at: noon) == """
        {"v":1,"type":"snapshot","time":"2026-11-23T10:00:00.123Z","servers":[],"sessions":[],\
        "statistics":{"total_users":0,"total_sessions":0,"active_sessions":0,"session_errors":{},\
        "recoveries_attempted":0,"recoveries_succeeded":0,"opened":0,"ended":0,"left_behind":0,\
        "events_dropped":0}}
        """)
  }

  @Test func `count an attempt that is overdue as due now`() {
    let late = snapshotLine(busyStore(), at: moment(6_000))
    #expect(late.contains(#""next_attempt_ms":0"#))
  }

  @Test func `leave out a latency that is no number`() throws {
    var session = SessionReport(key: SessionKey(server: "ledger"), state: .ready, since: noon)
    session.latency = LatencySummary(last: .nan, p50: .infinity, p95: 1e308, p99: 1.005)
    var report = EngineReport()
    report.servers = [server("ledger")]
    report.sessions[session.key] = session
    var store = Store()
    store.fold(report, at: noon)
    let line = snapshotLine(store, at: noon)
    _ = try JSONValue(reading: line)
    #expect(line.contains(#""latency_ms":{"p99":1.0}"#))
  }

  @Test func `give the cause of the worst session to its server`() {
    let worse = SessionError(.tlsError, detail: "expired")
    var first = SessionReport(key: SessionKey(server: "a", user: "ana"), state: .failed, since: noon)
    first.cause = worse
    var second = SessionReport(key: SessionKey(server: "a", user: "ben"), state: .degraded, since: noon)
    second.cause = SessionError(.rpcError, detail: "tools/list")
    #expect(worstCause([second, first]) == worse)
    #expect(worstCause([]) == nil)
  }
}
