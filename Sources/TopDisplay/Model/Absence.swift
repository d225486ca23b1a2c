package import MCPSessions

/// A service that is away and looked for: what is shown of it is what it said last, and nothing can be done
/// there.
package struct Absence: Hashable, Sendable {
  /// What it is called, printable.
  package let label: String
  /// What the names of its servers begin with; empty where there is one service alone.
  package let prefix: String
  package let since: WallTime
  /// Empty while nothing is known but that it went; printable.
  package let why: String

  package init(label: String, prefix: String, since: WallTime, why: String) {
    (self.label, self.prefix, self.since, self.why) = (label, prefix, since, why)
  }

  /// Whether a session is one of its own, or the row of the line to it.
  func covers(_ key: SessionKey) -> Bool {
    prefix.isEmpty || key.server.hasPrefix(prefix) || key.server == label
  }

  /// For one line: since when, why, and what happens next.
  func words(_ context: Context) -> String {
    let why = why.isEmpty ? "" : " (\(why))"
    return "\(label) is away since \(since.clock(offset: context.utcOffset))\(why); looked for"
  }
}

extension Context {
  /// The service of a session, if it is away.
  func absence(of key: SessionKey) -> Absence? { absences.first { $0.covers(key) } }
}
