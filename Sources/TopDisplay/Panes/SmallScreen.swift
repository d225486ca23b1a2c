import MCPSessions

extension Frame {
  /// A screen too small for lists: the worst state and the counts in plain words, as many as there is room
  /// for.
  mutating func words(_ model: ViewModel) {
    guard size.rows > 0, size.columns > 0 else { return }
    var texts: [String] = []
    var counts = model.rows.counts
    if !model.context.absences.isEmpty { texts.append("! service away") }
    if model.store.configurationProblem != nil { texts.append("! configuration not taken") }
    if let worst = model.rows.problems.first {
      // How many are as bad, and which of them is so for the longest time.
      let alike = worst.isUnverified ? model.rows.unverified : counts.first { $0.state == worst.state }?.count
      let count = max(alike ?? 1, 1)
      if !worst.isUnverified { counts.removeAll { $0.state == worst.state } }
      texts += [
        "\(StateLook(worst, model.glyphs).sign) \(count) \(worst.stateWord)", worst.key.server,
        age(of: worst.onset, at: model.now), model.next(worst),
      ].compactMap { $0 }
      if model.rows.unverified > 0, !worst.isUnverified {
        texts.append("\(model.rows.unverified) unverified")
      }
    } else if let first = counts.first, texts.isEmpty, !counts.contains(where: { $0.state == .connecting }) {
      texts.append("\(model.glyphs.state(first.state)) all well")
    }
    if model.staleness != nil { texts.insert("STALE", at: 0) }
    if model.view.frozen != nil { texts.insert("FROZEN", at: 0) }
    texts += counts.map { "\($0.count) \($0.state.rawValue)" }
    if texts.isEmpty { texts = ["no servers yet"] }
    var (row, column) = (0, 0)
    for text in texts {
      let width = TopDisplay.columns(of: text)
      if column > 0, column + 1 + width > size.columns {
        row += 1
        column = 0
      }
      guard row < size.rows else { return }
      column += column > 0 ? 2 : 0
      column += write(text, row: row, column: column, width: size.columns - column)
    }
  }
}
