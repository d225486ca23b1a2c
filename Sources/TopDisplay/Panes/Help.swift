import MCPSessions

extension Frame {
  /// Every key and what it does, then the commands, the columns, the signs and how to filter; scrolls where
  /// it does not fit.
  mutating func help(_ model: ViewModel, top: Int, search: LineEditor?) {
    var lines = helpLines(model.context, size, search: search?.text)
    if search != nil, lines.isEmpty { lines = [Phrase("nothing here says so", .muted)] }
    var footer = ["", "sessiontop \(model.context.version), theme \(model.context.themeName)"]
    let room = max(1, size.rows - 2 - footer.count)
    let keys = [Action.down, .up].compactMap(model.context.key).joined(separator: " ")
    let moving = "\(keys.isEmpty ? "" : keys + " move; ")Esc closes"
    if lines.count > room {
      let first = min(top, lines.count - room)
      footer[1] = "\(first + 1)-\(first + room) of \(lines.count), \(moving)"
      lines = Array(lines[first..<(first + room)])
    } else {
      footer[1] += "; Esc closes"
    }
    if let search { footer[1] = "/\(search.text)_  Esc shows all" }
    let all = lines + (size.rows >= 6 ? footer.map { Phrase($0) } : [])
    box(all, title: ["help", model.context.hint(.filter, "looks for a word")].joined("; "), model.glyphs)
  }
}

/// The lines of the help for a screen, as wide as they may be.
func helpLines(_ context: Context, _ size: Size, search: String?) -> [Phrase] {
  guard let search, !search.isEmpty else { return helpLines(context, size) }
  // One thing a line, so that only what was looked for is seen.
  let word = search.lowercased()
  return helpLines(context, Size(columns: size.columns, rows: 10_000)).filter {
    $0.role == .text && $0.text.lowercased().contains(word)
  }
}

private func helpLines(_ context: Context, _ size: Size) -> [Phrase] {
  let glyphs = Glyphs(isASCII: context.ascii)
  let bindings = KeyMap(context).bindings
  let head = (bindings.map(\.shown.count).max() ?? 0) + 1
  let width = (bindings.map { head + $0.action.meaning.count }.max() ?? 0) + 2
  // Titles stand among the keys, so that all of them are seen at once on a screen of ordinary size.
  let cells = Action.Topic.allCases.flatMap { topic -> [Phrase] in
    let own = bindings.filter { $0.action.topic == topic }
    let title = own.isEmpty ? [] : [Phrase("keys: \(topic.rawValue)", .column)]
    return title + own.map { Phrase(padded($0.shown, head) + $0.action.meaning) }
  }
  let wanted = (cells.count + max(1, size.rows - 5) - 1) / max(1, size.rows - 5)
  let columns = max(1, min(wanted, (size.columns - 4) / width))
  let rows = (cells.count + columns - 1) / columns
  let room = max(16, min(size.columns - 4, max(columns * width, 60)))
  let keys =
    columns == 1
    ? cells.flatMap { cell in
      broken(cell.text, width: max(16, size.columns - 4), hiding: .none).map { Phrase($0, cell.role) }
    }
    : (0..<rows).map { row in
      let across = stride(from: row, to: cells.count, by: rows).map { cells[$0] }
      let text = across.map { padded($0.text, width) }
      return Phrase(
        text.joined(),
        roles: zip(across, text).flatMap { Array(repeating: $0.role, count: $1.count) })
    }
  let words = CommandWord.all.filter { context.isActing || !$0.acts }.map { ":\($0.text)" }
  let fields = SessionField.all.filter { !$0.title.isEmpty }
  let states = SessionState.allCases.map { "\(glyphs.state($0)) \($0.rawValue)" }
  let heights = SessionState.allCases.filter { glyphs.level($0) != " " }.map {
    "\(glyphs.level($0)) \($0.rawValue)"
  }
  func section(_ title: String, _ texts: [String]) -> [Phrase] {
    let lines = texts.flatMap { broken($0, width: room, hiding: .none) }
    return [Phrase(""), Phrase(title, .column)] + lines.map { Phrase($0) }
  }
  return keys
    + section("commands", [words.joined(separator: " ")])
    + section(
      "columns",
      [
        "LIVE      sessions that work, of all that are kept", "NEXT      time until the next attempt",
        "LAST HOUR the worst state in each part of it, the newest last",
      ] + fields.map { "\(padded($0.title, 10))\($0.meaning)" })
    + section(
      "signs",
      [
        states.joined(separator: "  "),
        "\(StateLook.doubt) ready?  was ready, and is not probed: the way to its server is closed",
        "last hour: " + heights.joined(separator: "  "),
        [EventLevel.info, .warning, .error].map { "\(glyphs.event(level: $0)) \($0.rawValue)" }
          .joined(separator: "  ") + "  + came back  @ an operator  x9 nine equal ones: signs of events",
        "\(glyphs.pointer) selected  m marked  \(glyphs.difference) differs in a comparison"
          + "  (seen) acknowledged  (+2 more) as many more servers are not well",
        "errors 1m  those of the last minute; the errors pane has 15 minutes and a day, when there were most,"
          + " and what was asked",
      ])
    + section(
      "filters",
      [
        "word  finds it anywhere; word|other either; !word rows without it",
        "field:part  field:=whole  field:a*  field:/expression/  field>1  field<5m",
        "events: since:02:10 until:02:12 or ago<10m limits them to a time",
        "fields: " + Filter.fields.joined(separator: " "),
      ] + SessionField.all.filter { $0.title.isEmpty }.map { "\(padded($0.name, 10))\($0.meaning)" }
        + ["ses       sessions of a server, as in ses>1"])
}
