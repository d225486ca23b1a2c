/// Where things stand on a screen of some size. Rectangles are the insides of panes; those without rows are
/// not shown. As room gets short, panes leave in this order: what operators did and the errors, the sessions
/// beside the servers, the detail, the tail of events, the alert line, and at last the lists.
struct Layout: Hashable, Sendable {
  enum Form: Hashable, Sendable {
    /// Too small for lists: the worst state and the counts in plain words.
    case words
    /// One list at a time, a tail of events below it where there is room.
    case single
    /// One list over the whole width, the detail of what is selected and the events below it.
    case panes
    /// All four lists and the detail, and what operators did.
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
  /// Where an open detail stands.
  var detailPage = Rectangle()

  init(_ size: Size, pane: Pane, isZoomed: Bool = false, isDetailOpen: Bool = false) {
    if size.columns < 30 || size.rows < 8 {
      form = .words
      return
    }
    header = Rectangle(row: 0, rows: 1, columns: size.columns)
    let alertRows = size.rows < 10 ? 0 : 1
    alert = Rectangle(row: 1, rows: alertRows, columns: size.columns)
    footer = Rectangle(row: size.rows - 1, rows: 1, columns: size.columns)
    if isZoomed || size.columns < 100 || size.rows < 30 {
      form = .single
      placeSingle(size, pane, hasTail: !isZoomed)
      detailPage = self[pane]
    } else if size.columns >= 170 && size.rows >= 40 {
      form = .wide
      placeWide(size)
    } else {
      form = .panes
      placePanes(size, pane, isDetailOpen)
    }
  }

  /// The inside of a pane; where it is not shown, empty.
  subscript(pane: Pane) -> Rectangle {
    switch pane {
    case .servers: servers
    case .sessions: sessions
    case .events: events
    case .errors: errors
    }
  }

  private mutating func place(_ pane: Pane, _ area: Rectangle) {
    switch pane {
    case .servers: servers = area
    case .sessions: sessions = area
    case .events: events = area
    case .errors: errors = area
    }
  }

  private mutating func placeSingle(_ size: Size, _ pane: Pane, hasTail: Bool) {
    // The events have their title, which says whether they are followed, on a line of their own.
    let top = alert.bottom + (pane == .events && size.rows >= 12 ? 1 : 0)
    let bottom = footer.row
    var list = Rectangle(row: top, rows: bottom - top, columns: size.columns)
    if hasTail, pane != .events, size.rows >= 12 {
      let rows = size.rows < 16 ? 1 : max(4, (bottom - top) / 4)
      tail = Rectangle(row: bottom - rows, rows: rows, columns: size.columns)
      list.rows -= rows == 1 ? 1 : rows + 1
    }
    place(pane, list)
  }

  /// Borders are shared: one line between two panes.
  private mutating func placePanes(_ size: Size, _ pane: Pane, _ isDetailOpen: Bool) {
    let top = alert.bottom + 1
    let bottom = footer.row - 1
    let inside = bottom - top - 1
    let upper = isDetailOpen ? max(6, inside / 3) : max(8, inside * 52 / 100)
    let list = Rectangle(row: top, column: 1, rows: upper, columns: size.columns - 2)
    place(pane == .events ? .servers : pane, list)
    let below = list.bottom + 1
    let left = (size.columns - 3) * 52 / 100
    detail = Rectangle(row: below, column: 1, rows: bottom - below, columns: left)
    detailPage = Rectangle(row: below, column: 1, rows: bottom - below, columns: size.columns - 2)
    if isDetailOpen { return }
    events = Rectangle(
      row: below, column: detail.right + 1, rows: bottom - below, columns: size.columns - left - 3)
  }

  private mutating func placeWide(_ size: Size) {
    let top = alert.bottom + 1
    let bottom = footer.row - 1
    let inside = bottom - top - 2
    let lower = max(6, inside * 28 / 100)
    let middle = max(14, inside * 28 / 100)
    let right = size.columns - 1
    servers = Rectangle(row: top, column: 1, rows: inside - lower - middle, columns: size.columns - 2)
    let second = servers.bottom + 1
    let left = (size.columns - 3) * 55 / 100
    sessions = Rectangle(row: second, column: 1, rows: middle, columns: left)
    detail = Rectangle(
      row: second, column: sessions.right + 1, rows: middle, columns: right - sessions.right - 1)
    detailPage = Rectangle(row: second, column: 1, rows: middle, columns: size.columns - 2)
    let third = sessions.bottom + 1
    errors = Rectangle(row: third, column: 1, rows: bottom - third, columns: 54)
    let actionsWidth = size.columns * 28 / 100
    events = Rectangle(
      row: third, column: errors.right + 1, rows: bottom - third,
      columns: right - errors.right - actionsWidth - 2)
    actions = Rectangle(row: third, column: events.right + 1, rows: bottom - third, columns: actionsWidth)
  }
}
