/// One column of a plain text table, and what becomes of it when there is no room.
struct Column {
  /// What happens to a column that finds no room.
  enum Fit {
    /// Stays whatever happens, cut down to so many characters.
    case essential(atLeast: Int)
    /// Goes as a whole, the highest rank first.
    case dispensable(Int)
    /// Cut down to so many characters, then goes like a dispensable one of the rank.
    case elastic(Int, atLeast: Int)
  }

  let title: String
  let fit: Fit
  let alignsRight: Bool

  init(_ title: String, _ fit: Fit, alignsRight: Bool = false) {
    self.title = title
    self.fit = fit
    self.alignsRight = alignsRight
  }

  fileprivate var rank: Int {
    switch fit {
    case .essential: 0
    case .dispensable(let rank), .elastic(let rank, _): rank
    }
  }

  fileprivate func narrowest(_ natural: Int) -> Int {
    switch fit {
    case .essential(let least), .elastic(_, let least): min(natural, least)
    case .dispensable: natural
    }
  }
}

/// Titles and rows as lines of at most `width` characters, two spaces between columns.
func tableLines(_ columns: [Column], _ rows: [[String]], width: Int) -> [String] {
  let cells = [columns.map(\.title)] + rows
  let natural = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
  // A column that says nothing on any row is not worth its width.
  var kept = columns.indices.filter { column in
    columns[column].rank == 0 || rows.contains { $0[column] != "" && $0[column] != "-" }
  }
  let gap = 2
  func narrowest() -> Int {
    kept.reduce(0) { $0 + columns[$1].narrowest(natural[$1]) } + gap * (kept.count - 1)
  }
  while narrowest() > width, let last = kept.max(by: { columns[$0].rank < columns[$1].rank }),
    columns[last].rank > 0
  {
    kept.removeAll { $0 == last }
  }

  var room = max(0, width - narrowest())
  var widths: [Int: Int] = [:]
  for column in kept {
    let least = columns[column].narrowest(natural[column])
    let extra = min(room, natural[column] - least)
    widths[column] = least + extra
    room -= extra
  }
  return cells.map { row in
    let texts = kept.map { column in
      let text = cut(row[column], to: widths[column] ?? 0)
      return columns[column].alignsRight
        ? String(repeating: " ", count: max(0, (widths[column] ?? 0) - text.count)) + text
        : padded(text, to: widths[column] ?? 0)
    }
    return cut(trimmed(texts.joined(separator: String(repeating: " ", count: gap))), to: width)
  }
}

/// A text followed by as many spaces as fill `width` characters.
package func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

/// At most `width` characters; a text that loses some ends in "...".
func cut(_ text: String, to width: Int) -> String {
  guard text.count > width else { return text }
  return width > 3 ? text.prefix(width - 3) + "..." : trimmed(String(text.prefix(max(0, width))))
}

func trimmed(_ text: String) -> String {
  String(text.reversed().drop { $0 == " " }.reversed())
}
