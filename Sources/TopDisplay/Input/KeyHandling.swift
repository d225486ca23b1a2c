package import MCPSessions

extension ViewState {
  /// Takes a key press; returns what it asks for outside of the screen.
  package mutating func handle(_ key: Key, store: Store, now: Moment, context: Context) -> [Effect] {
    notice = nil
    forget(store, at: now.instant)
    let meaning = meaning(of: key, context)
    let action = meaning?.screen
    if key == .control("c") { return [.quit] }
    switch overlay {
    case .filter, .prompt, .search, .signIn:
      // Characters are typed, whatever else they would do.
      if case .character = key { break }
      if let effect = everywhere(action) { return [effect] }
    case .none, .help, .page, .dialog, .sortMenu, .columnMenu:
      if let effect = everywhere(action) { return [effect] }
    }
    let model = ViewModel(store, self, at: now, context: context)
    switch overlay {
    case .dialog, .sortMenu, .columnMenu, .help, .page:
      if case .pasted = key { return refusePaste() }
      // A line that is begun over another thing is a line: what follows must not run as keys.
      if case .help = overlay, action == .filter || isSearchingHelp {
        return handleInHelp(key, action, context)
      }
      if action == .command || action == .filter {
        overlay = .none
        return action.map { handle($0, model, live: store) } ?? []
      }
    case .filter, .prompt, .search, .signIn, .none: break
    }
    switch overlay {
    case .signIn(let dialog): return handleSignIn(dialog, key, model, live: store)
    case .dialog(var dialog):
      guard dialog.fitted(into: size, hiding: .none) != nil else {
        overlay = .none
        notice = "the window is too small for the question: nothing was done"
        return []
      }
      let answer = dialog.handle(key)
      overlay = answer == .undecided ? .dialog(dialog) : .none
      if answer == .no, key == .enter, !dialog.typed.isEmpty {
        notice = "\(dialog.typed) is not \(dialog.keys.count): nothing was done"
      }
      guard answer == .yes else { return [] }
      marks = []
      // A server may have gone while the question was open.
      let keys = dialog.keys.filter {
        store.sessions[$0].map { $0.objection(to: dialog.verb) == nil } ?? false
      }
      guard !keys.isEmpty else {
        notice = "nothing was done: \(dialog.keys.count == 1 ? "the session is" : "the sessions are") gone"
        return []
      }
      return carryOut(
        dialog.verb, on: keys, held: dialog.held.filter(keys.contains), context, live: store, at: now.instant)
    case .filter(let line, let before, _):
      editFilter(line, key, before: before, model)
      return []
    case .prompt(let prompt): return editPrompt(prompt, key, model, live: store)
    case .search(let line):
      editSearch(line, key, model)
      return []
    case .sortMenu(let index):
      pickSort(key, action, index)
      return []
    case .columnMenu(let index): return chooseColumn(key, action, index)
    case .help(let top, let search): return handleInHelp(key, action, top: top, search, context)
    case .page(let page, let top): return turn(page, top: top, key, action, model)
    case .none: break
    }
    switch key {
    case .pasted: return refusePaste()
    case .click(let row, let column) where meaning == nil: return click(row: row, column: column, model)
    case .wheelUp, .wheelDown: return wheel(key == .wheelDown, model)
    default: break
    }
    guard let meaning else {
      sayWhyNot(key, context)
      return []
    }
    guard case .screen(let action) = meaning else { return handle(meaning, model, live: store) }
    if isDetailOpen, action.isMove {
      scrollDetail(action, model)
      return []
    }
    if key == .escape, action == .back {
      // Esc never quits: it is what remains of a key that the terminal and we spell differently.
      if !stepBack(), model.rows.isHeld { release() }
      return []
    }
    return handle(action, model, live: store)
  }

  /// What a key asks for, and a press on a place that says what it does.
  private func meaning(of key: Key, _ context: Context) -> KeyAction? {
    guard case .click(let row, let column) = key else { return KeyMap(context).action(for: key) }
    guard case .action(let name)? = pressed(row: row, column: column) else { return nil }
    return KeyMap(context).bindings.first { $0.action.name == name }?.action
  }

  /// What works wherever the operator is.
  private func everywhere(_ action: Action?) -> Effect? {
    switch action {
    case .suspend: .suspend
    case .redraw: .redraw
    default: nil
    }
  }

  /// Lets go of what holds no longer: an order that nobody moves in, marks of sessions that are gone.
  private mutating func forget(_ store: Store, at now: Instant) {
    if !holdsOrder(at: now) { release() }
    if !marks.isEmpty { marks = marks.filter { store.sessions[$0] != nil } }
    if let deed, !deed.isRecent(at: now) { self.deed = nil }
  }

  private mutating func refusePaste() -> [Effect] {
    notice = "pasted text is not taken as keys; open / or : first"
    return []
  }

  /// A key that is off here says so, rather than nothing.
  private mutating func sayWhyNot(_ key: Key, _ context: Context) {
    let all = KeyMap(choices: context.keys, isActing: true, isReplay: false)
    guard let action = all.action(for: key), action.acts else { return }
    notice = context.replay == nil ? "read-only: \(action.name) is off" : "a recording cannot be acted on"
  }

  private mutating func handle(_ meaning: KeyAction, _ model: ViewModel, live: Store) -> [Effect] {
    switch meaning {
    case .screen(let action): return handle(action, model, live: live)
    case .verb(let verb):
      pin(model.rows)
      ask(verb, model, live: live)
      return []
    }
  }

  mutating func handle(_ action: Action, _ model: ViewModel, live: Store) -> [Effect] {
    let (store, rows, context) = (model.store, model.rows, model.context)
    if action.isAboutRow { pin(rows) }
    switch action {
    case .up, .down, .pageUp, .pageDown, .halfUp, .halfDown, .first, .last: move(action, model)
    case .nextPane: show(pane.next(by: 1))
    case .previousPane: show(pane.next(by: -1))
    case .servers: show(.servers)
    case .sessions: show(.sessions)
    case .events: show(.events)
    case .errors: show(.errors)
    case .detail:
      if isDetailOpen, pane == .events, goToSession(model) { break }
      isDetailOpen.toggle()
      detailTop = 0
      forgetSearch()
    case .scope:
      scopeChoice = !listsAllSessions
      heldSessions = nil
    case .filter where isDetailOpen: overlay = .search(LineEditor(detailSearch))
    case .filter: overlay = .filter(LineEditor(filter.text), before: filter, choices: [])
    case .saved:
      overlay = .prompt(Prompt(line: LineEditor("saved "), choices: context.filters.names))
    case .command: overlay = .prompt(Prompt())
    case .nextProblem where isSearchingDetail: seekInDetail(forward: true, model)
    case .previousProblem where isSearchingDetail: seekInDetail(forward: false, model)
    case .nextProblem: seekProblem(forward: true, model)
    case .previousProblem: seekProblem(forward: false, model)
    case .problemsOnly:
      showsProblemsOnly.toggle()
      release()
    case .fold:
      foldsIncidents.toggle()
      release()
      notice = foldsIncidents ? "what fell together is one row" : "each server is a row of its own"
    case .onset:
      if let effects = beginSignIn(model, live: live) { return effects }
      seekOnset(model)
    case .level:
      leastLevel = leastLevel == .info ? .warning : leastLevel == .warning ? .debug : .info
      notice =
        leastLevel == .debug
        ? "all events, and each attempt for itself" : "events from \(leastLevel.rawValue)"
    case .nextError, .previousError:
      if context.replay != nil { return [.replay(.onset(forward: action == .nextError))] }
      seekEvent("error", forward: action == .nextError, store, rows, where: \.isError)
    case .nextWarning, .previousWarning:
      seekEvent("warning", forward: action == .nextWarning, store, rows) { $0.level >= .warning }
    case .follow: follow(store, rows)
    case .freeze:
      if context.replay != nil { return [.replay(.toggle)] }
      frozen = frozen == nil ? Frozen(store: live, moment: model.present) : nil
    case .sort: overlay = .sortMenu(Sort.Field.allCases.firstIndex(of: sort.field) ?? 0)
    case .reverse: order(by: Sort(field: sort.field, isReversed: !sort.isReversed))
    case .faster, .slower:
      if context.replay != nil { return [.replay(action == .faster ? .faster : .slower)] }
      return [.refresh(nextRate(context.refresh, isFaster: action == .faster))]
    case .undo: return undo(model, live: live)
    case .mark: mark(model)
    case .markAll: markAll(model)
    case .unmark: marks = []
    case .acknowledge: acknowledge(model)
    case .mute:
      isMuted.toggle()
      notice = isMuted ? "the bell is muted" : "the bell is no longer muted"
    case .log:
      overlay = .page(.actions, top: .max)
    case .outages: overlay = .page(.outages(of: nil), top: .max)
    case .rowEvents: showEventsOfRow(model)
    case .compare: compare(model)
    case .share: return [share(model)]
    case .privacy:
      isPrivate.toggle()
      notice = isPrivate ? "hosts, users and ids are hidden on the screen" : "hosts, users and ids are shown"
    case .copy, .copyCommand, .export, .inspect: return takeOut(action, model)
    case .help: overlay = .help(top: 0, search: nil)
    case .theme: return [.cycleTheme]
    case .utc:
      usesUTC.toggle()
      notice = usesUTC ? "times are UTC" : "times are those of this machine"
    case .columns: overlay = .columnMenu(0)
    case .zoom: isZoomed.toggle()
    case .mouse: return [.toggleMouse]
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return [.quit]
    case .back: return stepBack() ? [] : [.quit]
    case .play: return [.replay(.toggle)]
    case .stepForward: return [.replay(.step(1))]
    case .stepBack: return [.replay(.step(-1))]
    case .jumpForward: return [.replay(.jump(.seconds(60)))]
    case .jumpBack: return [.replay(.jump(.seconds(-60)))]
    }
    return []
  }

  /// Stays on the row that is meant, wherever it goes: until then the first row was whichever was worst.
  private mutating func pin(_ rows: Rows) {
    let names = rows.servers.map(\.id)
    if pane == .servers, servers.id == nil, let place = servers.index(in: names) {
      servers.select(place, in: names, height: height(of: .servers, count: names.count))
    }
    if pane == .sessions, sessions.id == nil, let place = sessions.index(in: rows.sessions) {
      sessions.select(place, in: rows.sessions, height: height(of: .sessions, count: rows.sessions.count))
    }
  }

  mutating func show(_ pane: Pane) {
    self.pane = pane
    isDetailOpen = false
  }

  /// Lets the rows find their order again.
  mutating func release() {
    heldServers = nil
    heldSessions = nil
  }

  mutating func narrow(to filter: Filter) {
    self.filter = filter
    release()
  }

  mutating func order(by sort: Sort) {
    self.sort = sort
    release()
    notice = "sorted \(sort.words)"
  }

  private mutating func editFilter(_ line: LineEditor, _ key: Key, before: Filter, _ model: ViewModel) {
    var line = line
    var choices: [String] = []
    switch key {
    case .enter:
      overlay = .none
      return
    case .escape:
      overlay = .none
      return narrow(to: before)
    case .tab:
      choices = withCounts(
        extend(&line, filterCompletions(of: line.text, model.store)), model.store, model.now)
    default: guard line.handle(key) else { return }
    }
    overlay = .filter(line, before: before, choices: choices)
    narrow(to: Filter(line.text))
  }
}

/// The next quicker or slower pace of the screen.
private func nextRate(_ now: Duration, isFaster: Bool) -> Duration {
  let rates: [Duration] = [
    .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5), .seconds(10),
    .seconds(30), .seconds(60),
  ]
  return isFaster
    ? rates.last { $0 < now } ?? rates[0] : rates.first { $0 > now } ?? rates[rates.count - 1]
}
