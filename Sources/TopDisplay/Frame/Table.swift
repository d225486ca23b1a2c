/// A column of a list: its title, how wide it is, when it leaves, and its words.
struct Column<Row>: Sendable {
  let title: String
  var width: Int
  /// Holds figures: they stand at the right, and are never cut, because part of a figure is another one.
  let isFigure: Bool
  /// Lower ranks leave first when the width is short; nil never leaves.
  var rank: Int?
  /// Takes what the others leave over, and is cut to it; `width` is what it asks for before others must
  /// leave.
  let isFlexible: Bool
  let words: @Sendable (Row) -> Phrase

  init(
    _ title: String, _ width: Int, right: Bool = false, rank: Int? = nil, flexible: Bool = false,
    _ words: @escaping @Sendable (Row) -> Phrase
  ) {
    self.title = title
    self.width = width
    isFigure = right
    self.rank = rank
    isFlexible = flexible
    self.words = words
  }

  init(
    _ title: String, _ width: Int, right: Bool = false, rank: Int? = nil,
    text: @escaping @Sendable (Row) -> String
  ) {
    self.init(title, width, right: right, rank: rank) { Phrase(text($0)) }
  }
}

/// Those columns that fit into `width`, each as wide as it becomes.
func fitting<Row>(_ columns: [Column<Row>], into width: Int) -> [Column<Row>] {
  var kept = columns
  func room() -> Int { width - kept.reduce(-1) { $0 + $1.width + 1 } }
  while room() < 0, let first = kept.compactMap(\.rank).min() {
    kept.removeAll { $0.rank == first }
  }
  if let flexible = kept.firstIndex(where: \.isFlexible) {
    kept[flexible].width += room()
    // Less than a word says nothing.
    if kept[flexible].width < 4 { kept.remove(at: flexible) }
  }
  // At last names are cut: there is nothing else to give.
  if room() < 0,
    let widest = kept.indices.filter({ kept[$0].rank == nil }).max(by: { kept[$0].width < kept[$1].width })
  {
    kept[widest].width = max(4, kept[widest].width + room())
  }
  return kept
}

/// What a list shows.
struct Listing<Row> {
  let rows: [Row]
  let columns: [Column<Row>]
  /// The sign before the row.
  let glyph: (Row) -> Phrase
  var isMarked: (Row) -> Bool = { _ in false }
  let selected: Int?
  let top: Int
  /// Said instead of rows when there are none.
  let ifEmpty: String
}

extension Frame {
  /// Draws a list into a rectangle: titles, then those rows that are visible, then how many are not.
  mutating func draw<Row>(_ listing: Listing<Row>, _ glyphs: Glyphs, in area: Rectangle, isFocused: Bool) {
    guard !area.isEmpty else { return }
    let columns = fitting(listing.columns, into: area.columns - 3)
    var place = area.column + 3
    for column in columns {
      put(
        Phrase(column.title, .column), alignsRight: column.isFigure, row: area.row, column: place,
        width: min(column.width, area.right - place), isSelected: false)
      hotspots.append(
        Hotspot(row: area.row, column: place, width: column.width, meaning: .title(column.title)))
      place += column.width + 1
    }
    guard !listing.rows.isEmpty else {
      write(
        listing.ifEmpty, row: area.row + min(1, area.rows - 1), column: area.column + 3,
        width: area.columns - 3,
        role: .muted)
      return
    }
    let visible = area.rows - 1
    let hasMore = listing.rows.count > visible
    let height = hasMore ? visible - 1 : visible
    guard height > 0 else { return }
    let first = firstVisible(
      of: listing.rows.count, selected: listing.selected ?? 0, top: listing.top, height: height)
    for (offset, row) in listing.rows[first..<min(listing.rows.count, first + height)].enumerated() {
      let isSelected = listing.selected == first + offset
      draw(
        row, listing, columns, glyphs, line: area.row + 1 + offset, in: area, isCurrent: isSelected,
        isSelected: isSelected && isFocused)
    }
    if hasMore {
      let below = listing.rows.count - first - height
      let words = first == 0 ? "(\(below) more)" : "(\(first) above, \(below) below)"
      write(words, row: area.bottom - 1, column: area.column + 1, width: area.columns - 1, role: .muted)
    }
  }

  private mutating func draw<Row>(
    _ row: Row, _ listing: Listing<Row>, _ columns: [Column<Row>], _ glyphs: Glyphs, line: Int,
    in area: Rectangle,
    isCurrent: Bool, isSelected: Bool
  ) {
    if isSelected { fill(row: line, column: area.column, width: area.columns, isSelected: true) }
    let isMarked = listing.isMarked(row)
    if isCurrent || isMarked {
      write(
        isCurrent ? glyphs.pointer : "m", row: line, column: area.column, width: area.columns,
        role: isCurrent && !isMarked ? .key : .marked, isSelected: isSelected)
    }
    let glyph = listing.glyph(row)
    write(
      glyph.text, row: line, column: area.column + 1, width: area.columns - 1, role: glyph.role,
      isSelected: isSelected)
    // A marked row that is selected shows both signs.
    if isCurrent, isMarked {
      write(
        "m", row: line, column: area.column + 2, width: area.columns - 2, role: .marked,
        isSelected: isSelected)
    }
    var place = area.column + 3
    for column in columns {
      let width = min(column.width, area.right - place)
      var words = column.words(row)
      if column.isFigure { words.text = fitted(figure: words.text, to: width, isASCII: glyphs.isASCII) }
      put(
        words, alignsRight: column.isFigure, row: line, column: place, width: width, isSelected: isSelected)
      place += column.width + 1
    }
  }

  /// Writes a phrase into exactly `width` cells.
  mutating func put(
    _ phrase: Phrase, alignsRight: Bool = false, row: Int, column: Int, width: Int, isSelected: Bool
  ) {
    guard width > 0 else { return }
    if !phrase.roles.isEmpty {
      let letters = zip(hiding(phrase.text), phrase.roles)
      for (offset, (character, role)) in letters.enumerated() where offset < width {
        write(String(character), row: row, column: column + offset, role: role, isSelected: isSelected)
      }
      return
    }
    let tail = TopDisplay.columns(of: phrase.tail)
    let text = TopDisplay.columns(of: phrase.text)
    // The tail tells what happens next: it stays as long as a few words of the rest do.
    if tail > 0, text + tail > width, width - tail >= 8 {
      write(
        phrase.text, row: row, column: column, width: width - tail, role: phrase.role, isSelected: isSelected)
      write(
        phrase.tail, row: row, column: column + width - tail, width: tail, role: phrase.role,
        isSelected: isSelected)
      return
    }
    let indent = alignsRight ? max(0, width - text - tail) : 0
    write(
      phrase.whole, row: row, column: column + indent, width: width - indent, role: phrase.role,
      isSelected: isSelected)
  }
}
