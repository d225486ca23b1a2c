/// The newest events up to a limit; what had to go is counted.
package struct EventRing: Hashable, Sendable {
  /// The most events kept, 1 or more.
  package let capacity: Int
  /// How many events were overwritten since the start.
  package private(set) var dropped = 0

  private var storage: [Event] = []
  /// For each place how much its event matters and how many it stands for: all of it is gone through for each
  /// picture, and the events themselves are large.
  private var digests: [Digest] = []
  /// The newest failed attempt of each session that nothing else was told of since.
  private var failing: [SessionKey: UInt64] = [:]
  /// Where the oldest event stands once the ring is full.
  private var oldest = 0

  package init(capacity: Int) {
    self.capacity = max(1, capacity)
  }

  package var count: Int { storage.count }

  /// The event at `position`, 0 being the oldest that is kept.
  package subscript(position: Int) -> Event {
    precondition(position >= 0 && position < storage.count, "no event at position \(position)")
    return storage[(oldest + position) % storage.count]
  }

  /// A number for the event at `position` that stays its own as others come and go. Those that events bring
  /// along begin anew with each run, and some have none.
  package func number(at position: Int) -> UInt64 { UInt64(dropped + position) }

  /// How many events the one at `position` stands for: those that were equal, and failed attempts before it
  /// of the same session for the same reason, between which nothing else happened. 0 where a later one
  /// stands for it.
  package func weight(at position: Int) -> Int { Int(digests[(oldest + position) % storage.count].weight) }

  /// The positions, oldest first, of events that matter at least so much; those for which a later one stands
  /// only where each is wanted.
  package func positions(from level: EventLevel, each: Bool) -> [Int] {
    var found: [Int] = []
    found.reserveCapacity(digests.count)
    var place = oldest
    for position in 0..<digests.count {
      let digest = digests[place]
      if digest.level >= level.rank, each || digest.weight > 0 { found.append(position) }
      place = place + 1 == digests.count ? 0 : place + 1
    }
    return found
  }

  /// Adds the newest event; a full ring loses its oldest.
  package mutating func append(_ event: Event) {
    let weight = UInt32(clamping: event.repeated)
    let told = min(UInt32.max - weight, foldAttempts(before: event))
    if storage.count < capacity {
      storage.append(event)
      digests.append(Digest(level: event.level.rank, weight: weight + told))
    } else {
      storage[oldest] = event
      digests[oldest] = Digest(level: event.level.rank, weight: weight + told)
      oldest = (oldest + 1) % capacity
      dropped += 1
    }
  }

  /// Lets an event stand for the failed attempts of its session just before it; gives their number.
  private mutating func foldAttempts(before event: Event) -> UInt32 {
    guard let server = event.server, event.level > .debug else { return 0 }
    let key = SessionKey(server: server, user: event.user ?? SessionKey.sharedUser)
    guard event.kind == .recoveryFailed else {
      failing[key] = nil
      return 0
    }
    // Sessions that are gone leave theirs behind; what is lost with them is only brevity.
    if failing.count >= capacity { failing = [:] }
    let before = failing.updateValue(UInt64(dropped + storage.count), forKey: key)
    guard let before, before >= UInt64(dropped) else { return 0 }
    let place = (oldest + Int(before - UInt64(dropped))) % storage.count
    let isSame = storage[place].error.flatMap { error in event.error.map(error.isLike) } ?? false
    guard isSame else { return 0 }
    defer { digests[place].weight = 0 }
    return digests[place].weight
  }

  /// The newest `count` events, oldest first.
  package func newest(_ count: Int) -> [Event] {
    let first = max(0, storage.count - max(0, count))
    return (first..<storage.count).map { self[$0] }
  }
}

/// What of an event is looked at without looking at it.
private struct Digest: Hashable, Sendable {
  let level: UInt8
  var weight: UInt32
}
