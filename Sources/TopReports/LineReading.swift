import MCPWire
package import MCPSessions

/// A line of JSON Lines as `eventLine` and `snapshotLine` write them.
package enum RecordedLine: Sendable {
  case event(Event)
  case snapshot(EngineReport, Moment)
  /// What changed since the last of them: rows and counts.
  case report(EngineReport, Moment)
}

/// Reads one line, schema version 1; nil when it is neither an event nor a snapshot. Unknown members are
/// ignored. Texts pass the border to the terminal anew: a file may come from anywhere.
package func readLine(_ bytes: some Collection<UInt8>) -> RecordedLine? {
  guard let line = try? JSONValue.read(bytes), code(line["v"]) == schemaVersion,
    let time = moment(line["time"])
  else { return nil }
  switch line["type"]?.text {
  case "event": return event(line, time).map { .event($0) }
  case "snapshot": return .snapshot(report(line, time), time)
  case "report":
    var change = report(line, time)
    // Servers are told by snapshots alone.
    change.servers = nil
    change.removed = Set((line["removed"]?.list ?? []).compactMap(SessionKey.init))
    return .report(change, time)
  default: return nil
  }
}

/// The wall clock is all a file has; it stands for the monotonic one too.
private func moment(_ value: JSONValue?) -> Moment? {
  guard let wall = value?.text.flatMap({ WallTime(rfc3339: $0) }) else { return nil }
  let (nanoseconds, isOver) = wall.milliseconds.multipliedReportingOverflow(by: 1_000_000)
  return isOver ? nil : Moment(instant: Instant(nanoseconds: nanoseconds), wall: wall)
}

private func name(_ value: JSONValue?) -> String? {
  value?.text.map { PrintableText.line($0, limit: 200) }
}

private func text(_ value: JSONValue?, limit: Int = 200) -> ForeignText? {
  value?.text.map { ForeignText(recorded: $0, limit: limit) }
}

/// As long as an error may be, with the words around it.
private func sentence(_ value: JSONValue?) -> Sentence? { text(value, limit: 2_400).map { Sentence($0) } }

private func event(_ line: JSONValue, _ time: Moment) -> Event? {
  guard let kind = line["event"]?.text.flatMap(EventKind.init(rawValue:)),
    let level = line["level"]?.text.flatMap(EventLevel.init(rawValue:))
  else { return nil }
  var event = Event(
    seq: UInt64(code(line["seq"], 0...(1 << 53)) ?? 0), time: time, kind: kind, level: level,
    server: name(line["server"]), user: name(line["user"]), session: name(line["session"]),
    state: line["state"]?.text.flatMap(SessionState.init(rawValue:)),
    sessionKind: line["kind"]?.text.flatMap(SessionKind.init(word:)),
    protocolVersion: name(line["protocol"]), error: error(line["error"]),
    attempt: line["attempt"].map(count),
    nextAttempt: span(line["next_attempt_ms"]),
    repeated: max(1, count(line["repeated"])), message: sentence(line["message"]) ?? .empty)
  event.closedSince = moment(line["closed_since"])
  return event
}

private func error(_ value: JSONValue?) -> SessionError? {
  guard let value, let type = value["type"]?.text.flatMap(ErrorType.init(rawValue:)) else { return nil }
  return SessionError(
    type, status: code(value["status"], 0...999), rpcCode: code(value["rpc_code"]),
    curlCode: code(value["curl_code"], 0...999), detail: sentence(value["detail"]) ?? .empty,
    request: value["request"]?.text.flatMap { name in Purpose.allCases.last { $0.name == name } })
}

private func report(_ line: JSONValue, _ time: Moment) -> EngineReport {
  var report = EngineReport()
  let sessions = (line["sessions"]?.list ?? []).compactMap { session($0, time) }
  report.sessions = Dictionary(sessions.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
  report.servers = (line["servers"]?.list ?? []).compactMap { server in
    guard let name = name(server["name"]) else { return nil }
    let transport = server["transport"]?.text.flatMap(Transport.init(rawValue:)) ?? .streamableHTTP
    let users = server["users"]?.list.prefix(10_000).compactMap { TopReports.name($0) }
    var report = ServerReport(
      name: name, transport: transport, url: server["url"]?.text.map { PrintableText.line($0, limit: 400) },
      users: users ?? sessions.filter { $0.key.server.isExactly(name) }.map(\.key.user),
      note: sentence(server["note"]), settings: settings(server["settings"]),
      command: command(server["command"]))
    report.summary = sentence(server["summary"])
    return report
  }
  guard let counts = line["statistics"] else { return report }
  var statistics = Statistics()
  statistics.totalUsers = count(counts["total_users"])
  statistics.totalSessions = count(counts["total_sessions"])
  statistics.activeSessions = count(counts["active_sessions"])
  statistics.sessionErrors = errors(counts["session_errors"])
  statistics.recoveriesAttempted = count(counts["recoveries_attempted"])
  statistics.recoveriesSucceeded = count(counts["recoveries_succeeded"])
  statistics.opened = count(counts["opened"])
  statistics.ended = count(counts["ended"])
  statistics.leftBehind = count(counts["left_behind"])
  report.statistics = statistics
  return report
}

private func session(_ line: JSONValue, _ time: Moment) -> SessionReport? {
  guard let server = name(line["server"]), let user = name(line["user"]),
    let state = line["state"]?.text.flatMap(SessionState.init(rawValue:))
  else { return nil }
  var report = SessionReport(
    key: SessionKey(server: server, user: user), state: state, since: moment(line["since"]) ?? time)
  report.session = name(line["session"])
  report.kind = line["kind"]?.text.flatMap(SessionKind.init(word:))
  report.protocolVersion = name(line["protocol"])
  if let identity = line["server_info"] {
    let nothing = ForeignText(recorded: "")
    report.identity = ServerIdentity(
      name: text(identity["name"]) ?? nothing, version: text(identity["version"]) ?? nothing)
  }
  report.created = moment(line["created"])
  report.lastGood = moment(line["last_good"])
  report.lastValid = moment(line["last_valid"])
  report.unverifiedSince = moment(line["unverified_since"])
  if let way = line["closed_way"], let since = moment(way["since"]), let cause = error(way["cause"]) {
    report.closedWay = ClosedWay(since: since, cause: cause)
  }
  report.streamFailure = error(line["stream_failure"])
  report.oddities = count(line["stream_oddities"])
  report.tools = line["tools"].map { count($0) }
  report.hasMoreTools = line["tools_complete"] == .flag(false)
  report.toolsFingerprint = name(line["tools_fingerprint"])
  report.stream = line["stream"]?.text.flatMap(StreamState.init(rawValue:)) ?? .off
  report.probes = count(line["probes"])
  if let latency = line["latency_ms"], let p95 = measure(latency["p95"]) {
    report.latency = LatencySummary(
      last: measure(latency["last"]) ?? p95, p50: measure(latency["p50"]) ?? p95, p95: p95,
      p99: measure(latency["p99"]) ?? p95)
  }
  report.errors = errors(line["errors"])
  report.recoveries = count(line["recoveries"])
  report.cause = error(line["cause"])
  report.nextAttempt = span(line["next_attempt_ms"]).map { time.instant + $0 }
  report.advice = sentence(line["advice"])
  report.remark = sentence(line["remark"])
  if let hold = line["paused"], let by = sentence(hold["by"]), let since = moment(hold["since"]),
    let was = hold["was"]?.text.flatMap(SessionState.init(rawValue:))
  {
    report.hold = Hold(by: by, since: since, state: was)
  }
  if let slow = line["slow_ms"], let last = measure(slow["last"]) {
    report.slow = SlowAnswers(last: last, usual: measure(slow["usual"]))
  }
  report.authorization = authorization(line["authorization"])
  report.lastReachable = moment(line["last_reachable"])
  report.streamSince = moment(line["stream_since"])
  report.streamCuts = count(line["stream_cuts"])
  report.missed = count(line["missed"])
  report.nextProbe = span(line["next_probe_ms"]).map { time.instant + $0 }
  report.attempt = count(line["attempt"])
  report.awaitsList = line["awaits_list"]?.flag ?? false
  // One that does not say so cannot be told from one that waits.
  report.isAttempting = line["attempting"]?.flag ?? (state == .connecting)
  report.process = process(line["process"], time)
  report.lastWords = LastWords(
    (line["last_words"]?.list ?? []).prefix(LastWords.limit).compactMap { text($0) })
  return report
}

private func settings(_ value: JSONValue?) -> SessionSettings {
  var settings = SessionSettings()
  guard let value else { return settings }
  settings.timeout = span(value["timeout_ms"]) ?? settings.timeout
  settings.retryAttempts = value["retry_attempts"].map(count) ?? settings.retryAttempts
  settings.retryDelay = span(value["retry_delay_ms"]) ?? settings.retryDelay
  settings.pingInterval = span(value["ping_interval_ms"]) ?? settings.pingInterval
  settings.listEvery = value["list_every"].map(count) ?? settings.listEvery
  settings.slow = span(value["slow_ms"]) ?? settings.slow
  settings.stream = value["stream"]?.flag ?? settings.stream
  return settings
}

private func authorization(_ value: JSONValue?) -> AuthorizationReport? {
  guard let value else { return nil }
  var report = AuthorizationReport()
  report.issuer = text(value["issuer"])
  report.scopes = text(value["scopes"])
  report.expires = moment(value["expires"])?.wall
  report.renewed = moment(value["renewed"])?.wall
  report.renewals = count(value["renewals"])
  report.isRenewable = value["renewable"]?.flag ?? false
  report.step = value["step"]?.text.flatMap(SignInStep.init(rawValue:))
  report.why = error(value["why"])
  return report
}

/// What is started to have a server, as it was told.
func command(_ value: JSONValue?) -> CommandReport? {
  guard let value, let line = value["line"]?.text else { return nil }
  return CommandReport(
    line: Sentence(ForeignText(recorded: line, limit: 400)), folder: sentence(value["folder"]),
    variables: (value["variables"]?.list ?? []).prefix(100).compactMap { sentence($0) },
    download: sentence(value["download"]))
}

private func process(_ value: JSONValue?, _ time: Moment) -> ProcessReport? {
  guard let value, let id = code(value["id"], 1...Int(Int32.max)), let age = span(value["age_ms"]) else {
    return nil
  }
  var usage: ServerUsage?
  if let memory = size(value["memory_bytes"]) {
    usage = ServerUsage(
      processes: count(value["processes"]), threads: count(value["threads"]), memory: memory,
      processorTime: span(value["cpu_ms"]) ?? .zero)
  }
  return ProcessReport(
    id: Int32(clamping: id), since: time.earlier(by: age), usage: usage,
    load: measure(value["cpu_percent"], upTo: 1e6))
}

private func errors(_ value: JSONValue?) -> [ErrorType: Int] {
  var errors: [ErrorType: Int] = [:]
  for (name, value) in value?.members ?? [:] {
    if let type = ErrorType(rawValue: name), measure(value) != nil { errors[type] = count(value) }
  }
  return errors
}
