/// A YAML text as a tree, with everything that is wrong with the text itself.
struct YAMLDocument: Sendable {
  /// Absent when the text is empty or cannot be read to its end.
  var root: Node?
  var problems: [YAMLProblem] = []
  /// Its grammar stopped the parser.
  var isStopped = false
}

/// What is wrong at a place of a text that has no file name yet.
struct YAMLProblem: Error, Hashable, Sendable {
  let mark: Mark?
  var path = ""
  let problem: String
  let remedy: String
  /// js-yaml reads it all the same; otherwise LibreChat starts without any configuration.
  var isReadElsewhere = false
  /// What was read is what everybody reads.
  var isHarmless = false
}

/// What a reader lets pass beyond YAML's own rules.
struct YAMLDialect: Sendable {
  /// Tags that mean nothing here are passed over.
  var takesAnyTag = false
  /// Of two equal keys the last one counts, as in JSON.
  var lastCounts = false
}

/// Bounds of one document; what is beyond them is refused with the place where it began.
enum YAMLLimits {
  /// Bytes of a file.
  static let bytes = 16 * 1_024 * 1_024
  /// Collections inside each other, aliases followed.
  static let depth = 100
  /// Values, each alias and merge counted with all that it stands for: what stops an alias bomb.
  static let values = 1_000_000
  /// Lines with `%` before a document; the parser looks through all of them for each.
  static let directives = 64
  /// Problems of one document.
  static let problems = 1_000
}

/// Reads the one document of a text in UTF-8. Never traps, whatever the bytes; time and memory are bounded by
/// `YAMLLimits`.
func readYAML(_ bytes: [UInt8], _ dialect: YAMLDialect = YAMLDialect()) -> YAMLDocument {
  if let problem = encodingProblem(bytes) ?? directiveProblem(bytes) {
    return YAMLDocument(problems: [problem])
  }
  let hasByteOrderMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
  let plain = readableJSON(hasByteOrderMark ? Array(bytes.dropFirst(3)) : bytes)
  guard let (text, hidden) = HiddenBreaks.hide(in: plain) else { return readPlainYAML(plain, dialect) }
  var document = readPlainYAML(text, dialect)
  document.root = document.root?.mapTexts(hidden.restored)
  return document
}

private func readPlainYAML(_ text: [UInt8], _ dialect: YAMLDialect) -> YAMLDocument {
  let document = compose(text, dialect)
  guard document.isStopped else { return document }
  // What libyaml cannot read and js-yaml can.
  let second = repaired(text)
  guard second != text else { return document }
  let mended = compose(second, dialect)
  return mended.isStopped ? document : mended
}

private func compose(_ text: [UInt8], _ dialect: YAMLDialect) -> YAMLDocument {
  guard let events = YAMLEvents(text) else {
    return YAMLDocument(
      problems: [YAMLProblem(mark: nil, problem: "no memory to read it", remedy: "", isReadElsewhere: true)])
  }
  var composer = YAMLComposer(events: events, dialect)
  do throws(YAMLStop) {
    let root = try composer.document()
    return YAMLDocument(root: root, problems: composer.problems)
  } catch {
    switch error {
    case .syntax(let syntax):
      let problem = explain(syntax, in: text, openQuote: composer.lastLongQuote)
      return YAMLDocument(problems: composer.problems + [problem], isStopped: true)
    case .refused(let problem):
      return YAMLDocument(problems: composer.problems + [problem])
    }
  }
}

/// Files that an editor saved in another encoding look like garbage to a parser; say what it is instead.
func encodingProblem(_ bytes: [UInt8]) -> YAMLProblem? {
  let remedy = "save the file as UTF-8"
  guard bytes.count <= YAMLLimits.bytes else {
    return YAMLProblem(
      mark: nil, problem: "is larger than \(YAMLLimits.bytes / 1_048_576) MB",
      remedy: "is this the right file?", isReadElsewhere: true)
  }
  if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
    return YAMLProblem(mark: nil, problem: "is written in UTF-16", remedy: remedy, isReadElsewhere: true)
  }
  guard let offset = firstInvalidUTF8(bytes) else { return nil }
  return YAMLProblem(
    mark: place(ofByte: offset, in: bytes), problem: "the bytes here are not UTF-8", remedy: remedy,
    isReadElsewhere: true)
}

/// More directives than anybody writes, before the text begins.
private func directiveProblem(_ bytes: [UInt8]) -> YAMLProblem? {
  var (line, count, rest) = (0, 0, bytes[...])
  while let first = rest.first {
    line += 1
    switch first {
    case UInt8(ascii: "%"): count += 1
    case UInt8(ascii: "#"), UInt8(ascii: "\r"), 0x0A: break
    default: return nil
    }
    rest = rest.drop { $0 != 0x0A }.dropFirst()
    guard count <= YAMLLimits.directives else {
      return YAMLProblem(
        mark: Mark(line: line, column: 1), problem: "is one of more than \(YAMLLimits.directives) directives",
        remedy: "is this the right file?", isReadElsewhere: true)
    }
  }
  return nil
}

private func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
  var decoder = Unicode.UTF8.ForwardParser()
  var iterator = bytes.makeIterator()
  var offset = 0
  while true {
    switch decoder.parseScalar(from: &iterator) {
    case .valid(let scalar): offset += scalar.count
    case .emptyInput: return nil
    case .error: return offset
    }
  }
}

/// Line and column of a byte, for problems that are found before there are events.
func place(ofByte offset: Int, in bytes: [UInt8]) -> Mark {
  var line = 1
  var column = 1
  for byte in bytes.prefix(offset) {
    if byte == 0x0A {
      line += 1
      column = 1
    } else if byte & 0xC0 != 0x80 {
      column += 1
    }
  }
  return Mark(line: line, column: column)
}
