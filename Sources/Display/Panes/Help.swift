import Sessions

extension Frame {
  /// Every key and what it does, printed from the key map, in as many columns as fit; scrolls where they do
  /// not.
  mutating func help(_ model: ViewModel, top: Int) {
    let bindings = KeyMap(model.context).bindings
    let head = (bindings.map(\.shown.count).max() ?? 0) + 1
    let width = (bindings.map { head + $0.action.meaning.count }.max() ?? 0) + 2
    let perColumn = max(1, size.rows - 5)
    let wanted = (bindings.count + perColumn - 1) / perColumn
    let columns = max(1, min(wanted, (size.columns - 4) / width))
    let rows = (bindings.count + columns - 1) / columns
    var lines = (0..<rows).map { row in
      (0..<columns).map { column in
        let index = column * rows + row
        return index < bindings.count
          ? padded(padded(bindings[index].shown, head) + bindings[index].action.meaning, width) : ""
      }.joined()
    }
    let acting = !model.context.readOnly && model.context.replay == nil
    let words = CommandWord.allCases.filter { acting || !$0.acts }.map { ":\($0.rawValue)" }
    lines += [""] + broken("commands: " + words.joined(separator: " "), width: max(20, columns * width))
    var footer = ["", "sessiontop \(model.context.version), theme \(model.context.themeName)"]
    let room = max(1, size.rows - 2 - footer.count)
    if lines.count > room {
      let first = min(top, lines.count - room)
      footer[1] = "\(first + 1)-\(first + room) of \(lines.count), j k move; any other key closes"
      lines = Array(lines[first..<(first + room)])
    } else {
      footer[1] += "; any key closes"
    }
    let all = lines + (size.rows >= 6 ? footer : [])
    box(all.map { Phrase($0) }, title: "keys", model)
  }

  /// The question in the middle of the screen.
  mutating func dialog(_ dialog: Dialog, _ model: ViewModel) {
    let lines =
      dialog.lines.map { Phrase($0, .dialog) } + [Phrase("", .dialog), Phrase(dialog.question, .key)]
    box(lines, title: dialog.verb.rawValue, model)
  }

  /// The fields to sort by.
  mutating func sortMenu(_ model: ViewModel, at index: Int) {
    let lines = Sort.Field.allCases.enumerated().map { place, field in
      let sign = place == index ? model.glyphs.pointer : " "
      return Phrase(
        "\(sign) \(field.key)  \(padded(field.rawValue, 11))\(field.meaning)", place == index ? .key : .dialog
      )
    }
    let now = Phrase("now \(model.view.sort.words); S turns it round", .muted)
    box(lines + [Phrase("", .dialog), now], title: "sort by", model)
  }

  /// A text over the panes; scrolls.
  mutating func page(_ page: ViewState.Page, top: Int, _ model: ViewModel) {
    let all = pageLines(page, model.store, model.context)
    let room = max(1, size.rows - 4)
    let first = min(top, max(0, all.count - room))
    var lines = all.dropFirst(first).prefix(room).map { Phrase($0.text, $0.role) }
    let title: String
    switch page {
    case .actions: title = "operator actions"
    case .text(let words, _): title = words
    }
    if all.count > room {
      lines.append(
        Phrase("\(first + 1)-\(first + lines.count) of \(all.count), j k move; any other key closes", .muted))
    } else if size.rows >= 6 {
      lines.append(Phrase("any key closes; y copies", .muted))
    }
    box(Array(lines), title: title, model)
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

/// The lines of a page.
func pageLines(_ page: ViewState.Page, _ store: Store, _ context: Context) -> [Phrase] {
  switch page {
  case .text(_, let lines): return lines.map { Phrase($0) }
  case .actions:
    let lines = operatorActions(store, limit: 500, context)
    return lines.isEmpty ? [Phrase("none so far", .muted)] : lines
  }
}
