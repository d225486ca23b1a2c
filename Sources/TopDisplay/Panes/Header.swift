import MCPSessions

extension Frame {
  /// Who and where, how many servers in which state, and the time; or that what is shown is not the present.
  mutating func header(_ model: ViewModel, in area: Rectangle, hasAlert: Bool) {
    fill(row: area.row, column: 0, width: area.columns, role: .header)
    let wall = model.present.wall
    let clock = area.columns >= 60 ? model.context.clock(wall) : wall.clock(offset: model.context.utcOffset)
    let end = area.columns - TopDisplay.columns(of: clock) - 1
    write(clock, row: area.row, column: end, role: .header)
    var place = 1
    /// Takes the first of the wordings that fits.
    func add(_ wordings: [String], gap: Int = 2, role: Role = .header) {
      for text in wordings {
        let width = TopDisplay.columns(of: text)
        guard place + width < end else { continue }
        write(text, row: area.row, column: place, role: role)
        place += width + gap
        return
      }
    }
    let banners = self.banners(model)
    if !banners.isEmpty, area.columns >= 60 { add([host(model)]) }
    for banner in banners { add([banner], role: .banner) }
    // What an outage is read from stays whatever else must go: states, sessions, errors.
    let room = end - place
    let lines = wordings(model, hasAlert: hasAlert, hasHost: banners.isEmpty)
    for part in lines.first(where: { width(of: $0) < room }) ?? lines[lines.count - 1] {
      add([part.text], gap: part.gap)
    }
    for figure in extraFigures(model) { add([figure], gap: 3) }
  }

  private func width(of parts: [Part]) -> Int {
    parts.reduce(0) { $0 + TopDisplay.columns(of: $1.text) + $1.gap } - (parts.last?.gap ?? 0)
  }

  private func host(_ model: ViewModel) -> String { String(hiding(model.context.host).prefix(20)) }

  /// A piece of the line, and the cells behind it.
  private struct Part {
    let text: String
    var gap = 2
  }

  /// What the line may say, the fullest first.
  private func wordings(_ model: ViewModel, hasAlert: Bool, hasHost: Bool) -> [[Part]] {
    let host = hasHost ? [Part(text: host(model))] : []
    let errors = [Part(text: "errors 1m \(lastMinute(model))")]
    let counts = counts(model, hasAlert: hasAlert).map { [Part(text: $0)] }
    let figures = figures(model).map { [Part(text: $0)] }
    let signs = signs(model).map { [Part(text: $0)] } ?? counts[2]
    let (all, telling, brief) = (counts[0], counts[1], counts[2])
    return [
      host + all + figures[0] + errors, host + all + figures[1] + errors, host + all + figures[2] + errors,
      host + telling + figures[2] + errors, host + signs + figures[2] + errors,
      host + brief + figures[2] + errors, signs + figures[2] + errors, brief + figures[2] + errors,
      host + telling, host + brief,
    ] + counts.dropFirst().flatMap { [host + $0, $0] }
  }

  /// What makes the picture other than the present.
  private func banners(_ model: ViewModel) -> [String] {
    let frozen = model.view.frozen.map { "FROZEN \($0.moment.wall.clock(offset: model.context.utcOffset))" }
    let stale = model.staleness.map { "STALE DATA \(age($0))" }
    let replay = model.context.replay.map { replay in
      let speed =
        replay.speed == 1 ? "" : replay.speed < 1 ? " 1/\(Int(1 / replay.speed))" : " x\(Int(replay.speed))"
      return "REPLAY\(replay.isPlaying ? speed : " PAUSED\(speed)") \(replay.place)/\(replay.count)"
    }
    return [
      frozen, stale, replay, model.view.isMuted ? "MUTED" : nil,
      model.view.isPrivate ? "PRIVATE" : nil,
    ].compactMap { $0 }
  }

  private func counts(_ model: ViewModel, hasAlert: Bool) -> [String] {
    let counts = model.rows.counts
    guard !counts.isEmpty else { return Array(repeating: "no servers yet", count: 3) }
    let total = model.rows.allServers.count
    let well = counts.filter { $0.state.severity < SessionState.degraded.severity }
    let bad = total - well.reduce(0) { $0 + $1.count }
    let doubtful = model.rows.unverified
    let doubt = doubtful == 0 ? "" : " (\(doubtful) unverified)"
    func words(_ counts: [(state: SessionState, count: Int)]) -> String {
      // The good news first, as in a sentence.
      (counts.filter { $0.state == .ready } + counts.filter { $0.state != .ready })
        .map { "\($0.count) \($0.state.rawValue)\($0.state == .ready ? doubt : "")" }.joined(separator: " ")
    }
    let telling = counts.filter { $0.state == .ready || $0.state == .paused || $0.state.isProblem }
    // What stands there adds up to the total.
    let untold = total - telling.reduce(0) { $0 + $1.count }
    let other = untold > 0 ? " \(untold) other" : ""
    let away = model.context.absences.isEmpty ? nil : "service away"
    let calm = away ?? (doubtful > 0 ? "\(doubtful) unverified" : "all well")
    let brief = bad > 0 ? "\(bad) not well" : calm
    let worst = hasAlert ? nil : model.rows.problems.first.map { "\($0.key.server) \($0.stateWord), " }
    return [
      "servers \(total): \(worst ?? "")\(words(counts))",
      "servers \(total): \(worst ?? "")\(words(telling))\(other)",
      "servers \(total): \(brief)",
      "\(worst ?? "")\(total) srv \(brief)",
      "\(total) srv \(brief)", "\(total)/\(bad)",
    ]
  }

  private func figures(_ model: ViewModel) -> [String] {
    let statistics = model.store.statistics
    let sessions = model.store.sessions.values.count { $0.state != .unmonitored }
    let live = "sessions \(statistics.activeSessions) of \(sessions) live"
    return [
      "\(live), \(statistics.opened) opened, \(statistics.ended) ended", live,
      "sessions \(statistics.activeSessions)/\(sessions)",
    ]
  }

  /// How many servers are in each state, by the signs that stand before them in the list.
  private func signs(_ model: ViewModel) -> String? {
    let counts = model.rows.counts
    guard !counts.isEmpty else { return nil }
    let ordered = counts.filter { $0.state == .ready } + counts.filter { $0.state != .ready }
    return "servers \(model.rows.allServers.count): "
      + ordered.map { state, count in
        let doubtful = state == .ready ? model.rows.unverified : 0
        let sure = count > doubtful ? "\(model.glyphs.state(state))\(count - doubtful)" : nil
        return [sure, doubtful > 0 ? "\(StateLook.doubt)\(doubtful)" : nil].joined(" ")
      }.joined(separator: " ")
  }

  private func lastMinute(_ model: ViewModel) -> Int {
    let errors = model.store.errors
    return errors.types.reduce(0) { $0 + errors.total($1, over: .minute, at: model.now.instant) }
  }

  private func extraFigures(_ model: ViewModel) -> [String] {
    let statistics = model.store.statistics
    return [
      statistics.leftBehind > 0 ? "\(statistics.leftBehind) left behind" : nil,
      statistics.eventsDropped > 0 ? "\(statistics.eventsDropped) events dropped" : nil,
      statistics.recoveriesAttempted > 0
        ? "recoveries \(statistics.recoveriesSucceeded) of \(statistics.recoveriesAttempted)" : nil,
    ].compactMap { $0 }
  }
}
