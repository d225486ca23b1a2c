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

  public static func < (left: SessionKey, right: SessionKey) -> Bool {
    (left.server, left.user) < (right.server, right.user)
  }
}
