import MCPSessions

extension Frame {
  /// The detail beside the lists: as many lines as there is room for, the most telling first.
  mutating func detailPane(_ model: ViewModel, in area: Rectangle) {
    let lines = wrapped(detailLines(model), width: area.columns - 2, hiding: hiding)
    let isCut = lines.count > area.rows && area.rows > 1
    let height = isCut ? area.rows - 1 : area.rows
    if isCut {
      write(
        "(\(lines.count - height) more lines)", row: area.bottom - 1, column: area.column + 1,
        width: area.columns - 1, role: .muted)
    }
    for (offset, line) in lines.prefix(height).enumerated() {
      write(
        line.whole, row: area.row + offset, column: area.column + 1, width: area.columns - 1, role: line.role)
      link(line.whole, row: area.row + offset, column: area.column + 1, right: area.right)
    }
  }

  /// A URL at the end of a line, if it stands there whole, leads to where it says.
  private mutating func link(_ text: String, row: Int, column: Int, right: Int) {
    guard
      let start = text.firstRange(of: "https://")?.lowerBound ?? text.firstRange(of: "http://")?.lowerBound
    else {
      return
    }
    let url = String(text[start...].prefix { $0 != " " })
    let place = column + TopDisplay.columns(of: String(text[..<start]))
    let isPlain = url.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    guard isPlain, url.count > 10, place + url.count <= right, url.count < 400 else { return }
    links.append(Link(row: row, column: place, text: url, target: url))
  }

  /// The detail instead of the lists, with the story so far; scrolls.
  mutating func detailPage(_ model: ViewModel, in area: Rectangle) {
    guard !area.isEmpty else { return }
    let lines = detailPageLines(model, width: area.columns - 2)
    let more = lines.count > area.rows
    let height = more ? area.rows - 1 : area.rows
    let top = min(model.view.detailTop, max(0, lines.count - height))
    for (offset, line) in lines.dropFirst(top).prefix(height).enumerated() {
      let isFound = model.view.isSearchingDetail && line.says(model.view.detailSearch)
      put(
        isFound ? Phrase(line.whole, .marked) : line, row: area.row + offset, column: area.column + 1,
        width: area.columns - 1, isSelected: isFound && model.view.detailMatch == top + offset)
      link(line.whole, row: area.row + offset, column: area.column + 1, right: area.right)
    }
    guard more else { return }
    let below = lines.count - top - height
    write(
      top == 0 ? "(\(below) more lines)" : "(\(top) above, \(below) below)", row: area.bottom - 1,
      column: area.column + 1, width: area.columns - 1, role: .muted)
  }

  func detailTitle(_ model: ViewModel) -> String {
    switch Subject(model) {
    case .session where !foldedNames(model).isEmpty: return "detail of \(model.selectedServer?.title ?? "")"
    case .session(let session, _):
      let user = session.key.user == SessionKey.sharedUser ? "" : " / \(session.key.user)"
      return "detail of \(session.key.server)\(user)"
    case .server(let server): return "detail of \(server.name)"
    case .event: return "detail of an event"
    case .error(let type): return "detail of \(type.rawValue)"
    case .nothing: return "detail"
    }
  }
}

/// All lines of an open detail.
func detailPageLines(_ model: ViewModel, width: Int) -> [Phrase] {
  let lines = wrapped(detailLines(model), width: width, hiding: model.context.hiding)
  let story = storyLines(model, limit: 200)
  return story.isEmpty ? lines : lines + [Phrase(""), Phrase("lately", .column)] + story
}

extension ViewState {
  /// The lines of the open detail, and how many of them are seen at once.
  func detailText(_ model: ViewModel) -> (lines: [Phrase], height: Int) {
    let layout = layout
    let area = layout.form == .single ? layout[pane] : layout.detailPage
    let lines = detailPageLines(model, width: area.columns - 2)
    return (lines, lines.count > area.rows ? area.rows - 1 : area.rows)
  }
}
