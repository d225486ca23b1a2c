/// The extent of a screen or a part of it, in cells. Never negative.
public struct Size: Hashable, Sendable {
  public let columns: Int
  public let rows: Int

  public init(columns: Int, rows: Int) {
    self.columns = max(0, columns)
    self.rows = max(0, rows)
  }
}

/// One place on the screen.
public struct Cell: Hashable, Sendable {
  /// One character with its marks; empty where a wide character to the left reaches over.
  public var text: String
  public var role: Role
  /// Part of the row that the operator stands on.
  public var emphasis: Bool

  static let blank = Cell(text: " ", role: .text, emphasis: false)
}

/// A part of the screen.
struct Rectangle: Hashable, Sendable {
  var row: Int
  var column: Int
  var rows: Int
  var columns: Int
}

/// A whole screen as a value: any screen can be printed in a test and read by a person.
public struct Frame: Hashable, Sendable {
  public let size: Size
  /// Row by row.
  public private(set) var cells: [Cell]

  public init(size: Size) {
    self.size = size
    cells = Array(repeating: .blank, count: size.columns * size.rows)
  }

  public subscript(row row: Int, column column: Int) -> Cell {
    cells[row * size.columns + column]
  }

  /// Writes text from a place on, at most `width` cells of it, and never outside the frame. A wide character that
  /// would be cut is left out. Returns the cells used.
  @discardableResult
  public mutating func write(
    _ text: String, row: Int, column: Int, width: Int = .max, role: Role = .text, emphasis: Bool = false
  ) -> Int {
    guard row >= 0, row < size.rows, column >= 0, column < size.columns else { return 0 }
    let end = width > size.columns - column ? size.columns : column + max(0, width)
    var place = column
    for character in text {
      let needed = columns(of: character)
      guard place + needed <= end else { break }
      if needed == 0 { continue }
      clear(row: row, column: place)
      cells[row * size.columns + place] = Cell(text: String(character), role: role, emphasis: emphasis)
      if needed == 2 {
        clear(row: row, column: place + 1)
        cells[row * size.columns + place + 1] = Cell(text: "", role: role, emphasis: emphasis)
      }
      place += needed
    }
    return place - column
  }

  /// Fills a row's part with spaces of a role.
  mutating func fill(row: Int, column: Int, width: Int, role: Role = .text, emphasis: Bool = false) {
    write(String(repeating: " ", count: max(0, min(width, size.columns))), row: row, column: column, width: width, role: role, emphasis: emphasis)
  }

  /// The screen as lines of text; trailing spaces are cut.
  public var text: String {
    (0..<size.rows).map { row in
      var line = (0..<size.columns).map { self[row: row, column: $0].text }.joined()
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }

  /// The same with roles: `[state.ready]ready[text] ...`, a role named where it changes.
  public var styled: String {
    (0..<size.rows).map { row in
      var line = ""
      var role = Role.text
      for column in 0..<size.columns {
        let cell = self[row: row, column: column]
        if cell.role != role, cell.text != " " {
          role = cell.role
          line += "[\(role.rawValue)]"
        }
        line += cell.text
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }

  /// A wide character that loses one of its halves loses both.
  private mutating func clear(row: Int, column: Int) {
    let index = row * size.columns + column
    if cells[index].text.isEmpty, column > 0 { cells[index - 1] = .blank }
    if column + 1 < size.columns, cells[index + 1].text.isEmpty { cells[index + 1] = .blank }
  }
}
