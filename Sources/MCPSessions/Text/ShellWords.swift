/// A word as a shell would take it out of a line, and where it stands there.
struct ShellWord {
  /// Without its quotes.
  let text: String
  let place: Range<String.Index>
  /// Nothing of its command stands before it.
  let beginsCommand: Bool
}

/// The words of a line for a shell. Quotes hold together what stands between them; whoever forgot to end one
/// gets the rest as a word.
func shellWords(_ line: String) -> [ShellWord] {
  var words: [ShellWord] = []
  var text = ""
  var start: String.Index?
  var quote: Character?
  var isEscaped = false
  var beginsCommand = true
  func end(at place: String.Index) {
    guard let first = start else { return }
    words.append(ShellWord(text: text, place: first..<place, beginsCommand: beginsCommand))
    (start, text, beginsCommand) = (nil, "", false)
  }
  for place in line.indices {
    let character = line[place]
    let isOutside = quote == nil && !isEscaped
    if isOutside, character.isWhitespace || ";&|<>()".contains(character) {
      end(at: place)
      if !character.isWhitespace || character.isNewline { beginsCommand = true }
      continue
    }
    if start == nil { start = place }
    if isEscaped {
      text.append(character)
      isEscaped = false
    } else if character == "\\", quote != "'" {
      isEscaped = true
    } else if let open = quote {
      if character == open { quote = nil } else { text.append(character) }
    } else if "\"'`".contains(character) {
      quote = character
    } else {
      text.append(character)
    }
  }
  end(at: line.endIndex)
  return words
}

/// A word as a shell would take it.
func quoted(_ word: String) -> String {
  let isPlain =
    !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=@,+%•".contains($0) }
  return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}
