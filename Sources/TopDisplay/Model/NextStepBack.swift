// One step back after another, from what lies on top to the list in which everything begins.

extension ViewState {
  /// What one step back lets go of.
  enum StepBack: Hashable, Sendable {
    case search, detail, zoom, marks, problemsOnly, filter, frozen
    /// To the list of servers, in which everything begins.
    case pane
  }

  /// The next step back; nil at the top, where another one leaves the program.
  var nextStepBack: StepBack? {
    if isSearchingDetail { return .search }
    if isDetailOpen { return .detail }
    if isZoomed { return .zoom }
    if !marks.isEmpty { return .marks }
    if showsProblemsOnly { return .problemsOnly }
    if !filter.isEmpty { return .filter }
    if frozen != nil { return .frozen }
    return pane == .servers ? nil : .pane
  }
}
