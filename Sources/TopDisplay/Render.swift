package import MCPSessions

/// Draws the whole screen anew, as a value; the terminal sends only what differs from before.
package func render(
  _ store: Store, _ view: ViewState, at now: Moment, size: Size, context: Context
) -> Frame {
  var view = view
  view.size = size
  let model = ViewModel(store, view, at: now, context: context)
  let layout = view.layout
  var frame = Frame(size: size, isASCII: context.ascii)
  frame.hiding = model.context.hiding
  switch layout.form {
  case .words:
    frame.words(model)
  case .single:
    frame.header(model, in: layout.header, hasAlert: !layout.alert.isEmpty)
    frame.alert(model, in: layout.alert)
    frame.single(model, layout)
    frame.footer(model, in: layout.footer)
  case .panes, .wide:
    frame.header(model, in: layout.header, hasAlert: true)
    frame.alert(model, in: layout.alert)
    frame.panes(model, layout)
    frame.footer(model, in: layout.footer)
  }
  // What lies over a link hides it.
  switch view.overlay {
  case .help, .sortMenu, .columnMenu, .page, .dialog, .signIn: frame.links = []
  case .none, .filter, .prompt, .search: break
  }
  switch view.overlay {
  case .none, .filter, .prompt, .search: break
  case .sortMenu(let index): frame.sortMenu(model, at: index)
  case .columnMenu(let index): frame.columnMenu(model, at: index)
  case .page(let page, let top): frame.page(page, top: top, model)
  case .help(let top, let search): frame.help(model, top: top, search: search)
  case .dialog(let dialog): frame.dialog(dialog, model)
  case .signIn(let dialog): frame.signIn(dialog, model)
  }
  // A link holds the address that its text hides.
  if view.isPrivate { frame.links = [] }
  frame.hiding = .none
  return frame
}

extension Frame {
  /// One list or the detail, and the newest events below it.
  fileprivate mutating func single(_ model: ViewModel, _ layout: Layout) {
    let area = layout[model.view.pane]
    if model.view.isDetailOpen {
      detailPage(model, in: area)
    } else {
      draw(model.view.pane, model, in: area)
    }
    if model.view.pane == .events, area.row > layout.alert.bottom {
      rule(eventsTitle(model, height: area.rows), model.glyphs, row: area.row - 1)
    }
    guard !layout.tail.isEmpty else { return }
    if layout.tail.rows > 1 {
      rule(eventsTitle(model, height: layout.tail.rows), model.glyphs, row: layout.tail.row - 1)
    }
    events(model, in: layout.tail, isTail: true)
  }

  /// The panes that have room, with one line between them. An open detail takes the place of others.
  fileprivate mutating func panes(_ model: ViewModel, _ layout: Layout) {
    let isOpen = model.view.isDetailOpen
    let detail = isOpen ? layout.detailPage : layout.detail
    let shown = Pane.allCases.filter {
      !layout[$0].isEmpty && !(isOpen && $0 == .sessions && layout.form == .wide)
    }
    var areas = shown.map { pane in
      (
        area: layout[pane], title: title(of: pane, model, height: layout[pane].rows),
        isFocused: model.isFocused(pane)
      )
    }
    areas.append((detail, detailTitle(model), isOpen))
    if !layout.actions.isEmpty { areas.append((layout.actions, "operator actions", false)) }
    borders(areas, model.glyphs)
    for pane in shown { draw(pane, model, in: layout[pane]) }
    if isOpen { detailPage(model, in: detail) } else { detailPane(model, in: detail) }
    if !layout.actions.isEmpty { actions(model, in: layout.actions) }
  }

  private func title(of pane: Pane, _ model: ViewModel, height: Int) -> String {
    switch pane {
    case .servers: serversTitle(model)
    case .sessions: sessionsTitle(model)
    case .events: eventsTitle(model, height: height)
    case .errors: errorsTitle(model)
    }
  }

  private mutating func draw(_ pane: Pane, _ model: ViewModel, in area: Rectangle) {
    switch pane {
    case .servers: servers(model, in: area)
    case .sessions: sessions(model, in: area)
    case .events: events(model, in: area, isTail: false)
    case .errors: errors(model, in: area)
    }
  }
}
