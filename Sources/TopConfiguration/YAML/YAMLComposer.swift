/// Why reading a document ends early.
enum YAMLStop: Error {
  case syntax(YAMLSyntaxError)
  case refused(YAMLProblem)
}

/// Builds the tree from events: anchors, aliases, merge keys and duplicate keys, which libyaml leaves to
/// its callers.
struct YAMLComposer {
  /// A value with what it costs to walk it, so that aliases cannot multiply work unseen.
  private struct Composed {
    let node: Node
    let values: Int
    let depth: Int
  }

  let events: YAMLEvents
  private(set) var problems: [YAMLProblem] = []
  /// The last quoted text that runs over lines: where a forgotten quote began, if one was forgotten.
  private(set) var lastLongQuote: (start: Mark, end: Mark)?
  /// Absent values are anchors whose collection is still being read: an alias to one refers to itself.
  private var anchors: [String: Composed?] = [:]
  private var path: [String] = []
  private var values = 0

  /// Whether a tag that means nothing here is passed over.
  private let takesAnyTag: Bool
  /// Whether of two equal keys the last one counts, as in JSON; otherwise they are an error.
  private let lastCounts: Bool

  init(events: YAMLEvents, _ dialect: YAMLDialect = YAMLDialect()) {
    self.events = events
    takesAnyTag = dialect.takesAnyTag
    lastCounts = dialect.lastCounts
  }

  /// The only document of the stream; absent when there is none.
  mutating func document() throws(YAMLStop) -> Node? {
    var root: Node?
    var start: Mark?
    while true {
      let event = try next()
      switch event.content {
      case .streamEnd: return root
      case .boundary, .end: continue
      case .documentStart:
        if let start {
          try refuse(
            event.start, "a second document starts here, the first one on line \(start.line)",
            remedy: "keep one document in a file: remove the line '---' or split the file")
        }
        start = event.start
      case .alias, .scalar, .sequence, .mapping:
        root = try value(event, depth: 1).node
      }
    }
  }

  private mutating func next() throws(YAMLStop) -> YAMLEvent {
    do throws(YAMLSyntaxError) {
      let event = try events.next()
      if event.isQuoted, event.end.line > event.start.line {
        lastLongQuote = (event.start, event.end)
      }
      return event
    } catch {
      throw .syntax(error)
    }
  }

  private mutating func value(_ event: YAMLEvent, depth: Int) throws(YAMLStop) -> Composed {
    if case .alias(let name) = event.content { return try target(of: name, at: event.start, depth: depth) }
    if let anchor = event.anchor { anchors.updateValue(nil, forKey: anchor) }
    if depth > YAMLLimits.depth {
      try refuse(
        event.start, "collections are nested deeper than \(YAMLLimits.depth) levels",
        remedy: "is this a configuration file?", isReadElsewhere: true)
    }
    try count(1, at: event.start)
    let composed: Composed
    switch event.content {
    case .scalar(let text, let isPlain):
      let scalar = Scalar(text: text, value: try scalarValue(text, isPlain: isPlain, event))
      composed = Composed(node: Node(mark: event.start, content: .scalar(scalar)), values: 1, depth: 1)
    case .sequence:
      try checkTag(event, allowed: ["seq", "omap", "pairs"])
      composed = try sequence(event, depth: depth)
    default:
      try checkTag(event, allowed: ["map", "set"])
      composed = try mapping(event, depth: depth)
    }
    if let anchor = event.anchor { anchors.updateValue(composed, forKey: anchor) }
    return composed
  }

  private mutating func sequence(_ start: YAMLEvent, depth: Int) throws(YAMLStop) -> Composed {
    var items: [Node] = []
    var (values, deepest) = (1, 0)
    while true {
      let event = try next()
      if case .end = event.content { break }
      path.append("[\(items.count)]")
      let item = try value(event, depth: depth + 1)
      path.removeLast()
      items.append(item.node)
      values += item.values
      deepest = max(deepest, item.depth)
    }
    let node = Node(mark: start.start, content: .sequence(items))
    return Composed(node: node, values: values, depth: deepest + 1)
  }

  private mutating func mapping(_ start: YAMLEvent, depth: Int) throws(YAMLStop) -> Composed {
    var builder = MappingBuilder()
    if case .mapping(isFlow: true) = start.content { builder.mapping.isFlow = true }
    var (values, deepest) = (1, 0)
    while true {
      let event = try next()
      if case .end = event.content { break }
      var isMerge = false
      if case .scalar("<<", isPlain: true) = event.content { isMerge = event.tag == nil }
      let key = try value(event, depth: depth + 1)
      let (name, isComplex) = keyName(key.node)
      path.append(name)
      let item = try value(try next(), depth: depth + 1)
      if isMerge {
        try merge(item.node, into: &builder)
      } else {
        let entry = Entry(key: name, mark: key.node.mark, value: item.node, isComplex: isComplex)
        if let duplicate = builder.add(entry, lastCounts: lastCounts), lastCounts {
          report(
            YAMLProblem(
              mark: duplicate.second, path: joinedPath(path),
              problem:
                "stands here again, the first one on line \(duplicate.first.line), and this one counts",
              remedy: "keep one of the two", isReadElsewhere: true, isHarmless: true))
        }
      }
      path.removeLast()
      values += key.values + item.values
      deepest = max(deepest, key.depth, item.depth)
    }
    report(builder.mapping.duplicates)
    let node = Node(mark: start.start, content: .mapping(builder.mapping))
    return Composed(node: node, values: values, depth: deepest + 1)
  }

  /// One lost dash puts all keys of an item into the one before, so many keys have one cause.
  private mutating func report(_ duplicates: [Duplicate]) {
    let isItem = path.last?.hasPrefix("[") == true
    let areOne = duplicates.count > 1
    for duplicate in duplicates.prefix(areOne ? 1 : duplicates.count) {
      let others = areOne ? ", and \(duplicates.count - 1) more key\(duplicates.count == 2 ? "" : "s")" : ""
      report(
        YAMLProblem(
          mark: duplicate.second, path: joinedPath(path + [duplicate.key]),
          problem: "stands here again, the first one on line \(duplicate.first.line)\(others)",
          remedy: areOne
            ? isItem
              ? "is a '- ' missing before it?"
              : "keep one of each; is the name of a new entry missing before it?"
            : "keep one of the two"))
    }
  }

  private mutating func merge(_ source: Node, into builder: inout MappingBuilder) throws(YAMLStop) {
    for node in source.items ?? [source] {
      guard let mapping = node.mapping else {
        report(
          YAMLProblem(
            mark: node.mark, path: joinedPath(path), problem: "merges \(node.kind)",
            remedy: "only mappings can be merged: << : *name of an anchored mapping"))
        continue
      }
      try count(mapping.entries.count, at: node.mark)
      for entry in mapping.entries { builder.merge(entry) }
    }
  }

  /// Names of aliases are not shown: a password may start with an asterisk.
  private mutating func target(of name: String, at mark: Mark, depth: Int) throws(YAMLStop) -> Composed {
    guard let anchored = anchors[name] else {
      try refuse(
        mark, "'*' starts an alias, and no anchor of that name stands before it",
        remedy: "write '&' and the name at the value it stands for, or put the text in quotes")
    }
    guard let composed = anchored else {
      try refuse(
        mark, "the alias stands inside its own anchor",
        remedy: "a value cannot contain itself; repeat what is meant", isReadElsewhere: true)
    }
    try count(composed.values, at: mark)
    if depth + composed.depth - 1 > YAMLLimits.depth {
      try refuse(
        mark, "aliases nest collections deeper than \(YAMLLimits.depth) levels",
        remedy: "is this a configuration file?", isReadElsewhere: true)
    }
    return composed
  }

  private mutating func count(_ more: Int, at mark: Mark) throws(YAMLStop) {
    values += more
    if values > YAMLLimits.values {
      try refuse(
        mark, "the file expands to more than \(YAMLLimits.values) values",
        remedy: "aliases and merges multiply what they name; is this a configuration file?",
        isReadElsewhere: true)
    }
  }

  private func refuse(
    _ mark: Mark, _ problem: String, remedy: String, isReadElsewhere: Bool = false
  ) throws(YAMLStop) -> Never {
    throw .refused(
      YAMLProblem(
        mark: mark, path: joinedPath(path), problem: problem, remedy: remedy,
        isReadElsewhere: isReadElsewhere))
  }

  private mutating func report(_ problem: YAMLProblem) {
    if problems.count < YAMLLimits.problems { problems.append(problem) }
  }

  private func scalarValue(_ text: String, isPlain: Bool, _ event: YAMLEvent) throws(YAMLStop) -> ScalarValue
  {
    guard let tag = event.tag else { return isPlain ? ScalarValue(plain: text) : .text }
    try checkTag(event, allowed: ["str", "int", "float", "bool", "null", "timestamp", "binary"])
    return tag == "!" || tag.hasSuffix(":str") || tag.hasSuffix(":binary") ? .text : ScalarValue(plain: text)
  }

  private func checkTag(_ event: YAMLEvent, allowed: [String]) throws(YAMLStop) {
    guard !takesAnyTag, let tag = event.tag, tag != "!",
      !allowed.contains(where: { tag == "tag:yaml.org,2002:\($0)" })
    else {
      return
    }
    try refuse(
      event.start, "has a tag that means nothing here",
      remedy: "remove the word that starts with '!', or quote the text")
  }
}

/// The text of a key as js-yaml has it: numbers and flags become text, collections have no sensible one.
private func keyName(_ node: Node) -> (String, isComplex: Bool) {
  guard let scalar = node.scalar else { return ("(\(node.kind))", true) }
  return (scalar.value == .null && scalar.text.isEmpty ? "null" : scalar.text, false)
}
