/// What stopped the parser, in words that tell a person which line to mend and how.
///
/// libyaml knows the place well and names it poorly: its mark is where it gave up, ours is where the
/// trouble starts.
func explain(
  _ error: YAMLSyntaxError, in bytes: [UInt8], openQuote: (start: Mark, end: Mark)?
) -> YAMLProblem {
  if let offset = error.offset {
    return YAMLProblem(
      mark: place(ofByte: offset, in: bytes), problem: "a control character stands here",
      remedy: "remove it, or write it as an escape in double quotes")
  }
  let text = SourceLines(bytes)
  if let tab = tabThatIndents(error, in: text) {
    return YAMLProblem(
      mark: tab, problem: "a tab indents this line", remedy: "use spaces, YAML allows no tabs there")
  }
  let opened = error.contextMark ?? error.mark
  if error.context.contains("quoted scalar") {
    return explainQuote(error, opened: opened)
  }
  if let openQuote, openQuote.end.line == error.mark.line {
    return YAMLProblem(
      mark: openQuote.start, problem: "the quote that opens here closes only on line \(openQuote.end.line)",
      remedy: "is the closing quote missing on line \(openQuote.start.line)?")
  }
  if error.context.contains("flow mapping") || error.context.contains("flow sequence") {
    return explainFlow(error, opened: opened, in: text)
  }
  if error.context.contains("flow node") { return explainMissingValue(error, in: text) }
  return explainBlock(error, opened: opened, in: text)
}

private func explainQuote(_ error: YAMLSyntaxError, opened: Mark) -> YAMLProblem {
  if error.problem.contains("escape") || error.problem.contains("hexdecimal") {
    return YAMLProblem(
      mark: error.mark, problem: "a backslash in double quotes is followed by something that is no escape",
      remedy: "double the backslash, or use single quotes")
  }
  return YAMLProblem(
    mark: opened, problem: "the quote that opens here is never closed",
    remedy: "close it on the same line")
}

private func explainFlow(_ error: YAMLSyntaxError, opened: Mark, in text: SourceLines) -> YAMLProblem {
  let (bracket, closing) = error.context.contains("flow mapping") ? ("{", "}") : ("[", "]")
  let variable = [error.mark, opened].first { mark in
    text.character(mark) == "{" && text.character(Mark(line: mark.line, column: mark.column - 1)) == "$"
  }
  if let variable {
    return YAMLProblem(
      mark: variable, problem: "${...} inside {...} or [...] is read as another mapping",
      remedy: "put the value that holds it in quotes")
  }
  if text.isEnd(error.mark) {
    return YAMLProblem(
      mark: opened, problem: "the '\(bracket)' that opens here is never closed",
      remedy: "add '\(closing)'; is the file cut off?")
  }
  return YAMLProblem(
    mark: error.mark,
    problem: "expected ',' or '\(closing)' here for the '\(bracket)' that opens on line \(opened.line)",
    remedy: "is a comma, a quote or a bracket missing just before?")
}

/// Where a value should start, something else does, or the text is over.
private func explainMissingValue(_ error: YAMLSyntaxError, in text: SourceLines) -> YAMLProblem {
  guard text.isEnd(error.mark) else {
    return YAMLProblem(
      mark: error.mark, problem: "a value is expected here, not '\(text.character(error.mark) ?? " ")'",
      remedy: "is a comma or a bracket too many, or a quote missing?")
  }
  let bracket = text.lastOpenBracket
  return YAMLProblem(
    mark: bracket?.mark ?? error.mark,
    problem: "the '\(bracket?.opening ?? "[")' that opens here is never closed",
    remedy: "add '\(bracket?.opening == "{" ? "}" : "]")'; is the file cut off?")
}

private func explainBlock(_ error: YAMLSyntaxError, opened: Mark, in text: SourceLines) -> YAMLProblem {
  let character = text.character(error.mark)
  switch error.problem {
  case let words where words.contains("cannot start any token"):
    return YAMLProblem(
      mark: error.mark, problem: "a value cannot start with '\(character ?? " ")'",
      remedy: "put the value in quotes")
  case let words where words.contains("mapping values are not allowed"):
    return YAMLProblem(
      mark: error.mark, problem: "a second ': ' on one line, or a key that is indented too far",
      remedy: "put a value that holds ': ' in quotes, or align the key with those above")
  case let words where words.contains("expected ':'"):
    return YAMLProblem(
      mark: opened, problem: "this line is neither 'key: value' nor '- item'",
      remedy: "is the colon, or the space behind it, missing?")
  case let words where words.contains("expected key") && (character == "]" || character == "}"):
    return YAMLProblem(
      mark: error.mark, problem: "this '\(character ?? "]")' closes nothing",
      remedy: "remove it, or open its bracket")
  case let words where words.contains("expected key"):
    return YAMLProblem(
      mark: error.mark,
      problem: "this line does not fit the mapping that starts on line \(opened.line)",
      remedy: "align its indentation with the keys it belongs to")
  case let words where words.contains("expected '-' indicator"):
    return YAMLProblem(
      mark: error.mark, problem: "this line does not fit the list that starts on line \(opened.line)",
      remedy: "start it with '- ' or align it with what it belongs to")
  case let words where words.contains("block sequence entries are not allowed"):
    return YAMLProblem(
      mark: error.mark, problem: "a list cannot start here", remedy: "put each '- ' on a line of its own")
  case let words where words.contains("<document start>"):
    return YAMLProblem(
      mark: error.mark, problem: "the text ended before this line, but something follows",
      remedy: "is a bracket closed too early, or the indentation lost?")
  case let words where words.contains("undefined tag handle") || error.context.contains("tag"):
    return YAMLProblem(
      mark: error.mark, problem: "'!' starts a tag, and this is none",
      remedy: "put the value in quotes")
  case let words where words.contains("alphabetic or numeric character"):
    return YAMLProblem(
      mark: opened, problem: "'*' and '&' start an alias or an anchor, and a name must follow",
      remedy: "put the value in quotes")
  case let words where words.contains("directive") || error.context.contains("directive"):
    return YAMLProblem(
      mark: error.mark, problem: "'%' at the start of a line is a directive to YAML",
      remedy: "put the value in quotes")
  default:
    return YAMLProblem(
      mark: error.mark, problem: "cannot be read as YAML (\(error.problem))",
      remedy: text.isEnd(error.mark) ? "is the file cut off?" : "look at this line and the one before")
  }
}

/// A tab in the indentation of the line where the parser gave up or of the one where it began.
private func tabThatIndents(_ error: YAMLSyntaxError, in text: SourceLines) -> Mark? {
  for mark in [error.mark, error.contextMark].compactMap({ $0 }) {
    if let column = text.indentation(ofLine: mark.line).firstIndex(of: "\t") {
      return Mark(line: mark.line, column: column + 1)
    }
  }
  return nil
}

/// The lines of a text that turned out to be wrong, to look at what stands at a mark.
private struct SourceLines {
  private let lines: [[Unicode.Scalar]]

  init(_ bytes: [UInt8]) {
    lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
      Array(String(decoding: $0, as: UTF8.self).unicodeScalars)
    }
  }

  /// The innermost bracket that nothing closes, quotes and comments left out.
  var lastOpenBracket: (opening: Unicode.Scalar, mark: Mark)? {
    var open: [(Unicode.Scalar, Mark)] = []
    var quote: Unicode.Scalar?
    for (row, line) in lines.enumerated() {
      var isEscaped = false
      for (column, scalar) in line.enumerated() {
        if isEscaped {
          isEscaped = false
        } else if let closing = quote {
          if scalar == "\\", closing == "\"" { isEscaped = true }
          if scalar == closing { quote = nil }
        } else if scalar == "#", column == 0 || line[column - 1] == " " {
          break
        } else if scalar == "\"" || scalar == "'" {
          // An apostrophe inside a word opens nothing.
          if column == 0 || " [{,:".unicodeScalars.contains(line[column - 1]) { quote = scalar }
        } else if scalar == "{" || scalar == "[" {
          open.append((scalar, Mark(line: row + 1, column: column + 1)))
        } else if scalar == "}" || scalar == "]" {
          _ = open.popLast()
        }
      }
    }
    return open.last.map { (opening: $0.0, mark: $0.1) }
  }

  func character(_ mark: Mark) -> Unicode.Scalar? {
    guard lines.indices.contains(mark.line - 1) else { return nil }
    let line = lines[mark.line - 1]
    return line.indices.contains(mark.column - 1) ? line[mark.column - 1] : nil
  }

  func indentation(ofLine line: Int) -> [Unicode.Scalar] {
    guard lines.indices.contains(line - 1) else { return [] }
    return Array(lines[line - 1].prefix { $0 == " " || $0 == "\t" })
  }

  /// Whether nothing but white space follows.
  func isEnd(_ mark: Mark) -> Bool {
    guard lines.indices.contains(mark.line - 1) else { return true }
    let rest = lines[mark.line - 1].dropFirst(mark.column - 1)
    return (rest + lines[mark.line...].joined()).allSatisfy { $0.properties.isWhitespace }
  }
}
