import MCPSessions

// How keys move through the lists.

extension ViewState {
  mutating func scrollDetail(_ action: Action, _ model: ViewModel) {
    let (lines, height) = detailText(model)
    let count = lines.count
    detailTop = min(max(0, detailTop + step(action, count: count, height: height)), max(0, count - height))
  }

  mutating func move(_ action: Action, _ model: ViewModel) {
    let (store, rows) = (model.store, model.rows)
    lastMove = model.present.instant
    let count =
      switch pane {
      case .servers: rows.servers.count
      case .sessions: rows.sessions.count
      case .events: rows.events.count
      case .errors: rows.errors.count
      }
    let height = max(1, height(of: pane, count: count))
    let step = step(action, count: count, height: height)
    switch pane {
    case .servers:
      choose(server: (servers.index(in: rows.servers.map(\.id)) ?? 0) + step, rows, height: height)
    case .sessions:
      heldSessions = rows.sessions
      sessions.move(step, in: rows.sessions, height: height)
    case .errors: errors.move(step, in: rows.errors, height: height)
    case .events: moveInEvents(step, store, rows, height: height)
    }
  }

  /// Stands on a server; the order of the rows is held from here on.
  mutating func choose(server index: Int, _ rows: Rows, height: Int) {
    let names = rows.servers.map(\.id)
    guard !names.isEmpty else { return }
    let before = servers.id
    heldServers = names
    servers.select(min(max(0, index), names.count - 1), in: names, height: height)
    guard servers.id != before else { return }
    sessions.clear()
    heldSessions = nil
  }

  /// By how many rows a key moves.
  private func step(_ action: Action, count: Int, height: Int) -> Int {
    switch action {
    case .up: -1
    case .down: 1
    case .pageUp: -max(1, height - 1)
    case .pageDown: max(1, height - 1)
    case .halfUp: -max(1, height / 2)
    case .halfDown: max(1, height / 2)
    case .first: -count
    default: count
    }
  }

  /// The last row is where new events are followed.
  private mutating func moveInEvents(_ step: Int, _ store: Store, _ rows: Rows, height: Int) {
    guard let index = eventIndex(store, rows) else { return }
    let target = min(max(0, index + step), rows.events.count - 1)
    if target == rows.events.count - 1, step > 0 {
      events = .following
    } else {
      hold(at: target, store, rows, height: height)
    }
  }

  mutating func hold(at target: Int, _ store: Store, _ rows: Rows, height: Int) {
    let top = firstVisible(
      of: rows.events.count, selected: target, top: firstEvent(store, rows, height: height), height: height)
    events = .held(
      at: store.events.number(at: rows.events[target]), top: store.events.number(at: rows.events[top]))
  }

  mutating func follow(_ store: Store, _ rows: Rows) {
    guard events == .following, !rows.events.isEmpty else { return events = .following }
    hold(at: rows.events.count - 1, store, rows, height: max(1, height(of: .events, count: 0)))
  }

  /// To the next or previous event of a sort.
  mutating func seekEvent(
    _ what: String, forward: Bool, _ store: Store, _ rows: Rows, where isMeant: (Event) -> Bool
  ) {
    show(events: ())
    guard let index = eventIndex(store, rows) else { return notice = "no events yet" }
    // From the newest, which is where following stands, the way is back.
    let isAtEnd = events == .following
    let places =
      forward && !isAtEnd
      ? Array(rows.events.indices[(index + 1)...])
      : Array(rows.events.indices[..<(isAtEnd ? index + 1 : index)].reversed())
    guard let found = places.first(where: { isMeant(store.events[rows.events[$0]]) }) else {
      return notice = forward && !isAtEnd ? "no later \(what)" : "no earlier \(what)"
    }
    hold(at: found, store, rows, height: max(1, height(of: .events, count: 0)))
  }

  /// To the next or previous row that is not well; in the events, to the next error.
  mutating func seekProblem(forward: Bool, _ model: ViewModel) {
    let (store, rows) = (model.store, model.rows)
    lastMove = model.present.instant
    // What became bad while the order was held is found where it belongs: at the top.
    if pane == .servers, rows.newlyBad > 0 {
      release()
      return choose(
        server: 0, Rows(store, self, at: model.now), height: height(of: .servers, count: rows.servers.count))
    }
    func next(_ count: Int, from index: Int?, _ isMeant: (Int) -> Bool) -> Int? {
      let start = index ?? 0
      return (1...max(1, count)).map { (start + (forward ? $0 : count - $0)) % max(1, count) }
        .first { $0 < count && isMeant($0) }
    }
    switch pane {
    case .servers:
      let names = rows.servers.map(\.id)
      guard let place = next(names.count, from: servers.index(in: names), { rows.servers[$0].isProblem })
      else { return notice = "every server shown is well" }
      choose(server: place, rows, height: height(of: .servers, count: names.count))
    case .sessions:
      let keys = rows.sessions
      let isProblem = { (place: Int) in
        store.sessions[keys[place]]?.isTrouble ?? false
      }
      guard let place = next(keys.count, from: sessions.index(in: keys), isProblem) else {
        return notice = "every session shown is well"
      }
      heldSessions = keys
      sessions.select(place, in: keys, height: height(of: .sessions, count: keys.count))
    case .events, .errors: seekEvent("error", forward: forward, store, rows, where: \.isError)
    }
  }

  /// To the event with which the trouble of the selected row began.
  mutating func seekOnset(_ model: ViewModel) {
    let session: SessionReport? =
      switch Subject(model) {
      case .session(let session, _): session
      case .event(let event):
        event.server.flatMap { server in
          model.store.sessions[SessionKey(server: server, user: event.user ?? SessionKey.sharedUser)]
        }
      default: nil
      }
    guard let session else { return notice = "select a server or a session first" }
    guard session.isTrouble else { return notice = "\(session.key.server) is well" }
    let (store, rows) = (model.store, model.rows)
    // What led to a state is told just before it.
    let start = session.onset.instant - .seconds(1)
    let isOld = rows.events.first.map { store.events[$0].time.instant > session.onset.instant } ?? true
    guard !isOld,
      let place = rows.events.firstIndex(where: {
        let event = store.events[$0]
        return event.server?.isExactly(session.key.server) == true && event.time.instant >= start
      })
    else {
      // The events are gone, the outage is not.
      overlay = .page(.outages(of: session.key.exactServer), top: .max)
      return
    }
    show(events: ())
    hold(at: place, store, rows, height: max(1, height(of: .events, count: 0)))
  }

  private mutating func show(events: Void) {
    pane = .events
    isDetailOpen = false
  }
}
