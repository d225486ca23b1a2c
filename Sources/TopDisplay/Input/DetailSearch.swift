import MCPSessions

// What is looked for in an open detail.

extension ViewState {
  mutating func editSearch(_ line: LineEditor, _ key: Key, _ model: ViewModel) {
    var line = line
    switch key {
    case .enter: overlay = .none
    case .escape:
      overlay = .none
      forgetSearch()
    case .backspace where line.text.isEmpty: overlay = .none
    default:
      guard line.handle(key) else { return }
      overlay = .search(line)
      detailSearch = line.text
      detailMatch = nil
      seekInDetail(forward: true, model)
    }
  }

  /// To the next or previous line that holds what is looked for, round the end.
  mutating func seekInDetail(forward: Bool, _ model: ViewModel) {
    let (lines, height) = detailText(model)
    let matches = lines.indices.filter { lines[$0].says(detailSearch) }
    guard let first = matches.first, let last = matches.last else {
      detailMatch = nil
      return notice = detailSearch.isEmpty ? nil : "nothing here says \(detailSearch)"
    }
    let here = detailMatch ?? (forward ? detailTop - 1 : detailTop)
    let found = forward ? matches.first { $0 > here } ?? first : matches.last { $0 < here } ?? last
    detailMatch = found
    // With some of what stands before it.
    guard found < detailTop || found >= detailTop + height else { return }
    detailTop = min(max(0, found - height / 3), max(0, lines.count - height))
  }

  mutating func forgetSearch() {
    detailSearch = ""
    detailMatch = nil
  }
}
