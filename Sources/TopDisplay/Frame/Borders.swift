extension Frame {
  /// Frames around rectangles; where two meet there is one line, joined as it should be. Titles stand on the
  /// lines.
  mutating func borders(_ panes: [(area: Rectangle, title: String, isFocused: Bool)], _ glyphs: Glyphs) {
    var sides: [Int: Glyphs.Sides] = [:]
    func add(_ side: Glyphs.Sides, _ row: Int, _ column: Int) {
      guard row >= 0, row < size.rows, column >= 0, column < size.columns else { return }
      sides[row * size.columns + column, default: []].formUnion(side)
    }
    for (area, _, _) in panes where !area.isEmpty {
      for row in [area.row - 1, area.bottom] {
        for column in (area.column - 1)..<area.right {
          add(.right, row, column)
          add(.left, row, column + 1)
        }
      }
      for column in [area.column - 1, area.right] {
        for row in (area.row - 1)..<area.bottom {
          add(.down, row, column)
          add(.up, row + 1, column)
        }
      }
    }
    for (place, side) in sides {
      write(glyphs.border(side), row: place / size.columns, column: place % size.columns, role: .border)
    }
    for (area, title, isFocused) in panes where !area.isEmpty {
      let text = isFocused ? "\(glyphs.pointer)\(title)" : title
      write(
        text, row: area.row - 1, column: area.column + (isFocused ? 0 : 1),
        width: area.columns - (isFocused ? 0 : 1), role: isFocused ? .key : .title)
    }
  }

  /// A line over the whole width with a title in it.
  mutating func rule(_ title: String, _ glyphs: Glyphs, row: Int) {
    for column in 0..<size.columns {
      write(glyphs.border([.left, .right]), row: row, column: column, role: .border)
    }
    write(" \(title) ", row: row, column: 2, width: size.columns - 3, role: .title)
  }

  /// A framed text over the middle of the screen; on a small screen its first line and its last ones.
  /// Lines of the role `bare` go from edge to edge, without a border in what is selected there.
  mutating func box(_ lines: [Phrase], title: String, _ glyphs: Glyphs, bare: Role? = nil) {
    let lines = lines.flatMap { line in
      // On a narrow screen words go on in the next line; the empty line is kept.
      line.role == bare || line.whole.isEmpty
        || !line.roles.isEmpty && TopDisplay.columns(of: line.whole) <= size.columns - 4
        ? [line]
        : broken(line.whole, width: max(1, size.columns - 4), hiding: hiding).map { Phrase($0, line.role) }
    }
    let wanted = (lines.filter { $0.role != bare }.map { TopDisplay.columns(of: $0.whole) }.max() ?? 0) + 4
    let width = min(size.columns, max(wanted, TopDisplay.columns(of: title) + 6))
    let rows = min(size.rows, lines.count + 2)
    let isFramed = width >= 12 && rows >= 4
    let inset = isFramed ? 1 : 0
    let room = max(0, rows - 2 * inset)
    // The first line says what it is about, the last ones hold the question.
    let visible =
      lines.count <= room
      ? lines[...] : room > 2 ? lines.prefix(1) + lines.suffix(room - 1) : lines.suffix(room)
    let area = Rectangle(
      row: (size.rows - rows) / 2 + inset, column: (size.columns - width) / 2 + inset, rows: rows - 2 * inset,
      columns: width - 2 * inset)
    // What is covered cannot be pressed.
    let (top, left) = ((size.rows - rows) / 2, (size.columns - width) / 2)
    hotspots.removeAll {
      $0.row >= top && $0.row < top + rows && $0.column + $0.width > left && $0.column < left + width
    }
    for (offset, line) in visible.enumerated() {
      fill(row: area.row + offset, column: area.column, width: area.columns, role: line.role)
      put(
        line, row: area.row + offset, column: area.column + inset, width: area.columns - inset,
        isSelected: false)
    }
    guard isFramed else { return }
    for row in [area.row - 1, area.bottom] { fill(row: row, column: area.column - 1, width: width) }
    borders([(area, title, false)], glyphs)
    for (offset, line) in visible.enumerated() where line.role == bare {
      let row = area.row + offset
      hotspots.removeAll { $0.row == row }
      fill(row: row, column: 0, width: size.columns, role: line.role)
      put(line, row: row, column: 0, width: size.columns, isSelected: false)
    }
  }
}
