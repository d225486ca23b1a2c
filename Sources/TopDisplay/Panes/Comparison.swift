import MCPSessions

/// Two sessions beside each other, field by field; what differs stands first and has a sign.
func comparisonLines(
  _ first: SessionKey, _ second: SessionKey, _ store: Store, _ now: Moment, _ context: Context, width: Int
) -> [Phrase] {
  let label = 13
  let room = max(6, (width - label - 2) / 2)
  func cut(_ text: String) -> String {
    let text = context.hiding(text)
    guard columns(of: text) > room else {
      return text + String(repeating: " ", count: room - columns(of: text))
    }
    let head = broken(text, width: room - 1, hiding: .none).first ?? ""
    return padded(head + (context.ascii ? ">" : "…"), room)
  }
  let (left, right) = (facts(first, store, now, context), facts(second, store, now, context))
  let lines = zip(left, right).map { (name: $0.name, left: $0.text, right: $1.text) }
  let sign = Glyphs(isASCII: context.ascii).difference
  func line(_ fact: (name: String, left: String, right: String)) -> Phrase {
    let differs = fact.left != fact.right
    return Phrase(
      "\(padded((differs ? sign : " ") + " " + fact.name, label))\(cut(fact.left)) \(cut(fact.right))",
      differs ? .key : .muted)
  }
  return lines.filter { $0.left != $0.right }.map(line) + lines.filter { $0.left == $0.right }.map(line)
}

/// What there is to say of a session, in the same order for each.
private func facts(
  _ key: SessionKey, _ store: Store, _ now: Moment, _ context: Context
) -> [(name: String, text: String)] {
  let session = store.sessions[key]
  let server = store.servers.first { $0.name.isExactly(key.server) }
  let policy = server?.settings
  func ago(_ moment: Moment?) -> String { moment.map { "\(age(of: $0, at: now)) ago" } ?? "never" }
  let errors = (session?.errors ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }
    .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
  return [
    ("server", key.server), ("user", key.user), ("state", session?.state.rawValue ?? "gone"),
    ("since", session.map { context.dated($0.since.wall, at: now.wall) } ?? "-"),
    ("why", session?.cause?.summary ?? "-"), ("kind", session?.kind?.rawValue ?? "-"),
    ("protocol", session?.protocolVersion ?? "-"),
    ("software", session?.identity.map { "\($0.name) \($0.version)" } ?? "-"),
    ("tools", session?.tools.map(String.init) ?? "-"), ("stream", session?.stream.rawValue ?? "-"),
    ("last good", ago(session?.lastGood)), ("reached", ago(session?.lastReachable)),
    ("p50", latency(session?.latency?.p50)), ("p95", latency(session?.latency?.p95)),
    ("missed", session.map { "\($0.counts.missed) of \($0.counts.probes)" } ?? "-"),
    ("errors", errors.isEmpty ? "none" : errors), ("recoveries", session.map { "\($0.recoveries)" } ?? "-"),
    ("transport", server?.transport.rawValue ?? "-"), ("url", server?.url ?? "-"),
    ("ping", policy.map { $0.pingInterval > .zero ? "every \(span($0.pingInterval))" : "never" } ?? "-"),
    ("timeout", policy.map { span($0.timeout) } ?? "-"),
    ("retries", policy.map { "\($0.retryAttempts) from \(span($0.retryDelay))" } ?? "-"),
  ]
}
