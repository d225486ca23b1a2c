import CYAML

/// Why a text is no YAML that can be used, with the place where the trouble starts.
struct YAMLProblem: Error, Hashable {
  let mark: Mark?
  let problem: String
  let remedy: String
}

/// Reads one YAML document into a tree that knows its lines. Anchors, aliases and merge keys are resolved;
/// duplicate keys, second documents and whatever is over a limit are problems.
///
/// libyaml keeps the parser's own address and reads the text lazily, so both live in memory that does not move.
final class YAMLParser {
  /// Deeper nesting than any configuration has.
  static let depthLimit = 64
  /// Values after aliases are resolved; bounds alias bombs.
  static let nodeLimit = 1_000_000

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>
  private var anchors: [String: YAMLNode] = [:]
  private var sizes: [String: Int] = [:]
  private var nodes = 0

  /// Parses a whole file; absent when it holds nothing but comments.
  static func parse(_ bytes: [UInt8]) throws(YAMLProblem) -> YAMLNode? {
    try YAMLParser(bytes).document()
  }

  private init(_ bytes: [UInt8]) throws(YAMLProblem) {
    parser = .allocate(capacity: 1)
    text = .allocate(capacity: max(1, bytes.count))
    _ = text.initialize(from: bytes)
    guard yaml_parser_initialize(parser) == 1 else {
      throw YAMLProblem(mark: nil, problem: "no memory to read the file", remedy: "free some memory")
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    text.deallocate()
  }

  private enum Event {
    case scalar(String, isPlain: Bool, anchor: String?, Mark)
    case alias(String, Mark)
    case listStart(anchor: String?, Mark)
    case mapStart(anchor: String?, Mark)
    case collectionEnd
    case documentStart(Mark)
    case end
    case other
  }

  private func document() throws(YAMLProblem) -> YAMLNode? {
    var root: YAMLNode?
    var documents = 0
    while true {
      switch try next() {
      case .end: return root
      case .documentStart(let mark):
        documents += 1
        guard documents == 1 else {
          throw YAMLProblem(
            mark: mark, problem: "a second document starts here", remedy: "keep one document in a file: remove the ---")
        }
        root = try node(try next(), depth: 0)
      default: break
      }
    }
  }

  private func node(_ event: Event, depth: Int) throws(YAMLProblem) -> YAMLNode? {
    let before = nodes
    nodes += 1
    switch event {
    case .scalar(let text, let isPlain, let anchor, let mark):
      try checkLimits(depth, mark)
      return remember(YAMLNode(content: .scalar(text, isPlain: isPlain), mark: mark), anchor, before)
    case .alias(let name, let mark):
      guard let node = anchors[name] else {
        throw YAMLProblem(
          mark: mark, problem: "*\(name) refers to no anchor that is complete here",
          remedy: "define &\(name) above this line, outside of what it contains")
      }
      nodes += sizes[name] ?? 0
      try checkLimits(depth, mark)
      return node
    case .listStart(let anchor, let mark):
      try checkLimits(depth, mark)
      var elements: [YAMLNode] = []
      while let element = try node(try next(), depth: depth + 1) { elements.append(element) }
      return remember(YAMLNode(content: .list(elements), mark: mark), anchor, before)
    case .mapStart(let anchor, let mark):
      try checkLimits(depth, mark)
      return remember(YAMLNode(content: .map(try entries(depth)), mark: mark), anchor, before)
    default:
      return nil
    }
  }

  private func remember(_ node: YAMLNode, _ anchor: String?, _ before: Int) -> YAMLNode {
    if let anchor {
      anchors[anchor] = node
      sizes[anchor] = nodes - before
    }
    return node
  }

  private func checkLimits(_ depth: Int, _ mark: Mark) throws(YAMLProblem) {
    guard depth <= Self.depthLimit else {
      throw YAMLProblem(
        mark: mark, problem: "nested deeper than \(Self.depthLimit) levels", remedy: "flatten this part of the file")
    }
    guard nodes <= Self.nodeLimit else {
      throw YAMLProblem(
        mark: mark, problem: "more than \(Self.nodeLimit) values once aliases are resolved",
        remedy: "use fewer aliases of aliases")
    }
  }

  private func entries(_ depth: Int) throws(YAMLProblem) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var lines: [String: Int] = [:]
    var merged: [YAMLNode] = []
    while let key = try node(try next(), depth: depth + 1) {
      guard case .scalar(let name, let isPlain) = key.content else {
        throw YAMLProblem(
          mark: key.mark, problem: "a list or mapping stands where a key is due",
          remedy: "put text that starts with { or [ in quotes")
      }
      guard let value = try node(try next(), depth: depth + 1) else { break }
      if name == "<<", isPlain {
        merged += try mappings(value)
        continue
      }
      if let line = lines[name] {
        throw YAMLProblem(
          mark: key.mark, problem: "the key \(name) stands in line \(line) already",
          remedy: "remove one of the two (LibreChat starts with no configuration at all on this)")
      }
      lines[name] = key.mark.line
      entries.append(YAMLNode.Entry(key: name, keyMark: key.mark, value: value))
    }
    // An explicit key wins wherever it stands, then the first mapping that has it.
    for entry in merged.flatMap({ $0.entries ?? [] }) where lines[entry.key] == nil {
      lines[entry.key] = entry.keyMark.line
      entries.append(entry)
    }
    return entries
  }

  private func mappings(_ value: YAMLNode) throws(YAMLProblem) -> [YAMLNode] {
    let candidates = value.elements ?? [value]
    guard candidates.allSatisfy({ $0.entries != nil }) else {
      throw YAMLProblem(
        mark: value.mark, problem: "<< merges something that is no mapping", remedy: "refer to a mapping's anchor")
    }
    return candidates
  }

  private func next() throws(YAMLProblem) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw explain() }
    defer { yaml_event_delete(&event) }
    let mark = Mark(line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return .scalar(
        String(decoding: bytes, as: UTF8.self), isPlain: scalar.plain_implicit == 1 && scalar.style == YAML_PLAIN_SCALAR_STYLE,
        anchor: name(scalar.anchor), mark)
    case YAML_ALIAS_EVENT: return .alias(name(event.data.alias.anchor) ?? "", mark)
    case YAML_SEQUENCE_START_EVENT: return .listStart(anchor: name(event.data.sequence_start.anchor), mark)
    case YAML_MAPPING_START_EVENT: return .mapStart(anchor: name(event.data.mapping_start.anchor), mark)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .collectionEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart(mark)
    case YAML_STREAM_END_EVENT: return .end
    default: return .other
    }
  }

  private func name(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    text.map { String(cString: $0) }
  }

  /// libyaml's positions are good; its words are for people who write parsers.
  private func explain() -> YAMLProblem {
    let raw = parser.pointee
    let words = raw.problem.map { String(cString: $0) } ?? "not YAML"
    let context = raw.context.map { String(cString: $0) } ?? ""
    let at = Mark(line: Int(raw.problem_mark.line) + 1, column: Int(raw.problem_mark.column) + 1)
    let start = Mark(line: Int(raw.context_mark.line) + 1, column: Int(raw.context_mark.column) + 1)
    if words.contains("found character that cannot start any token") {
      return YAMLProblem(
        mark: at, problem: "a tab or a reserved character (@, `, %) stands where a value or key is due",
        remedy: "indent with spaces, and put text that starts with such a character in quotes")
    }
    if words.contains("unexpected end of stream"), context.contains("quoted scalar") {
      return YAMLProblem(mark: start, problem: "the quote that opens here is never closed", remedy: "close it")
    }
    if context.contains("flow mapping") || context.contains("flow sequence") {
      return YAMLProblem(
        mark: start, problem: "the { or [ that opens here does not end as it should",
        remedy: "close it, and put values such as ${NAME} or {{NAME}} in quotes")
    }
    if words.contains("could not find expected ':'") {
      return YAMLProblem(mark: at, problem: "a key without a colon", remedy: "write `key: value`, with a space")
    }
    if words.contains("mapping values are not allowed") {
      return YAMLProblem(
        mark: at, problem: "a colon stands where no key can be", remedy: "check the indentation, or quote the value")
    }
    if words.contains("did not find expected key") || words.contains("did not find expected '-'") {
      return YAMLProblem(
        mark: at, problem: "the indentation does not fit what stands above",
        remedy: "indent keys of one mapping by the same number of spaces")
    }
    let hasPlace = raw.problem_mark.line > 0 || raw.problem_mark.column > 0
    return YAMLProblem(mark: hasPlace ? at : nil, problem: words, remedy: "correct the YAML here")
  }
}
