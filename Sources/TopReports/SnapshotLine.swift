import MCPWire
package import MCPSessions

/// All that is known at `now` as one line of JSON, schema version 1, without its line break.
///
/// What is not known is absent: a session without a `cause` has none that we know of.
/// `inFull` adds what only a dashboard elsewhere wants to know.
package func snapshotLine(_ store: Store, at now: Moment, inFull: Bool = false) -> String {
  let sessions = Dictionary(grouping: store.sessions.values, by: \.key.exactServer)
  var writer = JSONWriter()
  writer.object {
    $0.member("v", schemaVersion)
    $0.member("type", "snapshot")
    $0.member("time", now.wall.rfc3339)
    $0.array("servers") {
      for server in store.servers {
        $0.server(
          server, state: store.state(of: server), sessions: sessions[server.id] ?? [], inFull: inFull)
      }
    }
    $0.array("sessions") {
      for server in store.servers {
        for session in (sessions[server.id] ?? []).sorted(by: { $0.key < $1.key }) {
          $0.session(session, at: now, inFull: inFull)
        }
      }
    }
    $0.statistics("statistics", store.statistics)
  }
  return writer.text
}

/// What changed, without its events, as one line of JSON for those who follow: rows as in a snapshot, and the
/// sessions that are gone.
package func reportLine(_ report: EngineReport, at now: Moment) -> String {
  var writer = JSONWriter()
  writer.object {
    $0.member("v", schemaVersion)
    $0.member("type", "report")
    $0.member("time", now.wall.rfc3339)
    $0.array("sessions") { list in
      for session in report.sessions.values.sorted(by: { $0.key < $1.key }) {
        list.session(session, at: now, inFull: true)
      }
    }
    if !report.removed.isEmpty { $0.keys("removed", report.removed.sorted()) }
    if let statistics = report.statistics { $0.statistics("statistics", statistics) }
  }
  return writer.text
}

/// Why a server is not simply ready: the cause of its worst session.
func worstCause(_ sessions: [SessionReport]) -> SessionError? {
  let troubled = sessions.filter { $0.cause != nil }.sorted { $0.key < $1.key }
  return troubled.max { $0.state.severity < $1.state.severity }?.cause
}

extension JSONWriter {
  fileprivate mutating func server(
    _ server: ServerReport, state: SessionState, sessions: [SessionReport], inFull: Bool
  ) {
    object {
      $0.member("name", server.name)
      $0.member("transport", server.transport.rawValue)
      $0.member("url", server.url)
      $0.member("state", state.rawValue)
      $0.member("sessions", sessions.count)
      let unverified = sessions.count(where: \.isUnverified)
      if unverified > 0 { $0.member("unverified", unverified) }
      $0.error("cause", worstCause(sessions))
      $0.member("note", server.note?.text)
      $0.command(server.command)
      guard inFull else { return }
      $0.array("users") { for user in server.users { $0.element(user) } }
      $0.member("summary", server.summary?.text)
      $0.object("settings") {
        let settings = server.settings
        $0.member("timeout_ms", settings.timeout.inMilliseconds)
        $0.member("retry_attempts", settings.retryAttempts)
        $0.member("retry_delay_ms", settings.retryDelay.inMilliseconds)
        $0.member("ping_interval_ms", settings.pingInterval.inMilliseconds)
        $0.member("list_every", settings.listEvery)
        $0.member("slow_ms", settings.slow.inMilliseconds)
        $0.member("stream", settings.stream)
      }
    }
  }

  mutating func statistics(_ name: String, _ statistics: Statistics) {
    object(name) {
      $0.member("total_users", statistics.totalUsers)
      $0.member("total_sessions", statistics.totalSessions)
      $0.member("active_sessions", statistics.activeSessions)
      $0.counts("session_errors", statistics.sessionErrors)
      $0.member("recoveries_attempted", statistics.recoveriesAttempted)
      $0.member("recoveries_succeeded", statistics.recoveriesSucceeded)
      $0.member("opened", statistics.opened)
      $0.member("ended", statistics.ended)
      $0.member("left_behind", statistics.leftBehind)
      $0.member("events_dropped", statistics.eventsDropped)
    }
  }
}
