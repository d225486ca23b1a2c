public import Sessions

/// Draws the whole screen anew, as a value; the terminal sends only what differs from before.
public func render(
  _ store: Store, _ view: ViewState, at now: Moment, size: Size, context: Context
) -> Frame {
  var view = view
  view.size = size
  let model = ViewModel(store, view, at: now, context: context)
  let layout = view.layout
  var frame = Frame(size: size, isASCII: context.ascii)
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
  case .help, .sortMenu, .page, .dialog: frame.links = []
  case .none, .filter, .prompt: break
  }
  switch view.overlay {
  case .none, .filter, .prompt: break
  case .sortMenu(let index): frame.sortMenu(model, at: index)
  case .page(let page, let top): frame.page(page, top: top, model)
  case .help(let top): frame.help(model, top: top)
  case .dialog(let dialog): frame.dialog(dialog, model)
  }
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
    guard !layout.tail.isEmpty else { return }
    if layout.tail.rows > 1 {
      rule(eventsTitle(model, height: layout.tail.rows), model.glyphs, row: layout.tail.row - 1)
    }
    events(model, in: layout.tail, isTail: true)
  }

  /// All panes with one line between them. An open detail takes the place of the sessions too.
  fileprivate mutating func panes(_ model: ViewModel, _ layout: Layout) {
    var areas: [(area: Rectangle, title: String, isFocused: Bool)] = [
      (layout.servers, serversTitle(model), model.isFocused(.servers)),
      (layout.errors, errorsTitle(model), model.isFocused(.errors)),
      (layout.events, eventsTitle(model, height: layout.events.rows), model.isFocused(.events)),
    ]
    if model.view.isDetailOpen {
      let area = layout.detailPage
      areas.append((area, detailTitle(model), true))
      borders(areas, model.glyphs)
      detailPage(model, in: area)
    } else {
      areas.append((layout.sessions, sessionsTitle(model), model.isFocused(.sessions)))
      areas.append((layout.detail, detailTitle(model), false))
      borders(
        areas + (layout.actions.isEmpty ? [] : [(layout.actions, "operator actions", false)]), model.glyphs)
      sessions(model, in: layout.sessions)
      detailPane(model, in: layout.detail)
    }
    servers(model, in: layout.servers)
    errors(model, in: layout.errors)
    events(model, in: layout.events, isTail: false)
    if !layout.actions.isEmpty { actions(model, in: layout.actions) }
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
