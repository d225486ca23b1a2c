/// The newest events up to a limit; what had to go is counted.
public struct EventRing: Hashable, Sendable {
  /// The most events kept, 1 or more.
  public let capacity: Int
  /// How many events were overwritten since the start.
  public private(set) var dropped = 0

  private var storage: [Event] = []
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

  /// Adds the newest event; a full ring loses its oldest.
  public mutating func append(_ event: Event) {
    if storage.count < capacity {
      storage.append(event)
    } else {
      storage[oldest] = event
      oldest = (oldest + 1) % capacity
      dropped += 1
    }
  }

  /// The newest `count` events, oldest first.
  public func newest(_ count: Int) -> [Event] {
    let first = max(0, storage.count - max(0, count))
    return (first..<storage.count).map { self[$0] }
  }
}
