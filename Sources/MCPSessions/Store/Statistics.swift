/// Counts over all sessions since start.
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
