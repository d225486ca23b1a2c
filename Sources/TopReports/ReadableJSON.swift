/// JSON of one line as lines for a person: two spaces a level.
package func readableJSON(_ text: String) -> [String] {
  var lines: [String] = []
  var line = ""
  var depth = 0
  var inText = false
  var escaped = false
  func indent() -> String { String(repeating: "  ", count: depth) }
  for character in text {
    if inText {
      line.append(character)
      if !escaped, character == "\"" { inText = false }
      escaped = !escaped && character == "\\"
      continue
    }
    switch character {
    case "\"":
      inText = true
      line.append(character)
    case "{", "[":
      line.append(character)
      lines.append(line)
      depth += 1
      line = indent()
    case "}", "]":
      depth = max(0, depth - 1)
      let isEmpty = line.allSatisfy { $0 == " " }
      if isEmpty, let open = lines.last, open.last == (character == "}" ? "{" : "[") {
        line = lines.removeLast() + String(character)
      } else {
        if !isEmpty { lines.append(line) }
        line = indent() + String(character)
      }
    case ",":
      lines.append(line + ",")
      line = indent()
    case ":": line += ": "
    default: line.append(character)
    }
  }
  return lines + (line.isEmpty ? [] : [line])
}
