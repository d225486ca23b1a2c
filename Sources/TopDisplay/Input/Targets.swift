import MCPSessions

// What an operator wants done: marks, questions, taking back, acknowledging.

extension ViewState {
  /// The sessions that an action would mean: the marked ones, or those of the selected row.
  func targets(_ model: ViewModel) -> [SessionKey] {
    guard marks.isEmpty else { return marks.sorted() }
    return selectedKeys(model)
  }

  func selectedKeys(_ model: ViewModel) -> [SessionKey] {
    switch pane {
    case .servers:
      return model.selectedServer.map { model.sessions(of: $0.names) } ?? []
    case .sessions: return model.selectedSession.map { [$0.key] } ?? []
    case .events:
      guard let event = model.selectedEvent, let server = event.server, let user = event.user else {
        return []
      }
      return [SessionKey(server: server, user: user)]
    case .errors: return []
    }
  }

  /// Opens the question about the selected or marked. What is asked for is what there is now, even when the
  /// picture is frozen.
  mutating func ask(_ verb: OperatorAction, _ model: ViewModel, live: Store) {
    let keys = targets(model)
    guard !keys.isEmpty else {
      let isNarrowed = pane == .servers && model.selectedServer.map { $0.total > 0 } ?? false
      return notice =
        isNarrowed ? "the filter lets no session of this row through" : "select a server or a session first"
    }
    let hidden = marks.filter { key in
      live.sessions[key].map { !lists($0, in: live, at: model.now.instant) } ?? false
    }
    ask(verb, keys: keys, hidden: hidden.count, model.context, live: live)
  }

  /// Opens the question about these sessions; those of a service that is away cannot be meant, and `held` are
  /// paused again afterwards.
  mutating func ask(
    _ verb: OperatorAction, keys: [SessionKey], hidden: Int = 0, held: [SessionKey] = [], _ context: Context,
    live: Store
  ) {
    let known = keys.filter { context.absence(of: $0) == nil }.compactMap { live.sessions[$0] }
    if known.isEmpty, let absence = keys.lazy.compactMap(context.absence).first {
      return notice = "\(absence.words(context)): nothing is sent"
    }
    let targets = known.filter { $0.objection(to: verb) == nil }
    guard !targets.isEmpty else {
      return notice =
        keys.isEmpty
        ? "no session matches" : "nothing to \(verb.rawValue): \(known.first.map(Dialog.state) ?? "gone")"
    }
    let away = keys.count { context.absence(of: $0) != nil }
    overlay = .dialog(Dialog(verb: verb, targets: targets, hidden: hidden, held: held, away: away, live))
  }

  /// Takes back what was done last, to exactly those sessions that it changed. What connects anew is asked
  /// about as ever: it may start a process.
  mutating func undo(_ model: ViewModel, live: Store) -> [Effect] {
    guard let deed, deed.isRecent(at: model.present.instant) else {
      notice = "nothing was done in the last \(Deed.lifetime.components.seconds) s"
      return []
    }
    guard let undoing = deed.undoing else {
      notice =
        deed.action.undo == nil
        ? "\(deed.action.rawValue) cannot be undone" : "\(deed.action.rawValue) changed nothing"
      return []
    }
    if let absence = undoing.keys.lazy.compactMap(model.context.absence).first {
      notice = "\(absence.words(model.context)): nothing is sent"
      return []
    }
    if undoing.action.connects {
      ask(undoing.action, keys: undoing.keys, held: undoing.held, model.context, live: live)
      return []
    }
    return carryOut(
      undoing.action, on: undoing.keys, model.context, live: live, at: model.present.instant)
  }

  /// Marks the selected sessions, or unmarks them when all are marked; then moves on.
  mutating func mark(_ model: ViewModel) {
    let keys = selectedKeys(model).filter {
      model.store.sessions[$0].map { $0.state != .unmonitored } ?? false
    }
    guard !keys.isEmpty else { return notice = "nothing to mark here" }
    if marks.isSuperset(of: keys) { marks.subtract(keys) } else { marks.formUnion(keys) }
    if pane != .events { move(.down, model) }
  }

  /// Marks every session that a list shows: of the servers listed, or those listed themselves.
  mutating func markAll(_ model: ViewModel) {
    let keys =
      pane == .servers
      ? model.sessions(of: model.rows.servers.flatMap(\.names)) : model.rows.sessions
    let markable = keys.filter { model.store.sessions[$0].map { $0.state != .unmonitored } ?? false }
    guard pane == .servers || pane == .sessions, !markable.isEmpty else {
      return notice = "nothing to mark here"
    }
    marks.formUnion(markable)
    notice = marks.count == 1 ? "1 session marked" : "\(marks.count) sessions marked"
  }

  /// Takes the alert of the selected row off the alert line until it gets worse, or puts it back; where
  /// nothing is wrong with that row, takes off the alert that is shown.
  mutating func acknowledge(_ model: ViewModel) {
    let problems = model.rows.problems
    let selected = model.subjectServers
    if problems.contains(where: { selected.contains($0.key.exactServer) }), lastMove != nil {
      let isSeen = selected.allSatisfy(alerts.isAcknowledged)
      for name in selected { alerts.acknowledge(name, isSeen: !isSeen) }
      return notice =
        isSeen
        ? "\(Families(model.store.servers).title(of: selected)) is no longer acknowledged"
        : acknowledged(selected, problems)
    }
    let open = problems.filter { !alerts.isAcknowledged($0.key.exactServer) }
    guard let shown = incidents(open).first else {
      return notice = problems.isEmpty ? "all is well" : "everything is acknowledged"
    }
    for name in shown.servers { alerts.acknowledge(name) }
    notice = acknowledged(shown.servers, problems)
  }

  /// The same for the servers of the sessions that a filter lets through.
  mutating func acknowledge(_ filter: Filter, _ model: ViewModel) {
    let problems = model.rows.problems
    let names = problems.filter { filter.accepts($0, in: model.store, at: model.now.instant) }
      .map(\.key.exactServer)
    guard !names.isEmpty else { return notice = "nothing that is not well matches" }
    for name in names { alerts.acknowledge(name) }
    notice = acknowledged(names, problems)
  }

  /// Brings back what was acknowledged: all of it, or the servers of the sessions that a filter lets through.
  mutating func unacknowledge(_ filter: Filter, _ model: ViewModel) {
    let names = model.rows.problems.filter {
      alerts.isAcknowledged($0.key.exactServer) && filter.accepts($0, in: model.store, at: model.now.instant)
    }.map(\.key.exactServer)
    for name in names { alerts.acknowledge(name, isSeen: false) }
    notice =
      names.isEmpty
      ? "nothing that is acknowledged matches"
      : "\(Families(model.store.servers).title(of: names)) no longer acknowledged"
  }

  private func acknowledged(_ names: [ExactText], _ problems: [SessionReport]) -> String {
    let open = problems.count { !alerts.isAcknowledged($0.key.exactServer) }
    let what = names.count == 1 ? names[0].text : "\(names.count) servers"
    return "\(what) acknowledged until worse or well; \(open) open"
  }
}
