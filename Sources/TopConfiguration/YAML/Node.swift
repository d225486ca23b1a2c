import MCPSessions

/// One value of a YAML file with the place where it starts.
struct Node: Hashable, Sendable {
  let mark: Mark
  let content: Content

  enum Content: Hashable, Sendable {
    case scalar(Scalar)
    case sequence([Node])
    case mapping(Mapping)
  }

  var mapping: Mapping? {
    if case .mapping(let mapping) = content { mapping } else { nil }
  }

  var items: [Node]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  var scalar: Scalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  var isNull: Bool { scalar?.value == .null }

  /// What it is, in words for people: "a list", "a number".
  var kind: String {
    switch content {
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .scalar(let scalar): scalar.value.kind
    }
  }
}

/// A single value: the text as written and what it stands for.
struct Scalar: Hashable, Sendable {
  let text: String
  let value: ScalarValue
}

/// Keys and values in the order of the file, anchors and merges resolved.
struct Mapping: Hashable, Sendable {
  var entries: [Entry] = []
  /// Keys that stand there again; the first one is the entry.
  var duplicates: [Duplicate] = []
  /// Written in braces, as JSON is.
  var isFlow = false

  subscript(key: String) -> Node? { entry(key)?.value }

  func entry(_ key: String) -> Entry? { entries.first { $0.key.isExactly(key) } }
}

struct Entry: Hashable, Sendable {
  var key: String
  var mark: Mark
  var value: Node
  /// The key is a list or a mapping, which happens when `{{NAME}}` lacks its quotes.
  var isComplex = false
}

struct Duplicate: Hashable, Sendable {
  let key: String
  let first: Mark
  let second: Mark
}
