import MCPSessions

/// Outages that began together for one reason, told as one story: when, who, why, how long, how many tries.
struct OutageStory: Sendable {
  private(set) var records: [OutageRecord]

  var first: OutageRecord { records[0] }
  /// Whether all of them are back.
  var isOver: Bool { records.allSatisfy { $0.ended != nil } }

  fileprivate func holds(_ record: OutageRecord) -> Bool {
    first.cause?.type == record.cause?.type
      && record.began.instant - first.began.instant <= Incident.span
  }

  fileprivate mutating func add(_ record: OutageRecord) { records.append(record) }

  /// `23 Nov 02:10:12 jira-* (13): connect refused; back 02:10:38 after 26s, 236 attempts failed`.
  func words(at now: Moment, _ families: Families, _ context: Context) -> String {
    let servers = Set(records.map { ExactText($0.server) })
    let names = families.commonName(of: servers.sorted().map(\.text))
    let sessions = records.reduce(0) { $0 + $1.sessions }
    let many = [
      servers.count > 1 ? "\(servers.count)" : nil, sessions > records.count ? "\(sessions) sessions" : nil,
    ].joined(", ")
    let worst = records.max { $0.rank < $1.rank } ?? first
    let word = worst.isDoubt ? SessionReport.unverifiedWord : worst.state.rawValue
    let why = first.cause.map(shortWords) ?? word
    let attempts = records.reduce(0) { $0 + $1.attempts }
    let folded = attempts == 0 ? "" : ", \(attempts) attempt\(attempts == 1 ? "" : "s") failed"
    let end: String
    if isOver, let last = records.compactMap(\.ended).max(by: { $0.instant < $1.instant }) {
      let clock = last.wall.clock(offset: context.utcOffset)
      let how =
        records.contains(where: \.isEndedByPerson)
        ? "ended by a person" : records.allSatisfy(\.isBack) ? "back" : "watched until"
      end = "\(how) \(clock) after \(age(last.instant - first.began.instant))"
    } else {
      let back = records.count { $0.ended != nil && $0.isBack }
      let some = back == 0 ? "" : ", \(back) back"
      end = "\(word) for \(age(of: first.began, at: now))\(some)"
    }
    let start = context.dated(first.began.wall, at: now.wall)
    return "\(start) \(names)\(many.isEmpty ? "" : " (\(many))"): \(why); \(end)\(folded)"
  }
}

extension OutageRecord {
  fileprivate var rank: Int { isDoubt ? 0 : state.severity }
}

/// Outages as stories, in the order of their beginnings.
func outages(_ records: [OutageRecord]) -> [OutageStory] {
  var stories: [OutageStory] = []
  // The newest story of a cause: older ones are over their span.
  var latest: [ErrorType?: Int] = [:]
  for record in records.sorted(by: { $0.began.instant < $1.began.instant }) {
    let key = record.cause?.type
    if let place = latest[key], stories[place].holds(record) {
      stories[place].add(record)
    } else {
      latest[key] = stories.count
      stories.append(OutageStory(records: [record]))
    }
  }
  return stories
}
