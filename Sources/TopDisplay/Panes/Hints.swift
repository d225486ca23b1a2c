import MCPSessions

/// A key and what it does here, as the footer says it.
struct Hint: Hashable, Sendable {
  /// What a press on it does.
  let action: KeyAction
  let text: String

  var width: Int { columns(of: text) }

  /// Of one action, or of some that stand together; nil where the first of them has no key.
  init?(_ actions: [KeyAction], _ words: String, _ context: Context) {
    let keys = actions.compactMap { context.key($0) }
    guard let action = actions.first, context.key(action) != nil else { return nil }
    self.action = action
    text = "\(Self.joined(keys)) \(words)"
  }

  init(_ action: Action, _ key: String, _ words: String) {
    self.action = .screen(action)
    text = "\(key) \(words)"
  }

  /// `1-4` for digits in their order, otherwise one after another.
  private static func joined(_ keys: [String]) -> String {
    let digits = keys.compactMap { Int($0) }
    let isRow =
      keys.count > 2 && digits.count == keys.count
      && zip(digits, digits.dropFirst()).allSatisfy { $0 + 1 == $1 }
    return isRow ? "\(digits[0])-\(digits[digits.count - 1])" : keys.joined(separator: " ")
  }
}

/// The keys that matter now, the most telling first: only what does something here.
func hints(_ model: ViewModel) -> [Hint] {
  let (view, context) = (model.view, model.context)
  func hint(_ words: String, _ actions: Action...) -> Hint? {
    Hint(actions.map(KeyAction.screen), words, context)
  }
  switch view.overlay {
  case .page: return [hint("move", .down, .up), hint("copy", .copy), hint("close", .back)].compactMap { $0 }
  case .help:
    return [hint("move", .down, .up), hint("search", .filter), hint("close", .back)].compactMap { $0 }
  // They say themselves what can be pressed.
  case .dialog, .signIn, .sortMenu, .columnMenu, .filter, .prompt, .search: return []
  case .none: break
  }
  var found: [Hint?]
  if view.isDetailOpen {
    found = [
      hint("back", .back), view.pane == .events ? hint("session", .detail) : nil,
      view.isSearchingDetail ? hint("next", .nextProblem) : hint("search", .filter),
      hint("move", .down, .up),
    ]
  } else {
    found = [
      view.layout.form == .single
        ? hint("view", .servers, .sessions, .events, .errors) : hint("pane", .nextPane),
      hint("detail", .detail),
      view.filter.isEmpty ? hint("filter", .filter) : nil,
    ]
  }
  if context.replay != nil {
    found =
      [hint("play", .play), hint("next outage", .nextError), hint("step", .stepBack, .stepForward)] + found
      + [hint("minute", .jumpBack, .jumpForward), hint("speed", .faster, .slower)]
  } else if view.pane != .errors || !view.marks.isEmpty {
    found += [OperatorAction.reconnect, .terminate].map { Hint([.verb($0)], $0.rawValue, context) }
  }
  found.append(hint("command", .command))
  if !view.isDetailOpen {
    found += [
      hint("sort", .sort), hint("freeze", .freeze), hint("next problem", .nextProblem),
      hint(view.listsAllSessions ? "sessions of one" : "all sessions", .scope),
    ]
  }
  return (found + [hint("copy", .copy)]).compactMap { $0 }
}

/// The key that leads out of what is seen: one step back, and from the list out of the program.
func wayOut(_ model: ViewModel) -> Hint? {
  switch model.view.overlay {
  // An open detail says it first.
  case .none where !model.view.isDetailOpen: break
  default: return nil
  }
  let keys = KeyMap(model.context).bindings.first { $0.action == .screen(.back) }?.keys ?? []
  if model.view.nextStepBack != nil { return keys.last.map { Hint(.back, $0.spelled, "back") } }
  // Esc never quits.
  if let key = keys.first(where: { $0 != .escape }) { return Hint(.back, key.spelled, "quit") }
  return Hint([.screen(.quit)], "quit", model.context)
}
