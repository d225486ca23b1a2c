package import MCPSessions

/// Servers, sessions and counts at `now` as plain text without a final line break.
///
/// No line is longer than `width` characters: columns go, least needed first, then names and reasons are cut
/// and end in "...". Give a large width when the text goes to a file.
package func statusTable(_ store: Store, at now: Moment, width: Int) -> String {
  guard !store.servers.isEmpty else { return "no servers" }
  let sessions = Dictionary(grouping: store.sessions.values, by: \.key.exactServer)
    .mapValues { $0.sorted { $0.key < $1.key } }
  let servers = store.servers.map { server in
    serverRow(server, state: store.state(of: server), sessions: sessions[server.id] ?? [], at: now)
  }
  let rows = store.servers.flatMap { sessions[$0.id] ?? [] }.map { sessionRow($0, at: now) }
  let parts =
    [tableLines(serverColumns, servers, width: width)]
    + (rows.isEmpty ? [] : [tableLines(sessionColumns, rows, width: width)])
    + [summaryLines(store, width: width)]
  return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
}

private let serverColumns = [
  Column("SERVER", .essential(atLeast: 8)), Column("STATE", .essential(atLeast: 12)),
  Column("SES", .dispensable(1), alignsRight: true), Column("P95", .dispensable(5), alignsRight: true),
  Column("GOOD", .dispensable(4), alignsRight: true), Column("ERR", .dispensable(3), alignsRight: true),
  Column("WHY", .elastic(2, atLeast: 16)),
]

private func serverRow(
  _ server: ServerReport, state: SessionState, sessions: [SessionReport], at now: Moment
) -> [String] {
  let worst = sessions.max { $0.rank < $1.rank }.map { reason($0, at: now) } ?? ""
  let why = worst.isEmpty ? server.note?.text ?? "" : worst
  // The oldest of them, as in the dashboard: what is to be seen is the one that is worst off.
  let good = sessions.compactMap(\.lastGood).map(\.instant).min()
  return [
    PrintableText.line(server.name), shown(state, sessions.contains { $0.state == state && $0.isUnverified }),
    sessions.isEmpty ? "-" : "\(sessions.count(where: \.isKnownLive))/\(sessions.count)",
    sessions.compactMap(\.latency?.p95).max().map(shortLatency) ?? "-",
    good.map { shortDuration(now.instant - $0) } ?? "-",
    String(sessions.reduce(0) { $0 + $1.errorCount }), why,
  ]
}

private let sessionColumns = [
  Column("SERVER", .essential(atLeast: 8)), Column("USER", .dispensable(1)),
  Column("SESSION", .dispensable(4)), Column("STATE", .essential(atLeast: 12)),
  Column("KIND", .dispensable(6)), Column("PROTOCOL", .dispensable(7)),
  Column("AGE", .dispensable(8), alignsRight: true), Column("GOOD", .dispensable(5), alignsRight: true),
  Column("P95", .dispensable(9), alignsRight: true), Column("ERR", .dispensable(3), alignsRight: true),
  Column("REC", .dispensable(10), alignsRight: true), Column("WHY", .elastic(2, atLeast: 20)),
]

private func sessionRow(_ session: SessionReport, at now: Moment) -> [String] {
  [
    PrintableText.line(session.key.server), PrintableText.line(session.key.user), session.session ?? "-",
    session.stateWord, session.kind?.rawValue ?? "-", session.protocolVersion ?? "-",
    session.created.map { shortDuration(now.instant - $0.instant) } ?? "-",
    session.lastGood.map { shortDuration(now.instant - $0.instant) } ?? "-",
    session.latency.map { shortLatency($0.p95) } ?? "-", String(session.errorCount),
    String(session.recoveries), reason(session, at: now),
  ]
}

/// `ready?` where a session is called ready and cannot be asked.
private func shown(_ state: SessionState, _ isUnverified: Bool) -> String {
  isUnverified ? "\(state.rawValue)?" : state.rawValue
}

private func reason(_ session: SessionReport, at now: Moment) -> String {
  let next = session.nextAttempt.map { "next in \(shortDuration($0 - now.instant))" }
  let parts = [
    session.cause?.summary ?? session.slow?.words.text, next, session.remark?.text, session.advice?.text,
  ]
  return parts.compactMap { $0 }.joined(separator: "; ")
}

private func summaryLines(_ store: Store, width: Int) -> [String] {
  let states = Dictionary(grouping: store.servers) { store.state(of: $0) }.mapValues(\.count)
  let statistics = store.statistics
  let live = store.sessions.values.count(where: \.isKnownLive)
  let errors = ErrorType.allCases.compactMap { type in
    statistics.sessionErrors[type].map { "\(type.rawValue) \($0)" }
  }
  return wrapped(
    "servers", SessionState.allCases.compactMap { state in states[state].map { "\($0) \(state.rawValue)" } },
    width: width)
    + wrapped(
      "sessions",
      [
        "\(live) of \(store.sessions.count) live", "\(statistics.opened) opened", "\(statistics.ended) ended",
        "\(statistics.leftBehind) left behind",
      ], width: width)
    + wrapped(
      "recoveries",
      ["\(statistics.recoveriesAttempted) attempted", "\(statistics.recoveriesSucceeded) succeeded"],
      width: width)
    + wrapped("errors", errors.isEmpty ? ["none"] : errors, width: width)
    + (statistics.eventsDropped == 0
      ? [] : wrapped("events", ["\(statistics.eventsDropped) dropped"], width: width))
}

/// A heading and its facts, on as many lines as they need.
private func wrapped(_ heading: String, _ facts: [String], width: Int) -> [String] {
  let indent = 12
  var lines = [padded(heading, to: indent)]
  for (position, fact) in facts.enumerated() {
    let text = position == facts.count - 1 ? fact : fact + ", "
    if lines[lines.count - 1].count > indent, lines[lines.count - 1].count + fact.count + 1 > width {
      lines.append(String(repeating: " ", count: indent))
    }
    lines[lines.count - 1] += text
  }
  return lines.map { cut(trimmed($0), to: width) }
}

/// Two units at most: `3s`, `4m12s`, `1h02m`, `2d04h`; what lies behind us is `0s`.
func shortDuration(_ duration: Duration) -> String {
  let seconds = max(0, Int(duration.components.seconds))
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  switch seconds {
  case ..<60: return "\(seconds)s"
  case ..<3_600: return "\(seconds / 60)m\(two(seconds % 60))s"
  case ..<86_400: return "\(seconds / 3_600)h\(two(seconds / 60 % 60))m"
  default: return "\(seconds / 86_400)d\(two(seconds / 3_600 % 24))h"
  }
}

/// `0.4ms`, `12ms`, `2.4s`.
func shortLatency(_ milliseconds: Double) -> String {
  func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
  guard milliseconds.isFinite else { return "-" }
  if milliseconds < 9.95 { return "\(tenths(milliseconds))ms" }
  if milliseconds < 999.5 { return "\(Int(saturating: milliseconds.rounded()))ms" }
  return "\(tenths(milliseconds / 1_000))s"
}
