public import Sessions

/// The four lists.
enum Pane: Int, CaseIterable, Hashable, Sendable {
  case servers, sessions, events, errors

  func next(by step: Int) -> Pane {
    Pane(rawValue: (rawValue + step + Pane.allCases.count) % Pane.allCases.count) ?? .servers
  }
}

/// What the operator chose: never what is known, which is in the store.
public struct ViewState: Hashable, Sendable {
  /// What takes the keys instead of the panes.
  enum Overlay: Hashable, Sendable {
    case none
    /// With the number of lines scrolled past.
    case help(top: Int)
    /// A command being typed, without its colon.
    case command(String)
    /// Being typed; the text before it comes back with Esc.
    case filter(before: Filter)
    case dialog(Dialog)
  }

  /// Where in the events the operator stands.
  enum EventPlace: Hashable, Sendable {
    /// At the newest, whatever comes.
    case following
    /// At an event, by its number; `top` is the first visible one's.
    case held(at: UInt64, top: UInt64)
  }

  /// The size of the screen, so that pages are as long as what is seen.
  public var size = Size(columns: 80, rows: 24)
  var pane = Pane.servers
  var overlay = Overlay.none
  var isDetailOpen = false
  var detailTop = 0
  var servers = Selection<String>()
  var sessions = Selection<SessionKey>()
  var errors = Selection<ErrorType>()
  var events = EventPlace.following
  var marks: Set<SessionKey> = []
  var filter = Filter("")
  /// nil: of all servers where the list of servers is not seen beside it.
  var scopeChoice: Bool?
  var frozen: Frozen?
  /// The answer to a key that could do nothing; gone with the next key.
  var notice: String?

  /// A picture held still.
  struct Frozen: Hashable, Sendable {
    let store: Store
    let moment: Moment
  }

  public init() {}

  /// Shows a sentence until the next key.
  public mutating func say(_ sentence: String) { notice = PrintableText.line(sentence, limit: 400) }

  /// Whether the sessions of all servers are listed, not those of the selected one.
  var listsAllSessions: Bool { scopeChoice ?? (layout.form == .single) }

  var layout: Layout { Layout(size, pane: pane) }

  /// Takes a key press; returns what it asks for outside of the screen.
  public mutating func handle(_ key: Key, store: Store, now: Moment, context: Context) -> [Effect] {
    notice = nil
    let action = KeyMap(readOnly: context.readOnly).action(for: key)
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
    case .filter(let before):
      editFilter(key, before: before)
      return []
    case .command(let typed): return editCommand(key, typed)
    case .help(let top):
      return action.map { handleInHelp($0, top: top) } ?? []
    case .none:
      guard let action else { return [] }
      let shown = frozen?.store ?? store
      if isDetailOpen, action.isMove {
        scrollDetail(action, ViewModel(store, self, at: now, context: context))
        return []
      }
      return handle(action, shown, Rows(shown, self, at: frozen?.moment ?? now), live: store, now)
    }
  }

  private mutating func handle(
    _ action: Action, _ store: Store, _ rows: Rows, live: Store, _ now: Moment
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
    case .scope: scopeChoice = !listsAllSessions
    case .filter: overlay = .filter(before: filter)
    case .command: overlay = .command("")
    case .nextError: seekError(forward: true, store, rows)
    case .previousError: seekError(forward: false, store, rows)
    case .follow: follow(store, rows)
    case .freeze: frozen = frozen == nil ? Frozen(store: store, moment: now) : nil
    case .reconnect: ask(.reconnect, store, rows, live: live)
    case .terminate: ask(.terminate, store, rows, live: live)
    case .mark: mark(store, rows)
    case .unmark: marks = []
    case .help: overlay = .help(top: 0)
    case .theme: return [.cycleTheme]
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return [.quit]
    case .back: return goBack()
    }
    return []
  }

  private mutating func show(_ pane: Pane) {
    self.pane = pane
    isDetailOpen = false
  }

  /// One step out; at the top it is the way to quit.
  private mutating func goBack() -> [Effect] {
    if isDetailOpen {
      isDetailOpen = false
    } else if !marks.isEmpty {
      marks = []
    } else if !filter.isEmpty {
      filter = Filter("")
    } else if frozen != nil {
      frozen = nil
    } else {
      return [.quit]
    }
    return []
  }

  private mutating func handleInHelp(_ action: Action, top: Int) -> [Effect] {
    // In one column; where more fit beside each other nothing is left to scroll.
    let last = max(0, KeyMap.standard.count - max(1, size.rows - 4))
    switch action {
    case .quit: return [.quit]
    case .theme: return [.cycleTheme]
    case .up: overlay = .help(top: max(0, top - 1))
    case .down: overlay = .help(top: min(top + 1, last))
    case .pageUp, .halfUp, .first: overlay = .help(top: 0)
    case .pageDown, .halfDown, .last: overlay = .help(top: min(top + max(1, size.rows - 4), last))
    default: overlay = .none
    }
    return []
  }

  private mutating func editFilter(_ key: Key, before: Filter) {
    switch key {
    case .enter: overlay = .none
    case .escape:
      overlay = .none
      filter = before
    case .backspace: filter = Filter(String(filter.text.dropLast()))
    case .control("u"): filter = Filter("")
    case .character(let character) where filter.text.count < Filter.limit:
      filter = Filter(filter.text + String(character))
    default: break
    }
  }
}
