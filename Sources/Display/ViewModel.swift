import Sessions

/// The words of one server's row.
struct ServerRow: Hashable, Sendable {
  let name: String
  let state: SessionState
  let glyph: String
  let sessions: String
  let p95: String
  let good: String
  let errors: String
  let why: String

  init(_ server: ServerReport, _ store: Store, at now: Moment, glyphs: Glyphs) {
    let all = store.sessions(of: server.name)
    let worst = all.max { $0.state.severity < $1.state.severity }
    let live = all.filter(\.state.isLive)
    name = server.name
    state = worst?.state ?? .unmonitored
    glyph = glyphs.state(state)
    let isWatched = state != .unmonitored
    sessions = isWatched ? "\(live.count)/\(all.count)" : "-"
    p95 = latency(all.compactMap { $0.latency?.p95 }.max())
    good = isWatched ? age(of: all.compactMap(\.lastGood).min { $0.instant < $1.instant }, at: now) : "-"
    errors = isWatched ? String(all.reduce(0) { $0 + $1.errors.values.reduce(0, +) }) : "-"
    why = worst.map { Display.why($0, server, at: now) } ?? server.note ?? ""
  }
}

/// The words of one session's row.
struct SessionRow: Hashable, Sendable {
  let id: String
  let user: String
  let kind: String
  let version: String
  let state: SessionState
  let glyph: String
  let age: String
  let good: String
  let p95: String
  let errors: String
  let recoveries: String
  let why: String

  init(_ session: SessionReport, _ server: ServerReport?, at now: Moment, glyphs: Glyphs) {
    id = session.session ?? "-"
    user = session.key.user
    kind = session.kind?.rawValue ?? "-"
    version = session.protocolVersion ?? "-"
    state = session.state
    glyph = glyphs.state(session.state)
    age = Display.age(of: session.created, at: now)
    good = Display.age(of: session.lastGood, at: now)
    p95 = latency(session.latency?.p95)
    errors = String(session.errors.values.reduce(0, +))
    recoveries = String(session.recoveries)
    why = Display.why(session, server, at: now)
  }
}

/// Why a session is as it is, and what happens next; of a healthy one what kind it is.
func why(_ session: SessionReport, _ server: ServerReport?, at now: Moment) -> String {
  switch session.state {
  case .ready where session.cause == nil:
    return [session.kind?.rawValue, session.protocolVersion].compactMap { $0 }.joined(separator: " ")
  case .unmonitored:
    return server?.note ?? session.advice ?? ""
  case .idle:
    return "startup: false; r connects"
  case .closed:
    return "ended by the operator; r reconnects"
  default:
    var parts = [short(session.cause)].compactMap { $0 }
    if let next = session.nextAttempt {
      parts.append("next in \(countdown(to: next, at: now))")
    } else if session.state == .recovering {
      parts.append("trying now")
    } else if session.state == .failed, let note = server?.note {
      return note
    }
    return parts.joined(separator: "; ")
  }
}

/// An error in the few words that fit into a row: `404 session terminated: Session not found`.
func short(_ error: SessionError?) -> String? {
  guard let error else { return nil }
  let name = error.type.rawValue.replacing("_", with: " ")
  let head = [error.status.map(String.init), name].compactMap { $0 }.joined(separator: " ")
  return error.detail.isEmpty ? head : "\(head): \(error.detail)"
}

/// The state words of a fleet with their counts, the worst first: `4 ready 1 recovering`.
func counts(_ store: Store) -> [(state: SessionState, count: Int)] {
  var counts: [SessionState: Int] = [:]
  for server in store.servers { counts[store.state(of: server), default: 0] += 1 }
  return counts.map { (state: $0.key, count: $0.value) }.sorted { $0.state.severity > $1.state.severity }
}

/// The session that is worst off: the one to tell of first.
func worstSession(_ store: Store) -> SessionReport? {
  store.sessions.values.filter { $0.state.severity >= SessionState.degraded.severity }
    .max { ($0.state.severity, $1.since.instant, $1.key) < ($1.state.severity, $0.since.instant, $0.key) }
}
