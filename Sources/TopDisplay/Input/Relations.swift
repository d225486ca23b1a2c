import MCPSessions

// From a row to what belongs to it, and from one row to another.

extension ViewState {
  /// The events of the selected row and no others, until the filter is dropped.
  mutating func showEventsOfRow(_ model: ViewModel) {
    var names: [String] = []
    var user: String?
    switch pane {
    case .servers: names = model.selectedServer?.names.map(\.text) ?? []
    case .sessions:
      names = model.selectedSession.map { [$0.key.server] } ?? []
      user = model.selectedSession?.key.user
    case .events:
      names = model.selectedEvent?.server.map { [$0] } ?? []
      user = model.selectedEvent?.user
    case .errors: break
    }
    guard !names.isEmpty else { return notice = "select a server, a session or an event first" }
    let words = [exactly("server", names), user.map { exactly("user", $0) }].joined(" ")
    narrow(to: Filter(words, limit: .max))
    pane = .events
    events = .following
    isDetailOpen = false
    notice = [
      "the events of \(Families(model.store.servers).title(of: names))",
      model.context.hint(.back, "shows all"),
    ].joined("; ")
  }

  /// From an event to the session that it tells of; false when there is none any more.
  mutating func goToSession(_ model: ViewModel) -> Bool {
    guard let event = model.selectedEvent, let server = event.server else { return false }
    let key = SessionKey(server: server, user: event.user ?? SessionKey.sharedUser)
    guard model.store.sessions[key] != nil else { return false }
    scopeChoice = true
    pane = .sessions
    let keys = Rows(model.store, self, at: model.now).sessions
    guard let place = keys.firstIndex(of: key) else {
      pane = .events
      return false
    }
    sessions.select(place, in: keys, height: max(1, height(of: .sessions, count: keys.count)))
    detailTop = 0
    return true
  }

  /// Two marked sessions, or the worst ones of two marked servers, beside each other.
  mutating func compare(_ model: ViewModel) {
    let sessions = marks.compactMap { model.store.sessions[$0] }.sorted { $0.key < $1.key }
    if sessions.count == 2 {
      overlay = .page(.comparison(sessions[0].key, sessions[1].key), top: 0)
      return
    }
    let byServer = Dictionary(grouping: sessions, by: \.key.exactServer)
    let worst = byServer.keys.sorted().compactMap { name in
      byServer[name]?.max { ($0.state.severity, $1.key) < ($1.state.severity, $0.key) }
    }
    guard worst.count == 2 else {
      return notice = "mark two rows with space first, then c compares them"
    }
    overlay = .page(.comparison(worst[0].key, worst[1].key), top: 0)
  }
}
