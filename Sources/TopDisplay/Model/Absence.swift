package import MCPSessions

/// A service that is away and looked for: what is shown of it is what it said last, and nothing can be done
/// there.
package struct Absence: Hashable, Sendable {
  /// What it is called, printable.
  package let label: String
  /// Its sessions, and the row of the line to it; absent where there is one service alone.
  package let keys: Set<SessionKey>?
  /// The row of the line to it, where there are several.
  package let row: SessionKey?
  package let since: WallTime
  /// Empty while nothing is known but that it went; printable.
  package let why: String

  /// Where it is the only one, what there is is its own.
  package init(
    label: String, keys: Set<SessionKey>? = nil, row: SessionKey? = nil, since: WallTime, why: String
  ) {
    (self.label, self.since, self.why) = (label, since, why)
    self.row = row
    self.keys = row.map { keys?.union([$0]) ?? [$0] } ?? keys
  }

  /// Whether a session is one of its own, or the row of the line to it.
  func covers(_ key: SessionKey) -> Bool {
    keys?.contains(key) ?? true
  }

  /// For one line: since when, why, and what happens next.
  func words(_ context: Context) -> String {
    let why = why.isEmpty ? "" : ": \(why)"
    return "\(label) is away since \(since.clock(offset: context.utcOffset)) and looked for\(why)"
  }
}

extension Context {
  /// The service of a session, if it is away.
  func absence(of key: SessionKey) -> Absence? { absences.first { $0.covers(key) } }
}
