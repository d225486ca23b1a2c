/// The newest events up to a limit; what had to go is counted.
public struct EventRing: Hashable, Sendable {
  /// The most events kept, 1 or more.
  public let capacity: Int
  /// How many events were overwritten since the start.
  public private(set) var dropped = 0

  private var storage: [Event] = []
  /// How many failed attempts the event in each place tells of: 0 where a later one tells of it as well.
  private var attempts: [UInt32] = []
  /// The newest failed attempt of each session that nothing else was told of since.
  private var failing: [SessionKey: UInt64] = [:]
  /// Where the oldest event stands once the ring is full.
  private var oldest = 0

  public init(capacity: Int) {
    self.capacity = max(1, capacity)
  }

  public var count: Int { storage.count }

  /// The event at `position`, 0 being the oldest that is kept.
  public subscript(position: Int) -> Event {
    precondition(position >= 0 && position < storage.count, "no event at position \(position)")
    return storage[(oldest + position) % storage.count]
  }

  /// A number for the event at `position` that stays its own as others come and go. Those that events bring
  /// along
  /// begin anew with each run, and some have none.
  public func number(at position: Int) -> UInt64 { UInt64(dropped + position) }

  /// How much the event at `position` matters.
  public func eventLevel(at position: Int) -> EventLevel {
    storage[(oldest + position) % storage.count].level
  }

  /// How many events the one at `position` stands for: those that were equal, and failed attempts before it
  /// of
  /// the same session for the same reason, between which nothing else happened. 0 where a later one stands
  /// for
  /// it.
  public func weight(at position: Int) -> Int { Int(attempts[(oldest + position) % storage.count]) }

  /// Adds the newest event; a full ring loses its oldest.
  public mutating func append(_ event: Event) {
    let weight = UInt32(clamping: event.repeated)
    let told = min(UInt32.max - weight, foldAttempts(before: event))
    if storage.count < capacity {
      storage.append(event)
      attempts.append(weight + told)
    } else {
      storage[oldest] = event
      attempts[oldest] = weight + told
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
    defer { attempts[place] = 0 }
    return attempts[place]
  }

  /// The newest `count` events, oldest first.
  public func newest(_ count: Int) -> [Event] {
    let first = max(0, storage.count - max(0, count))
    return (first..<storage.count).map { self[$0] }
  }
}
