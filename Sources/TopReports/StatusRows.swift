package import MCPSessions

/// Sessions at `now` for programs: a line of titles, then a line for each session, fields with tabs between
/// them, nothing cut. What is not known is empty; times are RFC 3339, latencies milliseconds.
///
/// Columns are only ever added at the end.
package func statusRows(_ store: Store, at now: Moment) -> String {
  let sessions = Dictionary(grouping: store.sessions.values, by: \.key.exactServer)
  let rows = store.servers.flatMap { server in
    // A server that nobody watches has no session, and a line all the same.
    (sessions[server.id]?.sorted { $0.key < $1.key }.map { row($0, server, at: now) })
      ?? [row(server, state: store.state(of: server))]
  }
  return ([titles] + rows).map { $0.joined(separator: "\t") }.joined(separator: "\n")
}

private let titles = [
  "SERVER", "USER", "STATE", "SINCE", "TRANSPORT", "KIND", "PROTOCOL", "SESSION", "CREATED", "LAST_GOOD",
  "P95_MS", "ERRORS", "RECOVERIES", "TOOLS", "NEXT_MS", "CAUSE", "WHY", "URL",
]

private func row(_ server: ServerReport, state: SessionState) -> [String] {
  titles.map { title in
    let field: String? =
      switch title {
      case "SERVER": server.name
      case "STATE": state.rawValue
      case "TRANSPORT": server.transport.rawValue
      case "WHY": server.note?.text
      case "URL": server.url
      default: nil
      }
    return PrintableText.line(field ?? "", limit: 4_096)
  }
}

/// Why it is not simply ready; also of one that cannot be asked, and of one that waits for something.
private func why(_ session: SessionReport) -> String? {
  session.cause?.summary ?? session.slow?.words.text ?? session.remark?.text ?? session.reason?.summary
}

private func row(_ session: SessionReport, _ server: ServerReport, at now: Moment) -> [String] {
  let next = session.nextAttempt.map { "\(max(0, ($0 - now.instant).inMilliseconds))" }
  return [
    session.key.server, session.key.user, session.stateWord, session.since.wall.rfc3339,
    server.transport.rawValue, session.kind?.rawValue, session.protocolVersion, session.session,
    session.created?.wall.rfc3339, session.lastGood?.wall.rfc3339,
    session.latency.map { "\(($0.p95 * 100).rounded() / 100)" },
    "\(session.errorCount)", "\(session.recoveries)", session.tools.map { "\($0)" }, next,
    session.reason?.type.rawValue, why(session), server.url,
  ].map { PrintableText.line($0 ?? "", limit: 4_096) }
}
