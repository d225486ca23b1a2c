/// The extent of a screen or a part of it, in cells. Never negative.
package struct Size: Hashable, Sendable {
  package let columns: Int
  package let rows: Int

  /// A terminal may say anything of its size: beyond this nobody reads, and every cell costs.
  package static let limit = (columns: 1_000, rows: 500)

  package init(columns: Int, rows: Int) {
    self.columns = min(max(0, columns), Self.limit.columns)
    self.rows = min(max(0, rows), Self.limit.rows)
  }
}

/// One place on the screen.
package struct Cell: Hashable, Sendable {
  /// One scalar that takes room and the marks on it. A wide one reaches over the next cell.
  package var character: Character
  package var role: Role
  /// Part of the row that the operator stands on.
  package var isSelected: Bool
  /// The right half of the wide character before it; its own character is a space and is not written.
  package var isContinuation: Bool

  static let blank = Cell(character: " ", role: .text, isSelected: false, isContinuation: false)
}

/// Text on the screen that leads somewhere.
package struct Link: Hashable, Sendable {
  package let row: Int
  package let column: Int
  /// As it stands there: printable ASCII.
  package let text: String
  /// An http or https URL, printable ASCII.
  package let target: String
}

/// A place that does something when it is pressed: what it says, or to sort by the heading of a column.
struct Hotspot: Hashable, Sendable {
  enum Meaning: Hashable, Sendable {
    /// The name of an action of keys.
    case action(String)
    /// The title of a column.
    case title(String)
  }

  let row: Int
  let column: Int
  let width: Int
  let meaning: Meaning

  func contains(row: Int, column: Int) -> Bool {
    row == self.row && column >= self.column && column < self.column + width
  }
}

/// A part of the screen.
struct Rectangle: Hashable, Sendable {
  var row = 0
  var column = 0
  var rows = 0
  var columns = 0

  var isEmpty: Bool { rows <= 0 || columns <= 0 }
  /// The first row below and the first column to the right.
  var bottom: Int { row + rows }
  var right: Int { column + columns }
}

/// A whole screen as a value: any screen can be printed in a test and read by a person.
package struct Frame: Hashable, Sendable {
  package let size: Size
  /// Row by row.
  package private(set) var cells: [Cell]
  /// Where terminals that can may offer to follow.
  package internal(set) var links: [Link] = []
  /// What can be pressed.
  var hotspots: [Hotspot] = []
  /// What every text is without before it is cut to its place.
  var hiding = Concealment.none
  /// Only ASCII may be drawn: the locale or the operator wants it so.
  let isASCII: Bool

  /// The most marks on one character; a terminal keeps about so many.
  static let markLimit = 4

  package init(size: Size, isASCII: Bool = false) {
    self.size = size
    self.isASCII = isASCII
    cells = Array(repeating: .blank, count: size.columns * size.rows)
  }

  package subscript(row row: Int, column column: Int) -> Cell {
    cells[row * size.columns + column]
  }

  /// Writes text from a place on, at most `width` cells of it and never outside the frame; returns the cells
  /// used.
  ///
  /// A text that does not fit ends in the sign for "cut"; a wide character is never split. What must not
  /// reach a terminal is drawn as `?`, whatever came before this.
  @discardableResult
  package mutating func write(
    _ text: String, row: Int, column: Int, width: Int = .max, role: Role = .text, isSelected: Bool = false
  ) -> Int {
    guard row >= 0, row < size.rows, column >= 0, column < size.columns, width > 0 else { return 0 }
    let end = width > size.columns - column ? size.columns : column + width
    var place = column
    var last = -1
    for scalar in hiding(text).unicodeScalars {
      let drawn = drawable(scalar)
      let needed = scalar == drawn ? TopDisplay.columns(of: scalar) : isMark(scalar) ? 0 : 1
      if needed == 0 {
        if last >= 0, scalar == drawn { addMark(scalar, at: row * size.columns + last) }
        continue
      }
      guard place + needed <= end else {
        cut(row: row, from: column, place: place, end: end, role: role, isSelected: isSelected)
        return end - column
      }
      put(Character(drawn), columns: needed, row: row, column: place, role: role, isSelected: isSelected)
      last = place
      place += needed
    }
    return place - column
  }

  /// Fills part of a row with spaces.
  mutating func fill(row: Int, column: Int, width: Int, role: Role = .text, isSelected: Bool = false) {
    guard row >= 0, row < size.rows else { return }
    for place in max(0, column)..<max(0, column, min(size.columns, column + width)) {
      put(" ", columns: 1, row: row, column: place, role: role, isSelected: isSelected)
    }
  }

  /// The screen as lines of text; spaces at their ends are cut.
  package var text: String {
    lines { cells in String(cells.lazy.filter { !$0.isContinuation }.map(\.character)) }
  }

  /// The same with the roles marked where they change: `[state.ready]ready[]`; `>` in a mark means selected.
  package var styled: String {
    lines { cells in
      var line = ""
      var mark = ""
      for cell in cells where !cell.isContinuation {
        let isPlain = cell.role == .text || cell.character == " " && !cell.isSelected
        let wanted = (cell.isSelected ? ">" : "") + (isPlain ? "" : cell.role.rawValue)
        if wanted != mark, cell.character != " " || cell.isSelected != mark.hasPrefix(">") {
          line += "[\(wanted)]"
          mark = wanted
        }
        line.append(cell.character)
      }
      return line
    }
  }

  private func lines(_ line: (ArraySlice<Cell>) -> String) -> String {
    (0..<size.rows).map { row in
      var text = line(cells[(row * size.columns)..<((row + 1) * size.columns)])
      while text.hasSuffix(" ") { text.removeLast() }
      return text
    }.joined(separator: "\n")
  }

  private func drawable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.value < 0x7F, scalar.value >= 0x20 { return scalar }
    if isUnshowable(scalar) { return "?" }
    guard isASCII else { return scalar }
    switch scalar {
    case "•", "·": return "*"
    case "–", "—", "−": return "-"
    case "‘", "’": return "'"
    case "“", "”": return "\""
    case "\u{A0}": return " "
    default: return "?"
    }
  }

  private mutating func addMark(_ mark: Unicode.Scalar, at index: Int) {
    // Emoji selectors change the width on some terminals only: without them every terminal agrees.
    guard !(0xFE00...0xFE0F).contains(mark.value) else { return }
    let scalars = cells[index].character.unicodeScalars
    guard scalars.count <= Self.markLimit, cells[index].character != " " else { return }
    let joined = String(String.UnicodeScalarView(Array(scalars) + [mark]))
    if joined.count == 1 { cells[index].character = Character(joined) }
  }

  private mutating func put(
    _ character: Character, columns: Int, row: Int, column: Int, role: Role, isSelected: Bool
  ) {
    let index = row * size.columns + column
    // A wide character that loses one of its halves loses both.
    if cells[index].isContinuation { cells[index - 1].character = " " }
    let after = index + columns
    if column + columns < size.columns, cells[after].isContinuation { cells[after].isContinuation = false }
    cells[index] = Cell(character: character, role: role, isSelected: isSelected, isContinuation: false)
    if columns == 2 {
      cells[index + 1] = Cell(character: " ", role: role, isSelected: isSelected, isContinuation: true)
    }
  }

  private mutating func cut(row: Int, from column: Int, place: Int, end: Int, role: Role, isSelected: Bool) {
    // The last character makes room, both halves of it when it is wide.
    var place = place
    if place == end {
      guard end - column >= 2 else { return }
      place -= cells[row * size.columns + place - 1].isContinuation ? 2 : 1
    }
    put(isASCII ? ">" : "…", columns: 1, row: row, column: place, role: role, isSelected: isSelected)
    for rest in (place + 1)..<max(place + 1, end) {
      put(" ", columns: 1, row: row, column: rest, role: role, isSelected: isSelected)
    }
  }
}
