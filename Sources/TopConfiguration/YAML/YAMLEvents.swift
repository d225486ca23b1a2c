import CTopYAML

/// libyaml's events of one text, one at a time.
///
/// The parser stores its own address in itself and reads the text lazily, so both live in memory of their
/// own, owned by this class and freed with it.
final class YAMLEvents {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>

  /// Absent when there is no memory for a parser.
  init?(_ bytes: [UInt8]) {
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      return nil
    }
    text = .allocate(capacity: bytes.count)
    _ = text.initialize(from: bytes)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    text.deallocate()
  }

  /// The next event; after `.streamEnd` there is none.
  func next() throws(YAMLSyntaxError) -> YAMLEvent {
    var raw = yaml_event_t()
    guard yaml_parser_parse(parser, &raw) == 1 else { throw YAMLSyntaxError(parser.pointee) }
    defer { yaml_event_delete(&raw) }
    return YAMLEvent(raw)
  }
}

/// An event with its texts copied out of libyaml's memory.
struct YAMLEvent {
  enum Content {
    case boundary
    case documentStart
    case streamEnd
    case end
    case alias(String)
    case scalar(String, isPlain: Bool)
    case sequence
    case mapping(isFlow: Bool)
  }

  let content: Content
  let start: Mark
  let end: Mark
  var anchor: String?
  var tag: String?
  /// In single or double quotes, which can be forgotten; a block of lines cannot.
  var isQuoted = false

  fileprivate init(_ raw: yaml_event_t) {
    start = Mark(raw.start_mark)
    end = Mark(raw.end_mark)
    switch raw.type {
    case YAML_ALIAS_EVENT:
      content = .alias(string(raw.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      content = .scalar(
        String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
      (anchor, tag) = (string(scalar.anchor), string(scalar.tag))
      isQuoted =
        scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE || scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE
    case YAML_SEQUENCE_START_EVENT:
      content = .sequence
      (anchor, tag) = (string(raw.data.sequence_start.anchor), string(raw.data.sequence_start.tag))
    case YAML_MAPPING_START_EVENT:
      let mapping = raw.data.mapping_start
      content = .mapping(isFlow: mapping.style == YAML_FLOW_MAPPING_STYLE)
      (anchor, tag) = (string(mapping.anchor), string(mapping.tag))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: content = .end
    case YAML_DOCUMENT_START_EVENT: content = .documentStart
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: content = .streamEnd
    default: content = .boundary
    }
  }
}

/// libyaml's own words for what stopped it; people get those of `explain`.
struct YAMLSyntaxError: Error {
  let problem: String
  let mark: Mark
  /// What was being read and where it began, as far as libyaml says.
  let context: String
  let contextMark: Mark?
  /// Offset in bytes, when the text could not even be decoded.
  let offset: Int?

  fileprivate init(_ parser: yaml_parser_t) {
    problem = parser.problem.map { String(cString: $0) } ?? "out of memory"
    context = parser.context.map { String(cString: $0) } ?? ""
    mark = Mark(parser.problem_mark)
    contextMark = parser.context == nil ? nil : Mark(parser.context_mark)
    offset = parser.error == YAML_READER_ERROR ? parser.problem_offset : nil
  }
}

extension Mark {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: mark.line + 1, column: mark.column + 1)
  }
}

private func string(_ text: UnsafePointer<UInt8>?) -> String? {
  text.map { String(cString: $0) }
}
