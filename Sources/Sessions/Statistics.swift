/// Counts over all sessions since start (DESIGN section 4).
public struct Statistics: Hashable, Sendable {
  /// Users with an active session.
  public var totalUsers = 0
  /// Sessions created since start.
  public var totalSessions = 0
  /// Sessions that are live now.
  public var activeSessions = 0
  /// Errors since start.
  public var sessionErrors: [ErrorType: Int] = [:]
  public var recoveriesAttempted = 0
  public var recoveriesSucceeded = 0
  /// Session ids received.
  public var opened = 0
  /// Session ids that a server confirmed gone, by DELETE or by 404.
  public var ended = 0
  /// Session ids whose DELETE failed: the server may still hold them.
  public var leftBehind = 0
  /// Events that were lost to a limit.
  public var eventsDropped = 0

  public init() {}
}
