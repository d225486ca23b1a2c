import MCPSessions

/// Servers that are not well for what looks like one reason: the same state and type of error, begun within a
/// few seconds of each other. One thing to look at and to act on, however many servers it hit. Those that
/// cannot be asked are such servers too: the closed way is their reason, and its closing their beginning.
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

  fileprivate func holds(_ session: SessionReport) -> Bool {
    first.likeness == session.likeness && session.onset.instant - first.onset.instant <= Self.span
  }

  fileprivate mutating func add(_ session: SessionReport) { members.append(session) }
}

private struct Likeness: Hashable {
  /// `ready?` and `ready` are not alike.
  let word: String
  let error: ErrorType?
}

extension SessionReport {
  fileprivate var likeness: Likeness { Likeness(word: stateWord, error: reason?.type) }

  /// Whether neither can be asked, for the same way closed.
  func sharesClosedWay(with other: SessionReport) -> Bool {
    isUnverified && likeness == other.likeness && onset.instant - other.onset.instant <= Incident.span
      && other.onset.instant - onset.instant <= Incident.span
  }
}

/// Problems as incidents, in the order of their first ones; of equally bad problems the oldest come first.
func incidents(_ problems: [SessionReport]) -> [Incident] {
  var found: [Incident] = []
  // The newest incident of a state and type: older ones are over their span.
  var latest: [Likeness: Int] = [:]
  for session in problems {
    let key = session.likeness
    if let place = latest[key], found[place].holds(session) {
      found[place].add(session)
    } else {
      latest[key] = found.count
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
