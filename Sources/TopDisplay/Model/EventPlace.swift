import MCPSessions

// Where in the events the operator stands, and what is seen of them from there.

extension ViewState {
  /// The rows of a list that are visible at once, its heading and the line that counts the hidden ones left
  /// out.
  func height(of pane: Pane, count: Int) -> Int {
    let rows = layout[pane].rows
    guard pane != .events else { return rows }
    return count > rows - 1 ? rows - 2 : rows - 1
  }

  /// The place of the selected event among the listed ones.
  func eventIndex(_ store: Store, _ rows: Rows) -> Int? {
    guard !rows.events.isEmpty else { return nil }
    switch events {
    case .following: return rows.events.count - 1
    case .held(let seq, _): return min(place(of: seq, store, rows), rows.events.count - 1)
    }
  }

  /// The place of the first visible event.
  func firstEvent(_ store: Store, _ rows: Rows, height: Int) -> Int {
    guard let selected = eventIndex(store, rows) else { return 0 }
    switch events {
    case .following: return max(0, rows.events.count - height)
    case .held(_, let top):
      return firstVisible(
        of: rows.events.count, selected: selected, top: place(of: top, store, rows), height: height)
    }
  }

  /// Events that came in below the held one's page.
  func unseenEvents(_ store: Store, _ rows: Rows, height: Int) -> Int {
    events == .following ? 0 : max(0, rows.events.count - firstEvent(store, rows, height: height) - height)
  }

  /// The first listed event that is not older than a number: numbers grow, so halving finds it.
  func place(of seq: UInt64, _ store: Store, _ rows: Rows) -> Int {
    var (low, high) = (0, rows.events.count)
    while low < high {
      let middle = (low + high) / 2
      if store.events.number(at: rows.events[middle]) < seq { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension Event {
  /// Whether it tells of something gone wrong.
  var isError: Bool { error != nil && level >= .warning || level == .error }
}
