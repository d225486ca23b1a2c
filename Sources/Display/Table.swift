/// A column of a list: its title, how wide it is, and when it leaves.
struct Column<Row>: Sendable where Row: Sendable {
  let title: String
  let width: Int
  var alignRight = false
  /// Lower ranks leave first when the width is short; nil never leaves.
  var rank: Int?
  /// Takes what the others leave over.
  var isFlexible = false
  let role: @Sendable (Row) -> Role
  let text: @Sendable (Row) -> String

  init(
    _ title: String, _ width: Int, right: Bool = false, rank: Int? = nil, flexible: Bool = false,
    role: @escaping @Sendable (Row) -> Role = { _ in .text }, _ text: @escaping @Sendable (Row) -> String
  ) {
    self.title = title
    self.width = width
    alignRight = right
    self.rank = rank
    isFlexible = flexible
    self.role = role
    self.text = text
  }
}

/// Those columns that fit into `width`, and the width of the flexible one.
func chosen<Row>(_ columns: [Column<Row>], width: Int) -> (columns: [Column<Row>], flexible: Int) {
  var kept = columns
  func needed() -> Int { kept.reduce(0) { $0 + $1.width + 1 } }
  while needed() > width, let worst = kept.compactMap(\.rank).min() {
    kept.removeAll { $0.rank == worst }
  }
  let fixed = kept.reduce(0) { $0 + ($1.isFlexible ? 1 : $1.width + 1) }
  return (kept, max(0, width - fixed))
}

extension Frame {
  /// Draws a list into a rectangle: titles, then rows, scrolled so that the selected one is seen.
  mutating func list<Row>(
    _ rows: [Row], _ columns: [Column<Row>], in area: Rectangle, selected: Int?, isFocused: Bool
  ) {
    guard area.rows > 0, area.columns > 0 else { return }
    let (columns, flexible) = chosen(columns, width: area.columns - 2)
    var place = area.column + 2
    for column in columns {
      let width = column.isFlexible ? flexible : column.width
      write(
        fitted(column.title, width, alignRight: column.alignRight), row: area.row, column: place,
        width: area.column + area.columns - place, role: .column)
      place += width + 1
    }
    let visible = area.rows - 1
    guard visible > 0 else { return }
    let more = rows.count > visible
    let shown = more ? visible - 1 : visible
    let first = min(max(0, (selected ?? 0) - shown + 1), max(0, rows.count - shown))
    for (offset, row) in rows.dropFirst(first).prefix(shown).enumerated() {
      let isSelected = selected == first + offset
      let line = area.row + 1 + offset
      let emphasis = isSelected && isFocused
      fill(row: line, column: area.column, width: area.columns, emphasis: emphasis)
      if isSelected { write(">", row: line, column: area.column, role: .key, emphasis: emphasis) }
      place = area.column + 2
      for column in columns {
        let width = column.isFlexible ? flexible : column.width
        let room = area.column + area.columns - place
        write(
          fitted(column.text(row), min(width, room), alignRight: column.alignRight), row: line, column: place,
          width: room, role: column.role(row), emphasis: emphasis)
        place += width + 1
      }
    }
    if more {
      let hidden = rows.count - shown
      write("  (\(hidden) more)", row: area.row + area.rows - 1, column: area.column, width: area.columns, role: .muted)
    }
  }
}
