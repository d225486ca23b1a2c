import MCPSessions

/// The rows of all lists in the order in which they are shown: what the filter lets through, the worst first.
struct Rows: Sendable {
  /// All servers, whatever the filter says, for counts and alerts.
  let allServers: [ServerSummary]
  let servers: [ServerSummary]
  let sessions: [SessionKey]
  /// The servers whose sessions are listed; nil when those of all are.
  let scope: [ExactText]?
  /// Positions in the store's events, oldest first.
  let events: [Int]
  let errors: [ErrorType]
  /// The order is not what sorting would give now: the operator is at these rows.
  let isHeld: Bool
  /// Servers that are not well and would stand higher if the order were not held.
  let newlyBad: Int
  /// Errors by type in the last minute, quarter of an hour and day: all there are, or with a filter those
  /// that it lets through, as far back as events are kept.
  let errorTotals: [ErrorType: [Int]]

  init(_ store: Store, _ view: ViewState, at now: Moment, utcOffset: Int = 0) {
    let filter = view.filter
    let instant = now.instant
    let holds = view.holdsOrder(at: instant)
    allServers = summaries(store, view.sort, at: instant)
    let problemsOnly = view.showsProblemsOnly
    var sorted = allServers
    if !filter.isEmpty || problemsOnly {
      var counts: [ExactText: (live: Int, total: Int)] = [:]
      store.forEachSession { session in
        guard view.lists(session, in: store, at: instant) else { return }
        counts[session.key.exactServer, default: (0, 0)].total += 1
        if session.isKnownLive { counts[session.key.exactServer]?.live += 1 }
      }
      // A server is listed for a session of it that is, or for what it is itself: its sums, its note.
      sorted = allServers.filter {
        counts[$0.id] != nil || (filter.accepts($0) && (!problemsOnly || $0.isProblem))
      }
      for place in sorted.indices { sorted[place].list(counts[sorted[place].id] ?? (0, 0)) }
    }
    let kept = holds ? Set(view.heldServers ?? []) : []
    let listed =
      view.foldsIncidents && view.sort.field == .state
      ? folded(sorted, kept: kept, chosen: view.servers.id) : sorted
    servers = held(listed, in: holds ? view.heldServers : nil) { $0.id }
    let selected =
      view.listsAllSessions ? nil : servers[safe: view.servers.index(in: servers.map(\.id))]
    scope = selected?.names
    var keys: [SessionKey] = []
    let inScope = scope.map { Set($0) }
    for key in store.order where inScope?.contains(key.exactServer) ?? true {
      // In a list of one server's sessions the filter has chosen the server already.
      let isListed = filter.isEmpty && !problemsOnly
      guard isListed || store.reading(key, { view.lists($0, in: store, at: instant) }) == true else {
        continue
      }
      keys.append(key)
    }
    if view.sort.field == .user {
      keys.sort { ($0.exactUser, $0.exactServer) < ($1.exactUser, $1.exactServer) }
    }
    let byOrder = view.sort.apply(keys) { key in
      store.reading(key) { (view.sort.number(of: $0, at: instant), age(ofTrouble: $0, at: instant)) }
        ?? (nil, 0)
    }
    sessions = held(byOrder, in: holds ? view.heldSessions : nil) { $0 }
    isHeld =
      holds
      && (view.heldServers != nil && servers.map(\.id) != listed.map(\.id)
        || view.heldSessions != nil && sessions != byOrder)
    newlyBad = holds ? risen(servers, over: listed) : 0
    // Where all is listed, each attempt is; else the last of a row of them stands for it.
    let isEach = view.leastLevel == .debug
    let meant = filter.ofSessionsAlone.map { Set($0.sessions(in: store, at: instant)) }
    let told = store.events.positions(from: view.leastLevel, each: isEach || !filter.isEmpty).filter {
      guard !filter.isEmpty else { return true }
      let event = store.events[$0]
      if let meant {
        guard let server = event.server,
          meant.contains(SessionKey(server: server, user: event.user ?? SessionKey.sharedUser))
        else { return false }
      }
      return filter.accepts(EventRow(event: event, present: now, utcOffset: utcOffset))
    }
    events = isEach || filter.isEmpty ? told : told.filter { store.events.weight(at: $0) > 0 }
    let totals = filter.isEmpty ? allErrors(store, at: instant) : errorsAmong(told, store, at: instant)
    errorTotals = totals
    errors =
      ErrorType.allCases.filter { totals[$0] != nil }
      // Equal totals keep the order of the list of types, so that rows do not dance.
      .enumerated().sorted { left, right in
        let (a, b) = (totals[left.element]?.last ?? 0, totals[right.element]?.last ?? 0)
        return (b, left.offset) < (a, right.offset)
      }.map(\.element)
  }

  /// How many servers are in each state, the worst first.
  var counts: [(state: SessionState, count: Int)] {
    var counts: [SessionState: Int] = [:]
    for server in allServers { counts[server.state, default: 0] += 1 }
    return counts.map { (state: $0.key, count: $0.value) }.sorted { $0.state.severity > $1.state.severity }
  }

  /// Servers that are called well and cannot be asked.
  var unverified: Int { allServers.count(where: \.isUnverified) }

  /// The worst session of each server that is not well, the worst and oldest trouble first.
  var problems: [SessionReport] {
    allServers.compactMap { $0.isProblem ? $0.worst : nil }.sorted {
      ($1.rank, $0.onset.instant, $0.key) < ($0.rank, $1.onset.instant, $1.key)
    }
  }
}

/// How many that are not well stand lower than they would.
private func risen(_ held: [ServerSummary], over sorted: [ServerSummary]) -> Int {
  let places = Dictionary(
    held.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
  return sorted.enumerated().count { place, server in
    server.isProblem && (places[server.id] ?? 0) > place
  }
}

private func allErrors(_ store: Store, at now: Instant) -> [ErrorType: [Int]] {
  var totals: [ErrorType: [Int]] = [:]
  for type in store.errors.types {
    totals[type] = [.minute, .quarterHour, .day].map { store.errors.total(type, over: $0, at: now) }
  }
  return totals
}

private func errorsAmong(_ events: [Int], _ store: Store, at now: Instant) -> [ErrorType: [Int]] {
  let windows: [Duration] = [.seconds(60), .seconds(900), .seconds(86_400)]
  var totals: [ErrorType: [Int]] = [:]
  for place in events {
    let event = store.events[place]
    guard let type = event.error?.type, event.kind == .sessionError || event.kind == .recoveryFailed else {
      continue
    }
    let age = now - event.time.instant
    for (number, window) in windows.enumerated() where age < window {
      totals[type, default: [0, 0, 0]][number] += event.repeated
    }
  }
  return totals
}

/// The servers in their order; one pass over the sessions, however many servers there are.
func summaries(_ store: Store, _ sort: Sort, at now: Instant) -> [ServerSummary] {
  var summaries = store.servers.map { ServerSummary($0, now: now) }
  let places = Dictionary(
    summaries.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
  store.forEachSession { session in
    if let place = places[session.key.exactServer] { summaries[place].take(session) }
  }
  if sort.field == .name { summaries.sort { $0.id < $1.id } }
  return sort.apply(summaries) {
    (sort.number(of: $0, at: now), $0.worst.map { age(ofTrouble: $0, at: now) } ?? 0)
  }
}

/// How long a session has not been well, in seconds: of two equally bad ones the older trouble stands first,
/// on the alert line as in the lists. Those that are well keep their places.
private func age(ofTrouble session: SessionReport, at now: Instant) -> Double {
  session.isTrouble ? (now - session.onset.instant).inSeconds : 0
}

extension Array {
  subscript(safe index: Int?) -> Element? {
    index.flatMap { indices.contains($0) ? self[$0] : nil }
  }
}
