/// A time in which a server could not be used, or not be asked whether it can, kept although the events of
/// its beginning may be gone: one outage of many sessions tells more in an hour than a ring of events holds.
package struct OutageRecord: Hashable, Sendable {
  package let server: String
  /// When the first of its sessions was lost.
  package let began: Moment
  /// When all could be used again, or an operator took them out; absent while it lasts.
  package internal(set) var ended: Moment?
  /// The worst it came to.
  package internal(set) var state: SessionState
  /// Why, as it was first told.
  package internal(set) var cause: SessionError?
  /// The most sessions that were lost at once.
  package internal(set) var sessions: Int
  /// None of them was lost: all that is known is that they could not be asked.
  package internal(set) var isDoubt: Bool
  /// A person reconnected, ended or paused what was lost: it did not come back by itself.
  package internal(set) var isEndedByPerson = false
  /// At its end the server was known to be of use; else it was only watched no longer.
  package internal(set) var isBack = false
  fileprivate var acted: Instant?
  /// Attempts to come back that failed.
  package internal(set) var attempts = 0
}

/// The outages of all servers, in the order in which they began.
package struct OutageLog: Hashable, Sendable {
  /// Most that are kept; the oldest go first.
  package static let limit = 2_000

  package private(set) var records: [OutageRecord] = []
  /// Where those stand that last, by server.
  private var lasting: [ExactText: Int] = [:]

  package init() {}

  /// The outages of a server, the oldest first.
  package func of(_ server: String) -> [OutageRecord] { records.filter { $0.server.isExactly(server) } }

  /// Takes in how a server is: the worst of its sessions that cannot be used or asked, and how many; nil when
  /// none is lost. `isUsable` says whether one of them is known to be of use.
  mutating func note(
    _ lost: (worst: SessionReport, count: Int)?, isUsable: Bool, of server: String, at now: Moment
  ) {
    let name = ExactText(server)
    switch (lasting[name], lost) {
    case (nil, nil): break
    case (let place?, nil):
      records[place].ended = now
      records[place].isBack = isUsable
      records[place].isEndedByPerson = records[place].acted.map { now.instant - $0 <= Self.span } ?? false
      lasting[name] = nil
    case (let place?, let lost?):
      if lost.worst.state.severity > records[place].state.severity { records[place].state = lost.worst.state }
      records[place].cause = records[place].cause ?? lost.worst.reason
      if !lost.worst.isUnverified { records[place].isDoubt = false }
      records[place].sessions = max(records[place].sessions, lost.count)
    case (nil, let lost?):
      lasting[name] = records.count
      records.append(
        OutageRecord(
          server: server, began: lost.worst.onset, state: lost.worst.state, cause: lost.worst.reason,
          sessions: lost.count, isDoubt: lost.worst.isUnverified))
      if records.count > Self.limit { forgetOldest() }
    }
  }

  /// What a person does takes effect at once; what ends later ended by itself.
  private static let span = Duration.seconds(1)

  /// A person acted on a session.
  mutating func act(on server: String, at now: Moment) {
    if let place = lasting[ExactText(server)] { records[place].acted = now.instant }
  }

  /// Counts attempts that failed.
  mutating func count(_ attempts: Int, of server: String) {
    if let place = lasting[ExactText(server)] { records[place].attempts.addSaturated(attempts) }
  }

  /// A tenth at once, so that it costs little each time; those that last are kept as long as others are
  /// there.
  private mutating func forgetOldest() {
    let going = Set(records.indices.filter { records[$0].ended != nil }.prefix(Self.limit / 10))
    let kept = records.indices.filter { !going.contains($0) }.suffix(Self.limit)
    records = kept.map { records[$0] }
    lasting = Dictionary(
      records.enumerated().filter { $0.element.ended == nil }.map {
        (ExactText($0.element.server), $0.offset)
      },
      uniquingKeysWith: { _, last in last })
  }
}

extension Int {
  fileprivate mutating func addSaturated(_ other: Int) {
    let (sum, isOver) = addingReportingOverflow(other)
    self = isOver ? .max : sum
  }
}
