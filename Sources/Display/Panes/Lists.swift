import Sessions

extension Frame {
  mutating func servers(_ scene: Scene, in area: Rectangle) {
    let listed = scene.view.listedServers(scene.store)
    let rows = listed.map { ServerRow($0, scene.store, at: scene.now, glyphs: scene.glyphs) }
    let current = scene.view.currentServer(scene.store)?.name
    list(
      rows, serverColumns(area.columns), in: area, selected: listed.firstIndex { $0.name == current },
      isFocused: scene.isFocused(.servers))
    if rows.isEmpty {
      let text = scene.view.filter.isEmpty ? "no servers" : "no server matches /\(scene.view.filter)"
      write(text, row: area.row + 1, column: area.column + 2, width: area.columns - 2, role: .muted)
    }
  }

  /// The why takes what is left; it is cut, never dropped, as long as there is room for a word.
  private func serverColumns(_ width: Int) -> [Column<ServerRow>] {
    let name = width >= 90 ? 20 : 13
    var columns: [Column<ServerRow>] = [
      Column("", 1, role: { Role($0.state) }) { $0.glyph },
      Column("SERVER", name, role: { _ in .text }) { $0.name },
      Column("STATE", 12, role: { Role($0.state) }) { $0.state.rawValue },
      Column("SES", 4, right: true, rank: 5) { $0.sessions },
      Column("P95", 5, right: true, rank: 1) { $0.p95 },
      Column("GOOD", 5, right: true, rank: 2) { $0.good },
      Column("ERR", 4, right: true, rank: 4) { $0.errors },
    ]
    if width >= 60 { columns.append(Column("WHY", 8, flexible: true, role: { _ in .muted }) { $0.why }) }
    return columns
  }

  mutating func sessions(_ scene: Scene, in area: Rectangle) {
    let listed = scene.view.listedSessions(scene.store)
    let server = scene.view.currentServer(scene.store)
    let rows = listed.map { SessionRow($0, server, at: scene.now, glyphs: scene.glyphs) }
    let selected = listed.firstIndex { $0.key == scene.view.selectedSession } ?? (listed.isEmpty ? nil : 0)
    list(rows, sessionColumns(area.columns), in: area, selected: selected, isFocused: scene.isFocused(.sessions))
  }

  private func sessionColumns(_ width: Int) -> [Column<SessionRow>] {
    var columns: [Column<SessionRow>] = [
      Column("", 1, role: { Role($0.state) }) { $0.glyph },
      Column("ID", 11) { $0.id },
      Column("USER", 8, rank: 6) { $0.user },
      Column("KIND", 9, rank: 3) { $0.kind },
      Column("PROTOCOL", 10, rank: 2) { $0.version },
      Column("STATE", 12, role: { Role($0.state) }) { $0.state.rawValue },
      Column("AGE", 6, right: true, rank: 4) { $0.age },
      Column("GOOD", 6, right: true, rank: 5) { $0.good },
      Column("P95", 5, right: true, rank: 1) { $0.p95 },
      Column("ERR", 3, right: true, rank: 8) { $0.errors },
      Column("REC", 3, right: true, rank: 7) { $0.recoveries },
    ]
    if width >= 100 || width < 60 {
      columns.append(Column("WHY", 8, rank: width < 60 ? 0 : nil, flexible: true, role: { _ in .muted }) { $0.why })
    }
    return columns
  }

  mutating func errors(_ scene: Scene, in area: Rectangle) {
    let errors = scene.store.errors
    let now = scene.now.instant
    let columns: [Column<ErrorType>] = [
      Column("ERROR", max(12, area.columns - 22), role: { _ in .text }) { $0.rawValue },
      Column("1m", 5, right: true) { String(errors.total($0, over: .minute, at: now)) },
      Column("15m", 5, right: true) { String(errors.total($0, over: .quarterHour, at: now)) },
      Column("24h", 5, right: true) { String(errors.total($0, over: .day, at: now)) },
    ]
    let types = errors.types.sorted { errors.total($0, over: .day, at: now) > errors.total($1, over: .day, at: now) }
    list(
      types, columns, in: area, selected: types.isEmpty ? nil : min(scene.view.errorRow, types.count - 1),
      isFocused: scene.isFocused(.errors))
    if types.isEmpty {
      write("none so far", row: area.row + 1, column: area.column + 2, width: area.columns - 2, role: .muted)
    }
  }

  /// The newest events last; scrolled back they stay where they are.
  mutating func events(_ scene: Scene, in area: Rectangle) {
    let events = scene.view.listedEvents(scene.store, count: area.rows)
    let nameWidth = area.columns >= 70 ? 12 : 9
    for (offset, event) in events.enumerated() {
      let row = area.row + offset
      var place = area.column
      let end = area.column + area.columns
      func room() -> Int { max(0, end - place) }
      place += write(
        event.time.wall.clock(offset: scene.context.utcOffset), row: row, column: place, width: room(), role: .muted) + 1
      place += write(fitted(event.server ?? "-", nameWidth), row: row, column: place, width: room()) + 1
      let role = eventRole(event)
      place += write(scene.glyphs.level(event), row: row, column: place, width: room(), role: role) + 1
      let user = event.user.flatMap { $0 == SessionKey.sharedUser ? nil : "\($0): " } ?? ""
      let next = event.nextAttempt.map { ", next in \(age($0 + .milliseconds(999)))" } ?? ""
      let repeated = event.repeated > 1 ? "  x\(event.repeated)" : ""
      write(
        user + event.message + next + repeated, row: row, column: place, width: room(),
        role: event.level >= .warning || event.kind == .operatorAction ? role : event.level == .debug ? .muted : .text)
    }
    if events.isEmpty {
      write("no events yet", row: area.row, column: area.column + 1, width: area.columns - 1, role: .muted)
    }
  }

  private func eventRole(_ event: Event) -> Role {
    if event.kind == .operatorAction { return .operatorAction }
    if event.kind == .sessionCreated || event.kind == .recoverySucceeded { return .stateReady }
    switch event.level {
    case .debug: return .levelDebug
    case .info: return .levelInfo
    case .warning: return .levelWarning
    case .error: return .levelError
    }
  }
}
