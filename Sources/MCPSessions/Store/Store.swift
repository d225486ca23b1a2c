/// All that is known, folded from the engine's reports. A copy of it at an instant is a snapshot.
package struct Store: Hashable, Sendable {
  package private(set) var servers: [ServerReport] = []
  package private(set) var sessions: [SessionKey: SessionReport] = [:]
  package private(set) var origins: [OriginReport] = []
  package private(set) var events: EventRing
  package private(set) var statistics = Statistics()
  package private(set) var errors = ErrorCounters()
  /// How long things take, since the engine began.
  package private(set) var durations: [DurationSeries: DurationHistogram] = [:]
  /// How each server fared, by name.
  private var histories: [ExactText: StateHistory] = [:]
  /// When servers could not be used, however much was told since.
  package private(set) var outages = OutageLog()
  /// The configuration that could not be taken over, until one could.
  package private(set) var configurationProblem: Event?
  /// The time of the last report: how old this knowledge is.
  package private(set) var updated: Moment?

  package init(eventCapacity: Int = 10_000) {
    events = EventRing(capacity: eventCapacity)
  }

  /// Takes in what the engine said.
  package mutating func fold(_ report: EngineReport, at now: Moment) {
    durations.merge(report.durations) { $1 }
    if let servers = report.servers { take(servers) }
    let changed = report.sessions.values.filter { sessions[$0.key]?.state != $0.state }
    for key in report.removed { sessions[key] = nil }
    sessions.merge(report.sessions) { _, new in new }
    origins = report.origins ?? origins
    let dropped = statistics.eventsDropped + report.eventsDropped
    statistics = report.statistics ?? statistics
    statistics.eventsDropped = dropped
    for event in report.events {
      events.append(event)
      switch event.kind {
      case .configProblem where event.level == .error: configurationProblem = event
      case .configReloaded: configurationProblem = nil
      default: break
      }
      if event.kind == .recoveryFailed, let server = event.server {
        outages.count(event.repeated, of: server)
      }
      if let type = event.error?.type, event.kind == .sessionError || event.kind == .recoveryFailed {
        errors.count(
          type, asking: event.error?.request, times: event.repeated, at: event.time.instant)
      }
    }
    updated = now
    if !changed.isEmpty || !report.removed.isEmpty { noteStates(at: now) }
  }

  private mutating func take(_ servers: [ServerReport]) {
    self.servers = servers
    let names = Set(servers.map { ExactText($0.name) })
    durations = durations.filter { names.contains($0.key.server) }
  }

  /// The same with these sessions alone, and with the servers that have one of them. Statistics stay those of
  /// all.
  package func limited(to keys: Set<SessionKey>) -> Store {
    var store = self
    store.sessions = sessions.filter { keys.contains($0.key) }
    let names = Set(keys.map(\.server))
    store.servers = servers.filter { names.contains($0.name) }
    return store
  }

  /// The same without its events.
  package var withoutEvents: Store {
    var store = self
    store.events = EventRing(capacity: 1)
    return store
  }

  /// How a server fared lately; nil when it was never seen.
  package func history(of server: String) -> StateHistory? { histories[ExactText(server)] }

  /// One pass over the sessions, however many servers there are.
  private mutating func noteStates(at now: Moment) {
    var worst: [ExactText: SessionState] = [:]
    var lost: [ExactText: (worst: SessionReport, count: Int)] = [:]
    for session in sessions.values {
      let server = ExactText(session.key.server)
      if session.state.severity >= worst[server]?.severity ?? 0 { worst[server] = session.state }
      guard session.state.isOutage else { continue }
      let before = lost[server]
      let isFirst = before.map { session.since.instant < $0.worst.since.instant } ?? true
      lost[server] = (isFirst ? session : before?.worst ?? session, (before?.count ?? 0) + 1)
    }
    for name in histories.keys where worst[name] == nil {
      histories[name] = nil
      outages.note(nil, of: name.text, at: now)
    }
    for (name, state) in worst {
      histories[name, default: StateHistory()].note(state, at: now.instant)
      outages.note(lost[name], of: name.text, at: now)
    }
  }

  /// Takes over what became of our sessions from a later store: how many were ended, and how many left
  /// behind.
  package mutating func countEnded(by later: Store) {
    statistics.opened = later.statistics.opened
    statistics.ended = later.statistics.ended
    statistics.leftBehind = later.statistics.leftBehind
    statistics.eventsDropped = later.statistics.eventsDropped
  }

  /// A server's sessions in the order of their users.
  package func sessions(of server: String) -> [SessionReport] {
    sessions.values.filter { $0.key.server.isExactly(server) }.sorted { $0.key < $1.key }
  }

  /// The state of a server: the worst of its sessions.
  package func state(of server: ServerReport) -> SessionState {
    sessions(of: server.name).map(\.state).max { $0.severity < $1.severity } ?? .unmonitored
  }
}
