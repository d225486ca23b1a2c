import MCPSessions

extension Recording {
  /// Entries as they were recorded, in the order in which they happened.
  ///
  /// A log may hold several runs, and the clock of the machine may have been set back within one: what was
  /// written later happened later, whatever the clock said. A run begins where the numbers of its events
  /// begin anew. Runs that were recorded beside each other are told by their times.
  package init(recorded entries: [Entry]) {
    var latest = Instant.zero
    var lastNumber: UInt64 = 0
    var straight = entries
    for place in straight.indices {
      if let number = straight[place].number {
        if number <= lastNumber { latest = .zero }
        lastNumber = number
      }
      latest = max(latest, straight[place].time.instant)
      straight[place].moveTime(to: latest)
    }
    self.init(
      entries: straight.enumerated().sorted {
        ($0.element.time.instant, $0.offset) < ($1.element.time.instant, $1.offset)
      }.map(\.element))
  }
}

extension Recording.Entry {
  /// Its number within its run; absent for what has none.
  fileprivate var number: UInt64? {
    if case .event(let event) = self, event.seq > 0 { event.seq } else { nil }
  }

  /// What a clock that was set back said stays to be read; the order follows the instant.
  fileprivate mutating func moveTime(to instant: Instant) {
    switch self {
    case .event(var event):
      event.time = Moment(instant: instant, wall: event.time.wall)
      self = .event(event)
    case .snapshot(let report, let time):
      self = .snapshot(report, Moment(instant: instant, wall: time.wall))
    }
  }
}
