import MCPWire
package import MCPSessions

/// All that is known at `now`, as metrics.
///
/// What the OpenTelemetry conventions for MCP have a name for carries it
/// (https://github.com/open-telemetry/semantic-conventions-genai, "MCP"); the rest is `sessiontop.*`. Points
/// are told apart by server, state, method, error type and revision: never by session, and never by user.
package func metricFamilies(_ store: Store, at now: Moment) -> [MetricFamily] {
  let servers = ServerStates(store, at: now.instant)
  let sessions = store.sessions.values.sorted { $0.key < $1.key }
  return figuresOfServers(servers, sessions) + figuresOfStatistics(store.statistics)
    + durations(store.durations, servers) + figuresOfSessions(sessions, at: now)
    + figuresOfProcesses(sessions)
    + [
      MetricFamily(
        "sessiontop.build.info", .gauge, .none, "The version of this program.",
        [MetricPoint([MetricAttribute("version", Outgoing.clientVersion)], 1)])
    ]
}

/// The servers with their states, worked out in one pass.
private struct ServerStates {
  let rows: [(server: ServerReport, state: SessionState, isUp: Bool, unverified: Int)]
  private let byName: [ExactText: ServerReport]

  init(_ store: Store, at now: Instant) {
    var worst: [ExactText: SessionState] = [:]
    var unverified: [ExactText: Int] = [:]
    var doubtful: Set<ExactText> = []
    for session in store.sessions.values {
      let name = ExactText(session.key.server)
      if session.state.severity > worst[name]?.severity ?? -1 { worst[name] = session.state }
      if session.isUnverified { unverified[name, default: 0] += 1 }
      if session.isLongUnverified(at: now) { doubtful.insert(name) }
    }
    rows = store.servers.map { server in
      let name = ExactText(server.name)
      let state = worst[name] ?? .unmonitored
      return (server, state, state.isLive && !doubtful.contains(name), unverified[name] ?? 0)
    }
    byName = Dictionary(
      store.servers.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// How a server is reached, as the conventions have it.
  func way(_ name: ExactText) -> [MetricAttribute] {
    guard let server = byName[name] else { return [] }
    guard server.transport != .stdio else { return [MetricAttribute("network.transport", "pipe")] }
    var way = [MetricAttribute("network.transport", "tcp"), MetricAttribute("network.protocol.name", "http")]
    if let origin = server.url.flatMap({ try? Endpoint($0) })?.origin {
      way += [MetricAttribute("server.address", origin.host), MetricAttribute("server.port", origin.port)]
    }
    return way
  }
}

private func named(_ server: String) -> MetricAttribute { MetricAttribute("server", server) }

private func figuresOfServers(_ servers: ServerStates, _ sessions: [SessionReport]) -> [MetricFamily] {
  let watched = servers.rows.filter { $0.state != .unmonitored }
  return [
    MetricFamily(
      "sessiontop.servers", .gauge, .count(of: "server"), "Configured servers by state.",
      perState { state in servers.rows.count { $0.state == state } }),
    MetricFamily(
      "sessiontop.sessions", .gauge, .count(of: "session"), "Sessions by state.",
      perState { state in sessions.count { $0.state == state } }),
    MetricFamily(
      "sessiontop.server.up", .gauge, .none,
      "Whether all sessions of a watched server can be used now; 0 also once one is unverified for a minute.",
      watched.map { MetricPoint([named($0.server.name)], $0.isUp ? 1 : 0) }),
    MetricFamily(
      "sessiontop.sessions.unverified", .gauge, .count(of: "session"),
      "Sessions called live that cannot be asked, because the way to their server is closed.",
      watched.map { MetricPoint([named($0.server.name)], $0.unverified) }),
    MetricFamily(
      "sessiontop.server.state", .gauge, .none, "The state of a server, which is the worst of its sessions'.",
      servers.rows.map {
        MetricPoint([named($0.server.name), MetricAttribute("state", $0.state.rawValue)], 1)
      }),
    MetricFamily(
      "sessiontop.server.info", .gauge, .none, "How a server is reached.",
      servers.rows.map { row in
        MetricPoint([named(row.server.name)] + servers.way(ExactText(row.server.name)), 1)
      }),
  ]
}

private func perState(_ count: (SessionState) -> Int) -> [MetricPoint] {
  SessionState.allCases.map { MetricPoint([MetricAttribute("state", $0.rawValue)], count($0)) }
}

private func figuresOfStatistics(_ statistics: Statistics) -> [MetricFamily] {
  [
    MetricFamily(
      "sessiontop.users", .gauge, .count(of: "user"), "Users with an active session.", statistics.totalUsers),
    MetricFamily(
      "sessiontop.sessions.created", .counter, .count(of: "session"), "Sessions created since start.",
      statistics.totalSessions),
    MetricFamily(
      "sessiontop.sessions.opened", .counter, .count(of: "session"), "Session ids received.",
      statistics.opened),
    MetricFamily(
      "sessiontop.sessions.ended", .counter, .count(of: "session"),
      "Session ids that a server confirmed gone.", statistics.ended),
    MetricFamily(
      "sessiontop.sessions.left_behind", .counter, .count(of: "session"),
      "Session ids that a server may still hold.", statistics.leftBehind),
    MetricFamily(
      "sessiontop.session.errors", .counter, .count(of: "error"), "Errors since start by type.",
      ErrorType.allCases.map { type in
        MetricPoint([MetricAttribute("error.type", type.rawValue)], statistics.sessionErrors[type] ?? 0)
      }),
    MetricFamily(
      "sessiontop.recoveries.attempted", .counter, .count(of: "recovery"),
      "Recoveries attempted since start.", statistics.recoveriesAttempted),
    MetricFamily(
      "sessiontop.recoveries.succeeded", .counter, .count(of: "recovery"),
      "Recoveries that gave a working session.", statistics.recoveriesSucceeded),
    MetricFamily(
      "sessiontop.events.dropped", .counter, .count(of: "event"), "Events lost to a limit.",
      statistics.eventsDropped),
  ]
}

private func durations(
  _ durations: [DurationSeries: DurationHistogram], _ servers: ServerStates
) -> [MetricFamily] {
  var operations: [(order: [String], point: MetricPoint)] = []
  var sessions: [(order: [String], point: MetricPoint)] = []
  for (series, histogram) in durations {
    var attributes = [named(series.server.text)]
    if case .operation(let method) = series.subject {
      attributes.append(MetricAttribute("mcp.method.name", method))
    }
    if let version = series.protocolVersion {
      attributes.append(MetricAttribute("mcp.protocol.version", version))
    }
    if let type = series.errorType { attributes.append(MetricAttribute("error.type", type)) }
    if let code = series.responseCode {
      attributes.append(MetricAttribute("rpc.response.status_code", String(code)))
    }
    let point = MetricPoint(
      attributes, .histogram(histogram), context: servers.way(series.server), since: histogram.since)
    // The text is the same whenever the figures are.
    let order = attributes.map { "\($0.name) \($0.value)" }
    if series.subject == .session {
      sessions.append((order, point))
    } else {
      operations.append((order, point))
    }
  }
  let sorted = { (points: [(order: [String], point: MetricPoint)]) in
    points.sorted { $0.order.lexicographicallyPrecedes($1.order) }.map(\.point)
  }
  return [
    MetricFamily(
      "mcp.client.operation.duration", .histogram, .seconds,
      "Time from the sending of a request or notification to its answer.", sorted(operations)),
    MetricFamily(
      "mcp.client.session.duration", .histogram, .seconds,
      "Time from the handshake of a session to its end.", sorted(sessions)),
  ]
}

private func figuresOfSessions(_ sessions: [SessionReport], at now: Moment) -> [MetricFamily] {
  [
    MetricFamily(
      "sessiontop.session.age", .gauge, .seconds, "Age of the oldest session of a server that is live now.",
      perServer(
        sessions.filter(\.isKnownLive),
        { $0.created.map { max(0, (now.instant - $0.instant).inSeconds) } }, max)),
    MetricFamily(
      "sessiontop.token.expires", .gauge, .seconds,
      "Time until the first token of a server ends; negative when it has.",
      perServer(
        sessions,
        { $0.authorization?.expires.map { Double($0.milliseconds - now.wall.milliseconds) / 1_000 } }, min)),
    MetricFamily(
      "sessiontop.token.renewals", .counter, .count(of: "renewal"),
      "Tokens that were renewed since the sign-in.",
      perServer(sessions, { $0.authorization?.renewed == nil ? nil : $0.authorization?.renewals }, +)),
  ]
}

private func figuresOfProcesses(_ sessions: [SessionReport]) -> [MetricFamily] {
  [
    MetricFamily(
      "sessiontop.process.cpu", .counter, .seconds,
      "Processor time of a server that is a process, with all that it started.",
      perServer(sessions, { $0.process?.usage?.processorTime.inSeconds }, +)),
    MetricFamily(
      "sessiontop.process.resident_memory", .gauge, .bytes,
      "Memory of a server that is a process, with all that it started.",
      perServer(sessions, { ($0.process?.usage?.memory).map { Int(clamping: $0) } }, +)),
    MetricFamily(
      "sessiontop.process.threads", .gauge, .count(of: "thread"),
      "Threads of a server that is a process, with all that it started.",
      perServer(sessions, { $0.process?.usage?.threads }, +)),
    MetricFamily(
      "sessiontop.processes", .gauge, .count(of: "process"),
      "Processes of a server that is one, with all that it started.",
      perServer(sessions, { $0.process?.usage?.processes }, +)),
    MetricFamily(
      "sessiontop.process.start_time", .gauge, .seconds,
      "When the oldest process of a server was started, in Unix time.",
      perServer(
        sessions,
        { session in
          session.process.flatMap { process in
            process.usage.map { _ in Double(process.since.wall.milliseconds) / 1_000 }
          }
        }, min)),
  ]
}

/// One point for each server whose sessions have such a value, in the order of the sessions; the values of
/// several users are joined, so that no user is told apart.
private func perServer(
  _ sessions: [SessionReport], _ value: (SessionReport) -> Double?, _ join: (Double, Double) -> Double
) -> [MetricPoint] {
  joined(sessions, value, join).map { MetricPoint([named($0.server.text)], $0.value) }
}

private func perServer(
  _ sessions: [SessionReport], _ value: (SessionReport) -> Int?, _ join: (Int, Int) -> Int
) -> [MetricPoint] {
  joined(sessions, value, join).map { MetricPoint([named($0.server.text)], $0.value) }
}

private func joined<Value>(
  _ sessions: [SessionReport], _ value: (SessionReport) -> Value?, _ join: (Value, Value) -> Value
) -> [(server: ExactText, value: Value)] {
  var order: [ExactText] = []
  var values: [ExactText: Value] = [:]
  for session in sessions {
    guard let one = value(session) else { continue }
    let name = ExactText(session.key.server)
    if let before = values[name] {
      values[name] = join(before, one)
    } else {
      order.append(name)
      values[name] = one
    }
  }
  return order.compactMap { name in values[name].map { (name, $0) } }
}
