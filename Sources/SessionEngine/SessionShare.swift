import MCPSessions

/// What all requests of one session have in common, so that nobody has to look it up for each of them.
final class SessionShare {
  /// What the session may still send without waiting.
  var budget: Budget
  var conversation = Conversation()

  init(at now: Instant) {
    budget = Budget(at: now)
  }
}

/// What the requests of one session share from its handshake on; a late answer of an earlier one keeps its
/// own.
final class Conversation {
  var cookies = CookieJar()
}
