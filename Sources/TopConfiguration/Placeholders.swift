/// The names in `{{NAME}}`, in order and each once: values of a signed-in user, which only LibreChat has.
func placeholders(in text: String) -> [String] {
  var names: [String] = []
  var rest = text[...]
  while let open = rest.firstRange(of: "{{") {
    rest = rest[open.upperBound...]
    guard let close = rest.firstRange(of: "}}") else { break }
    let name = trim(String(rest[..<close.lowerBound]))
    let shown = isVariableName(name[...]) ? name : "(no name)"
    if !names.contains(shown) { names.append(shown) }
    rest = rest[close.upperBound...]
  }
  return names
}

/// Without white space at both ends.
func trim(_ text: String) -> String {
  let start = text.drop { $0.isWhitespace }
  guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
  return String(start[...last])
}
