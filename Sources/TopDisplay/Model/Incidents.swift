import MCPSessions

/// Servers that are not well for what looks like one reason: the same state and type of error, begun within a
/// few seconds of each other. One thing to look at and to act on, however many servers it hit. Those that
/// cannot be asked are such servers too: the closed way is their reason, and its closing their beginning; so
/// they belong together with the one that found it closed, and looks whether it still is.
struct Incident: Sendable {
  /// How far the beginnings of one incident may lie apart.
  static let span = Duration.seconds(5)

  /// The worst session of each server, the one that began first before the others.
  private(set) var members: [SessionReport]

  var first: SessionReport { members[0] }
  var servers: [ExactText] { members.map(\.key.exactServer) }

  /// `jira-*` for a family, otherwise the first names.
  func name(_ families: Families) -> String { families.commonName(of: servers.map(\.text)) }

  fileprivate init(_ session: SessionReport) { members = [session] }

  /// `recovering`, or `recovering or ready?` where the way is closed to all and one of them was asked.
  var words: String {
    var seen: [String] = []
    for member in members where !seen.contains(member.stateWord) { seen.append(member.stateWord) }
    return seen.prefix(3).joined(separator: " or ")
  }

  fileprivate mutating func add(_ session: SessionReport) { members.append(session) }
}

private struct Likeness: Hashable {
  /// `ready?` and `ready` are not alike; of those whose way is closed it does not matter who found it out.
  let word: String
  let error: ErrorType?
}

extension SessionReport {
  fileprivate var likeness: Likeness {
    let isCutOff = isUnverified || state.isOutage && reason?.type.closesWay == true
    return Likeness(word: isCutOff ? "" : stateWord, error: reason?.type)
  }

  /// Whether one of them cannot be asked, and the other one neither, or found out why.
  func sharesClosedWay(with other: SessionReport) -> Bool {
    (isUnverified || other.isUnverified) && likeness == other.likeness && isNear(other)
  }

  fileprivate func isNear(_ other: SessionReport) -> Bool {
    let apart = onset.instant - other.onset.instant
    return apart <= Incident.span && .zero - apart <= Incident.span
  }
}

/// Problems as incidents, in the order of their first ones; of equally bad problems the oldest come first.
func incidents(_ problems: [SessionReport]) -> [Incident] {
  /// So many spans after the clock's origin an incident began, so that only neighbours need be looked at.
  struct Place: Hashable {
    let likeness: Likeness
    let span: Int64
  }
  var found: [Incident] = []
  var places: [Place: Int] = [:]
  for session in problems {
    let likeness = session.likeness
    let span = session.onset.instant.nanoseconds / 1_000_000_000 / Incident.span.components.seconds
    let near = (span - 1...span + 1).compactMap { places[Place(likeness: likeness, span: $0)] }
    if let place = near.first(where: { session.isNear(found[$0].first) }) {
      found[place].add(session)
    } else {
      places[Place(likeness: likeness, span: span)] = found.count
      found.append(Incident(session))
    }
  }
  return found
}

/// The least number of servers that are one line of the list.
private let foldLimit = 3

/// The rows of a list in which what fell together is one row, unless it is to stay as it stands. `kept` are
/// rows that must not vanish while somebody moves among them, `chosen` the one that stands for its incident.
func folded(_ rows: [ServerSummary], kept: Set<ExactText>, chosen: ExactText?) -> [ServerSummary] {
  let groups = incidents(rows.compactMap { $0.isProblem ? $0.worst : nil }).map(\.servers).filter { names in
    names.count >= foldLimit && names.count(where: kept.contains) < 2
  }
  guard !groups.isEmpty else { return rows }
  let byName = Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  var heads: [ExactText: ServerSummary] = [:]
  var hidden: Set<ExactText> = []
  for names in groups {
    guard let first = names.first else { continue }
    // Who is at one of them, or was when the order began to be held, goes on being at it.
    let head = names.first { $0 == chosen } ?? names.first(where: kept.contains) ?? first
    guard var row = byName[head] else { continue }
    row.stand(for: names.compactMap { byName[$0] })
    heads[first] = row
    hidden.formUnion(names)
  }
  return rows.compactMap { heads[$0.id] ?? (hidden.contains($0.id) ? nil : $0) }
}
