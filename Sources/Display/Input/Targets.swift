import Sessions

// What an operator wants done: marks, questions, acknowledging.

extension ViewState {
  /// The sessions that an action would mean: the marked ones, or those of the selected row.
  func targets(_ store: Store, _ rows: Rows) -> [SessionKey] {
    guard marks.isEmpty else { return marks.sorted() }
    return selectedKeys(store, rows)
  }

  func selectedKeys(_ store: Store, _ rows: Rows) -> [SessionKey] {
    switch pane {
    case .servers:
      guard let index = servers.index(in: rows.servers.map(\.name)) else { return [] }
      let name = rows.servers[index].name
      return store.sessions.keys.filter { $0.server == name }.sorted()
    case .sessions:
      return rows.sessions[safe: sessions.index(in: rows.sessions)].map { [$0] } ?? []
    case .events:
      guard let index = eventIndex(store, rows) else { return [] }
      let event = store.events[rows.events[index]]
      guard let server = event.server, let user = event.user else { return [] }
      return [SessionKey(server: server, user: user)]
    case .errors:
      return []
    }
  }

  /// Opens the question about the selected or marked. What is asked for is what there is now, even when the
  /// picture is frozen.
  mutating func ask(_ verb: OperatorAction, _ store: Store, _ rows: Rows, live: Store) {
    let keys = targets(store, rows)
    guard !keys.isEmpty else { return notice = "select a server or a session first" }
    ask(verb, keys: keys, live: live)
  }

  /// Opens the question about these sessions.
  mutating func ask(_ verb: OperatorAction, keys: [SessionKey], live: Store) {
    let known = keys.compactMap { live.sessions[$0] }
    let targets = known.filter { Dialog.applies(verb, to: $0) }
    guard !targets.isEmpty else {
      return notice =
        keys.isEmpty
        ? "no session matches" : "nothing to \(verb.rawValue): \(known.first.map(Dialog.state) ?? "gone")"
    }
    overlay = .dialog(Dialog(verb: verb, targets: targets, live))
  }

  /// Marks the selected sessions, or unmarks them when all are marked; then moves on.
  mutating func mark(_ store: Store, _ rows: Rows) {
    let keys = selectedKeys(store, rows).filter {
      store.sessions[$0].map { $0.state != .unmonitored } ?? false
    }
    guard !keys.isEmpty else { return notice = "nothing to mark here" }
    if marks.isSuperset(of: keys) { marks.subtract(keys) } else { marks.formUnion(keys) }
    if pane != .events { move(.down, store, rows) }
  }

  /// Marks every session that a list shows: of the servers listed, or those listed themselves.
  mutating func markAll(_ store: Store, _ rows: Rows) {
    let names = Set(rows.servers.map(\.name))
    let keys = pane == .servers ? store.sessions.keys.filter { names.contains($0.server) } : rows.sessions
    let markable = keys.filter { store.sessions[$0].map { $0.state != .unmonitored } ?? false }
    guard pane == .servers || pane == .sessions, !markable.isEmpty else {
      return notice = "nothing to mark here"
    }
    marks.formUnion(markable)
    notice = "\(marks.count) sessions marked"
  }

  /// Takes the alert that is shown off the alert line, until it gets worse.
  mutating func acknowledge(_ rows: Rows) {
    let open = rows.problems.filter { !alerts.isAcknowledged($0.key.server) }
    guard let worst = open.first else {
      return notice = rows.problems.isEmpty ? "all is well" : "everything is acknowledged"
    }
    alerts.acknowledge(worst.key.server)
    notice = "\(worst.key.server) acknowledged until it is worse or well; \(open.count - 1) open"
  }
}
