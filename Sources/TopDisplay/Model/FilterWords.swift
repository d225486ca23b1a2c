// How the words of a filter are parted, and how names are put into one: whoever makes the text of a filter
// asks here, so that a name means itself and nothing else, whatever is in it.

/// The words of a filter: separated by spaces, except within slashes that begin a word or a field's value,
/// and within quotes behind `=`. While it is typed, what has no end yet goes on to the end of the text.
func filterWords(_ text: String, isTyped: Bool = false) -> [Substring] {
  var words: [Substring] = []
  var start = text.startIndex
  var closing: Character?
  var previous: Character = " "
  for place in text.indices {
    let character = text[place]
    if closing == "\"", previous == "\\" {
      // Two of them are one, and escape nothing.
      previous = character == "\\" ? " " : character
      continue
    }
    if character == closing {
      closing = nil
    } else if closing == nil,
      character == "/" && " !:".contains(previous)
        || character == "\"" && "=|".contains(previous) && text[start..<place].contains(":=")
    {
      closing = character
    } else if character == " ", closing.map({ !isTyped && !text[place...].contains($0) }) ?? true {
      if start < place { words.append(text[start..<place]) }
      start = text.index(after: place)
      closing = nil
    }
    previous = character
  }
  if start < text.endIndex { words.append(text[start...]) }
  return words
}

/// What stands behind `=`, parted by bars, those within quotes left alone.
func exactAlternatives(_ text: Substring) -> [Substring] {
  var parts: [Substring] = []
  var start = text.startIndex
  var isQuoted = false
  var isEscaped = false
  for place in text.indices {
    let character = text[place]
    if isEscaped {
      isEscaped = false
    } else if isQuoted, character == "\\" {
      isEscaped = true
    } else if character == "\"", isQuoted || place == start {
      isQuoted.toggle()
    } else if character == "|", !isQuoted {
      if start < place { parts.append(text[start..<place]) }
      start = text.index(after: place)
    }
  }
  if start < text.endIndex { parts.append(text[start...]) }
  return parts
}

/// A name as it stands in a filter behind `=`.
private func quotedName(_ name: String) -> String {
  let isPlain = !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || "-_.:/@".contains($0) }
  return isPlain
    ? name : "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
}

/// Whether a word begins with a quote that has no end yet.
func isOpenQuote(_ word: Substring) -> Bool {
  guard word.hasPrefix("\"") else { return false }
  var isEscaped = false
  for character in word.dropFirst() {
    if !isEscaped, character == "\"" { return false }
    isEscaped = !isEscaped && character == "\\"
  }
  return true
}

/// The name that such a word means.
func unquoted(_ word: Substring) -> String {
  guard word.hasPrefix("\""), word.count > 1, word.hasSuffix("\"") else { return String(word) }
  var name = ""
  var isEscaped = false
  for character in word.dropFirst().dropLast() {
    if isEscaped {
      // Any other sign behind it was meant as it stands.
      if !"\\\"".contains(character) { name.append("\\") }
      name.append(character)
      isEscaped = false
    } else if character == "\\" {
      isEscaped = true
    } else {
      name.append(character)
    }
  }
  return isEscaped ? name + "\\" : name
}

/// A filter that means one name and no other, however it is spelled.
func exactly(_ field: String, _ name: String) -> String { exactly(field, [name]) }

/// A filter that means any of these names and no other.
func exactly(_ field: String, _ names: [String]) -> String {
  "\(field):=\(names.map(quotedName).joined(separator: "|"))"
}
