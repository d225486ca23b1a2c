import Sessions

/// The rows of all lists in the order in which they are shown: what the filter lets through, the worst first.
struct Rows: Sendable {
  /// All servers, whatever the filter says, for counts and alerts.
  let allServers: [ServerSummary]
  let servers: [ServerSummary]
  let sessions: [SessionKey]
  /// The server whose sessions are listed; nil when those of all are.
  let scope: String?
  /// Positions in the store's events, oldest first.
  let events: [Int]
  let errors: [ErrorType]
  /// The order is not what sorting would give now: the operator is at these rows.
  let isHeld: Bool

  init(_ store: Store, _ view: ViewState, at now: Moment) {
    let filter = view.filter
    let instant = now.instant
    let holds = view.holdsOrder(at: instant)
    allServers = summaries(store, view.sort, at: instant)
    let sorted = filter.isEmpty ? allServers : allServers.filter { filter.accepts($0) }
    servers = held(sorted, in: holds ? view.heldServers : nil) { $0.name }
    scope =
      view.listsAllSessions
      ? nil : servers[safe: view.servers.index(in: servers.map(\.name))]?.name
    var keys: [SessionKey] = []
    for key in store.sessions.keys where scope == nil || key.server == scope {
      // In a list of one server's sessions the filter has chosen the server already.
      guard
        filter.isEmpty
          || store.sessions[key].map({ filter.accepts(SessionRow(session: $0, now: instant)) }) == true
      else { continue }
      keys.append(key)
    }
    keys.sort(by: view.sort.field == .user ? { ($0.user, $0.server) < ($1.user, $1.server) } : { $0 < $1 })
    let byOrder = view.sort.apply(keys) { key in
      store.sessions[key].flatMap { view.sort.number(of: $0, at: instant) }
    }
    sessions = held(byOrder, in: holds ? view.heldSessions : nil) { $0 }
    isHeld =
      holds
      && (view.heldServers != nil && servers.map(\.name) != sorted.map(\.name)
        || view.heldSessions != nil && sessions != byOrder)
    let count = store.events.count
    events =
      filter.isEmpty
      ? Array(0..<count)
      : (0..<count).filter { filter.accepts(EventRow(event: store.events[$0], now: instant)) }
    let totals = store.errors.types.map { (type: $0, total: store.errors.total($0, over: .day, at: instant)) }
    errors =
      totals.filter { filter.isEmpty || filter.accepts(ErrorRow(type: $0.type, now: instant)) }
      // Equal totals keep the order of the list of types, so that rows do not dance.
      .enumerated().sorted { ($1.element.total, $0.offset) < ($0.element.total, $1.offset) }.map(
        \.element.type)
  }

  /// How many servers are in each state, the worst first.
  var counts: [(state: SessionState, count: Int)] {
    var counts: [SessionState: Int] = [:]
    for server in allServers { counts[server.state, default: 0] += 1 }
    return counts.map { (state: $0.key, count: $0.value) }.sorted { $0.state.severity > $1.state.severity }
  }

  /// The worst session of each server that is not well, the worst and oldest trouble first.
  var problems: [SessionReport] {
    allServers.compactMap { $0.isProblem ? $0.worst : nil }.sorted {
      ($1.state.severity, $0.since.instant, $0.key) < ($0.state.severity, $1.since.instant, $1.key)
    }
  }
}

/// The servers in their order; one pass over the sessions, however many servers there are.
func summaries(_ store: Store, _ sort: Sort, at now: Instant) -> [ServerSummary] {
  var summaries = store.servers.map { ServerSummary($0, now: now) }
  let places = Dictionary(
    summaries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  for session in store.sessions.values {
    guard let place = places[session.key.server] else { continue }
    summaries[place].take(session)
  }
  if sort.field == .name { summaries.sort { $0.name < $1.name } }
  return sort.apply(summaries) { sort.number(of: $0, at: now) }
}

extension Sort {
  fileprivate func number(of server: ServerSummary, at now: Instant) -> Double? {
    switch field {
    case .state: Double(server.state.listOrder)
    case .for: server.worst.map { -(now - $0.since.instant).inSeconds }
    case .age: server.worst?.created.map { (now - $0.instant).inSeconds }
    case .good: server.lastGood.map { (now - $0.instant).inSeconds }
    case .p95: server.p95
    case .errors: Double(server.errors)
    case .recoveries: Double(server.recoveries)
    case .sessions: Double(server.total)
    case .name, .user: nil
    }
  }

  fileprivate func number(of session: SessionReport, at now: Instant) -> Double? {
    switch field {
    case .state: Double(session.state.listOrder)
    case .for: -(now - session.since.instant).inSeconds
    case .age: session.created.map { (now - $0.instant).inSeconds }
    case .good: session.lastGood.map { (now - $0.instant).inSeconds }
    case .p95: session.latency?.p95
    case .errors: Double(session.errors.values.reduce(0, +))
    case .recoveries: Double(session.recoveries)
    case .name, .user, .sessions: nil
    }
  }
}

extension SessionState {
  /// Calm states share a place, so that rows do not jump when a session merely goes about its business; what
  /// is not watched stands last.
  fileprivate var listOrder: Int {
    self == .unmonitored ? -1 : severity < SessionState.degraded.severity ? 0 : severity
  }
}

extension Array {
  subscript(safe index: Int?) -> Element? {
    index.flatMap { indices.contains($0) ? self[$0] : nil }
  }
}
