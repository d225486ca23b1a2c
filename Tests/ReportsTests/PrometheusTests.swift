import MCPSessions
import Testing

@testable import TopReports

@Suite struct `Prometheus text` {
  @Test func `counts servers, sessions, errors and recoveries`() {
    #expect(
      prometheusText(busyStore(), at: noon) == """
        # HELP sessiontop_servers Configured servers by state.
        # TYPE sessiontop_servers gauge
        sessiontop_servers{state="idle"} 0
        sessiontop_servers{state="connecting"} 0
        sessiontop_servers{state="ready"} 1
        sessiontop_servers{state="degraded"} 0
        sessiontop_servers{state="paused"} 0
        sessiontop_servers{state="recovering"} 1
        sessiontop_servers{state="unstable"} 0
        sessiontop_servers{state="down"} 0
        sessiontop_servers{state="unauthorized"} 1
        sessiontop_servers{state="failed"} 0
        sessiontop_servers{state="closing"} 0
        sessiontop_servers{state="closed"} 0
        sessiontop_servers{state="unmonitored"} 1
        # HELP sessiontop_sessions Sessions by state.
        # TYPE sessiontop_sessions gauge
        sessiontop_sessions{state="idle"} 0
        sessiontop_sessions{state="connecting"} 0
        sessiontop_sessions{state="ready"} 2
        sessiontop_sessions{state="degraded"} 0
        sessiontop_sessions{state="paused"} 0
        sessiontop_sessions{state="recovering"} 1
        sessiontop_sessions{state="unstable"} 0
        sessiontop_sessions{state="down"} 0
        sessiontop_sessions{state="unauthorized"} 1
        sessiontop_sessions{state="failed"} 0
        sessiontop_sessions{state="closing"} 0
        sessiontop_sessions{state="closed"} 0
        sessiontop_sessions{state="unmonitored"} 0
        # HELP sessiontop_server_up Whether all sessions of a watched server can be used now.
        # TYPE sessiontop_server_up gauge
        sessiontop_server_up{server="ledger"} 1
        sessiontop_server_up{server="billing"} 0
        sessiontop_server_up{server="docs-remote"} 0
        # HELP sessiontop_users Users with an active session.
        # TYPE sessiontop_users gauge
        sessiontop_users 2
        # HELP sessiontop_sessions_created_total Sessions created since start.
        # TYPE sessiontop_sessions_created_total counter
        sessiontop_sessions_created_total 4
        # HELP sessiontop_sessions_opened_total Session ids received.
        # TYPE sessiontop_sessions_opened_total counter
        sessiontop_sessions_opened_total 4
        # HELP sessiontop_sessions_ended_total Session ids that a server confirmed gone.
        # TYPE sessiontop_sessions_ended_total counter
        sessiontop_sessions_ended_total 2
        # HELP sessiontop_sessions_left_behind_total Session ids that a server may still hold.
        # TYPE sessiontop_sessions_left_behind_total counter
        sessiontop_sessions_left_behind_total 1
        # HELP sessiontop_session_errors_total Errors since start by type.
        # TYPE sessiontop_session_errors_total counter
        sessiontop_session_errors_total{error_type="session_terminated"} 5
        sessiontop_session_errors_total{error_type="session_expired"} 0
        sessiontop_session_errors_total{error_type="session_invalid"} 0
        sessiontop_session_errors_total{error_type="session_conflict"} 0
        sessiontop_session_errors_total{error_type="session_timeout"} 0
        sessiontop_session_errors_total{error_type="dns_error"} 0
        sessiontop_session_errors_total{error_type="connect_refused"} 2
        sessiontop_session_errors_total{error_type="connect_timeout"} 0
        sessiontop_session_errors_total{error_type="connection_reset"} 0
        sessiontop_session_errors_total{error_type="empty_reply"} 0
        sessiontop_session_errors_total{error_type="tls_error"} 0
        sessiontop_session_errors_total{error_type="proxy_error"} 0
        sessiontop_session_errors_total{error_type="http_error"} 0
        sessiontop_session_errors_total{error_type="rate_limited"} 0
        sessiontop_session_errors_total{error_type="auth_error"} 2
        sessiontop_session_errors_total{error_type="redirect_refused"} 0
        sessiontop_session_errors_total{error_type="protocol_error"} 0
        sessiontop_session_errors_total{error_type="rpc_error"} 0
        sessiontop_session_errors_total{error_type="response_too_large"} 0
        sessiontop_session_errors_total{error_type="command_not_found"} 0
        sessiontop_session_errors_total{error_type="not_executable"} 0
        sessiontop_session_errors_total{error_type="exited"} 0
        sessiontop_session_errors_total{error_type="not_speaking"} 0
        sessiontop_session_errors_total{error_type="not_reading"} 0
        sessiontop_session_errors_total{error_type="killed_by_system"} 0
        sessiontop_session_errors_total{error_type="sign_in_needed"} 0
        sessiontop_session_errors_total{error_type="sign_in_failed"} 0
        sessiontop_session_errors_total{error_type="token_refused"} 0
        sessiontop_session_errors_total{error_type="insufficient_scope"} 0
        sessiontop_session_errors_total{error_type="issuer_unavailable"} 0
        sessiontop_session_errors_total{error_type="config_error"} 0
        sessiontop_session_errors_total{error_type="resource_error"} 0
        # HELP sessiontop_recoveries_attempted_total Recoveries attempted since start.
        # TYPE sessiontop_recoveries_attempted_total counter
        sessiontop_recoveries_attempted_total 3
        # HELP sessiontop_recoveries_succeeded_total Recoveries that gave a working session.
        # TYPE sessiontop_recoveries_succeeded_total counter
        sessiontop_recoveries_succeeded_total 1
        # HELP sessiontop_events_dropped_total Events lost to a limit.
        # TYPE sessiontop_events_dropped_total counter
        sessiontop_events_dropped_total 0
        # HELP mcp_client_operation_duration_seconds Time to an answer, of the slowest session of the server.
        # TYPE mcp_client_operation_duration_seconds summary
        mcp_client_operation_duration_seconds{server="ledger",mcp_protocol_version="2025-11-25",\
        network_transport="tcp",quantile="0.5"} 0.012
        mcp_client_operation_duration_seconds{server="ledger",mcp_protocol_version="2025-11-25",\
        network_transport="tcp",quantile="0.95"} 1.44
        mcp_client_operation_duration_seconds{server="ledger",mcp_protocol_version="2025-11-25",\
        network_transport="tcp",quantile="0.99"} 2
        # HELP mcp_client_session_duration_seconds Age of the sessions that are live now.
        # TYPE mcp_client_session_duration_seconds summary
        mcp_client_session_duration_seconds{server="ledger",quantile="0.5"} 1000
        mcp_client_session_duration_seconds{server="ledger",quantile="1"} 4000

        """)
  }

  @Test func `leaves out what has no sample and ends in a line feed`() {
    let text = prometheusText(Store(), at: noon)
    #expect(!text.contains("mcp_client_"))
    #expect(text.contains(#"sessiontop_servers{state="ready"} 0"# + "\n"))
    #expect(text.hasSuffix("sessiontop_events_dropped_total 0\n"))
  }

  @Test func `escapes labels so that no name can forge a sample`() {
    var report = EngineReport()
    report.servers = [server(#"a"} 1\"#), server("b\nsessiontop_users 99")]
    for name in report.servers?.map(\.name) ?? [] {
      let key = SessionKey(server: name)
      report.sessions[key] = SessionReport(key: key, state: .failed, since: noon)
    }
    var store = Store()
    store.fold(report, at: noon)
    let lines = prometheusText(store, at: noon).split(separator: "\n")
    #expect(lines.contains(#"sessiontop_server_up{server="a\"} 1\\"} 0"#))
    #expect(lines.contains(#"sessiontop_server_up{server="b\\u{A}sessiontop_users 99"} 0"#))
    #expect(!lines.contains { $0.hasPrefix("sessiontop_users 99") })
  }

  @Test func `never holds a session id or a user`() {
    let text = prometheusText(busyStore(), at: noon)
    #expect(!text.contains("12345678") && !text.contains("9a01c4c2") && !text.contains("ana"))
  }
}

@Suite struct `OpenMetrics text` {
  @Test func `names counters without their ending, and has an end`() {
    let text = openMetricsText(busyStore(), at: noon)
    #expect(text.hasSuffix("\n# EOF\n") && text.split(separator: "\n").count { $0 == "# EOF" } == 1)
    #expect(
      text.contains("# TYPE sessiontop_recoveries_attempted counter\nsessiontop_recoveries_attempted_total "))
    #expect(text.contains("# TYPE sessiontop_servers gauge\n"))
    let samples = { (text: String) in text.split(separator: "\n").filter { !$0.hasPrefix("#") } }
    #expect(samples(text) == samples(prometheusText(busyStore(), at: noon)), "the same figures")
  }
}
