import Sessions

// The mouse, where it was asked for.

extension ViewState {
  /// A press on a row stands on it; on a pane, goes there.
  mutating func click(row: Int, column: Int, _ model: ViewModel, live: Store) -> [Effect] {
    let (store, rows) = (model.store, model.rows)
    lastMove = model.present.instant
    let layout = layout
    guard let target = Pane.allCases.first(where: { layout[$0].contains(row: row, column: column) }) else {
      return []
    }
    if isDetailOpen, layout.form == .single || target == .sessions { return [] }
    pane = target
    let line = row - layout[target].row - (target == .events ? 0 : 1)
    guard line >= 0 else { return [] }
    switch target {
    case .servers:
      let height = height(of: target, count: rows.servers.count)
      let names = rows.servers.map(\.name)
      let first = firstVisible(
        of: names.count, selected: servers.index(in: names) ?? 0, top: servers.top, height: height)
      guard line < height, first + line < names.count else { return [] }
      choose(server: first + line, rows, height: height)
    case .sessions:
      let height = height(of: target, count: rows.sessions.count)
      let first = firstVisible(
        of: rows.sessions.count, selected: sessions.index(in: rows.sessions) ?? 0, top: sessions.top,
        height: height)
      guard line < height, first + line < rows.sessions.count else { return [] }
      heldSessions = rows.sessions
      sessions.select(first + line, in: rows.sessions, height: height)
    case .events:
      let height = max(1, height(of: target, count: rows.events.count))
      let place = firstEvent(store, rows, height: height) + line
      if place < rows.events.count { hold(at: place, store, rows, height: height) }
    case .errors:
      let height = height(of: target, count: rows.errors.count)
      if line < min(height, rows.errors.count) { errors.select(line, in: rows.errors, height: height) }
    }
    return []
  }

  /// Three rows at a time, as everywhere.
  mutating func wheel(_ isDown: Bool, _ model: ViewModel) -> [Effect] {
    for _ in 0..<3 {
      if isDetailOpen {
        scrollDetail(isDown ? .down : .up, model)
      } else {
        move(isDown ? .down : .up, model)
      }
    }
    return []
  }
}

extension Rectangle {
  func contains(row: Int, column: Int) -> Bool {
    !isEmpty && row >= self.row && row < bottom && column >= self.column && column < right
  }
}
