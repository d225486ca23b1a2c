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
    box(all.map { Phrase($0) }, title: "keys", model.glyphs)
  }
}
