package import MCPSessions

/// What the screen shows, as sentences that a screen reader can read and `grep` can find: the worst first, no
/// borders, no columns, no signs.
package func plainLines(_ store: Store, filter: String, at now: Moment, utcOffset: Int) -> [String] {
  var view = ViewState()
  view.start(filter: filter)
  view.scopeChoice = true
  view.foldsIncidents = false
  let context = Context(
    host: "", operator: Operator(user: ""), readOnly: true, utcOffset: utcOffset, ascii: false, themeName: "",
    version: "")
  let model = ViewModel(store, view, at: now, context: context)
  let doubt = model.rows.unverified == 0 ? "" : " (\(model.rows.unverified) unverified)"
  let counts = model.rows.counts.map { "\($0.count) \($0.state.rawValue)\($0.state == .ready ? doubt : "")" }
    .joined(separator: ", ")
  var lines = [
    "\(now.wall.clock(offset: utcOffset)), \(counted(model.rows.allServers.count, "server")): \(counts.isEmpty ? "none" : counts)."
  ]
  if let problem = store.configurationProblem { lines.append("Configuration problem: \(problem.message).") }
  for server in model.rows.servers {
    lines.append("Server \(server.name): " + words(server, model))
  }
  let totals = Dictionary(
    model.rows.allServers.map { ($0.id, $0.total) }, uniquingKeysWith: { first, _ in first })
  // Those that are well are counted with their server; a filter asks for them one by one.
  for key in model.rows.sessions {
    guard let session = store.sessions[key], session.state != .unmonitored,
      !filter.isEmpty || session.isTrouble,
      totals[key.exactServer] ?? 0 > 1
    else { continue }
    lines.append("Session of \(key.user) at \(key.server): " + words(session, note: nil, model) + ".")
  }
  for type in model.rows.errors {
    let totals = model.rows.errorTotals[type] ?? [0, 0, 0]
    lines.append(
      "Error \(type.rawValue): \(totals[0]) in the last minute, \(totals[1]) in 15 minutes, \(totals[2]) in 24 hours."
    )
  }
  for place in model.rows.events.suffix(10) {
    let event = store.events[place]
    let of = [event.server, event.user.flatMap { $0 == SessionKey.sharedUser ? nil : "user \($0)" }].joined(
      ", ")
    let weight = store.events.weight(at: place)
    let repeated = weight > 1 ? ", \(weight) times" : ""
    lines.append(
      "At \(event.time.wall.clock(offset: utcOffset)), \(event.level.rawValue): \(of.isEmpty ? "" : of + ": ")\(event.message)\(repeated)"
    )
  }
  return lines
}

private func words(_ server: ServerSummary, _ model: ViewModel) -> String {
  guard let worst = server.worst else { return "\(server.report.note?.text ?? "no sessions")." }
  if server.state == .unmonitored { return "not monitored\(server.report.note.map { ", \($0)" } ?? "")." }
  let live = server.listed.total < 2 ? "" : ", \(server.listed.live) of \(server.listed.total) sessions live"
  let errors = server.errors == 0 ? "" : server.errors == 1 ? ", 1 error" : ", \(server.errors) errors"
  return words(worst, note: server.report.note, model) + live + errors + "."
}

private func words(_ session: SessionReport, note: Sentence?, _ model: ViewModel) -> String {
  let why = model.why(session, note: note).whole
  return "\(session.stateWord) for \(age(of: session.onset, at: model.now))"
    + (why.isEmpty ? "" : ", \(why)")
}
