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
func moment(_ value: JSONValue?) -> Moment? {
  guard let wall = value?.text.flatMap({ WallTime(rfc3339: $0) }) else { return nil }
  let (nanoseconds, isOver) = wall.milliseconds.multipliedReportingOverflow(by: 1_000_000)
  return isOver ? nil : Moment(instant: Instant(nanoseconds: nanoseconds), wall: wall)
}

func name(_ value: JSONValue?) -> String? {
  value?.text.map { PrintableText.line($0, limit: 200) }
}

func text(_ value: JSONValue?, limit: Int = 200) -> ForeignText? {
  value?.text.map { ForeignText(recorded: $0, limit: limit) }
}

/// As long as an error may be, with the words around it.
func sentence(_ value: JSONValue?) -> Sentence? { text(value, limit: 2_400).map { Sentence($0) } }

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

func error(_ value: JSONValue?) -> SessionError? {
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

func errors(_ value: JSONValue?) -> [ErrorType: Int] {
  var errors: [ErrorType: Int] = [:]
  for (name, value) in value?.members ?? [:] {
    if let type = ErrorType(rawValue: name), measure(value) != nil { errors[type] = count(value) }
  }
  return errors
}
