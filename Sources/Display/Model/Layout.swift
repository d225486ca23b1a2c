/// Where things stand on a screen of some size. Rectangles are the insides of panes; those without rows are
/// not shown. As room gets short, panes leave in this order: operator actions, the detail, all but one list,
/// the tail of events, the alert line, and at last the lists.
struct Layout: Hashable, Sendable {
  enum Form: Hashable, Sendable {
    /// Too small for lists: the worst state and the counts in plain words.
    case words
    /// One list at a time, a tail of events below it where there is room.
    case single
    /// Four panes and the detail of what is selected.
    case panes
    /// The same with histories, and what operators did.
    case wide
  }

  let form: Form
  var header = Rectangle()
  var alert = Rectangle()
  var footer = Rectangle()
  var servers = Rectangle()
  var sessions = Rectangle()
  var detail = Rectangle()
  var errors = Rectangle()
  var events = Rectangle()
  var actions = Rectangle()
  /// The last few events below a single list; with more than one row its title stands on the row above.
  var tail = Rectangle()

  init(_ size: Size, pane: Pane) {
    if size.columns < 30 || size.rows < 8 {
      form = .words
      return
    }
    header = Rectangle(row: 0, rows: 1, columns: size.columns)
    let alertRows = size.rows < 10 ? 0 : 1
    alert = Rectangle(row: 1, rows: alertRows, columns: size.columns)
    footer = Rectangle(row: size.rows - 1, rows: 1, columns: size.columns)
    if size.columns < 100 || size.rows < 30 {
      form = .single
      placeSingle(size, pane)
    } else {
      form = size.columns >= 170 && size.rows >= 40 ? .wide : .panes
      placePanes(size)
    }
  }

  /// The inside of a pane; in a layout of one list, the list where it would be.
  subscript(pane: Pane) -> Rectangle {
    switch pane {
    case .servers: servers
    case .sessions: sessions
    case .events: events
    case .errors: errors
    }
  }

  /// Where an open detail stands beside other panes: in the place of the sessions and of its own pane.
  var detailPage: Rectangle {
    Rectangle(
      row: sessions.row, column: sessions.column, rows: detail.bottom - sessions.row,
      columns: detail.right - sessions.column)
  }

  private mutating func placeSingle(_ size: Size, _ pane: Pane) {
    let top = alert.bottom
    let bottom = footer.row
    var list = Rectangle(row: top, rows: bottom - top, columns: size.columns)
    if pane != .events, size.rows >= 12 {
      let rows = size.rows < 16 ? 1 : max(4, (bottom - top) / 4)
      tail = Rectangle(row: bottom - rows, rows: rows, columns: size.columns)
      list.rows -= rows == 1 ? 1 : rows + 1
    }
    switch pane {
    case .servers: servers = list
    case .sessions: sessions = list
    case .events: events = list
    case .errors: errors = list
    }
  }

  /// Borders are shared: one line between two panes.
  private mutating func placePanes(_ size: Size) {
    let top = alert.bottom + 1
    let bottom = footer.row - 1
    let inside = bottom - top - 1
    let lower = max(6, inside * 3 / 10)
    let upper = inside - lower
    let below = top + upper + 1
    let right = size.columns - 1
    let left = max(45, size.columns * 38 / 100)
    let seam = left + 1
    let width = right - seam - 1
    let detailRows = min(13, max(8, upper / 2))
    servers = Rectangle(row: top, column: 1, rows: upper, columns: left)
    sessions = Rectangle(row: top, column: seam + 1, rows: upper - detailRows - 1, columns: width)
    detail = Rectangle(row: sessions.bottom + 1, column: seam + 1, rows: detailRows, columns: width)
    guard form == .wide else {
      errors = Rectangle(row: below, column: 1, rows: lower, columns: left)
      events = Rectangle(row: below, column: seam + 1, rows: lower, columns: width)
      return
    }
    errors = Rectangle(row: below, column: 1, rows: lower, columns: 46)
    let actionsWidth = size.columns * 28 / 100
    events = Rectangle(
      row: below, column: errors.right + 1, rows: lower, columns: right - errors.right - actionsWidth - 2)
    actions = Rectangle(row: below, column: events.right + 1, rows: lower, columns: actionsWidth)
  }
}
