/// A value of a YAML file that remembers where it stands.
struct YAMLNode: Hashable, Sendable {
  indirect enum Content: Hashable, Sendable {
    case scalar(String, isPlain: Bool)
    case list([YAMLNode])
    case map([Entry])
  }

  struct Entry: Hashable, Sendable {
    let key: String
    let keyMark: Mark
    let value: YAMLNode
  }

  let content: Content
  let mark: Mark

  var entries: [Entry]? {
    if case .map(let entries) = content { entries } else { nil }
  }

  var elements: [YAMLNode]? {
    if case .list(let elements) = content { elements } else { nil }
  }

  subscript(key: String) -> YAMLNode? {
    entries?.first { $0.key == key }?.value
  }

  /// What a value is, with YAML 1.2 core rules as js-yaml 4 reads plain scalars: `yes` and `on` are text.
  enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list, map

    /// In words, for messages.
    var kind: String {
      switch self {
      case .null: "nothing"
      case .bool: "true or false"
      case .integer, .number: "a number"
      case .text: "text"
      case .list: "a list"
      case .map: "a mapping"
      }
    }
  }

  var value: Value {
    switch content {
    case .list: return .list
    case .map: return .map
    case .scalar(let text, isPlain: false): return .text(text)
    case .scalar(let text, isPlain: true):
      switch text {
      case "", "~", "null", "Null", "NULL": return .null
      case "true", "True", "TRUE": return .bool(true)
      case "false", "False", "FALSE": return .bool(false)
      default: return plainNumber(text) ?? .text(text)
      }
    }
  }
}

/// Numbers with the digit separators and radixes that js-yaml takes: `60_000`, `0x1F`, `0o17`, `0b11`, `1.5e3`.
private func plainNumber(_ text: String) -> YAMLNode.Value? {
  guard let first = text.utf8.first, (0x30...0x39).contains(first) || "+-.".utf8.contains(first), !text.hasSuffix("_")
  else { return nil }
  let digits = text.filter { $0 != "_" }
  let (sign, body) = digits.hasPrefix("-") ? (-1, digits.dropFirst()) : (1, digits.drop { $0 == "+" })
  for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where body.hasPrefix(prefix) {
    return Int(body.dropFirst(2), radix: radix).map { .integer(sign * $0) }
  }
  if let number = Int(digits) { return .integer(number) }
  guard body.utf8.allSatisfy({ (0x30...0x39).contains($0) || ".eE+-".utf8.contains($0) }) else { return nil }
  return Double(digits).map { .number($0) }
}
