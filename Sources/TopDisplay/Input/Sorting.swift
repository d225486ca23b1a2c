// The menus of what rows are sorted by, and of their columns.

extension ViewState {
  mutating func pickSort(_ key: Key, _ action: Action?, _ index: Int) {
    let fields = Sort.Field.allCases
    switch (key, action) {
    case (.enter, _): choose(fields[index])
    case (_, .up): overlay = .sortMenu(max(0, index - 1))
    case (_, .down): overlay = .sortMenu(min(fields.count - 1, index + 1))
    case (.escape, _), (_, .back): overlay = .none
    case (.character(let letter), _):
      if let field = fields.first(where: { $0.key == letter }) { choose(field) }
    default: break
    }
  }

  private mutating func choose(_ field: Sort.Field) {
    overlay = .none
    order(by: Sort(field: field))
  }

  /// Turns one column after another; what was chosen is kept when the menu is left.
  mutating func chooseColumn(_ key: Key, _ action: Action?, _ index: Int) -> [Effect] {
    let titles = ColumnChoices.titles
    switch (key, action) {
    case (_, .up): overlay = .columnMenu(max(0, index - 1))
    case (_, .down): overlay = .columnMenu(min(titles.count - 1, index + 1))
    case (.character(" "), _), (.enter, _): columns.turn(titles[index])
    case (.escape, _), (_, .back), (_, .columns):
      overlay = .none
      return [.keepColumns(columns)]
    default: break
    }
    return []
  }
}
