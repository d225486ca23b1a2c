import MCPSessions
import Testing

@testable import TopReports

@Suite struct `A recorded line` {
  @Test func `is read as it was written`() throws {
    let time = Moment(
      instant: Instant(nanoseconds: 1_795_428_000_123_000_000),
      wall: WallTime(milliseconds: 1_795_428_000_123))
    let event = Event(
      seq: 17, time: time, kind: .sessionError, level: .warning, server: "ledger", user: "app",
      session: "12345678...", state: .recovering, sessionKind: .stateful, protocolVersion: "2025-11-25",
      error: SessionError(.sessionTerminated, status: 404, rpcCode: -32_600, detail: "Session not found"),
      attempt: 1,
      nextAttempt: .milliseconds(870), repeated: 3, message: "Session error: \"gone\"")
    guard case .event(let read) = readLine(Array(eventLine(event).utf8)) else {
      Issue.record("not an event")
      return
    }
    #expect(read == event)
  }

  @Test func `gives a snapshot's sessions`() throws {
    var report = EngineReport()
    let now = Moment(instant: .zero, wall: WallTime(milliseconds: 1_795_428_000_000))
    var session = SessionReport(key: SessionKey(server: "ledger", user: "ana"), state: .degraded, since: now)
    session.errors = [.rpcError: 4]
    session.cause = SessionError(.rpcError, rpcCode: -32_603, detail: "Internal error")
    session.latency = LatencySummary(last: 3, p50: 2, p95: 4.5, p99: 6)
    report.sessions[session.key] = session
    report.servers = [
      ServerReport(
        name: "ledger", transport: .streamableHTTP, url: "https://h/mcp", users: ["ana"], note: nil,
        settings: SessionSettings())
    ]
    var store = Store(eventCapacity: 1)
    store.fold(report, at: now)
    guard case .snapshot(let read, let time) = readLine(Array(snapshotLine(store, at: now).utf8)) else {
      Issue.record("not a snapshot")
      return
    }
    #expect(time.wall == now.wall)
    let row = try #require(read.sessions[session.key])
    #expect(row.state == .degraded && row.errors == session.errors && row.cause == session.cause)
    #expect(row.latency == session.latency)
    #expect(read.servers?.map(\.url) == ["https://h/mcp"])
  }

  @Test(arguments: [
    "", "{", "[]", "5", "{\"v\":2,\"type\":\"event\",\"time\":\"2026-11-23T10:00:00Z\"}",
    "{\"v\":1,\"type\":\"event\",\"time\":\"yesterday\",\"event\":\"session_error\",\"level\":\"info\"}",
    "{\"v\":1,\"type\":\"event\",\"time\":\"2026-11-23T10:00:00Z\",\"event\":\"dance\",\"level\":\"info\"}",
  ]) func `that is none is left out`(line: String) {
    #expect(readLine(Array(line.utf8)) == nil)
  }

  @Test func `cannot bring control characters to the screen`() {
    let line = #"""
      {"v":1,"type":"event","time":"2026-11-23T10:00:00Z","event":"server_message","level":"info",
      "server":"a\u001b[31m","message":"x\u0007"}
      """#
    guard case .event(let event) = readLine(Array(line.utf8)) else {
      Issue.record("not an event")
      return
    }
    #expect(event.server == "a\\u{1B}[31m" && event.message == "x\\u{7}")
  }

  @Test(arguments: [
    ("2026-11-23T10:00:00.123Z", 1_795_428_000_123), ("2026-11-23T10:00:00Z", 1_795_428_000_000),
    ("2026-11-23T12:00:00.5+02:00", 1_795_428_000_500), ("1970-01-01T00:00:00.000Z", 0),
    ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999),
  ]) func `has a time after RFC 3339`(text: String, milliseconds: Int64) {
    #expect(WallTime(rfc3339: text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "2026-11-23", "2026-11-23T10:00:00", "2026-13-23T10:00:00Z", "2026-11-23T10:00:00Zx", "x",
  ])
  func `has no time that is none`(text: String) {
    #expect(WallTime(rfc3339: text) == nil)
  }

  @Test func `is laid out for a person`() {
    #expect(
      readableJSON(#"{"a":1,"b":{"c":[],"d":["x, {y}",2]},"e":"\"q\""}"#).joined(separator: "\n") == """
        {
          "a": 1,
          "b": {
            "c": [],
            "d": [
              "x, {y}",
              2
            ]
          },
          "e": "\\"q\\""
        }
        """)
  }
}
