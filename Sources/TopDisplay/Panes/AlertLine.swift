import MCPSessions

extension Frame {
  /// What is worst: since when, why, and what happens next; then the next worst, as far as there is room.
  /// What was acknowledged is told as seen once nothing else is.
  mutating func alert(_ model: ViewModel, in area: Rectangle) {
    guard !area.isEmpty else { return }
    // Where there are several, each has a row of its own that tells so.
    if let absence = model.context.absences.first(where: { $0.keys == nil }) {
      write(
        "! \(absence.words(model.context))", row: area.row, column: 0, width: area.columns, role: .alert)
      return
    }
    if let problem = model.store.configurationProblem {
      let since = age(of: problem.time, at: model.now)
      write(
        "! \(since) ago: \(problem.message)", row: area.row, column: 0,
        width: area.columns, role: .alert)
      return
    }
    let all = model.rows.problems
    let problems = all.filter { !model.view.alerts.isAcknowledged($0.key.exactServer) }
    guard !problems.isEmpty else {
      var words = calmWords(model)
      if let worst = incidents(all).first {
        let more = all.count - worst.members.count
        words = "(seen) \(self.words(worst, model).whole)\(more > 0 ? " (+\(more) more seen)" : "")"
      }
      write(" \(words)", row: area.row, column: 0, width: area.columns, role: .muted)
      return
    }
    let incidents = TopDisplay.incidents(problems)
    var left = problems.count - incidents[0].members.count
    let more = left > 0 ? " (+\(left) more)" : ""
    let end = area.columns - TopDisplay.columns(of: more)
    let first = words(incidents[0], model)
    let width = TopDisplay.columns(of: first.whole)
    put(first, row: area.row, column: 0, width: min(width, end), isSelected: false)
    guard width < end else {
      write(more, row: area.row, column: end, role: .alert)
      return
    }
    var place = width
    for incident in incidents.dropFirst() {
      var next = words(incident, model)
      let after = left - incident.members.count
      let rest = after > 0 ? TopDisplay.columns(of: " (+\(after) more)") : 0
      // A second problem is named when at least its beginning can be read.
      guard area.columns - rest - place - 3 >= min(40, TopDisplay.columns(of: next.whole)) else { break }
      next.text = "   " + next.text
      let used = min(TopDisplay.columns(of: next.whole), area.columns - rest - place)
      put(next, row: area.row, column: place, width: used, isSelected: false)
      place += used
      left = after
    }
    if left > 0 { write(" (+\(left) more)", row: area.row, column: place, role: .alert) }
  }

  /// One server as it is, several as what they have in common.
  private func words(_ incident: Incident, _ model: ViewModel) -> Phrase {
    let session = incident.first
    guard incident.members.count > 1 else { return words(session, model) }
    let why = model.why(session, note: nil)
    let head =
      "\(StateLook(session, model.glyphs).sign) \(incident.members.count) servers \(incident.words) "
      + "\(since(session, model)) \(incident.name(Families(model.store.servers)))"
    return Phrase("\(head)\(why.text.isEmpty ? "" : ": ")\(why.text)", .alert, tail: why.tail)
  }

  /// How long, and since what time of day.
  private func since(_ session: SessionReport, _ model: ViewModel) -> String {
    let clock = session.onset.wall.clock(offset: model.context.utcOffset)
    return "\(age(of: session.onset, at: model.now(of: session.key))) (\(clock))"
  }

  private func words(_ session: SessionReport, _ model: ViewModel) -> Phrase {
    let server = model.rows.allServers.first { $0.id == session.key.exactServer }
    let lost = server.map { $0.total - $0.live } ?? 0
    let many = lost > 1 ? ", \(lost) of \(server?.total ?? lost) sessions" : ""
    let user = session.key.user == SessionKey.sharedUser || lost > 1 ? "" : "/\(session.key.user)"
    let why = model.why(session, note: model.server(session.key.server)?.note)
    let head =
      "\(StateLook(session, model.glyphs).sign) \(session.key.server)\(user) \(session.stateWord) \(since(session, model))\(many)"
    return Phrase("\(head)\(why.text.isEmpty ? "" : ": ")\(why.text)", .alert, tail: why.tail)
  }

  private func calmWords(_ model: ViewModel) -> String {
    guard !model.rows.allServers.isEmpty else { return "waiting for the first news of the engine" }
    let paused = model.rows.allServers.filter { $0.state == .paused }
    if let first = paused.first {
      let others = paused.count > 1 ? " and \(paused.count - 1) more" : ""
      return "\(first.name)\(others) paused, which may be forgotten; all else is well"
    }
    let connecting = model.rows.allServers.count { $0.state == .connecting }
    return connecting == 0
      ? "all is well" : "connecting to \(connecting) \(connecting == 1 ? "server" : "servers")"
  }
}
