import MCPSessions

extension Frame {
  /// The filter being typed, the answer to the last key, or the keys that matter now.
  mutating func footer(_ model: ViewModel, in area: Rectangle) {
    let filter = model.view.filter
    switch model.view.overlay {
    case .filter(let line, _, let choices):
      return input("/", line, choices, model.filterVerdict, in: area)
    case .prompt(let prompt):
      return input(":", prompt.line, prompt.choices, model.verdict(on: prompt.line.text), in: area)
    case .search(let line): return input("/", line, [], searchVerdict(model), in: area)
    default: break
    }
    var place = 0
    func add(_ text: String, _ role: Role, width: Int? = nil) {
      let room = area.columns - place
      place += write(text, row: area.row, column: place, width: min(width ?? room, room), role: role)
    }
    if let notice = model.view.notice { return add(" \(notice)", .banner) }
    let deed = model.view.deed.flatMap { $0.isRecent(at: model.present.instant) ? $0 : nil }
    // What narrows the lists is never hidden by what was done before.
    if !filter.isEmpty { add(" /\(filter.text)", .input, width: deed == nil ? nil : area.columns / 3) }
    if let objection = filter.objection { add(" \(objection)", .banner) }
    if let deed, filter.objection == nil {
      return add(" \(deed.result(model.context))", .operatorAction)
    }
    if !model.view.marks.isEmpty { add(" \(model.view.marks.count) marked", .marked) }
    if model.view.showsProblemsOnly { add(" ! only what is not well", .banner) }
    if model.context.readOnly { add(" [ro]", .banner) }
    if model.view.isSearchingDetail { add(" /\(model.view.detailSearch)", .input) }
    if let line = model.context.replay?.line {
      let width = max(10, area.columns / 4)
      let clocks = [line.start, line.end].map { $0.clock(offset: model.context.utcOffset) }
      add(" \(clocks[0]) ", .muted)
      for (character, role) in scrubber(line, width, model.glyphs) { add(String(character), role) }
      add(" \(clocks[1])", .muted)
    }
    // Over a text the key closes that.
    let help = model.view.overlay == .none ? Hint([.screen(.help)], "help", model.context) : nil
    let leave = wayOut(model)
    for (offset, hint) in hints(model).enumerated() {
      // The way out is shown when it costs none of the first few hints.
      let kept = (help?.width ?? 0) + (offset < 5 ? 0 : 2 + (leave?.width ?? 0))
      guard place + 2 + hint.width + 2 + kept <= area.columns else { continue }
      let gap = place == 0 ? 1 : 2
      put(hint, row: area.row, column: place + gap)
      place += gap + hint.width
    }
    var room = area.columns - place - 1
    let ends = [help, leave].compactMap { hint -> Hint? in
      guard let hint, room >= 2 + hint.width else { return nil }
      room -= 2 + hint.width
      return hint
    }
    var start = max(place + 2, area.columns - 1 - ends.reduce(-2) { $0 + 2 + $1.width })
    for hint in ends {
      put(hint, row: area.row, column: start)
      start += hint.width + 2
    }
  }

  private mutating func put(_ hint: Hint, row: Int, column: Int) {
    hotspots.append(
      Hotspot(row: row, column: column, width: hint.width, meaning: .action(hint.action.name)))
    write(hint.text, row: row, column: column, width: hint.width, role: .muted)
  }

  /// How many lines of the open detail hold what is looked for.
  private func searchVerdict(_ model: ViewModel) -> Phrase? {
    guard model.view.isSearchingDetail else { return nil }
    let count = model.view.detailText(model).lines.count { $0.says(model.view.detailSearch) }
    return count == 0 ? Phrase("nothing here says so", .banner) : Phrase(counted(count, "line"), .muted)
  }

  /// A recording in a few cells: how much went wrong in each part of it, and where it stands.
  private func scrubber(_ line: ReplayLine, _ width: Int, _ glyphs: Glyphs) -> [(Character, Role)] {
    let most = max(1, line.errors.max() ?? 1)
    let here = min(width - 1, Int(saturating: line.position * Double(width)))
    return (0..<width).map { place in
      if place == here { return (glyphs.isASCII ? "|" : "┃", .key) }
      let parts = line.errors.count
      let part = line.errors[
        place * parts / width..<max(place * parts / width + 1, (place + 1) * parts / width)]
      let errors = part.max() ?? 0
      guard errors > 0 else { return (glyphs.isASCII ? "_" : "─", .muted) }
      let heights = Array(glyphs.isASCII ? ".:!!" : "▂▄▆█")
      return (heights[min(3, errors * 4 / (most + 1))], .levelWarning)
    }
  }

  /// A line being typed: its end, with the place of the next character, and what could follow.
  private mutating func input(
    _ sign: String, _ line: LineEditor, _ choices: [String], _ verdict: Phrase?, in area: Rectangle
  ) {
    fill(row: area.row, column: 0, width: area.columns, role: .input)
    // The verdict stands at the right end, as long as there is room to type.
    let said = verdict.map { TopDisplay.columns(of: $0.whole) } ?? 0
    let isSaid = said > 0 && said + 16 <= area.columns
    let end = isSaid ? area.right - said - 1 : area.right
    if isSaid, let verdict {
      write(verdict.whole, row: area.row, column: end, width: said, role: verdict.role)
    }
    let room = max(1, end - area.column - 3)
    let first = max(0, line.cursor + 1 - room)
    let shown = hiding(line.text).dropFirst(first)
    write(sign, row: area.row, column: 1, width: area.columns - 1, role: .input)
    var place = 2
    for (offset, character) in shown.prefix(room).enumerated() {
      let isHere = first + offset == line.cursor
      place += write(
        String(character), row: area.row, column: place, width: area.columns - place, role: .input,
        isSelected: isHere)
    }
    if line.cursor >= line.text.count {
      place += write("_", row: area.row, column: place, width: area.columns - place, role: .input)
    }
    guard !choices.isEmpty, place + 4 < end else { return }
    write(
      choices.joined(separator: " "), row: area.row, column: place + 2, width: end - place - 3,
      role: .muted)
  }
}
