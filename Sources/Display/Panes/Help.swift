extension Frame {
  /// Every key and what it does, printed from the key map, in as many columns as fit; scrolls where they do
  /// not.
  mutating func help(_ model: ViewModel, top: Int) {
    let bindings = KeyMap(readOnly: model.context.readOnly).bindings
    let width = (bindings.map { 11 + $0.meaning.count }.max() ?? 0) + 2
    let perColumn = max(1, size.rows - 5)
    let wanted = (bindings.count + perColumn - 1) / perColumn
    let columns = max(1, min(wanted, (size.columns - 4) / width))
    let rows = (bindings.count + columns - 1) / columns
    var lines = (0..<rows).map { row in
      (0..<columns).map { column in
        let index = column * rows + row
        return index < bindings.count
          ? padded(padded(bindings[index].shown, 11) + bindings[index].meaning, width) : ""
      }.joined()
    }
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

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
