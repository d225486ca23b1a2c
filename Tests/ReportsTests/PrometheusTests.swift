// Most of it is the whole text of one store: a line for each sample.
import MCPSessions
import MCPWire
import Testing

@testable import TopReports

@Suite struct `Prometheus text` {
  @Test func `counts servers, sessions, errors and recoveries`() {
    #expect(
      prometheusText(metricFamilies(busyStore(), at: noon)) == """
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
        # HELP sessiontop_server_up Whether all sessions of a watched server can be used now; 0 also once one is \
        unverified for a minute.
        # TYPE sessiontop_server_up gauge
        sessiontop_server_up{server="ledger"} 1
        sessiontop_server_up{server="billing"} 0
        sessiontop_server_up{server="docs-remote"} 0
        # HELP sessiontop_sessions_unverified Sessions called live that cannot be asked, because the way to their \
        server is closed.
        # TYPE sessiontop_sessions_unverified gauge
        sessiontop_sessions_unverified{server="ledger"} 0
        sessiontop_sessions_unverified{server="billing"} 0
        sessiontop_sessions_unverified{server="docs-remote"} 0
        # HELP sessiontop_server_state The state of a server, which is the worst of its sessions'.
        # TYPE sessiontop_server_state gauge
        sessiontop_server_state{server="ledger",state="ready"} 1
        sessiontop_server_state{server="billing",state="recovering"} 1
        sessiontop_server_state{server="docs-remote",state="unauthorized"} 1
        sessiontop_server_state{server="git",state="unmonitored"} 1
        # HELP sessiontop_server_info How a server is reached.
        # TYPE sessiontop_server_info gauge
        sessiontop_server_info{server="ledger",network_transport="tcp",network_protocol_name="http",\
        server_address="ledger.example.org",server_port="443"} 1
        sessiontop_server_info{server="billing",network_transport="tcp",network_protocol_name="http",\
        server_address="billing.example.org",server_port="443"} 1
        sessiontop_server_info{server="docs-remote",network_transport="tcp",network_protocol_name="http",\
        server_address="docs-remote.example.org",server_port="443"} 1
        sessiontop_server_info{server="git",network_transport="tcp",network_protocol_name="http",\
        server_address="git.example.org",server_port="443"} 1
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
        # HELP mcp_client_operation_duration_seconds Time from the sending of a request or notification to its answer.
        # TYPE mcp_client_operation_duration_seconds histogram
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="0.01"} 1
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="0.02"} 2
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="0.05"} 2
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="0.1"} 2
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="0.2"} 2
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="0.5"} 2
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="1"} 2
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="2"} 2
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="5"} 3
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="10"} 3
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="30"} 3
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="60"} 3
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="120"} 3
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="300"} 3
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25",\
        le="+Inf"} 3
        mcp_client_operation_duration_seconds_sum{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25"} 2.518
        mcp_client_operation_duration_seconds_count{server="ledger",mcp_method_name="ping",mcp_protocol_version="2025-11-25"} 3
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="0.01"} 0
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="0.02"} 0
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="0.05"} 0
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="0.1"} 0
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="0.2"} 0
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="0.5"} 1
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="1"} 1
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="2"} 1
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="5"} 1
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="10"} 1
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="30"} 1
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="60"} 1
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="120"} 1
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="300"} 1
        mcp_client_operation_duration_seconds_bucket{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603",\
        le="+Inf"} 1
        mcp_client_operation_duration_seconds_sum{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603"} 0.4
        mcp_client_operation_duration_seconds_count{server="ledger",mcp_method_name="tools/list",mcp_protocol_version="2025-11-25",\
        error_type="-32603",rpc_response_status_code="-32603"} 1
        # HELP mcp_client_session_duration_seconds Time from the handshake of a session to its end.
        # TYPE mcp_client_session_duration_seconds histogram
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="0.01"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="0.02"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="0.05"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="0.1"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="0.2"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="0.5"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="1"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="2"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="5"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="10"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="30"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="60"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="120"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="300"} 0
        mcp_client_session_duration_seconds_bucket{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated",\
        le="+Inf"} 1
        mcp_client_session_duration_seconds_sum{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated"} 1000
        mcp_client_session_duration_seconds_count{server="billing",mcp_protocol_version="2025-11-25",error_type="session_terminated"} 1
        # HELP sessiontop_session_age_seconds Age of the oldest session of a server that is live now.
        # TYPE sessiontop_session_age_seconds gauge
        sessiontop_session_age_seconds{server="ledger"} 4000
        # HELP sessiontop_build_info The version of this program.
        # TYPE sessiontop_build_info gauge
        sessiontop_build_info{version="\(Outgoing.clientVersion)"} 1

        """)
  }

  @Test func `leaves out what has no sample and ends in a line feed`() {
    let text = prometheusText(metricFamilies(Store(), at: noon))
    #expect(!text.contains("mcp_client_"))
    #expect(text.contains(#"sessiontop_servers{state="ready"} 0"# + "\n"))
    #expect(text.hasSuffix("\nsessiontop_build_info{version=\"\(Outgoing.clientVersion)\"} 1\n"))
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
    let lines = prometheusText(metricFamilies(store, at: noon)).split(separator: "\n")
    #expect(lines.contains(#"sessiontop_server_up{server="a\"} 1\\"} 0"#))
    #expect(lines.contains(#"sessiontop_server_up{server="b\\u{A}sessiontop_users 99"} 0"#))
    #expect(!lines.contains { $0.hasPrefix("sessiontop_users 99") })
  }

  @Test func `never holds a session id or a user`() {
    var store = busyStore()
    var report = EngineReport()
    report.sessions = store.sessions.mapValues { session in
      var session = session
      var authorization = AuthorizationReport()
      authorization.expires = WallTime(
        milliseconds: noon.wall.milliseconds + (session.key.user == "ana" ? 60_000 : 90_000))
      authorization.renewed = noon.wall
      authorization.renewals = 2
      session.authorization = authorization
      session.process = ProcessReport(
        id: 4_711, since: noon,
        usage: ServerUsage(processes: 1, threads: 2, memory: 3, processorTime: .seconds(4)))
      return session
    }
    store.fold(report, at: noon)
    let text = prometheusText(metricFamilies(store, at: noon))
    #expect(!text.contains("12345678") && !text.contains("9a01c4c2") && !text.contains("ana"))
    let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != " " } }
    #expect(Set(samples).count == samples.count, "no figure is given twice")
    for line in [
      #"sessiontop_token_expires_seconds{server="ledger"} 60"#,
      #"sessiontop_token_renewals_total{server="ledger"} 4"#, #"sessiontop_processes{server="ledger"} 2"#,
    ] { #expect(text.contains(line + "\n"), "\(line)") }
  }
}
