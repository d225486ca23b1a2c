import Sessions

/// Servers that are not well for what looks like one reason: the same state and type of error, begun within a
/// few seconds of each other. One thing to look at and to act on, however many servers it hit.
struct Incident: Sendable {
  /// How far the beginnings of one incident may lie apart.
  static let span = Duration.seconds(5)

  /// The worst session of each server, the one that began first before the others.
  private(set) var members: [SessionReport]

  var first: SessionReport { members[0] }
  var servers: [String] { members.map(\.key.server) }

  /// `jira-*` for a family, otherwise the first names.
  var name: String { commonName(of: servers) }

  fileprivate init(_ session: SessionReport) { members = [session] }

  fileprivate func holds(_ session: SessionReport) -> Bool {
    first.state == session.state && first.cause?.type == session.cause?.type
      && session.since.instant - first.since.instant <= Self.span
  }

  fileprivate mutating func add(_ session: SessionReport) { members.append(session) }
}

/// Problems as incidents, in the order of their first ones; of equally bad problems the oldest come first.
func incidents(_ problems: [SessionReport]) -> [Incident] {
  var found: [Incident] = []
  // The newest incident of a state and type: older ones are over their span.
  var latest: [String: Int] = [:]
  for session in problems {
    let key = "\(session.state.rawValue) \(session.cause?.type.rawValue ?? "")"
    if let place = latest[key], found[place].holds(session) {
      found[place].add(session)
    } else {
      latest[key] = found.count
      found.append(Incident(session))
    }
  }
  return found
}

/// `jira-*` for a family of names, otherwise the first of them.
func commonName(of servers: [String]) -> String {
  guard let first = servers.first, servers.count > 1 else { return servers.first ?? "" }
  let letters = Array(first)
  let common = servers.dropFirst().reduce(letters.count) { common, name in
    min(common, zip(letters, name).prefix { $0 == $1 }.count)
  }
  let family = letters.prefix(common).lastIndex { "-._/".contains($0) }
  if let family, family >= 2 { return String(letters.prefix(family + 1)) + "*" }
  let more = servers.count > 2 ? " and \(servers.count - 2) more" : ""
  return servers.prefix(2).joined(separator: ", ") + more
}
