/// All that is known, folded from the engine's reports. A copy of it at an instant is a snapshot.
package struct Store: Hashable, Sendable {
  package private(set) var servers: [ServerReport] = []
  package private(set) var sessions: [SessionKey: SessionReport] = [:]
  /// Ways to origins that are closed, or that somebody waits for.
  package private(set) var origins: [Int: OriginReport] = [:]
  package private(set) var events: EventRing
  package private(set) var statistics = Statistics()
  package private(set) var errors = ErrorCounters()
  /// How long things take, since the engine began.
  package private(set) var durations: [DurationSeries: DurationHistogram] = [:]
  /// The sessions of each server, so that what happens to one costs nothing of the others.
  private var keys: [ExactText: Set<SessionKey>] = [:]
  /// Where each server stands.
  private var places: [ExactText: Int] = [:]
  /// All sessions in the order of their keys, so that a list of them need not be sorted for every picture.
  package private(set) var order: [SessionKey] = []
  /// Many reports are being taken in, and sessions came or went since they were sorted.
  private var (isFolding, isUnordered) = (false, false)
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
    let changed = takeSessions(of: report)
    for (way, origin) in report.origins { origins[way] = origin.isWell ? nil : origin }
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
      // What was refused is a warning.
      if event.kind == .operatorAction, event.level == .info, let server = event.server {
        outages.act(on: server, at: event.time)
      }
      if let type = event.error?.type, event.kind == .sessionError || event.kind == .recoveryFailed {
        errors.count(
          type, asking: event.error?.request, times: event.repeated, at: event.time.instant)
      }
    }
    updated = now
    for server in changed { noteState(of: server, at: now) }
  }

  /// The servers of which a session is in another state than before, came or went.
  private mutating func takeSessions(of report: EngineReport) -> Set<ExactText> {
    var changed: Set<ExactText> = []
    var isOther = false
    defer { if isOther { orderSessions() } }
    for key in report.removed where sessions.removeValue(forKey: key) != nil {
      isOther = true
      let server = ExactText(key.server)
      keys[server]?.remove(key)
      changed.insert(server)
    }
    for (key, session) in report.sessions {
      let before = sessions.updateValue(session, forKey: key)
      guard before?.state != session.state || before?.isUnverified != session.isUnverified else { continue }
      let server = ExactText(key.server)
      if before == nil {
        isOther = true
        keys[server, default: []].insert(key)
      }
      changed.insert(server)
    }
    return changed
  }

  /// Takes in many reports at once: what is sorted is sorted once.
  package mutating func folding(_ body: (inout Store) -> Void) {
    isFolding = true
    body(&self)
    isFolding = false
    if isUnordered { orderSessions() }
  }

  private mutating func orderSessions() {
    isUnordered = isFolding
    if !isFolding { order = sessions.keys.sorted() }
  }

  /// One that is new, or is known better than before.
  mutating func take(_ server: ServerReport) {
    if let place = places[server.id] {
      servers[place] = server
    } else {
      places[server.id] = servers.count
      servers.append(server)
    }
  }

  private mutating func place(_ servers: [ServerReport]) {
    self.servers = servers
    places = Dictionary(
      servers.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private mutating func take(_ servers: [ServerReport]) {
    place(servers)
    let names = Set(servers.map(\.id))
    durations = durations.filter { names.contains($0.key.server) }
  }

  /// The same with these sessions alone, and with the servers that have one of them. Statistics stay those of
  /// all.
  package func limited(to keys: Set<SessionKey>) -> Store {
    var store = self
    store.sessions = sessions.filter { keys.contains($0.key) }
    store.keys = self.keys.mapValues { $0.intersection(keys) }
    store.order = order.filter { keys.contains($0) }
    let names = Set(keys.map(\.exactServer))
    store.place(servers.filter { names.contains($0.id) })
    return store
  }

  /// The same without its events.
  package var withoutEvents: Store {
    var store = self
    store.events = EventRing(capacity: 1)
    return store
  }

  /// A server by its name, byte for byte.
  package func server(_ name: ExactText) -> ServerReport? { places[name].map { servers[$0] } }

  /// How a server fared lately; nil when it was never seen.
  package func history(of server: String) -> StateHistory? { histories[ExactText(server)] }

  /// One pass over the sessions of a server.
  private mutating func noteState(of server: ExactText, at now: Moment) {
    let own = (keys[server] ?? []).compactMap { sessions[$0] }
    guard let worst = own.map(\.state).max(by: { $0.severity < $1.severity }) else {
      (keys[server], histories[server]) = (nil, nil)
      return outages.note(nil, isUsable: false, of: server.text, at: now)
    }
    histories[server, default: StateHistory()].note(worst, at: now.instant)
    let lost = own.filter { $0.state.isOutage || $0.isUnverified }
    // What is known to be lost tells more than what cannot be asked.
    let known = lost.filter(\.state.isOutage)
    let first = (known.isEmpty ? lost : known).min { $0.onset.instant < $1.onset.instant }
    outages.note(
      first.map { ($0, lost.count) }, isUsable: own.contains(where: \.isKnownLive), of: server.text, at: now)
  }

  /// Nobody waits any longer for what has not come to anything.
  package mutating func endWaiting(after time: Duration) {
    sessions = sessions.mapValues { $0.waitedFor(time) }
  }

  /// Takes over what became of our sessions from a later store: how many were ended, and how many left
  /// behind.
  package mutating func countEnded(by later: Store) {
    statistics.opened = later.statistics.opened
    statistics.ended = later.statistics.ended
    countLeftBehind(by: later)
  }

  /// Takes over from a later store how many sessions of ours could not be ended. That the others were is no
  /// part of what was to be seen.
  package mutating func countLeftBehind(by later: Store) {
    statistics.leftBehind = later.statistics.leftBehind
    statistics.eventsDropped = later.statistics.eventsDropped
  }

  /// Looks at the report of a session where it lies: it is large, and a list asks thousands for one number.
  package func reading<Value>(_ key: SessionKey, _ body: (SessionReport) -> Value?) -> Value? {
    sessions.index(forKey: key).flatMap { body(sessions.values[$0]) }
  }

  /// Looks at the reports of all sessions where they lie, in no order.
  package func forEachSession(_ body: (SessionReport) -> Void) {
    let reports = sessions.values
    var index = reports.startIndex
    while index != reports.endIndex {
      body(reports[index])
      reports.formIndex(after: &index)
    }
  }

  /// A server's sessions in the order of their users.
  package func sessions(of server: String) -> [SessionReport] {
    (keys[ExactText(server)] ?? []).compactMap { sessions[$0] }.sorted { $0.key < $1.key }
  }

  /// The state of a server: the worst of its sessions.
  package func state(of server: ServerReport) -> SessionState {
    sessions(of: server.name).map(\.state).max { $0.severity < $1.severity } ?? .unmonitored
  }
}
