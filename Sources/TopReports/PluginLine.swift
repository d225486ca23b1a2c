package import MCPSessions

/// How a monitoring system reads a check: its exit code is the raw value.
package enum PluginStatus: Int32, Sendable {
  case ok = 0
  case warning = 1
  case critical = 2
  case unknown = 3

  fileprivate var word: String {
    switch self {
    case .ok: "OK"
    case .warning: "WARNING"
    case .critical: "CRITICAL"
    case .unknown: "UNKNOWN"
    }
  }
}

/// One line for monitoring systems: `SESSIONTOP CRITICAL - 1 of 7 sessions: billing down | servers=7 ...`.
///
/// Critical are sessions in one of `failing`; without it those that cannot be used by themselves again
/// (`down`, `unstable`, `unauthorized`, `failed`), `recovering` ones that were never of use, and those that
/// cannot be asked, or wait for their way, for over a minute, while `degraded`, `recovering`, `paused` and
/// what waits for a shorter time are a warning. Unknown is what has not come to anything yet, and a store
/// without sessions.
package func pluginLine(
  _ store: Store, failing: FailingStates?, at now: Moment
) -> (line: String, status: PluginStatus) {
  let sessions = store.sessions.values.sorted {
    ($1.rank, $0.key) < ($0.rank, $1.key)
  }
  let graded = sessions.map { ($0, grade(of: $0, failing: failing, at: now.instant)) }
  let status = worst(graded.map(\.1))
  let bad = graded.filter { $0.1 == status && status != .ok }.map(\.0)
  return ("SESSIONTOP \(status.word) - \(words(bad, of: sessions)) | \(figures(store))", status)
}

/// The line of a check that could not be made.
package func pluginLine(unknown why: String) -> (line: String, status: PluginStatus) {
  ("SESSIONTOP UNKNOWN - \(plain(why))", .unknown)
}

private func grade(of session: SessionReport, failing: FailingStates?, at now: Instant) -> PluginStatus {
  if let failing { return failing.contains(session) ? .critical : .ok }
  if session.isUnverified { return session.isLongUnverified(at: now) ? .critical : .warning }
  switch session.state {
  case .ready, .idle, .unmonitored, .closed, .closing: return .ok
  case .degraded, .paused: return .warning
  // What never was of use is no passing thing.
  case .recovering: return session.hasWorked ? .warning : .critical
  case .down, .unstable, .unauthorized, .failed: return .critical
  case .connecting where session.closedWay != nil: return session.isCutOff(at: now) ? .critical : .warning
  case .connecting: return .unknown
  }
}

/// Critical before warning before unknown, as monitoring systems rank them.
private func worst(_ statuses: [PluginStatus]) -> PluginStatus {
  guard !statuses.isEmpty else { return .unknown }
  return [.critical, .warning, .unknown].first { statuses.contains($0) } ?? .ok
}

private let namesShown = 5

private func words(_ bad: [SessionReport], of sessions: [SessionReport]) -> String {
  guard !sessions.isEmpty else { return "no sessions" }
  let live = sessions.count(where: \.isKnownLive)
  guard !bad.isEmpty else { return "\(live) of \(sessions.count) sessions live" }
  let named = bad.prefix(namesShown).map { session in
    let user = session.key.user == SessionKey.sharedUser ? "" : " of \(session.key.user)"
    let why = session.reason.map { " (\($0.type.rawValue))" } ?? ""
    return "\(session.key.server)\(user) \(session.stateWord)\(why)"
  }
  let rest = bad.count > namesShown ? ", \(bad.count - namesShown) more" : ""
  return plain("\(bad.count) of \(sessions.count) sessions: \(named.joined(separator: ", "))\(rest)")
}

/// A pipe would end the words, a line break the line.
private func plain(_ text: String) -> String {
  PrintableText.line(text, limit: 600).replacing("|", with: "/")
}

private func figures(_ store: Store) -> String {
  let sessions = store.sessions.values
  let states = SessionState.allCases.map { state in
    "\(state.rawValue)=\(sessions.count { $0.state == state });;;0"
  }
  let p95 = sessions.compactMap(\.latency?.p95).max().map { "p95=\(($0 * 100).rounded() / 100)ms;;;0" }
  let statistics = store.statistics
  return
    ([
      "servers=\(store.servers.count);;;0", "sessions=\(sessions.count);;;0",
      "live=\(sessions.count(where: \.isKnownLive));;;0",
    ] + states + [
      "unverified=\(sessions.count(where: \.isUnverified));;;0",
      "errors=\(sessions.reduce(0) { $0 + $1.errorCount })c",
      "recoveries=\(sessions.reduce(0) { $0 + $1.recoveries })c", "opened=\(statistics.opened)c",
      "left_behind=\(statistics.leftBehind)c",
    ] + [p95].compactMap { $0 }).joined(separator: " ")
}
