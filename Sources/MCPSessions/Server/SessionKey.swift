/// Which session: one logical connection of one user to one server.
public struct SessionKey: Hashable, Comparable, Sendable {
  /// The user of a session that all share: `app`.
  public static let sharedUser = "app"

  /// The server's name.
  public let server: String
  /// The user, or `sharedUser`.
  public let user: String

  /// The session of a user with a server; without a user, the one that all share.
  public init(server: String, user: String = SessionKey.sharedUser) {
    self.server = server
    self.user = user
  }

  /// Whether both names are the same, byte for byte.
  public static func == (left: SessionKey, right: SessionKey) -> Bool {
    left.server.isExactly(right.server) && left.user.isExactly(right.user)
  }

  /// By server, then by user.
  public static func < (left: SessionKey, right: SessionKey) -> Bool {
    left.server.isExactly(right.server) ? left.user.precedes(right.user) : left.server.precedes(right.server)
  }

  /// By the bytes of both names.
  public func hash(into hasher: inout Hasher) {
    ExactText(server).hash(into: &hasher)
    ExactText(user).hash(into: &hasher)
  }
}
