import MCPSessions

extension Frame {
  /// The question in the middle of the screen.
  mutating func dialog(_ dialog: Dialog, _ model: ViewModel) {
    guard let lines = dialog.fitted(into: size, hiding: hiding) else {
      let words = ["The window is too small for the question.", "Make it larger; any key = No"]
      return box(words.map { Phrase($0, .key) }, title: dialog.verb.rawValue, model.glyphs)
    }
    let question = lines.count - broken(dialog.question, width: size.columns - 4, hiding: hiding).count
    box(
      lines.enumerated().map { Phrase($1, $0 < question ? .dialog : .key) }, title: dialog.verb.rawValue,
      model.glyphs)
  }

  /// The fields to sort by.
  mutating func sortMenu(_ model: ViewModel, at index: Int) {
    let lines = Sort.Field.allCases.enumerated().map { place, field in
      let sign = place == index ? model.glyphs.pointer : " "
      return Phrase(
        "\(sign) \(field.key)  \(padded(field.rawValue, 11))\(field.meaning)", place == index ? .key : .dialog
      )
    }
    let now = Phrase(
      ["now \(model.view.sort.words)", model.context.hint(.reverse, "turns it round")].joined("; "), .muted)
    box(lines + [Phrase("", .dialog), now], title: "sort by", model.glyphs)
  }

  /// The columns to choose from; the lists behind follow.
  mutating func columnMenu(_ model: ViewModel, at index: Int) {
    let fields = Dictionary(
      SessionField.all.map { ($0.title, $0.meaning) }, uniquingKeysWith: { first, _ in first })
    let others = [
      "LIVE": "sessions that work, of all", "NEXT": "until the next attempt",
      "LAST HOUR": "the worst states in it",
    ]
    let all = ColumnChoices.titles.enumerated().map { place, title in
      let sign = place == index ? model.glyphs.pointer : " "
      let choice = model.view.columns[title]?.rawValue ?? "by room"
      let meaning = others[title] ?? fields[title] ?? ""
      return Phrase(
        "\(sign) \(padded(title, 10))\(padded(choice, 8))\(meaning)", place == index ? .key : .dialog)
    }
    let room = max(1, size.rows - 4)
    let first = max(0, min(index - room + 1, all.count - room))
    box(
      Array(all.dropFirst(first).prefix(room)) + [Phrase("space turns, Esc keeps", .muted)],
      title: "columns", model.glyphs)
  }

  /// A text over the panes; scrolls.
  mutating func page(_ page: ViewState.Page, top: Int, _ model: ViewModel) {
    let all = pageLines(page, model.store, model.now, model.context, size)
    let room = max(1, size.rows - 4)
    let first = min(top, max(0, all.count - room))
    var lines = all.dropFirst(first).prefix(room).map { Phrase($0.text, $0.role) }
    let title: String
    switch page {
    case .actions: title = "operator actions"
    case .outages(let server): title = server.map { "outages of \($0.text)" } ?? "outages"
    case .groups(let kind): title = "by \(kind.rawValue)"
    case .comparison: title = "comparison; what differs has a sign"
    case .text(let words, _): title = words
    }
    let keys = [Action.down, .up].compactMap(model.context.key).joined(separator: " ")
    let moving = "\(keys.isEmpty ? "" : keys + " move; ")Esc closes"
    if all.count > room {
      lines.append(Phrase("\(first + 1)-\(first + lines.count) of \(all.count), \(moving)", .muted))
    } else if size.rows >= 6 {
      lines.append(Phrase(["Esc closes", model.context.hint(.copy, "copies")].joined("; "), .muted))
    }
    box(Array(lines), title: title, model.glyphs)
  }
}

/// The lines of a page, broken where they are longer than the screen is wide.
func pageLines(
  _ page: ViewState.Page, _ store: Store, _ now: Moment, _ context: Context, _ size: Size
) -> [Phrase] {
  let lines: [Phrase]
  switch page {
  case .text(_, let texts): lines = texts.map { Phrase($0) }
  case .actions:
    let found = operatorActions(store, limit: 500, context)
    lines = found.isEmpty ? [Phrase("none so far", .muted)] : found
  case .groups(let kind): lines = groupLines(kind, store, now, context)
  case .comparison(let first, let second):
    lines = comparisonLines(first, second, store, now, context, width: size.columns - 4)
  case .outages(let server):
    let records = store.outages.records.filter { server == nil || ExactText($0.server) == server }
    let families = Families(store.servers)
    lines =
      records.isEmpty
      ? [Phrase("none since this program looks", .muted)]
      : outages(records).map { Phrase($0.words(at: now, families, context), $0.isOver ? .text : .alert) }
  }
  let width = max(8, size.columns - 4)
  return lines.flatMap { line in
    line.text.isEmpty
      ? [line] : broken(line.text, width: width, hiding: context.hiding).map { Phrase($0, line.role) }
  }
}
