/// The nearest of many deadlines, without a scan of all sessions. Entries are never removed: one that no
/// longer holds is recognised when it comes up, and dropped.
struct DeadlineHeap: Hashable, Sendable {
  private struct Entry: Hashable, Sendable {
    let instant: Instant
    let index: Int
  }

  private var entries: [Entry] = []

  /// The earliest instant that anything was pushed for; it may have become void.
  var earliest: Instant? { entries.first?.instant }

  mutating func push(_ instant: Instant, _ index: Int) {
    entries.append(Entry(instant: instant, index: index))
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].instant < entries[parent].instant else { break }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the earliest entry that is due at `now`.
  mutating func pop(dueAt now: Instant) -> (instant: Instant, index: Int)? {
    guard let first = entries.first, first.instant <= now else { return nil }
    let last = entries.removeLast()
    if !entries.isEmpty {
      entries[0] = last
      sink()
    }
    return (first.instant, first.index)
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
        if entries[child].instant < entries[smallest].instant { smallest = child }
      }
      guard smallest != parent else { return }
      entries.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
