import MCPSessions

// The mouse, where it was asked for.

extension ViewState {
  /// A press on a row stands on it, and on the row that is selected opens it; on the title of a column sorts
  /// by it; on a pane, goes there. What a hint of the footer says is done as if its key was pressed.
  mutating func click(row: Int, column: Int, _ model: ViewModel) -> [Effect] {
    let (store, rows) = (model.store, model.rows)
    if case .title(let title)? = pressed(row: row, column: column) {
      guard let field = Sort.Field(title: title) else { return [] }
      order(by: Sort(field: field, isReversed: sort.field == field && !sort.isReversed))
      return []
    }
    let before = (pane, servers.id, sessions.id, events)
    stand(row: row, column: column, store, rows, model)
    let isSame =
      before.0 == pane && pane != .errors
      && (pane == .servers
        ? before.1 == servers.id : pane == .sessions ? before.2 == sessions.id : before.3 == events)
    if isSame, layout[pane].contains(row: row, column: column), selectedIsSet {
      isDetailOpen = true
      detailTop = 0
    }
    return []
  }

  /// Whether a row was chosen, not only the first one shown.
  private var selectedIsSet: Bool {
    switch pane {
    case .servers: servers.id != nil
    case .sessions: sessions.id != nil
    case .events: events != .following
    case .errors: false
    }
  }

  /// What a place means beside being a row, on the screen that was seen.
  func pressed(row: Int, column: Int) -> Hotspot.Meaning? {
    shown.first { $0.contains(row: row, column: column) }?.meaning
  }

  private mutating func stand(row: Int, column: Int, _ store: Store, _ rows: Rows, _ model: ViewModel) {
    lastMove = model.present.instant
    let layout = layout
    guard let target = Pane.allCases.first(where: { layout[$0].contains(row: row, column: column) }) else {
      return
    }
    if isDetailOpen, layout.form == .single || target == .sessions { return }
    pane = target
    let line = row - layout[target].row - (target == .events ? 0 : 1)
    guard line >= 0 else { return }
    switch target {
    case .servers:
      let height = height(of: target, count: rows.servers.count)
      let names = rows.servers.map(\.id)
      let first = firstVisible(
        of: names.count, selected: servers.index(in: names) ?? 0, top: servers.top, height: height)
      guard line < height, first + line < names.count else { return }
      choose(server: first + line, rows, height: height)
    case .sessions:
      let height = height(of: target, count: rows.sessions.count)
      let first = firstVisible(
        of: rows.sessions.count, selected: sessions.index(in: rows.sessions) ?? 0, top: sessions.top,
        height: height)
      guard line < height, first + line < rows.sessions.count else { return }
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
