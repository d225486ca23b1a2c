public import Sessions

extension ViewState {
  /// Takes a key press; returns what it asks for outside of the screen.
  public mutating func handle(_ key: Key, store: Store, now: Moment, context: Context) -> [Effect] {
    notice = nil
    // An order that was let go of in the meantime is not taken up again.
    if !holdsOrder(at: now.instant) { release() }
    lastKey = now.instant
    let action = KeyMap(context).action(for: key)
    // These work wherever the operator is.
    switch (key, action) {
    case (.control("c"), _): return [.quit]
    case (_, .suspend): return [.suspend]
    case (_, .redraw): return [.redraw]
    default: break
    }
    switch overlay {
    case .dialog(var dialog):
      let answer = dialog.handle(key)
      overlay = answer == .undecided ? .dialog(dialog) : .none
      guard answer == .yes else { return [] }
      marks = []
      return [.command(dialog.command(by: context.operator))]
    case .filter(let line, let before):
      editFilter(line, key, before: before)
      return []
    case .prompt(let prompt):
      return editPrompt(prompt, key, store: store, now: now, context: context)
    case .sortMenu(let index):
      pickSort(key, action, index)
      return []
    case .help(let top):
      return action.map { handleInHelp($0, top: top, context) } ?? []
    case .page(let page, let top):
      return turn(page, top: top, action, frozen?.store ?? store, context)
    case .none: break
    }
    let shown = frozen?.store ?? store
    let moment = frozen?.moment ?? now
    switch key {
    case .click(let row, let column): return click(row: row, column: column, shown, at: moment)
    case .wheelUp, .wheelDown:
      return wheel(key == .wheelDown, shown, at: now, context)
    default: break
    }
    guard let action else { return [] }
    if isDetailOpen, action.isMove {
      scrollDetail(action, ViewModel(store, self, at: now, context: context))
      return []
    }
    let rows = Rows(shown, self, at: moment)
    if key == .escape, action == .back {
      // Esc never quits: it is what remains of a key that the terminal and we spell differently.
      if !stepBack(), rows.isHeld { release() }
      return []
    }
    return handle(action, shown, rows, live: store, now, context)
  }

  mutating func handle(
    _ action: Action, _ store: Store, _ rows: Rows, live: Store, _ now: Moment, _ context: Context
  ) -> [Effect] {
    switch action {
    case .up, .down, .pageUp, .pageDown, .halfUp, .halfDown, .first, .last: move(action, store, rows)
    case .nextPane: show(pane.next(by: 1))
    case .previousPane: show(pane.next(by: -1))
    case .servers: show(.servers)
    case .sessions: show(.sessions)
    case .events: show(.events)
    case .errors: show(.errors)
    case .detail:
      isDetailOpen.toggle()
      detailTop = 0
    case .scope:
      scopeChoice = !listsAllSessions
      heldSessions = nil
    case .filter: overlay = .filter(LineEditor(filter.text), before: filter)
    case .command: overlay = .prompt(Prompt())
    case .nextProblem: seekProblem(forward: true, store, rows)
    case .previousProblem: seekProblem(forward: false, store, rows)
    case .nextError, .previousError:
      if context.replay != nil { return [.replay(.error(forward: action == .nextError))] }
      seekEvent("error", forward: action == .nextError, store, rows, where: \.isError)
    case .nextWarning, .previousWarning:
      seekEvent("warning", forward: action == .nextWarning, store, rows) { $0.level >= .warning }
    case .follow: follow(store, rows)
    case .freeze:
      if context.replay != nil { return [.replay(.toggle)] }
      frozen = frozen == nil ? Frozen(store: store, moment: now) : nil
    case .sort: overlay = .sortMenu(Sort.Field.allCases.firstIndex(of: sort.field) ?? 0)
    case .reverse: order(by: Sort(field: sort.field, isReversed: !sort.isReversed))
    case .faster, .slower:
      if context.replay != nil { return [.replay(action == .faster ? .faster : .slower)] }
      return [.refresh(nextRate(context.refresh, isFaster: action == .faster))]
    case .reconnect: ask(.reconnect, store, rows, live: live)
    case .terminate: ask(.terminate, store, rows, live: live)
    case .pause: ask(.pause, store, rows, live: live)
    case .resume: ask(.resume, store, rows, live: live)
    case .mark: mark(store, rows)
    case .markAll: markAll(store, rows)
    case .unmark: marks = []
    case .acknowledge: acknowledge(rows)
    case .mute:
      isMuted.toggle()
      notice = isMuted ? "the bell is muted" : "the bell is no longer muted"
    case .log: overlay = .page(.actions, top: 0)
    case .copy, .copyCommand, .export, .inspect:
      return takeOut(action, ViewModel(live, self, at: now, context: context))
    case .help: overlay = .help(top: 0)
    case .theme: return [.cycleTheme]
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

  private mutating func show(_ pane: Pane) {
    self.pane = pane
    isDetailOpen = false
  }

  /// One step out; false at the top.
  private mutating func stepBack() -> Bool {
    if isDetailOpen {
      isDetailOpen = false
    } else if !marks.isEmpty {
      marks = []
    } else if !filter.isEmpty {
      narrow(to: Filter(""))
    } else if frozen != nil {
      frozen = nil
    } else {
      return false
    }
    return true
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

  private mutating func handleInHelp(_ action: Action, top: Int, _ context: Context) -> [Effect] {
    // In one column; where more fit beside each other nothing is left to scroll.
    switch action {
    case .quit: return [.quit]
    case .theme: return [.cycleTheme]
    default: break
    }
    // The commands stand below the keys.
    let count = KeyMap(context).bindings.count + 12
    let next = scrolled(top, action, count: count)
    overlay = next.map { .help(top: $0) } ?? .none
    return []
  }

  private mutating func turn(
    _ page: Page, top: Int, _ action: Action?, _ store: Store, _ context: Context
  ) -> [Effect] {
    if action == .quit { return [.quit] }
    if action == .copy, case .text(_, let lines) = page {
      return [.copy(lines.joined(separator: "\n"))]
    }
    let count = pageLines(page, store, context).count
    overlay = action.flatMap { scrolled(top, $0, count: count) }.map { .page(page, top: $0) } ?? .none
    return []
  }

  /// The first line to show after a key; nil when the key does not scroll.
  private func scrolled(_ top: Int, _ action: Action, count: Int) -> Int? {
    let height = max(1, size.rows - 4)
    let last = max(0, count - height)
    switch action {
    case .up: return max(0, top - 1)
    case .down: return min(top + 1, last)
    case .pageUp, .halfUp: return max(0, top - height)
    case .pageDown, .halfDown: return min(top + height, last)
    case .first: return 0
    case .last: return last
    default: return nil
    }
  }

  private mutating func editFilter(_ line: LineEditor, _ key: Key, before: Filter) {
    var line = line
    switch key {
    case .enter: overlay = .none
    case .escape:
      overlay = .none
      narrow(to: before)
    default:
      guard line.handle(key) else { return }
      overlay = .filter(line, before: before)
      narrow(to: Filter(line.text))
    }
  }

  private mutating func pickSort(_ key: Key, _ action: Action?, _ index: Int) {
    let fields = Sort.Field.allCases
    switch (key, action) {
    case (.enter, _): choose(fields[index])
    case (_, .up): overlay = .sortMenu(max(0, index - 1))
    case (_, .down): overlay = .sortMenu(min(fields.count - 1, index + 1))
    case (.character(let letter), _):
      overlay = .none
      if let field = fields.first(where: { $0.key == letter }) { choose(field) }
    default: overlay = .none
    }
  }

  private mutating func choose(_ field: Sort.Field) {
    overlay = .none
    order(by: Sort(field: field))
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
