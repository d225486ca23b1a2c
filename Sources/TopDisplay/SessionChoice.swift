package import MCPSessions

/// Which sessions somebody means by the words of a filter, as in the dashboard; for commands without a
/// screen.
package struct SessionChoice: Sendable {
  private let filter: Filter

  package init(_ text: String) {
    filter = Filter(text)
  }

  /// The sessions of one server, or one user's alone, whatever is in their names.
  package init(server name: String, user: String?) {
    filter = Filter(exactly("server", name) + (user.map { " " + exactly("user", $0) } ?? ""))
  }

  /// The words of the filter.
  package var words: String { filter.text }

  /// What is wrong with the words; nil when they can be meant.
  package var objection: String? { filter.objection }

  /// What keeps them from choosing sessions to act on: there every word must narrow.
  package var objectionToActing: String? { filter.objectionToActing }

  /// Those that are meant, in order.
  package func keys(in store: Store, at now: Instant) -> [SessionKey] {
    filter.sessions(in: store, at: now)
  }
}
