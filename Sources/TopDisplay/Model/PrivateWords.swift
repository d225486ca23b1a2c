import MCPSessions

/// What somebody who merely sees the screen need not learn: hosts, users and ids.
func privateWords(_ model: ViewModel) -> Set<String> {
  var words: Set<String> = [model.context.host, model.context.operator.user, model.context.operator.origin]
  for server in model.store.servers {
    guard let url = server.url, let origin = try? Endpoint(url).origin.description else { continue }
    // `https://host:443` and `host` alone, as messages have it.
    let rest = origin.firstRange(of: "://").map { origin[$0.upperBound...] } ?? origin[...]
    let host =
      rest.last == "]" ? rest : rest.prefix(rest.lastIndex(of: ":").map { rest[..<$0].count } ?? rest.count)
    words.insert(String(host))
  }
  for session in model.store.sessions.values {
    if session.key.user != SessionKey.sharedUser { words.insert(session.key.user) }
    if let id = session.session { words.insert(id) }
  }
  return words
}
