/// Which session: one logical connection of one user to one server.
public struct SessionKey: Hashable, Comparable, Sendable {
  /// The user of sessions that all share.
  public static let sharedUser = "app"

  public let server: String
  public let user: String

  public init(server: String, user: String = SessionKey.sharedUser) {
    self.server = server
    self.user = user
  }

  public static func == (left: SessionKey, right: SessionKey) -> Bool {
    left.server.isExactly(right.server) && left.user.isExactly(right.user)
  }

  public static func < (left: SessionKey, right: SessionKey) -> Bool {
    left.server.isExactly(right.server) ? left.user.precedes(right.user) : left.server.precedes(right.server)
  }

  public func hash(into hasher: inout Hasher) {
    ExactText(server).hash(into: &hasher)
    ExactText(user).hash(into: &hasher)
  }
}
