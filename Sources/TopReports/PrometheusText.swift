package import MCPSessions

/// All that is known at `now` in the Prometheus text format 0.0.4, every line ended.
///
/// What the OpenTelemetry conventions for MCP have a name for carries it
/// (https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/); the rest is `sessiontop_*`. Labels are servers,
/// states, error types and revisions, and users where a figure is a person's, as a token is: never a session
/// id.
package func prometheusText(_ store: Store, at now: Moment) -> String {
  families(store, at: now).map { $0.text(isOpen: false) }.joined()
}

/// The same as OpenMetrics 1.0.0, for those who ask for it.
package func openMetricsText(_ store: Store, at now: Moment) -> String {
  families(store, at: now).map { $0.text(isOpen: true) }.joined() + "# EOF\n"
}

private func families(_ store: Store, at now: Moment) -> [Family] {
  let servers = store.servers.map { (name: $0.name, state: store.state(of: $0)) }
  let sessions = store.sessions.values.sorted { $0.key < $1.key }
  let statistics = store.statistics
  return
    [
      Family(
        "sessiontop_servers", .gauge, "Configured servers by state.",
        perState { state in servers.count { $0.state == state } }),
      Family(
        "sessiontop_sessions", .gauge, "Sessions by state.",
        perState { state in sessions.count { $0.state == state } }),
      Family(
        "sessiontop_server_up", .gauge, "Whether all sessions of a watched server can be used now.",
        servers.filter { $0.state != .unmonitored }.map {
          Sample([("server", $0.name)], $0.state.isLive ? 1 : 0)
        }),
      Family("sessiontop_users", .gauge, "Users with an active session.", statistics.totalUsers),
      Family(
        "sessiontop_sessions_created_total", .counter, "Sessions created since start.",
        statistics.totalSessions),
      Family("sessiontop_sessions_opened_total", .counter, "Session ids received.", statistics.opened),
      Family(
        "sessiontop_sessions_ended_total", .counter, "Session ids that a server confirmed gone.",
        statistics.ended),
      Family(
        "sessiontop_sessions_left_behind_total", .counter, "Session ids that a server may still hold.",
        statistics.leftBehind),
      Family(
        "sessiontop_session_errors_total", .counter, "Errors since start by type.",
        ErrorType.allCases.map { type in
          Sample([("error_type", type.rawValue)], Double(statistics.sessionErrors[type] ?? 0))
        }),
      Family(
        "sessiontop_recoveries_attempted_total", .counter, "Recoveries attempted since start.",
        statistics.recoveriesAttempted),
      Family(
        "sessiontop_recoveries_succeeded_total", .counter, "Recoveries that gave a working session.",
        statistics.recoveriesSucceeded),
      Family(
        "sessiontop_events_dropped_total", .counter, "Events lost to a limit.", statistics.eventsDropped),
      Family(
        "mcp_client_operation_duration_seconds", .summary,
        "Time to an answer, of the slowest session of the server.",
        operationDurations(sessions, transports: store.servers)),
      Family(
        "mcp_client_session_duration_seconds", .summary, "Age of the sessions that are live now.",
        sessionDurations(sessions, at: now)),
      Family(
        "sessiontop_token_expires_seconds", .gauge,
        "Time until the token of a session ends; negative when it has.",
        tokens(sessions) { $0.expires.map { Double($0.milliseconds - now.wall.milliseconds) / 1_000 } }),
      Family(
        "sessiontop_token_renewals_total", .counter, "Tokens that were renewed since the sign-in.",
        tokens(sessions) { $0.renewed == nil ? nil : Double($0.renewals) }),
    ]
    + processFamilies(sessions).map { figures in
      Family(
        figures.name, figures.isCounter ? .counter : .gauge, figures.help,
        figures.samples.map { Sample([("server", $0.server)], $0.value) })
    }
}

private func tokens(
  _ sessions: [SessionReport], _ value: (AuthorizationReport) -> Double?
) -> [Sample] {
  sessions.compactMap { session in
    session.authorization.flatMap(value).map {
      Sample([("server", session.key.server), ("user", session.key.user)], $0)
    }
  }
}

private func perState(_ count: (SessionState) -> Int) -> [Sample] {
  SessionState.allCases.map { Sample([("state", $0.rawValue)], Double(count($0))) }
}

/// Quantiles of several sessions cannot be added up; the slowest bounds them all.
private func operationDurations(_ sessions: [SessionReport], transports: [ServerReport]) -> [Sample] {
  let pipes = Set(transports.filter { $0.transport == .stdio }.map { ExactText($0.name) })
  return grouped(sessions.filter { $0.latency != nil }) { [$0.key.server, $0.protocolVersion ?? ""] }
    .flatMap { key, group in
      let latencies = group.compactMap(\.latency)
      let labels = [
        ("server", key[0]), ("mcp_protocol_version", key[1]),
        ("network_transport", pipes.contains(ExactText(key[0])) ? "pipe" : "tcp"),
      ].filter { !$0.1.isEmpty }
      return [("0.5", \LatencySummary.p50), ("0.95", \.p95), ("0.99", \.p99)].map { quantile, value in
        Sample(labels + [("quantile", quantile)], (latencies.map { $0[keyPath: value] }.max() ?? 0) / 1_000)
      }
    }
}

private func sessionDurations(_ sessions: [SessionReport], at now: Moment) -> [Sample] {
  grouped(sessions.filter { $0.state.isLive && $0.created != nil }) { [$0.key.server] }
    .flatMap { key, group in
      let ages = group.compactMap(\.created).map { max(0, (now.instant - $0.instant).inSeconds) }.sorted()
      return [("0.5", ages[(ages.count - 1) / 2]), ("1", ages[ages.count - 1])].map { quantile, age in
        Sample([("server", key[0]), ("quantile", quantile)], age)
      }
    }
}

/// Groups in the order of their first member, so that the text is stable.
private func grouped(
  _ sessions: [SessionReport], by key: (SessionReport) -> [String]
) -> [(key: [String], sessions: [SessionReport])] {
  var order: [[ExactText]] = []
  var groups: [[ExactText]: [SessionReport]] = [:]
  for session in sessions {
    let name = key(session).map { ExactText($0) }
    if groups[name] == nil { order.append(name) }
    groups[name, default: []].append(session)
  }
  return order.map { ($0.map(\.text), groups[$0] ?? []) }
}

// MARK: - The text format

private struct Sample {
  let labels: [(name: String, value: String)]
  let value: Double

  init(_ labels: [(String, String)], _ value: Double) {
    self.labels = labels.map { (name: $0, value: $1) }
    self.value = value
  }
}

private struct Family {
  enum Kind: String { case counter, gauge, summary }

  let name: String
  let kind: Kind
  let help: String
  let samples: [Sample]

  init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
    self.name = name
    self.kind = kind
    self.help = help
    self.samples = samples
  }

  init(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
    self.init(name, kind, help, [Sample([], Double(value))])
  }

  /// A family without samples is not there at all. In OpenMetrics the name of a counter's family lacks the
  /// ending that its samples have.
  func text(isOpen: Bool) -> String {
    let title = isOpen && kind == .counter && name.hasSuffix("_total") ? String(name.dropLast(6)) : name
    guard !samples.isEmpty else { return "" }
    let lines = samples.map { sample in
      let labels = sample.labels.map { "\($0.name)=\"\(escapedLabel($0.value))\"" }.joined(separator: ",")
      return name + (labels.isEmpty ? "" : "{\(labels)}") + " \(number(sample.value))\n"
    }
    return "# HELP \(title) \(help)\n# TYPE \(title) \(kind.rawValue)\n" + lines.joined()
  }
}

/// Backslash, quote and line feed are the three that the format wants escaped.
private func escapedLabel(_ value: String) -> String {
  var result = ""
  for character in PrintableText.line(value).unicodeScalars {
    switch character {
    case "\\": result += "\\\\"
    case "\"": result += "\\\""
    case "\n": result += "\\n"
    default: result.unicodeScalars.append(character)
    }
  }
  return result
}

private func number(_ value: Double) -> String {
  guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf" }
  guard value == value.rounded(), abs(value) < 1e15 else { return "\(value)" }
  return String(Int64(value))
}
