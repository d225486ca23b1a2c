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

  init(_ store: Store, _ view: ViewState, at now: Moment) {
    let filter = view.filter
    let instant = now.instant
    allServers = summaries(store, at: instant)
    servers = filter.isEmpty ? allServers : allServers.filter { filter.accepts($0) }
    scope =
      view.listsAllSessions
      ? nil : servers[safe: view.servers.index(in: servers.map(\.report.name))]?.report.name
    var keys: [(order: Int, key: SessionKey)] = []
    for (key, session) in store.sessions where scope == nil || key.server == scope {
      // In a list of one server's sessions the filter has chosen the server already.
      guard filter.isEmpty || filter.accepts(SessionRow(session: session, now: instant)) else { continue }
      keys.append((session.state.listOrder, key))
    }
    keys.sort { $0.order != $1.order ? $0.order > $1.order : $0.key < $1.key }
    sessions = keys.map(\.key)
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

/// A server and what its sessions come to.
struct ServerSummary: Filterable, Sendable {
  let report: ServerReport
  let now: Instant
  fileprivate(set) var worst: SessionReport?
  fileprivate(set) var live = 0
  fileprivate(set) var total = 0
  fileprivate(set) var errors = 0
  fileprivate(set) var recoveries = 0
  /// The slowest of the sessions' 95th percentiles, in milliseconds.
  fileprivate(set) var p95: Double?
  /// The oldest of the sessions' last good exchanges.
  fileprivate(set) var lastGood: Moment?

  var state: SessionState { worst?.state ?? .unmonitored }
  var isProblem: Bool { state.severity >= SessionState.degraded.severity }

  fileprivate init(_ report: ServerReport, now: Instant) {
    self.report = report
    self.now = now
  }

  fileprivate mutating func take(_ session: SessionReport) {
    total += 1
    if session.state.isLive { live += 1 }
    errors += session.errors.values.reduce(0, +)
    recoveries += session.recoveries
    if let p95 = session.latency?.p95 { self.p95 = max(self.p95 ?? 0, p95) }
    if let good = session.lastGood {
      lastGood = lastGood.map { $0.instant < good.instant ? $0 : good } ?? good
    }
    guard let worst else { return self.worst = session }
    let isWorse =
      (session.state.severity, worst.since.instant, worst.key)
      > (worst.state.severity, session.since.instant, session.key)
    if isWorse { self.worst = session }
  }

  var texts: [String] {
    [report.name, state.rawValue, report.transport.rawValue, report.note ?? "", report.url ?? ""]
      + [worst?.cause?.summary].compactMap { $0 }
  }

  func texts(of field: String) -> [String]? {
    switch field {
    case "server": [report.name]
    case "state": [state.rawValue]
    case "transport": [report.transport.rawValue]
    case "user": report.users
    case "error": worst.map { $0.errors.keys.map(\.rawValue) } ?? []
    case "why": [worst?.cause?.summary ?? report.note ?? ""]
    default: nil
    }
  }

  func number(of field: String, at now: Instant) -> Double? {
    switch field {
    case "err": Double(errors)
    case "rec": Double(recoveries)
    case "ses": Double(total)
    case "p95": (p95 ?? 0) / 1_000
    case "good", "idle": lastGood.map { (now - $0.instant).inSeconds } ?? .infinity
    default: nil
    }
  }
}

/// A session as a filter sees it.
struct SessionRow: Filterable {
  let session: SessionReport
  let now: Instant

  var texts: [String] {
    [
      session.key.server, session.key.user, session.state.rawValue, session.session ?? "",
      session.kind?.rawValue ?? "", session.protocolVersion ?? "", session.cause?.summary ?? "",
      session.identity?.name ?? "",
    ]
  }

  func texts(of field: String) -> [String]? {
    switch field {
    case "server": [session.key.server]
    case "user": [session.key.user]
    case "state": [session.state.rawValue]
    case "id", "session": [session.session ?? ""]
    case "kind": [session.kind?.rawValue ?? ""]
    case "proto", "protocol": [session.protocolVersion ?? ""]
    case "error": session.errors.keys.map(\.rawValue)
    case "why": [session.cause?.summary ?? ""]
    default: nil
    }
  }

  func number(of field: String, at now: Instant) -> Double? {
    switch field {
    case "err": Double(session.errors.values.reduce(0, +))
    case "rec": Double(session.recoveries)
    case "missed": Double(session.missed)
    case "p95": (session.latency?.p95 ?? 0) / 1_000
    case "age": session.created.map { (now - $0.instant).inSeconds } ?? 0
    case "good", "idle": session.lastGood.map { (now - $0.instant).inSeconds } ?? .infinity
    default: nil
    }
  }
}

/// An event as a filter sees it.
struct EventRow: Filterable {
  let event: Event
  let now: Instant

  var texts: [String] { [event.message, event.server ?? "", event.user ?? "", event.kind.rawValue] }

  func texts(of field: String) -> [String]? {
    switch field {
    case "server": [event.server ?? ""]
    case "user": [event.user ?? ""]
    case "id", "session": [event.session ?? ""]
    case "event": [event.kind.rawValue]
    case "level": [event.level.rawValue]
    case "error": [event.error?.type.rawValue ?? ""]
    default: nil
    }
  }

  func number(of field: String, at now: Instant) -> Double? { nil }
}

/// An error counter as a filter sees it.
struct ErrorRow: Filterable {
  let type: ErrorType
  let now: Instant

  var texts: [String] { [type.rawValue] }
  func texts(of field: String) -> [String]? { field == "error" ? texts : nil }
  func number(of field: String, at now: Instant) -> Double? { nil }
}

/// One pass over the sessions, however many servers there are.
private func summaries(_ store: Store, at now: Instant) -> [ServerSummary] {
  var summaries = store.servers.map { ServerSummary($0, now: now) }
  let places = Dictionary(
    summaries.enumerated().map { ($1.report.name, $0) }, uniquingKeysWith: { first, _ in first })
  for session in store.sessions.values {
    guard let place = places[session.key.server] else { continue }
    summaries[place].take(session)
  }
  return summaries.enumerated().sorted { left, right in
    let (a, b) = (left.element.state.listOrder, right.element.state.listOrder)
    return a != b ? a > b : left.offset < right.offset
  }.map(\.element)
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
