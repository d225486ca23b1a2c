import MCPSessions

/// Sessions by what they have in common, the groups with most trouble first: how many, in which states, and
/// the commands that mean just them.
func groupLines(
  _ kind: ViewState.Grouping, _ store: Store, _ now: Moment, _ context: Context
) -> [Phrase] {
  let hosts = Dictionary(
    store.servers.map { ($0.id, host(of: $0)) }, uniquingKeysWith: { first, _ in first })
  let families = Families(store.servers).names
  let groups = Dictionary(grouping: store.sessions.values) { session in
    switch kind {
    case .family: families[session.key.exactServer] ?? session.key.server
    case .host: hosts[session.key.exactServer] ?? "-"
    case .user: session.key.user
    }
  }
  func bad(_ sessions: [SessionReport]) -> Int { sessions.count(where: \.isTrouble) }
  let sorted = groups.sorted { left, right in
    let (a, b) = (bad(left.value), bad(right.value))
    return a != b ? a > b : left.key < right.key
  }
  let width = min(36, sorted.map { columns(of: $0.key) }.max() ?? 0)
  return sorted.map { name, sessions in
    let states = Dictionary(grouping: sessions, by: \.stateWord).compactMap { word, alike in
      alike.first.map { (word: word, rank: $0.rank, count: alike.count) }
    }.sorted { $0.rank > $1.rank }.map { "\($0.count) \($0.word)" }
    let worst = sessions.filter(\.isTrouble).min { $0.onset.instant < $1.onset.instant }
    let since = worst.map { ", the oldest trouble \(age(of: $0.onset, at: now))" } ?? ""
    let errors = sessions.reduce(0) { $0 + $1.errorCount }
    let bad = sessions.max { $0.rank < $1.rank }
    let role = bad.map { StateLook($0, Glyphs(isASCII: context.ascii)).role } ?? Role(.unmonitored)
    return Phrase(
      "\(padded(name, width))  \(states.joined(separator: ", "))\(since), \(errors) errors", role)
  }
}

private func host(of server: ServerReport) -> String {
  guard let url = server.url, let origin = try? Endpoint(url).origin.description else {
    return server.transport.rawValue
  }
  return origin
}
