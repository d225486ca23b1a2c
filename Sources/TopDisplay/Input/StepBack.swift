extension ViewState {
  /// One step out; false at the top.
  mutating func stepBack() -> Bool {
    switch nextStepBack {
    case nil: return false
    case .search: forgetSearch()
    case .detail: isDetailOpen = false
    case .zoom: isZoomed = false
    case .marks: marks = []
    case .problemsOnly: showsProblemsOnly = false
    case .filter: narrow(to: Filter(""))
    case .frozen: frozen = nil
    case .pane: show(.servers)
    }
    return true
  }
}
