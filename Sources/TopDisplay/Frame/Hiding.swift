// A screen that others look at.

extension Frame {
  /// Makes words unreadable wherever they stand by themselves, also where only their beginning is shown.
  mutating func hide(_ words: Set<String>) {
    let wanted = words.filter { $0.count > 1 }.map(Array.init).sorted { $0.count > $1.count }
    guard !wanted.isEmpty else { return }
    let cut: Character = isASCII ? ">" : "…"
    for row in 0..<size.rows {
      let line = (0..<size.columns).map { self[row: row, column: $0].character }
      var column = 0
      while column < line.count {
        guard column == 0 || !line[column - 1].isPartOfWord, let length = hidden(wanted, line, column, cut)
        else {
          column += 1
          continue
        }
        for place in column..<column + length {
          let cell = self[row: row, column: place]
          guard !cell.isContinuation else { continue }
          write("x", row: row, column: place, width: 1, role: cell.role, isSelected: cell.isSelected)
        }
        column += length
      }
    }
    links = []
  }

  /// How much of a line from a place on must not be read.
  private func hidden(_ words: [[Character]], _ line: [Character], _ start: Int, _ cut: Character) -> Int? {
    for word in words {
      let same = zip(word, line[start...]).prefix { $0 == $1 }.count
      let next = start + same < line.count ? line[start + same] : " "
      if same == word.count, !next.isPartOfWord { return same }
      if same > 1, same < word.count, next == cut { return same }
    }
    return nil
  }
}

extension Character {
  fileprivate var isPartOfWord: Bool { isLetter || isNumber }
}
