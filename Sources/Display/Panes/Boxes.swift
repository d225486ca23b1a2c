extension Frame {
  /// A framed text over the middle of the screen; cut where the screen is smaller.
  mutating func box(_ lines: [String], title: String, _ scene: Scene, role: Role) {
    let glyphs = scene.glyphs
    let wanted = (lines.map { columns(of: $0) }.max() ?? 0) + 4
    let width = min(size.columns, max(wanted, columns(of: title) + 4))
    let height = min(size.rows, lines.count + 2)
    guard width >= 4, height >= 3 else {
      for (row, line) in lines.suffix(size.rows).enumerated() {
        fill(row: row, column: 0, width: size.columns)
        write(line, row: row, column: 0, width: size.columns, role: role)
      }
      return
    }
    let top = (size.rows - height) / 2
    let left = (size.columns - width) / 2
    // On a screen too short for all of it the last lines count: they hold the question.
    let shown = lines.count > height - 2 && role == .dialog ? Array(lines.suffix(height - 2)) : Array(lines.prefix(height - 2))
    let rule = String(repeating: glyphs.horizontal, count: width - 2)
    write(glyphs.corner.topLeft + rule + glyphs.corner.topRight, row: top, column: left, role: .border)
    write(title, row: top, column: left + 2, width: width - 4, role: .title)
    for row in 0..<(height - 2) {
      let line = row < shown.count ? shown[row] : ""
      write(glyphs.vertical, row: top + 1 + row, column: left, role: .border)
      write(" " + fitted(line, width - 4) + " ", row: top + 1 + row, column: left + 1, width: width - 2, role: role)
      write(glyphs.vertical, row: top + 1 + row, column: left + width - 1, role: .border)
    }
    write(
      glyphs.corner.bottomLeft + rule + glyphs.corner.bottomRight, row: top + height - 1, column: left, role: .border)
  }

  /// Every key and what it does, printed from the key map, in as many columns as fit.
  mutating func help(_ scene: Scene) {
    let bindings = KeyMap(readOnly: scene.context.readOnly).bindings
    let entries = bindings.map { fitted($0.shown, 10) + " " + $0.meaning }
    let width = (entries.map { columns(of: $0) }.max() ?? 0) + 2
    let perColumn = max(1, size.rows - 3)
    let columnCount = max(1, min((entries.count + perColumn - 1) / perColumn, max(1, (size.columns - 4) / width)))
    let rows = (entries.count + columnCount - 1) / columnCount
    var lines = (0..<rows).map { row in
      (0..<columnCount).map { column in
        let index = column * rows + row
        return fitted(index < entries.count ? entries[index] : "", width)
      }.joined()
    }
    lines.append("sessiontop \(scene.context.version), theme \(scene.context.themeName); Esc closes")
    box(lines, title: " keys ", scene, role: .text)
  }
}
