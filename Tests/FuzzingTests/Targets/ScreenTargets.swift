import MCPSessions

@testable import TopDisplay

/// A small world to look at: one server that is well, one that is not.
private let store: Store = {
  var report = EngineReport()
  var servers: [ServerReport] = []
  for (name, state) in [("files", SessionState.ready), ("broken", .recovering)] {
    servers.append(
      ServerReport(
        name: name, transport: .streamableHTTP, url: "https://\(name).example.org/mcp", users: ["app"],
        note: nil, settings: SessionSettings()))
    let key = SessionKey(server: name)
    report.sessions[key] = SessionReport(key: key, state: state, since: start)
    report.events.append(
      Event(time: start, kind: .stateChanged, server: name, user: "app", message: "it changed"))
  }
  report.servers = servers
  var store = Store(eventCapacity: 100)
  store.fold(report, at: start)
  return store
}()

private let start = Moment(
  instant: Instant(nanoseconds: 3_600_000_000_000), wall: WallTime(milliseconds: 1_795_444_327_000))

private let context = Context(
  host: "fuzz", operator: Operator(user: "fuzz", origin: "tape"), readOnly: false, utcOffset: 0, ascii: false,
  themeName: "default", version: "0")

/// The whole screen, in a size that follows from nothing but the call.
func draw(_ store: Store, _ view: ViewState, at now: Moment) -> Frame {
  render(store, view, at: now, size: Size(columns: 100, rows: 30), context: context)
}

extension FuzzTarget {
  /// Words of a filter: they choose, or object; what objects chooses nothing.
  static let filters = FuzzTarget(name: "filters") { (bytes) throws(Broken) in
    let text = String(decoding: bytes.prefix(400), as: UTF8.self)
    let filter = Filter(text)
    try promise(filter == Filter(text), "the same words are another filter")
    var view = ViewState()
    view.start(filter: text)
    let model = ViewModel(store, view, at: start, context: context)
    if filter.objection != nil {
      try promise(model.rows.sessions.isEmpty, "an objection chooses \(model.rows.sessions.count)")
    }
    _ = completions(of: text, store, context)
    _ = draw(store, view, at: start)
  }

  /// Keys, as a terminal or somebody's clipboard sends them: the screen can always be drawn, and nothing that
  /// was pasted ends a session.
  static let keys = FuzzTarget(name: "keys") { (bytes) throws(Broken) in
    var view = ViewState()
    var sequence = KeySequence()
    for scalar in String(decoding: bytes.prefix(300), as: UTF8.self).unicodeScalars {
      let key: Key? =
        switch scalar.value {
        case 0x1B: .escape
        case 0x0D: .enter
        case 0x09: .tab
        case 0x7F: .backspace
        case 0x00...0x1F: .control(Character(Unicode.Scalar(scalar.value + 0x60) ?? "a"))
        default: .character(Character(scalar))
        }
      for key in sequence.take(scalar, as: key) { _ = press(key, in: &view) }
    }
    for key in sequence.finish() { _ = press(key, in: &view) }
    _ = draw(store, view, at: start)
    var calm = ViewState()
    let pasted = press(.pasted(String(decoding: bytes, as: UTF8.self)), in: &calm)
    for effect in pasted {
      if case .command = effect { throw Broken(description: "what was pasted acts") }
    }
  }

  private static func press(_ key: Key, in view: inout ViewState) -> [Effect] {
    view.size = Size(columns: 100, rows: 30)
    return view.handle(key, store: store, now: start, context: context)
  }
}
