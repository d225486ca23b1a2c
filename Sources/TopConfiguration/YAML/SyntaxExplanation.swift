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

/// A text that turned out to be wrong, to look at what stands at a mark. Nothing is copied: it may be large.
private struct SourceLines {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The innermost bracket that nothing closes, quotes and comments left out.
  var lastOpenBracket: (opening: Unicode.Scalar, mark: Mark)? {
    var open: [(UInt8, Mark)] = []
    var quote: UInt8?
    var before: UInt8 = 0x20
    var (line, column) = (1, 0)
    var isComment = false
    var isEscaped = false
    for byte in bytes {
      if byte == 0x0A {
        (line, column, before, isComment, isEscaped) = (line + 1, 0, 0x20, false, false)
        continue
      }
      if byte & 0xC0 != 0x80 { column += 1 }
      defer { before = byte }
      if isComment || isEscaped {
        isEscaped = false
      } else if let closing = quote {
        isEscaped = byte == 0x5C && closing == 0x22
        if byte == closing { quote = nil }
      } else {
        switch byte {
        case 0x23: isComment = before == 0x20
        // An apostrophe inside a word opens nothing.
        case 0x22, 0x27: if " [{,:".utf8.contains(before) { quote = byte }
        // Deeper than any limit, only the number matters.
        case 0x7B, 0x5B: if open.count < 1_000 { open.append((byte, Mark(line: line, column: column))) }
        case 0x7D, 0x5D: _ = open.popLast()
        default: break
        }
      }
    }
    return open.last.map { (opening: Unicode.Scalar($0.0), mark: $0.1) }
  }

  func character(_ mark: Mark) -> Unicode.Scalar? {
    guard mark.column > 0, let line = line(mark.line) else { return nil }
    return String(decoding: line.prefix(4 * mark.column), as: UTF8.self).unicodeScalars.dropFirst(
      mark.column - 1
    )
    .first
  }

  func indentation(ofLine number: Int) -> [Unicode.Scalar] {
    (line(number) ?? []).prefix { $0 == 0x20 || $0 == 0x09 }.map { Unicode.Scalar($0) }
  }

  /// Whether nothing but white space follows.
  func isEnd(_ mark: Mark) -> Bool {
    guard let line = line(mark.line) else { return true }
    var rest = bytes[line.startIndex...]
    for _ in 1..<max(1, mark.column) {
      guard rest.popFirst() != nil else { return true }
      while let byte = rest.first, byte & 0xC0 == 0x80 { rest.removeFirst() }
    }
    return rest.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
  }

  /// The bytes of a line, counted from one; absent behind the end.
  private func line(_ number: Int) -> ArraySlice<UInt8>? {
    guard number > 0 else { return nil }
    var start = 0
    for _ in 1..<number {
      guard let end = bytes[start...].firstIndex(of: 0x0A) else { return nil }
      start = end + 1
    }
    return bytes[start...].prefix { $0 != 0x0A }
  }
}
