import MCPSessions

// How keys move through texts that lie over the panes: the help, and pages.

extension ViewState {
  /// Whether letters are looked for in the help.
  var isSearchingHelp: Bool { if case .help(_, .some) = overlay { true } else { false } }

  mutating func handleInHelp(_ key: Key, _ action: Action?, _ context: Context) -> [Effect] {
    guard case .help(let top, let search) = overlay else { return [] }
    return handleInHelp(key, action, top: top, search, context)
  }

  mutating func handleInHelp(
    _ key: Key, _ action: Action?, top: Int, _ search: LineEditor?, _ context: Context
  ) -> [Effect] {
    if var line = search {
      switch key {
      case .escape: overlay = .help(top: 0, search: nil)
      case .enter: overlay = .none
      case .up, .down, .pageUp, .pageDown:
        let count = helpLines(context, size, search: line.text).count
        overlay = .help(top: scrolled(top, action, count: count) ?? top, search: line)
      default: if line.handle(key) { overlay = .help(top: 0, search: line) }
      }
      return []
    }
    switch action {
    case .filter:
      overlay = .help(top: 0, search: LineEditor())
      return []
    case .quit: return [.quit]
    case .theme: return [.cycleTheme]
    default: break
    }
    let count = helpLines(context, size, search: nil).count
    if let next = scrolled(top, action, count: count) {
      overlay = .help(top: next, search: nil)
    } else if closes(key, action) {
      overlay = .none
    }
    return []
  }

  mutating func turn(_ page: Page, top: Int, _ key: Key, _ action: Action?, _ model: ViewModel) -> [Effect] {
    if action == .quit { return [.quit] }
    if action == .copy {
      let whole = Size(columns: 1_000, rows: size.rows)
      let lines = pageLines(page, model.store, model.now, model.context, whole)
      return [.copy(lines.map(\.text).joined(separator: "\n"))]
    }
    let count = pageLines(page, model.store, model.now, model.context, size).count
    if let next = scrolled(min(top, max(0, count - pageHeight)), action, count: count) {
      overlay = .page(page, top: next)
    } else if closes(key, action) {
      overlay = .none
    }
    return []
  }

  /// Only keys that mean leaving close a text, so that a line typed over it does not run as keys.
  private func closes(_ key: Key, _ action: Action?) -> Bool {
    key == .enter || key == .escape || action == .back || action == .help
  }

  /// Lines of a text over the panes that are seen at once.
  private var pageHeight: Int { max(1, size.rows - 4) }

  /// The first line to show after a key; nil when the key does not scroll.
  private func scrolled(_ top: Int, _ action: Action?, count: Int) -> Int? {
    let last = max(0, count - pageHeight)
    switch action {
    case .up: return max(0, top - 1)
    case .down: return min(top + 1, last)
    case .pageUp, .halfUp: return max(0, top - pageHeight)
    case .pageDown, .halfDown: return min(top + pageHeight, last)
    case .first: return 0
    case .last: return last
    default: return nil
    }
  }
}
