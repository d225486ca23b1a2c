import Sessions

extension Frame {
  /// Who and where, how many servers in which state, and the time; or that the picture is held still.
  mutating func header(_ scene: Scene, row: Int) {
    fill(row: row, column: 0, width: size.columns, role: .header)
    let clock = scene.present.wall.clock(offset: scene.context.utcOffset)
    let clockColumn = size.columns - clock.count - 1
    var place = 1 + write(" \(scene.context.host)", row: row, column: 0, role: .header)
    func room() -> Int { clockColumn - place - 1 }
    if let frozen = scene.view.frozen {
      let text = "PAUSED \(frozen.moment.wall.clock(offset: scene.context.utcOffset))"
      place += write(text, row: row, column: place + 1, width: room(), role: .banner) + 1
    }
    let servers = scene.store.servers.count
    let words = counts(scene.store).map { "\($0.count) \($0.state.rawValue)" }.joined(separator: " ")
    place += write("  servers \(servers): \(words)", row: row, column: place, width: room(), role: .header)
    if size.columns >= 110 {
      let statistics = scene.store.statistics
      let text =
        "   sessions \(statistics.activeSessions) of \(scene.store.sessions.count) live, "
        + "\(statistics.opened) opened, \(statistics.ended) ended"
        + (statistics.leftBehind > 0 ? ", \(statistics.leftBehind) left behind" : "")
        + (statistics.eventsDropped > 0 ? ", \(statistics.eventsDropped) events dropped" : "")
      if text.count <= room() { place += write(text, row: row, column: place, width: room(), role: .header) }
    }
    if clockColumn > 0 { write(clock, row: row, column: clockColumn, role: .header) }
  }

  /// What is worst: since when, why, and what happens next.
  mutating func alert(_ scene: Scene, row: Int) {
    guard let worst = worstSession(scene.store) else {
      let waiting = scene.store.servers.isEmpty ? "starting" : "all is well"
      write(" \(waiting)", row: row, column: 0, width: size.columns, role: .muted)
      return
    }
    let server = scene.store.servers.first { $0.name == worst.key.server }
    let others = scene.store.sessions.values.count { $0.state.severity >= SessionState.degraded.severity } - 1
    let since = age(scene.now.instant - worst.since.instant)
    let text =
      "! \(worst.key.server) \(worst.state.rawValue) \(since): \(why(worst, server, at: scene.now))"
    let more = others > 0 ? "  +\(others) more, e" : ""
    write(text, row: row, column: 0, width: size.columns - more.count, role: .alert)
    write(more, row: row, column: size.columns - more.count, role: .alert)
  }

  /// A screen too small for lists: the worst state and the counts, in words.
  mutating func words(_ scene: Scene) {
    var lines = counts(scene.store).map { "\($0.count) \($0.state.rawValue)" }
    if let worst = worstSession(scene.store) {
      lines.insert("\(scene.glyphs.state(worst.state)) \(worst.key.server) \(worst.state.rawValue)", at: 0)
    }
    if lines.isEmpty { lines = ["starting"] }
    for (row, line) in lines.prefix(size.rows).enumerated() {
      write(line, row: row, column: 0, width: size.columns)
    }
  }

  /// The keys that matter now, or the filter being typed.
  mutating func keyLine(_ scene: Scene, row: Int) {
    if scene.view.overlay == .filter {
      write(" filter: \(scene.view.filter)_", row: row, column: 0, width: size.columns, role: .input)
      return
    }
    let filter = scene.view.filter.isEmpty ? "/ filter" : "/\(scene.view.filter)"
    let acting = scene.context.readOnly ? "[ro]" : "r reconnect  K terminate"
    let words =
      size.columns >= 100
      ? " tab pane  enter detail  \(filter)  e next problem  p freeze  \(acting)  T theme  ? help  q quit"
      : size.columns >= 70
        ? " 1 servers 2 sessions 3 events 4 errors | \(filter) \(acting) ? help"
        : " 1-4 view \(filter) ? help q quit"
    write(words, row: row, column: 0, width: size.columns, role: .muted)
  }
}
