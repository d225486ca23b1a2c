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

  mutating func session(_ session: SessionReport, at now: Moment, inFull: Bool = false) {
    object {
      $0.member("server", session.key.server)
      $0.member("user", session.key.user)
      $0.member("session", session.session)
      $0.member("state", session.state.rawValue)
      $0.member("since", session.since.wall.rfc3339)
      if let hold = session.hold {
        $0.object("paused") {
          $0.member("by", hold.by.text)
          $0.member("since", hold.since.wall.rfc3339)
          $0.member("was", hold.state.rawValue)
        }
      }
      $0.member("kind", session.kind?.rawValue)
      $0.member("protocol", session.protocolVersion)
      if let identity = session.identity {
        $0.object("server_info") {
          $0.member("name", identity.name.text)
          $0.member("version", identity.version.text)
        }
      }
      $0.member("created", session.created?.wall.rfc3339)
      $0.member("last_good", session.lastGood?.wall.rfc3339)
      $0.member("last_valid", session.lastValid?.wall.rfc3339)
      $0.member("unverified_since", session.unverifiedSince?.wall.rfc3339)
      if let way = session.closedWay {
        $0.object("closed_way") {
          $0.member("since", way.since.wall.rfc3339)
          $0.error("cause", way.cause)
        }
      }
      $0.member("stream", session.stream.rawValue)
      $0.error("stream_failure", session.streamFailure)
      if session.oddities > 0 { $0.member("stream_oddities", session.oddities) }
      $0.member("tools", session.tools)
      if session.tools != nil { $0.member("tools_complete", !session.hasMoreTools) }
      $0.member("tools_fingerprint", session.toolsFingerprint)
      $0.member("probes", session.probes)
      if let latency = session.latency {
        $0.object("latency_ms") {
          $0.member("last", latency.last, places: 2)
          $0.member("p50", latency.p50, places: 2)
          $0.member("p95", latency.p95, places: 2)
          $0.member("p99", latency.p99, places: 2)
        }
      }
      if let slow = session.slow {
        $0.object("slow_ms") {
          $0.member("last", slow.last, places: 2)
          $0.member("usual", slow.usual, places: 2)
        }
      }
      $0.counts("errors", session.errors)
      $0.member("recoveries", session.recoveries)
      $0.error("cause", session.cause)
      $0.member("next_attempt_ms", session.nextAttempt.map { max(0, ($0 - now.instant).inMilliseconds) })
      $0.member("advice", session.advice?.text)
      $0.member("remark", session.remark?.text)
      $0.process(session, at: now)
      if let held = session.authorization {
        $0.object("authorization") {
          $0.member("issuer", held.issuer?.text)
          $0.member("scopes", held.scopes?.text)
          $0.member("expires", held.expires?.rfc3339)
          $0.member("renewed", held.renewed?.rfc3339)
          $0.member("renewals", held.renewals)
          $0.member("renewable", held.isRenewable)
          $0.member("step", held.step?.rawValue)
          $0.error("why", held.why)
        }
      }
      guard inFull else { return }
      $0.member("last_reachable", session.lastReachable?.wall.rfc3339)
      $0.member("stream_since", session.streamSince?.wall.rfc3339)
      $0.member("stream_cuts", session.streamCuts)
      $0.member("missed", session.missed)
      $0.member("next_probe_ms", session.nextProbe.map { max(0, ($0 - now.instant).inMilliseconds) })
      $0.member("attempt", session.attempt)
      $0.member("awaits_list", session.awaitsList)
      $0.member("attempting", session.isAttempting)
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

  /// Types that never happened are left out; the rest keep the order of the list of types.
  private mutating func counts(_ name: String, _ counts: [ErrorType: Int]) {
    object(name) {
      for type in ErrorType.allCases { $0.member(type.rawValue, counts[type]) }
    }
  }
}
