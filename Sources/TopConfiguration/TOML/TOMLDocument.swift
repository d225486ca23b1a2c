import CTopTOML

/// Reads a TOML text as the same tree that a YAML text gives, every key and value with its place.
func readTOML(_ bytes: [UInt8]) -> YAMLDocument {
  if let problem = encodingProblem(bytes) { return YAMLDocument(problems: [problem]) }
  let events = TOMLEvents(bytes)
  if let error = events.error {
    return YAMLDocument(
      problems: [
        YAMLProblem(
          mark: error.mark, problem: "cannot be read as TOML (\(withoutQuotations(error.words)))",
          remedy: "look at this line and the one before", isReadElsewhere: true)
      ], isStopped: true)
  }
  var composer = TOMLComposer(events: events)
  return YAMLDocument(root: composer.value())
}

/// The parser's words without what it quotes of the text, which may be a secret.
private func withoutQuotations(_ words: String) -> String {
  var result = ""
  for (number, part) in words.split(separator: "'", omittingEmptySubsequences: false).enumerated() {
    result += number % 2 == 0 ? String(part) : "..."
  }
  return String(result.prefix { $0 != "\n" }.prefix(120))
}

/// The events of one text, owned together with the memory that they point into.
private final class TOMLEvents {
  private let document: OpaquePointer?

  init(_ bytes: [UInt8]) {
    document = bytes.withUnsafeBufferPointer { ctoml_parse($0.baseAddress, $0.count) }
  }

  deinit {
    ctoml_free(document)
  }

  var count: Int { ctoml_count(document) }

  func event(_ index: Int) -> ctoml_event { ctoml_event_at(document, index) }

  var error: (words: String, mark: Mark)? {
    var (line, column) = (UInt32(1), UInt32(1))
    guard let words = ctoml_error(document, &line, &column) else { return nil }
    return (String(cString: words), Mark(line: Int(line), column: Int(column)))
  }
}

/// Builds the tree; the parser refuses what is nested too deeply.
private struct TOMLComposer {
  let events: TOMLEvents
  private var next = 0

  init(events: TOMLEvents) {
    self.events = events
  }

  mutating func value() -> Node? {
    guard next < events.count else { return nil }
    let event = events.event(next)
    next += 1
    let mark = Mark(line: Int(event.line), column: Int(event.column))
    func scalar(_ text: String, _ value: ScalarValue) -> Node {
      Node(mark: mark, content: .scalar(Scalar(text: text, value: value)))
    }
    switch event.kind {
    case CTOML_TABLE: return table(at: mark)
    case CTOML_ARRAY: return array(at: mark)
    case CTOML_TEXT: return scalar(text(event), .text)
    case CTOML_INTEGER: return scalar(String(event.integer), .integer(Int(event.integer)))
    case CTOML_NUMBER: return scalar(String(event.number), .number(event.number))
    case CTOML_FLAG: return scalar(event.integer == 1 ? "true" : "false", .flag(event.integer == 1))
    case CTOML_DATE: return scalar("", .date)
    default: return nil
    }
  }

  private mutating func table(at mark: Mark) -> Node {
    var builder = MappingBuilder()
    while next < events.count, events.event(next).kind == CTOML_KEY {
      let key = events.event(next)
      next += 1
      guard let value = value() else { break }
      _ = builder.add(
        Entry(
          key: text(key), mark: Mark(line: Int(key.line), column: Int(key.column)), value: value))
    }
    next += 1
    return Node(mark: mark, content: .mapping(builder.mapping))
  }

  private mutating func array(at mark: Mark) -> Node {
    var items: [Node] = []
    while next < events.count, events.event(next).kind != CTOML_END, let item = value() { items.append(item) }
    next += 1
    return Node(mark: mark, content: .sequence(items))
  }

  private func text(_ event: ctoml_event) -> String {
    let bytes = UnsafeRawBufferPointer(start: event.text, count: event.length)
    return String(decoding: bytes, as: UTF8.self)
  }
}
