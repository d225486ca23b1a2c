import SessionEngine

/// Watches one server until it is ready, has it connected anew, and goes home.
///
///     NightWatch http://127.0.0.1:8123/mcp
@main struct NightWatch {
  static func main() async throws {
    guard let url = CommandLine.arguments.dropFirst().first else {
      print("usage: NightWatch URL")
      return
    }
    do {
      try await watch(url)
    } catch {
      // The compiler knows what it is: an `EngineError`.
      print("cannot watch: \(error)")
    }
  }

  static func watch(_ url: String) async throws(EngineError) {
    var settings = SessionSettings()
    settings.pingInterval = .seconds(1)
    let engine = try SessionEngine(
      servers: [Server(name: "ledger", url: url, settings: settings)],
      clientName: "night-watch", clientVersion: "1.0")

    var hasReconnected = false
    for await report in engine.reports {
      for event in report.events { print("\(event.time.wall.rfc3339) \(event.level.rawValue) \(event.text)") }
      if report.eventsDropped > 0 { print("\(report.eventsDropped) events came too fast for us") }
      guard let session = engine.session(server: "ledger") else { continue }
      if let cause = session.cause { print("ledger is \(session.state): \(cause.summary)") }
      if session.state == .ready, hasReconnected, engine.statistics.totalSessions > 1 { break }
      if session.state == .ready, !hasReconnected {
        hasReconnected = true
        engine.perform(.reconnect, on: [session.key], by: "night-watch")
      }
    }

    for session in engine.activeSessions {
      let latency = session.latency.map { "\($0.p95) ms" } ?? "not known"
      print(
        "\(session.key.server): \(session.serverName ?? "?") in \(session.session ?? "-"), p95 \(latency)")
    }
    await engine.stop()
    print("sessions \(engine.statistics.totalSessions), ended \(engine.statistics.ended)")
  }
}
