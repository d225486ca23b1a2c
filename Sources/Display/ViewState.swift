public import Sessions

/// What surrounds the screen and does not change with it.
public struct Context: Hashable, Sendable {
  public let host: String
  public let `operator`: Operator
  public let readOnly: Bool
  /// Seconds east of UTC, for the clock.
  public let utcOffset: Int
  public let ascii: Bool
  public let themeName: String
  public let version: String

  public init(
    host: String, operator: Operator, readOnly: Bool, utcOffset: Int, ascii: Bool, themeName: String,
    version: String
  ) {
    self.host = host
    self.operator = `operator`
    self.readOnly = readOnly
    self.utcOffset = utcOffset
    self.ascii = ascii
    self.themeName = themeName
    self.version = version
  }
}

/// What a key press leads to outside of the screen.
public enum Effect: Hashable, Sendable {
  case command(Command)
  case cycleTheme
  case redraw
  case suspend
  case quit
}

/// The four lists.
enum Pane: Int, CaseIterable, Hashable, Sendable {
  case servers, sessions, events, errors
}

/// What the operator chose: never what is known, which is in the store.
public struct ViewState: Hashable, Sendable {
  /// What lies over the panes.
  enum Overlay: Hashable, Sendable {
    case none
    case help
    case detail
    case filter
    case dialog(Dialog)
  }

  var pane = Pane.servers
  var overlay = Overlay.none
  /// By identity: a row that moves takes the selection along.
  var selectedServer: String?
  var selectedSession: SessionKey?
  /// Rows scrolled back in the events, from the newest.
  var eventsBack = 0
  var errorRow = 0
  var filter = ""
  var frozen: Frozen?

  /// A picture held still.
  struct Frozen: Hashable, Sendable {
    let store: Store
    let moment: Moment
  }

  public init() {}

  /// Takes a key press; returns what it asks for outside of the screen.
  public mutating func handle(_ key: Key, store: Store, now: Moment, context: Context) -> [Effect] {
    let shown = frozen?.store ?? store
    switch overlay {
    case .dialog(var dialog):
      let answer = dialog.handle(key)
      overlay = answer == .undecided ? .dialog(dialog) : .none
      return answer == .yes ? [.command(dialog.command(by: context.operator))] : []
    case .filter:
      editFilter(key)
      return []
    case .none, .help, .detail: break
    }
    guard let action = KeyMap(readOnly: context.readOnly).action(for: key) else { return [] }
    return handle(action, shown, now)
  }

  private mutating func handle(_ action: Action, _ store: Store, _ now: Moment) -> [Effect] {
    switch action {
    case .up: move(-1, store)
    case .down: move(1, store)
    case .halfUp: move(-8, store)
    case .halfDown: move(8, store)
    case .pageUp: move(-16, store)
    case .pageDown: move(16, store)
    case .first: move(-1_000_000, store)
    case .last: move(1_000_000, store)
    case .nextPane: pane = Pane(rawValue: (pane.rawValue + 1) % 4) ?? .servers
    case .previousPane: pane = Pane(rawValue: (pane.rawValue + 3) % 4) ?? .servers
    case .servers: pane = .servers
    case .sessions: pane = .sessions
    case .events: pane = .events
    case .errors: pane = .errors
    case .detail: overlay = overlay == .detail ? .none : .detail
    case .help: overlay = overlay == .help ? .none : .help
    case .filter: overlay = .filter
    case .follow: eventsBack = 0
    case .freeze: frozen = frozen == nil ? Frozen(store: store, moment: now) : nil
    case .nextProblem: selectNextProblem(store)
    case .reconnect: ask(.reconnect, store)
    case .terminate: ask(.terminate, store)
    case .theme: return [.cycleTheme]
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return [.quit]
    case .back: return goBack()
    }
    return []
  }

  private mutating func goBack() -> [Effect] {
    if overlay != .none {
      overlay = .none
    } else if !filter.isEmpty {
      filter = ""
    } else if frozen != nil {
      frozen = nil
    } else {
      return [.quit]
    }
    return []
  }

  private mutating func editFilter(_ key: Key) {
    switch key {
    case .enter: overlay = .none
    case .escape:
      overlay = .none
      filter = ""
    case .backspace: _ = filter.popLast()
    case .control("u"): filter = ""
    case .character(let character) where filter.count < 64: filter.append(character)
    default: break
    }
  }

  private mutating func move(_ rows: Int, _ store: Store) {
    switch pane {
    case .servers:
      let names = listedServers(store).map(\.name)
      selectedServer = names.moved(from: selectedServer, by: rows)
      selectedSession = nil
    case .sessions:
      let keys = listedSessions(store).map(\.key)
      selectedSession = keys.moved(from: selectedSession, by: rows)
    case .events:
      eventsBack = min(max(0, eventsBack - rows), max(0, store.events.count - 1))
    case .errors:
      errorRow = min(max(0, errorRow + rows), max(0, store.errors.types.count - 1))
    }
  }

  private mutating func selectNextProblem(_ store: Store) {
    let servers = listedServers(store)
    let bad = servers.filter { store.state(of: $0).severity >= SessionState.degraded.severity }.map(\.name)
    guard !bad.isEmpty else { return }
    pane = .servers
    let next = selectedServer.flatMap { bad.firstIndex(of: $0) }.map { ($0 + 1) % bad.count } ?? 0
    selectedServer = bad[next]
    selectedSession = nil
  }

  private mutating func ask(_ verb: Dialog.Verb, _ store: Store) {
    let targets: [SessionReport]
    if pane == .sessions, let key = selectedSession ?? listedSessions(store).first?.key {
      targets = store.sessions[key].map { [$0] } ?? []
    } else if let server = currentServer(store) {
      targets = store.sessions(of: server.name)
    } else {
      targets = []
    }
    guard !targets.isEmpty else { return }
    overlay = .dialog(Dialog(verb: verb, targets: targets))
  }

  /// The servers that the filter lets through, the worst first, then as configured.
  func listedServers(_ store: Store) -> [ServerReport] {
    let states = Dictionary(store.servers.map { ($0.name, store.state(of: $0)) }, uniquingKeysWith: { first, _ in first })
    let rows = store.servers.filter { server in
      matches([server.name, states[server.name]?.rawValue ?? "", server.transport.rawValue, server.note ?? ""])
    }
    return rows.enumerated().sorted { left, right in
      let (a, b) = (states[left.element.name]?.order ?? 0, states[right.element.name]?.order ?? 0)
      return a != b ? a > b : left.offset < right.offset
    }.map(\.element)
  }

  /// The sessions of the selected server; of all servers when none is selected in this pane's view.
  func listedSessions(_ store: Store) -> [SessionReport] {
    guard let server = currentServer(store) else { return [] }
    return store.sessions(of: server.name)
  }

  func currentServer(_ store: Store) -> ServerReport? {
    let servers = listedServers(store)
    return servers.first { $0.name == selectedServer } ?? servers.first
  }

  func listedEvents(_ store: Store, count: Int) -> [Event] {
    guard count > 0 else { return [] }
    if filter.isEmpty {
      let end = store.events.count - min(eventsBack, max(0, store.events.count - 1))
      return (max(0, end - count)..<max(0, end)).map { store.events[$0] }
    }
    var found: [Event] = []
    var skip = eventsBack
    for index in stride(from: store.events.count - 1, through: 0, by: -1) {
      let event = store.events[index]
      guard matches([event.server ?? "", event.user ?? "", event.kind.rawValue, event.message]) else { continue }
      if skip > 0 {
        skip -= 1
        continue
      }
      found.append(event)
      if found.count == count { break }
    }
    return found.reversed()
  }

  private func matches(_ texts: [String]) -> Bool {
    guard !filter.isEmpty else { return true }
    let word = filter.lowercased()
    return texts.contains { $0.lowercased().contains(word) }
  }
}

extension SessionState {
  /// Calm states share a place, so that rows do not jump when a session merely goes about its business.
  fileprivate var order: Int { severity < SessionState.degraded.severity ? 0 : severity }
}

extension Array where Element: Equatable {
  /// The element so many places away from `element`, held at the ends; from nothing the first one.
  fileprivate func moved(from element: Element?, by rows: Int) -> Element? {
    guard !isEmpty else { return nil }
    // Without a choice the first row is the current one.
    let index = element.flatMap { firstIndex(of: $0) } ?? 0
    return self[Swift.min(Swift.max(0, index + rows), count - 1)]
  }
}
