package import MCPSessions

/// A text without what somebody who merely sees it need not learn: hosts, users and ids. Each line as the
/// screen would show it.
package func concealed(_ text: String, _ store: Store, _ context: Context) -> String {
  let hiding = Concealment(privateWords(store, context))
  return text.split(separator: "\n", omittingEmptySubsequences: false).map { hiding(String($0)) }
    .joined(separator: "\n")
}

/// Hosts, users and ids.
func privateWords(_ store: Store, _ context: Context) -> Set<String> {
  var words: Set<String> = [context.host, context.operator.user, context.operator.origin]
  for server in store.servers {
    words.formUnion(server.users)
    guard let url = server.url, let origin = try? Endpoint(url).origin.description else { continue }
    // `https://host:443` and `host` alone, as messages have it.
    let rest = origin.firstRange(of: "://").map { origin[$0.upperBound...] } ?? origin[...]
    let host =
      rest.last == "]" ? rest : rest.prefix(rest.lastIndex(of: ":").map { rest[..<$0].count } ?? rest.count)
    words.insert(String(host))
  }
  for session in store.sessions.values {
    words.insert(session.key.user)
    if let id = session.session { words.insert(id) }
  }
  // Of sessions that are gone as well.
  for event in store.events.newest(store.events.count) {
    if let user = event.user { words.insert(user) }
    if let id = event.session { words.insert(id) }
  }
  words.remove(SessionKey.sharedUser)
  return words
}
