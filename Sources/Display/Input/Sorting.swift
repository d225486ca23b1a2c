// The menu of what rows are sorted by.

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
}
