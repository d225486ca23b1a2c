/// Which session: one logical connection of one user to one server.
public struct SessionKey: Hashable, Comparable, Sendable {
  /// The user of a session that all share: `app`.
  public static let sharedUser = "app"

  package let exactServer: ExactText
  package let exactUser: ExactText

  /// The server's name.
  public var server: String { exactServer.text }
  /// The user, or `sharedUser`.
  public var user: String { exactUser.text }

  /// The session of a user with a server; without a user, the one that all share.
  public init(server: String, user: String = SessionKey.sharedUser) {
    (exactServer, exactUser) = (ExactText(server), ExactText(user))
  }

  /// By server, then by user.
  public static func < (left: SessionKey, right: SessionKey) -> Bool {
    left.exactServer == right.exactServer
      ? left.exactUser < right.exactUser : left.exactServer < right.exactServer
  }
}
