/// A line of the detail: parts that may stand on lines of their own when there is no room beside each other.
struct DetailLine {
  let parts: [String]
  let role: Role

  init(all parts: [String], role: Role = .text) {
    self.parts = parts
    self.role = role
  }

  init(_ parts: String?..., role: Role = .text) {
    self.parts = parts.compactMap { $0 }.filter { !$0.isEmpty }
    self.role = role
  }
}

/// Parts beside each other as far as they fit, separated by bars; a part that is too long is broken between
/// words.
func wrapped(_ lines: [DetailLine], width: Int, hiding: Concealment) -> [Phrase] {
  guard width > 0 else { return [] }
  var result: [Phrase] = []
  for line in lines {
    var current = ""
    for part in line.parts {
      let joined = current.isEmpty ? part : "\(current) | \(part)"
      if columns(of: joined) <= width {
        current = joined
        continue
      }
      if !current.isEmpty { result.append(Phrase(current, line.role)) }
      let pieces = broken(part, width: width, hiding: hiding)
      result += pieces.dropLast().map { Phrase($0, line.role) }
      current = pieces.last ?? ""
    }
    if !current.isEmpty { result.append(Phrase(current, line.role)) }
  }
  return result
}

/// A text in lines of `width` cells, broken between words, and within words that are longer than a line;
/// later lines are indented. What is to be hidden is hidden before: broken in two, nobody would find it.
func broken(_ text: String, width: Int, hiding: Concealment) -> [String] {
  let text = hiding(text)
  guard columns(of: text) > width else { return [text] }
  var lines: [String] = []
  var current = String(text.prefix { $0 == " " })
  let indent = width > 12 ? "  " : ""
  var isFresh = true
  for word in text.split(separator: " ") {
    var rest = word[...]
    let gap = isFresh ? "" : " "
    if columns(of: current) + gap.count + columns(of: String(rest)) <= width {
      current += gap + rest
      isFresh = false
      continue
    }
    if !isFresh {
      lines.append(current)
      current = indent
    }
    while columns(of: current) + columns(of: String(rest)) > width {
      let piece = fittingPrefix(of: rest, width: width - columns(of: current))
      lines.append(current + piece)
      rest = rest.dropFirst(piece.count)
      current = indent
    }
    current += rest
    isFresh = false
  }
  return lines + [current]
}

/// As much of a word as fits, and at least one character.
private func fittingPrefix(of word: Substring, width: Int) -> Substring {
  var used = 0
  let count = word.prefix { character in
    used += columns(of: String(character))
    return used <= width
  }.count
  return word.prefix(max(1, count))
}

/// A text followed by as many spaces as fill `width` characters.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
