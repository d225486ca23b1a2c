/// Counts over all sessions since the engine began; none is ever negative.
public struct Statistics: Hashable, Sendable {
  /// Users with a session that can be used now.
  public var totalUsers = 0
  /// Sessions created: handshakes that were done, those of recoveries too.
  public var totalSessions = 0
  /// Sessions that can be used now.
  public var activeSessions = 0
  /// Errors by type; a type that never came has no entry.
  public var sessionErrors: [ErrorType: Int] = [:]
  /// Losses after which coming back was tried.
  public var recoveriesAttempted = 0
  /// Losses after which a session came back.
  public var recoveriesSucceeded = 0
  /// Session ids received (`Mcp-Session-Id`).
  public var opened = 0
  /// Session ids that a server confirmed gone, by DELETE or by 404.
  public var ended = 0
  /// Session ids whose DELETE failed: the server may still hold them.
  public var leftBehind = 0
  /// Events that were lost to a limit before anybody could read them.
  public var eventsDropped = 0

  package init() {}

  /// The counts of two processes together.
  package static func + (left: Statistics, right: Statistics) -> Statistics {
    var sum = left
    sum.totalUsers += right.totalUsers
    sum.totalSessions += right.totalSessions
    sum.activeSessions += right.activeSessions
    sum.sessionErrors.merge(right.sessionErrors, uniquingKeysWith: +)
    sum.recoveriesAttempted += right.recoveriesAttempted
    sum.recoveriesSucceeded += right.recoveriesSucceeded
    sum.opened += right.opened
    sum.ended += right.ended
    sum.leftBehind += right.leftBehind
    sum.eventsDropped += right.eventsDropped
    return sum
  }
}

extension Statistics {
  /// Takes what one session counted earlier out of the sums, and puts in what it counts now.
  mutating func replace(_ old: Statistics, by new: Statistics) {
    totalSessions += new.totalSessions - old.totalSessions
    activeSessions += new.activeSessions - old.activeSessions
    recoveriesAttempted += new.recoveriesAttempted - old.recoveriesAttempted
    recoveriesSucceeded += new.recoveriesSucceeded - old.recoveriesSucceeded
    opened += new.opened - old.opened
    ended += new.ended - old.ended
    leftBehind += new.leftBehind - old.leftBehind
    for (type, count) in new.sessionErrors where count != old.sessionErrors[type] {
      sessionErrors[type, default: 0] += count - old.sessionErrors[type, default: 0]
    }
  }
}
