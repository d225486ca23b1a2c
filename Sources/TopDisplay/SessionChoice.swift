public import MCPSessions

/// Which sessions somebody means by the words of a filter, as in the dashboard; for commands without a
/// screen.
public struct SessionChoice: Sendable {
  private let filter: Filter

  public init(_ text: String) {
    filter = Filter(text)
  }

  /// The sessions of one server, or one user's alone, whatever is in their names.
  public init(server name: String, user: String?) {
    filter = Filter(exactly("server", name) + (user.map { " " + exactly("user", $0) } ?? ""))
  }

  /// The words of the filter.
  public var words: String { filter.text }

  /// What is wrong with the words; nil when they can be meant.
  public var objection: String? { filter.objection }

  /// What keeps them from choosing sessions to act on: there every word must narrow.
  public var objectionToActing: String? { filter.objectionToActing }

  /// Those that are meant, in order.
  public func keys(in store: Store, at now: Instant) -> [SessionKey] {
    store.sessions.values.filter { filter.accepts(SessionRow(session: $0, now: now)) }.map(\.key).sorted()
  }
}
