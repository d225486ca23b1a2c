import Sessions

/// The three facts of health with their ages, and everything else that explains a session.
func detailLines(_ scene: Scene) -> [(text: String, role: Role)] {
  let (store, now) = (scene.store, scene.now)
  guard let server = scene.view.currentServer(store) else { return [("nothing is selected", .muted)] }
  let sessions = scene.view.listedSessions(store)
  guard let session = sessions.first(where: { $0.key == scene.view.selectedSession }) ?? sessions.first else {
    return [(server.note ?? "no session", .muted)]
  }
  func ago(_ moment: Moment?) -> String { moment.map { "\(age(now.instant - $0.instant)) ago" } ?? "never" }
  let isLive = session.state.isLive
  let isReached = isLive || session.state == .unauthorized
  var lines: [(String, Role)] = []
  lines.append((
    "reachable \(isReached ? "yes" : "no") \(ago(session.lastReachable)) | "
      + "session valid \(isLive ? "yes" : "no") \(ago(session.lastValid)) | last good call \(ago(session.lastGood))",
    isLive ? .text : .levelWarning
  ))
  lines.append(("\(scene.glyphs.state(session.state)) \(session.state.rawValue) for \(age(now.instant - session.since.instant))"
    + (session.attempt > 0 && !isLive ? ", attempt \(session.attempt)" : ""), Role(session.state)))
  let reason = why(session, server, at: now)
  if session.cause != nil || !isLive, !reason.isEmpty { lines.append((reason, .text)) }
  if let advice = session.advice { lines.append(("to do: \(advice)", .key)) }
  if let identity = session.identity, !identity.name.isEmpty {
    let tools = session.tools.map { ", \($0) tools" } ?? ""
    lines.append(("server \(identity.name) \(identity.version), protocol \(session.protocolVersion ?? "-")\(tools)", .text))
  }
  if let url = server.url { lines.append(("\(server.transport.rawValue) \(url)", .muted)) }
  if session.state != .unmonitored {
    let since = session.streamSince.map { " for \(age(now.instant - $0.instant))" } ?? ""
    let stream = session.stream.rawValue.replacing("_", with: " ")
    let probe = session.nextProbe.map { ", next in \(countdown(to: $0, at: now))" } ?? ""
    lines.append(("stream \(stream)\(since), cut \(session.streamCuts) times", .text))
    lines.append(("probes \(session.probes), missed \(session.missed)\(probe)", .text))
    if let latency = session.latency {
      lines.append((
        "latency last \(Display.latency(latency.last)) p50 \(Display.latency(latency.p50)) "
          + "p95 \(Display.latency(latency.p95)) p99 \(Display.latency(latency.p99))", .text))
    }
    lines.append((policy(server.settings), .muted))
  }
  for origin in store.origins where server.url?.hasPrefix(origin.originPrefix) == true {
    let next = origin.nextProbe.map { ", one session tries in \(countdown(to: $0, at: now))" } ?? ""
    lines.append(("way to \(origin.origin): \(origin.failures) failures, \(origin.waiting) waiting\(next)", .levelWarning))
  }
  return lines.map { (text: $0.0, role: $0.1) }
}

private func policy(_ settings: SessionSettings) -> String {
  let ping = settings.pingInterval > .zero ? "ping every \(age(settings.pingInterval))" : "no pings"
  return "policy: session \(age(settings.timeout)), \(settings.retryAttempts) quick attempts from "
    + "\(settings.retryDelay.inMilliseconds) ms, \(ping)"
}

extension OriginReport {
  /// How a url of this origin begins when its port is the scheme's own or is written out.
  fileprivate var originPrefix: String {
    for suffix in [":443", ":80"] where origin.hasSuffix(suffix) { return String(origin.dropLast(suffix.count)) }
    return origin
  }
}

extension Frame {
  mutating func detail(_ scene: Scene, in area: Rectangle) {
    for (offset, line) in detailLines(scene).prefix(area.rows).enumerated() {
      write(" " + line.text, row: area.row + offset, column: area.column, width: area.columns, role: line.role)
    }
  }

  /// The detail over a screen that has no pane for it.
  mutating func detailBox(_ scene: Scene) {
    let name = scene.view.currentServer(scene.store)?.name ?? ""
    box(detailLines(scene).map(\.text), title: " \(name) ", scene, role: .text)
  }
}
