// Whether a session that is called live is known to be so. Every word, count, colour and exit code that says
// a session is well asks here, and nowhere else.

/// That a way to a server is closed, as one of those who take it found out.
package struct ClosedWay: Hashable, Sendable {
  package let since: Moment
  /// What closed it.
  package let cause: SessionError

  package init(since: Moment, cause: SessionError) {
    self.since = since
    self.cause = cause
  }
}

/// How much is known of the life of a session.
package enum Verification: Hashable, Sendable {
  /// It is asked whenever that is due.
  case verified
  /// It was alive when it answered last, and cannot be asked: its way is closed. Such a session stays what it
  /// is called (a neighbour's failure proves nothing), and nobody may take it for well.
  case unverified(since: Moment)
  /// It is not called live, so there is nothing to doubt.
  case notLive
}

extension SessionReport {
  /// The judgement.
  package var verification: Verification {
    guard state.isLive else { return .notLive }
    return unverifiedSince.map { .unverified(since: $0) } ?? .verified
  }

  /// Whether it is called live though nobody can ask it at present.
  package var isUnverified: Bool { if case .unverified = verification { true } else { false } }

  /// Whether it can be used now, as far as anybody knows.
  package var isKnownLive: Bool { verification == .verified }

  /// Whether somebody may have to know of it: something is wrong, or nobody can tell whether.
  package var isTrouble: Bool { state.isProblem || isUnverified }

  /// What people, filters and scripts call it: `ready?` where that is not verified.
  package var stateWord: String { isUnverified ? "\(state.rawValue)?" : state.rawValue }

  /// The worse off, the higher: what cannot be asked stands between what is well, or left alone by somebody's
  /// wish, and what is known to be bad.
  package var rank: Int {
    let severity = isUnverified ? max(state.severity, SessionState.paused.severity) : state.severity
    return severity * 2 + (isUnverified ? 1 : 0)
  }

  /// When it became what it is; of an unverified one, when its way was closed.
  package var onset: Moment {
    guard case .unverified(let known) = verification else { return since }
    return closedWay?.since ?? known
  }

  /// Why it is not simply well, whatever it is called; of one that waits for its way, what closed that.
  package var reason: SessionError? { cause ?? closedWay?.cause }

  /// Whether it was of use since the engine began.
  package var hasWorked: Bool { lastGood != nil || recoveries > 0 }

  /// An outage of its way for so long is as good as one of its own.
  package static let longDoubt = Duration.seconds(60)

  /// Whether it cannot be asked for so long that nobody may count on it.
  package func isLongUnverified(at now: Instant) -> Bool {
    isUnverified && now - onset.instant >= Self.longDoubt
  }

  /// Whether it waits for a way that is closed for so long, or behind which it never was of use.
  package func isCutOff(at now: Instant) -> Bool {
    guard state == .connecting, let closedWay else { return false }
    return !hasWorked || now - closedWay.since.instant >= Self.longDoubt
  }

  /// What there is to know of one that cannot be asked.
  static func notProbed(since: Moment) -> Sentence {
    let clock = ForeignText(local: since.wall.clock(), limit: 20)
    return "not probed since \(clock) UTC, the way to its server is closed"
  }

  /// The word for it beside the states, for filters and scripts.
  package static let unverifiedWord = "unverified"
}
