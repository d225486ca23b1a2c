public import Sessions

/// Draws the whole screen anew, as a value; the terminal sends only what differs from before.
public func render(
  _ store: Store, _ view: ViewState, at now: Moment, size: Size, context: Context
) -> Frame {
  var frame = Frame(size: size)
  let layout = Layout(size, pane: view.pane)
  let scene = Scene(
    store: view.frozen?.store ?? store, view: view, now: view.frozen?.moment ?? now, present: now,
    context: context, glyphs: Glyphs(isASCII: context.ascii))
  switch layout.form {
  case .words:
    frame.words(scene)
  case .single:
    frame.header(scene, row: 0)
    if layout.alert > 0 { frame.alert(scene, row: layout.header) }
    frame.single(scene, layout)
    frame.keyLine(scene, row: size.rows - 1)
  case .panes:
    frame.header(scene, row: 0)
    frame.alert(scene, row: layout.header)
    frame.panes(scene, layout)
    frame.keyLine(scene, row: size.rows - 1)
  }
  switch view.overlay {
  case .none, .filter: break
  case .detail: if layout.form == .single { frame.detailBox(scene) }
  case .help: frame.help(scene)
  case .dialog(let dialog): frame.box(dialog.lines, title: " confirm ", scene, role: .dialog)
  }
  return frame
}

/// Everything that panes draw from.
struct Scene: Sendable {
  let store: Store
  let view: ViewState
  /// The moment that is shown: in a frozen picture the moment of freezing.
  let now: Moment
  let present: Moment
  let context: Context
  let glyphs: Glyphs

  func isFocused(_ pane: Pane) -> Bool { view.pane == pane }
}

extension Frame {
  /// One list, and the newest events below it.
  fileprivate mutating func single(_ scene: Scene, _ layout: Layout) {
    switch scene.view.pane {
    case .servers: servers(scene, in: layout.list)
    case .sessions: sessions(scene, in: layout.list)
    case .events: events(scene, in: layout.list)
    case .errors: errors(scene, in: layout.list)
    }
    guard layout.tail.rows > 1 else { return }
    let title = "-- events "
    let rule = String(repeating: scene.glyphs.horizontal, count: size.columns)
    write(rule, row: layout.tail.row, column: 0, role: .border)
    write(scene.glyphs.isASCII ? title : "── events ", row: layout.tail.row, column: 0, role: .title)
    var area = layout.tail
    area.row += 1
    area.rows -= 1
    events(scene, in: area)
  }

  /// All panes with one line between them.
  fileprivate mutating func panes(_ scene: Scene, _ layout: Layout) {
    borders(scene, layout)
    servers(scene, in: layout.servers)
    sessions(scene, in: layout.sessions)
    detail(scene, in: layout.detail)
    errors(scene, in: layout.errors)
    events(scene, in: layout.events)
  }

  private mutating func borders(_ scene: Scene, _ layout: Layout) {
    let glyphs = scene.glyphs
    let top = layout.servers.row - 1
    let middle = layout.errors.row - 1
    let bottom = layout.errors.row + layout.errors.rows
    let detail = layout.detail.row - 1
    let seam = layout.sessions.column - 1
    let right = size.columns - 1
    for row in [top, middle, bottom] {
      write(String(repeating: glyphs.horizontal, count: size.columns), row: row, column: 0, role: .border)
    }
    write(String(repeating: glyphs.horizontal, count: right - seam), row: detail, column: seam, role: .border)
    for row in (top + 1)..<bottom where row != middle {
      for column in [0, seam, right] { write(glyphs.vertical, row: row, column: column, role: .border) }
    }
    let (corner, tee) = (glyphs.corner, glyphs.tee)
    for (text, row, column) in [
      (corner.topLeft, top, 0), (tee.down, top, seam), (corner.topRight, top, right),
      (tee.right, middle, 0), (tee.cross, middle, seam), (tee.left, middle, right),
      (tee.right, detail, seam), (tee.left, detail, right),
      (corner.bottomLeft, bottom, 0), (tee.up, bottom, seam), (corner.bottomRight, bottom, right),
    ] {
      write(text, row: row, column: column, role: .border)
    }
    let store = scene.store
    let server = scene.view.currentServer(store)
    let shown = scene.view.listedServers(store).count
    let count = shown == store.servers.count ? "\(shown)" : "\(shown) of \(store.servers.count)"
    title("servers (\(count))", .servers, scene, row: top, column: 1, width: seam - 1)
    title(
      "sessions of \(server?.name ?? "-") (\(server.map { store.sessions(of: $0.name).count } ?? 0))", .sessions, scene,
      row: top, column: seam + 1, width: right - seam - 1)
    title("detail", nil, scene, row: detail, column: seam + 1, width: right - seam - 1)
    title("errors", .errors, scene, row: middle, column: 1, width: seam - 1)
    let back = scene.view.eventsBack
    title(
      back == 0 ? "events, follow" : "events, \(back) newer below", .events, scene, row: middle, column: seam + 1,
      width: right - seam - 1)
  }

  private mutating func title(
    _ text: String, _ pane: Pane?, _ scene: Scene, row: Int, column: Int, width: Int
  ) {
    let isFocused = pane.map { scene.isFocused($0) } ?? false
    write(isFocused ? "[\(text)]" : text, row: row, column: column, width: width, role: isFocused ? .key : .title)
  }
}
