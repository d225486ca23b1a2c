/// Where things stand on a screen of some size.
struct Layout: Hashable, Sendable {
  enum Form: Hashable, Sendable {
    /// Too small for lists: the worst state and the counts in plain words.
    case words
    /// One list at a time, a tail of events below it where there is room.
    case single
    /// All four panes and the detail of what is selected.
    case panes
  }

  let form: Form
  /// Rows of the header, 0 or 1, and of the alert line.
  var header = 1
  var alert = 1
  var footer = 1
  var list = Rectangle(row: 0, column: 0, rows: 0, columns: 0)
  /// Absent (no rows) when the list needs the space.
  var tail = Rectangle(row: 0, column: 0, rows: 0, columns: 0)
  var servers = Rectangle(row: 0, column: 0, rows: 0, columns: 0)
  var sessions = Rectangle(row: 0, column: 0, rows: 0, columns: 0)
  var detail = Rectangle(row: 0, column: 0, rows: 0, columns: 0)
  var errors = Rectangle(row: 0, column: 0, rows: 0, columns: 0)
  var events = Rectangle(row: 0, column: 0, rows: 0, columns: 0)

  init(_ size: Size, pane: Pane) {
    if size.columns < 30 || size.rows < 8 {
      form = .words
    } else if size.columns < 100 || size.rows < 30 {
      form = .single
      placeSingle(size, pane)
    } else {
      form = .panes
      placePanes(size)
    }
  }

  private mutating func placeSingle(_ size: Size, _ pane: Pane) {
    if size.rows < 10 { alert = 0 }
    let top = header + alert
    let body = size.rows - top - footer
    // The tail goes first when rows are short; the events view needs none.
    let tailRows = size.rows < 16 || pane == .events ? 0 : max(4, body / 4) + 1
    list = Rectangle(row: top, column: 0, rows: body - tailRows, columns: size.columns)
    tail = Rectangle(row: top + body - tailRows, column: 0, rows: tailRows, columns: size.columns)
  }

  /// Rectangles are the insides; the borders between them are shared.
  private mutating func placePanes(_ size: Size) {
    let top = header + alert
    let bottom = size.rows - footer
    let inside = bottom - top - 3
    let lowerRows = max(6, inside * 3 / 10)
    let upperRows = inside - lowerRows
    let left = size.columns >= 160 ? size.columns * 3 / 10 : max(40, size.columns * 38 / 100)
    let right = size.columns - left - 3
    let detailRows = min(12, max(8, upperRows * 45 / 100))
    servers = Rectangle(row: top + 1, column: 1, rows: upperRows, columns: left)
    sessions = Rectangle(row: top + 1, column: left + 2, rows: upperRows - detailRows - 1, columns: right)
    detail = Rectangle(row: top + 1 + sessions.rows + 1, column: left + 2, rows: detailRows, columns: right)
    errors = Rectangle(row: top + 2 + upperRows, column: 1, rows: lowerRows, columns: left)
    events = Rectangle(row: top + 2 + upperRows, column: left + 2, rows: lowerRows, columns: right)
  }
}
