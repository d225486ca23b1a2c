import MCPWire

/// Which of our sessions was given which id: a server that gives one to two of them mixes them up.
struct IDHolders: Sendable {
  private struct Key: Hashable {
    let origin: String
    let id: SessionID
  }

  /// Ids that are left behind stay until room is needed.
  private static let limit = 20_000
  private var holders: [Key: Int] = [:]

  /// Notes that a session was given an id; true when another one holds it.
  mutating func take(_ session: OpenSession, _ index: Int) -> Bool {
    let key = Key(origin: session.origin, id: session.id)
    if let holder = holders[key], holder != index { return true }
    if holders.count >= Self.limit { holders.removeAll(keepingCapacity: true) }
    holders[key] = index
    return false
  }

  mutating func drop(_ session: OpenSession, _ index: Int) {
    let key = Key(origin: session.origin, id: session.id)
    if holders[key] == index { holders[key] = nil }
  }
}
