package import MCPSessions

/// A recorded event stream, oldest first.
package struct Recording: Sendable {
  package enum Entry: Sendable {
    case event(Event)
    /// All that was known at a time.
    case snapshot(EngineReport, Moment)

    package var time: Moment {
      switch self {
      case .event(let event): event.time
      case .snapshot(_, let time): time
      }
    }

    var isError: Bool {
      if case .event(let event) = self { event.isError } else { false }
    }
  }

  package var entries: [Entry]

  package init(entries: [Entry]) {
    self.entries = entries
  }
}

/// A recording that is being watched: what was known then, and how fast it goes on.
package struct Replay: Sendable {
  /// What was known at `now`.
  package private(set) var store: Store
  /// The time of the recording.
  package private(set) var now: Moment
  package private(set) var isPlaying = true
  package private(set) var speed = 1.0

  private let entries: [Recording.Entry]
  private let capacity: Int
  /// Where outages begin, and how many errors each part of the recording holds.
  private let survey: RecordingSurvey
  /// Entries that were taken in.
  private var place = 0
  /// When time was last let pass, on the clock of the room.
  private var last: Instant?

  private static let speeds: [Double] = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1_000]

  /// Stands at the first entry; `capacity` is how many events stay on the screen.
  package init(_ recording: Recording, capacity: Int = 10_000) {
    entries = recording.entries
    survey = RecordingSurvey(recording.entries)
    self.capacity = capacity
    store = Store(eventCapacity: capacity)
    now = entries.first?.time ?? Moment(instant: .zero, wall: WallTime(milliseconds: 0))
    takeIn()
  }

  package var status: ReplayStatus {
    var status = ReplayStatus(isPlaying: isPlaying, speed: speed, place: place, count: entries.count)
    status.line = survey.line(at: now)
    return status
  }

  /// Goes on at a speed, from a hundredth to ten thousand times as fast as it was.
  package mutating func play(at speed: Double) { self.speed = min(10_000, max(0.01, speed)) }

  package var isAtEnd: Bool { place == entries.count }

  /// Lets time pass until `real`; true when something happened in it.
  package mutating func advance(to real: Instant) -> Bool {
    defer { last = real }
    guard isPlaying, let last, real > last else { return false }
    let before = place
    let passed = (real - last).inSeconds * speed
    now = now + .milliseconds(Int64(saturating: passed * 1_000))
    takeIn()
    if isAtEnd { isPlaying = false }
    return place != before
  }

  /// The time in the room until the next entry; nil when none comes by itself.
  package var untilNext: Duration? {
    guard isPlaying, place < entries.count else { return nil }
    let left = (entries[place].time.instant - now.instant).inSeconds / speed
    return .milliseconds(Int64(saturating: max(0, min(left, 86_400)) * 1_000))
  }

  /// Does what was asked; a sentence when it cannot be done.
  package mutating func move(_ move: ReplayMove, utcOffset: Int) -> String? {
    switch move {
    case .toggle:
      if isAtEnd, !isPlaying { go(to: 0) }
      isPlaying.toggle()
    case .faster: speed = Self.speeds.first { $0 > speed } ?? speed
    case .slower: speed = Self.speeds.last { $0 < speed } ?? speed
    case .step(let count):
      isPlaying = false
      go(to: min(max(1, place + count), entries.count))
    case .jump(let duration): go(to: now + duration)
    case .to(let second): return go(toSecondOfDay: second, utcOffset)
    case .onset(true):
      guard let found = survey.onsets.first(where: { $0 >= place }) else { return "no later outage" }
      isPlaying = false
      go(to: found + 1)
    case .onset(false):
      guard let found = survey.onsets.last(where: { $0 < place - 1 }) else { return "no earlier outage" }
      isPlaying = false
      go(to: found + 1)
    }
    return nil
  }

  /// The next time it is so late, or the last time it was, if it is not that late again.
  private mutating func go(toSecondOfDay second: Int, _ utcOffset: Int) -> String? {
    guard let first = entries.first?.time, let end = entries.last?.time else { return nil }
    let day: Int64 = 86_400_000
    let local = now.wall.milliseconds + Int64(utcOffset) * 1_000
    let midnight = local - ((local % day) + day) % day
    let wanted = midnight + Int64(second) * 1_000 - Int64(utcOffset) * 1_000
    let range = first.wall.milliseconds - 999...max(first.wall.milliseconds, end.wall.milliseconds)
    guard let target = [wanted, wanted + day, wanted - day].first(where: { range.contains($0) }) else {
      return
        "the recording is from \(first.wall.clock(offset: utcOffset)) to \(end.wall.clock(offset: utcOffset))"
    }
    go(to: now + .milliseconds(target - now.wall.milliseconds))
    return nil
  }

  /// To just after a number of entries.
  private mutating func go(to count: Int) {
    if count < place { rewind() }
    guard count > 0 else { return now = entries.first?.time ?? now }
    takeIn { $0 < count }
    now = entries[count - 1].time
  }

  private mutating func go(to moment: Moment) {
    guard let first = entries.first?.time, let end = entries.last?.time else { return }
    let target = min(max(moment.instant, first.instant), end.instant)
    if target < now.instant { rewind() }
    now = now + (target - now.instant)
    takeIn()
  }

  private mutating func rewind() {
    place = 0
    store = Store(eventCapacity: capacity)
    now = entries.first?.time ?? now
  }

  private mutating func takeIn() {
    let now = now.instant
    takeIn { [entries] in entries[$0].time.instant <= now }
  }

  /// Takes in entries as long as the next one is wanted.
  private mutating func takeIn(while isWanted: (Int) -> Bool) {
    var next = place
    store.folding { [entries] store in
      while next < entries.count, isWanted(next) {
        switch entries[next] {
        case .event(let event): store.fold(recorded: event)
        case .snapshot(let report, let time): store.fold(report, at: time)
        }
        next += 1
      }
    }
    place = next
  }
}

extension Moment {
  fileprivate static func + (moment: Moment, duration: Duration) -> Moment {
    Moment(instant: moment.instant + duration, wall: moment.wall + duration)
  }
}
