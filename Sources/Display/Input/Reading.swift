import Sessions

// How keys move through texts that lie over the panes: the help, and pages.

extension ViewState {
  mutating func handleInHelp(_ key: Key, _ action: Action?, top: Int, _ context: Context) -> [Effect] {
    switch action {
    case .quit: return [.quit]
    case .theme: return [.cycleTheme]
    default: break
    }
    let count = helpLines(context, size).count
    if let next = scrolled(top, action, count: count) {
      overlay = .help(top: next)
    } else if closes(key, action) {
      overlay = .none
    }
    return []
  }

  mutating func turn(_ page: Page, top: Int, _ key: Key, _ action: Action?, _ model: ViewModel) -> [Effect] {
    if action == .quit { return [.quit] }
    if action == .copy, case .text(_, let lines) = page {
      return [.copy(lines.joined(separator: "\n"))]
    }
    let count = pageLines(page, model.store, model.context, size).count
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
