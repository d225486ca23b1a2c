import MCPSessions

/// A large value behind a pointer, for rows that are copied and sorted by the thousand.
indirect enum Boxed<Value: Sendable>: Sendable {
  case value(Value)

  var value: Value {
    switch self {
    case .value(let value): value
    }
  }
}

/// A server and what its sessions come to.
struct ServerSummary: Filterable, Sendable {
  let id: ExactText
  let now: Instant
  private let boxedReport: Boxed<ServerReport>
  private var boxedWorst: Boxed<SessionReport>?
  /// What decides whether another session is worse, so that the worst need not be taken out of its box.
  private var worstOf: (rank: Int, since: Instant, key: SessionKey)?
  private(set) var live = 0
  private(set) var total = 0
  /// The same of those sessions that are listed.
  private(set) var listed = (live: 0, total: 0)
  private(set) var errors = 0
  private(set) var recoveries = 0
  /// The slowest of the sessions' 95th percentiles, in milliseconds.
  private(set) var p95: Double?
  /// The oldest of the sessions' last good exchanges.
  private(set) var lastGood: Moment?

  private(set) var state = SessionState.unmonitored
  /// The other servers of an incident that the row stands for; none for a row of one server.
  private(set) var others: [ExactText] = []
  /// What the row is called: its name, or what those of an incident have in common.
  private(set) var title: String

  /// Every server that the row stands for.
  var names: [ExactText] { [id] + others }
  var name: String { id.text }

  var report: ServerReport { boxedReport.value }
  /// The session that is worst off, and of equals the one that has been so the longest.
  var worst: SessionReport? { boxedWorst?.value }
  /// Something is wrong, or nobody can tell whether.
  var isProblem: Bool { state.isProblem || isUnverified }
  /// It is called well, and not all of its sessions can be asked.
  var isUnverified: Bool { worst?.isUnverified == true }

  init(_ report: ServerReport, now: Instant) {
    id = report.id
    title = report.name
    boxedReport = .value(report)
    self.now = now
  }

  mutating func take(_ session: SessionReport) {
    total += 1
    if session.isKnownLive { live += 1 }
    listed = (live, total)
    errors += session.errorCount
    recoveries += session.recoveries
    if let p95 = session.latency?.p95 { self.p95 = max(self.p95 ?? 0, p95) }
    if let good = session.lastGood {
      lastGood = lastGood.map { $0.instant < good.instant ? $0 : good } ?? good
    }
    if let worst = worstOf {
      let isWorse =
        (session.rank, worst.since, worst.key) > (worst.rank, session.onset.instant, session.key)
      guard isWorse else { return }
    }
    worstOf = (session.rank, session.onset.instant, session.key)
    boxedWorst = .value(session)
    state = session.state
  }

  /// Counts only those of its sessions that are listed.
  mutating func list(_ counts: (live: Int, total: Int)) { listed = counts }

  /// Stands for the servers of an incident; `members` are all of them, the one that fell first before the
  /// others.
  mutating func stand(for members: [ServerSummary]) {
    title = Families(members.map(\.report)).title(of: members.map(\.name))
    boxedWorst = members.first?.boxedWorst ?? boxedWorst
    state = members.first?.state ?? state
    for other in members where other.id != id {
      others.append(other.id)
      live += other.live
      total += other.total
      listed = (listed.live + other.listed.live, listed.total + other.listed.total)
      errors += other.errors
      recoveries += other.recoveries
      p95 = [p95, other.p95].compactMap { $0 }.max()
      lastGood = [lastGood, other.lastGood].compactMap { $0 }.min { $0.instant < $1.instant }
    }
  }

  var texts: [String] {
    [name, state.rawValue, report.transport.rawValue, report.note?.text ?? "", report.url ?? ""]
      + [worst?.cause?.summary].compactMap { $0 }
  }

  /// What is of the server alone, or the sum of its sessions; all else is that of the worst of them.
  func texts(of field: String) -> [String]? {
    switch field {
    case "server": return [name]
    case "transport": return [report.transport.rawValue]
    case "user" where worst == nil: return report.users
    default:
      guard let texts = SessionField.named(field)?.texts else { return nil }
      if let worst { return texts(worst) }
      return field == "state" ? [state.rawValue] : field == "why" ? [report.note?.text ?? ""] : []
    }
  }

  func number(of field: String, at now: Instant) -> Double? {
    guard let known = SessionField.named(field) else { return field == "ses" ? Double(total) : nil }
    return switch known.name {
    case "err": Double(errors)
    case "rec": Double(recoveries)
    case "p95": p95.map { $0 / 1_000 } ?? .nan
    case "good": lastGood.map { (now - $0.instant).inSeconds } ?? .infinity
    default: known.number.map { number in worst.flatMap { number($0, now) } ?? .nan }
    }
  }
}

/// A session as a filter sees it.
struct SessionRow: Filterable {
  let session: SessionReport
  let now: Instant
  /// What is known of its server, where more is than the name.
  var server: ServerReport?

  var texts: [String] {
    [
      session.key.server, session.key.user, session.state.rawValue, session.session ?? "",
      session.kind?.rawValue ?? "", session.protocolVersion ?? "", session.cause?.summary ?? "",
      session.identity?.name.text ?? "",
    ] + (server.map { [$0.transport.rawValue, $0.note?.text ?? "", $0.url ?? ""] } ?? [])
  }

  func texts(of field: String) -> [String]? {
    field == "transport" ? server.map { [$0.transport.rawValue] } : SessionField.named(field)?.texts?(session)
  }

  func number(of field: String, at now: Instant) -> Double? {
    SessionField.named(field)?.number.map { $0(session, now) ?? .nan }
  }
}

extension Filter {
  /// Whether it lets a session through: the one question behind lists, counts, keys, marks and commands.
  func accepts(_ session: SessionReport, in store: Store, at now: Instant) -> Bool {
    isEmpty || accepts(SessionRow(session: session, now: now, server: store.server(session.key.exactServer)))
  }

  /// The sessions that it lets through, in order.
  func sessions(in store: Store, at now: Instant) -> [SessionKey] {
    store.order.filter { key in store.reading(key) { accepts($0, in: store, at: now) } == true }
  }
}

extension ViewState {
  /// Whether a session is one of those that are listed.
  func lists(_ session: SessionReport, in store: Store, at now: Instant) -> Bool {
    (!showsProblemsOnly || session.isTrouble) && filter.accepts(session, in: store, at: now)
  }
}

extension ViewModel {
  /// The sessions of a row of servers as they are listed: what its keys act on, its marks mark and its LIVE
  /// counts.
  func sessions(of servers: [ExactText]) -> [SessionKey] {
    servers.flatMap { store.sessions(of: $0.text) }
      .filter { view.lists($0, in: store, at: now.instant) }.map(\.key).sorted()
  }
}

/// An event as a filter sees it.
struct EventRow: Filterable {
  let event: Event
  let present: Moment
  /// Seconds east of UTC, for times of day.
  var utcOffset = 0

  var now: Instant { present.instant }

  var texts: [String] { [event.message.text, event.server ?? "", event.user ?? "", event.kind.rawValue] }

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

  func number(of field: String, at now: Instant) -> Double? {
    field == "ago" ? (now - event.time.instant).inSeconds : nil
  }

  func isSince(_ secondOfDay: Int) -> Bool? {
    event.time.wall.milliseconds >= lastTime(of: secondOfDay, before: present.wall, utcOffset)
  }

  func isBefore(_ secondOfDay: Int, since: Int) -> Bool? {
    let length = (secondOfDay - since + 86_400) % 86_400
    return event.time.wall.milliseconds
      < lastTime(of: since, before: present.wall, utcOffset) + Int64(length) * 1_000
  }
}

/// The last time it was so late, in milliseconds of the wall clock.
func lastTime(of secondOfDay: Int, before now: WallTime, _ utcOffset: Int) -> Int64 {
  let day: Int64 = 86_400_000
  let local = now.milliseconds + Int64(utcOffset) * 1_000
  let today = local - ((local % day) + day) % day + Int64(secondOfDay) * 1_000
  return (today > local ? today - day : today) - Int64(utcOffset) * 1_000
}

/// `14:32` or `14:32:07` as seconds since midnight.
func secondOfDay(_ text: String) -> Int? {
  let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
  guard (2...3).contains(parts.count), (0..<24).contains(parts[0]),
    parts.dropFirst().allSatisfy({ (0..<60).contains($0) })
  else { return nil }
  return parts[0] * 3_600 + parts[1] * 60 + (parts.count == 3 ? parts[2] : 0)
}
