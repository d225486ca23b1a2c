import MCPSessions

extension Frame {
  /// The newest events last, or those around the one that is held. A tail always shows the newest.
  mutating func events(_ model: ViewModel, in area: Rectangle, isTail: Bool) {
    guard !area.isEmpty else { return }
    let (store, rows) = (model.store, model.rows)
    guard !rows.events.isEmpty else {
      let text = store.events.count == 0 ? "no events yet" : "no event matches the filter"
      write(text, row: area.row, column: area.column + 1, width: area.columns - 1, role: .muted)
      return
    }
    let first =
      isTail ? max(0, rows.events.count - area.rows) : model.view.firstEvent(store, rows, height: area.rows)
    let isFocused = model.isFocused(.events) && !isTail && !model.view.isDetailOpen
    let selected = isFocused ? model.view.eventIndex(store, rows) : nil
    let places = first..<min(rows.events.count, first + area.rows)
    let today = model.context.date(model.now.wall)
    // Where some of what is seen is of another day, all of it has its date.
    let isDated = places.first.map {
      model.context.date(store.events[rows.events[$0]].time.wall) != today
    }
    for (offset, place) in places.enumerated() {
      let index = rows.events[place]
      let weight =
        model.view.leastLevel == .debug ? store.events[index].repeated : store.events.weight(at: index)
      event(
        store.events[index], weight, model, row: area.row + offset, in: area,
        isSelected: place == selected, isDated: isDated ?? false)
    }
  }

  func eventsTitle(_ model: ViewModel, height: Int) -> String {
    let unseen = model.view.unseenEvents(model.store, model.rows, height: height)
    let filtered = model.view.filter.isEmpty ? "" : ", \(model.rows.events.count) match"
    let least = model.view.leastLevel
    let level = least == .debug ? ", all" : least == .info ? "" : ", from \(least.rawValue)"
    let dropped = model.store.events.dropped > 0 ? ", \(model.store.events.dropped) older ones let go" : ""
    return
      "events, \(model.view.events == .following ? "follow" : "held, \(unseen) new below")\(filtered)\(level)\(dropped)"
  }

  private mutating func event(
    _ event: Event, _ weight: Int, _ model: ViewModel, row: Int, in area: Rectangle, isSelected: Bool,
    isDated: Bool
  ) {
    if isSelected { fill(row: row, column: area.column, width: area.columns, isSelected: true) }
    var place = area.column
    func add(_ text: String, width: Int, role: Role) {
      guard place < area.right else { return }
      write(
        text, row: row, column: place, width: min(width, area.right - place), role: role,
        isSelected: isSelected)
      place += width + 1
    }
    let role = Role(event)
    let clock = event.time.wall.clock(offset: model.context.utcOffset)
    add(
      isDated ? "\(padded(model.context.date(event.time.wall), 7))\(clock)" : clock, width: isDated ? 15 : 8,
      role: .muted)
    add(event.server ?? "-", width: area.columns >= 90 ? 14 : area.columns >= 55 ? 11 : 8, role: .text)
    add(model.glyphs.event(event), width: 1, role: role)
    let user = event.user.flatMap { $0 == SessionKey.sharedUser ? nil : "\($0): " } ?? ""
    // What was to come is told as long as it has not, and is still what comes next.
    let next = event.nextAttempt.flatMap { wait -> String? in
      let due = event.time.instant + wait
      let key = event.server.map { SessionKey(server: $0, user: event.user ?? SessionKey.sharedUser) }
      let planned = key.flatMap { model.store.sessions[$0]?.nextAttempt }
      guard due > model.now.instant, let planned, planned - due < .seconds(1), due - planned < .seconds(1)
      else { return nil }
      return ", \(countdown(to: due, at: model.now))"
    }
    let repeated = weight > 1 ? " x\(weight)" : ""
    let width = area.right - place
    put(
      Phrase(user + event.message.text, role == .levelDebug ? .muted : role, tail: (next ?? "") + repeated),
      row: row,
      column: place, width: width, isSelected: isSelected)
  }
}

extension Role {
  /// The role that shows what an event means.
  fileprivate init(_ event: Event) {
    switch (event.kind, event.level) {
    case (.operatorAction, _): self = .operatorAction
    case (.sessionCreated, _), (.recoverySucceeded, _): self = .stateReady
    case (_, .debug): self = .levelDebug
    case (_, .info): self = .levelInfo
    case (_, .warning): self = .levelWarning
    case (_, .error): self = .levelError
    }
  }
}
