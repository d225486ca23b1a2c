/// A line of the detail: parts that may stand on lines of their own when there is no room beside each other.
struct DetailLine {
  let parts: [String]
  let role: Role

  init(_ parts: String?..., role: Role = .text) {
    self.parts = parts.compactMap { $0 }.filter { !$0.isEmpty }
    self.role = role
  }
}

/// Parts beside each other as far as they fit, separated by bars; a part that is too long is broken between
/// words.
func wrapped(_ lines: [DetailLine], width: Int) -> [Phrase] {
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
      let pieces = broken(part, width: width)
      result += pieces.dropLast().map { Phrase($0, line.role) }
      current = pieces.last ?? ""
    }
    if !current.isEmpty { result.append(Phrase(current, line.role)) }
  }
  return result
}

/// A text in lines of `width` cells, broken between words; later lines are indented.
func broken(_ text: String, width: Int) -> [String] {
  guard columns(of: text) > width else { return [text] }
  var lines: [String] = []
  var current = ""
  for word in text.split(separator: " ") {
    let indent = lines.isEmpty && current.isEmpty ? "" : current.isEmpty ? "  " : " "
    if columns(of: current) + columns(of: String(word)) + indent.count <= width || current.isEmpty {
      current += indent + word
    } else {
      lines.append(current)
      current = "  " + word
    }
  }
  return lines + [current]
}

/// A text followed by as many spaces as fill `width` characters.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
