import MCPWire

/// As much of JSON Schema (2020-12) as the schema of this program uses; a word that it does not know is an
/// offence of its own, so that none is passed over.
struct Schema {
  private let root: JSONValue

  init(_ text: String) throws {
    root = try JSONValue.read(text.utf8)
  }

  /// What is wrong with a line; empty when nothing is.
  func offences(_ line: String) -> [String] {
    guard let value = try? JSONValue.read(line.utf8) else { return ["no JSON: \(line)"] }
    return check(value, root, at: "$")
  }

  /// The names of a definition's members.
  func names(of definition: String) -> Set<String> {
    Set(root["$defs"]?[definition]?["properties"]?.members.keys.map { $0 } ?? [])
  }

  /// The words that a definition allows.
  func words(of definition: String, _ property: String? = nil) -> Set<String> {
    let place = root["$defs"]?[definition]
    let list = property.map { place?["properties"]?[$0]?["enum"] } ?? place?["enum"]
    return Set(list?.list.compactMap(\.text) ?? [])
  }

  private static let known: Set = [
    "$schema", "title", "description", "$defs", "$ref", "type", "const", "enum", "properties", "required",
    "additionalProperties", "items", "oneOf", "pattern",
  ]

  private func check(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
    var found = schema.members.keys.filter { !Self.known.contains($0) }.map { "\(place): unknown word \($0)" }
    if let name = schema["$ref"]?.text?.split(separator: "/").last {
      guard let target = root["$defs"]?[String(name)] else { return found + ["\(place): no \(name)"] }
      found += check(value, target, at: place)
    }
    if let type = schema["type"] {
      let types = type.text.map { [$0] } ?? type.list.compactMap(\.text)
      if !types.contains(where: { value.isOf($0) }) { found.append("\(place): is no \(types)") }
    }
    if let constant = schema["const"], constant != value { found.append("\(place): is not \(constant)") }
    if let words = schema["enum"], !words.list.contains(value) {
      found.append("\(place): \(value) is no such word")
    }
    if let pattern = schema["pattern"]?.text, let text = value.text, let expression = try? Regex(pattern),
      text.firstMatch(of: expression) == nil
    {
      found.append("\(place): \(text) is not of the pattern")
    }
    if case .object(let members) = value {
      for name in schema["required"]?.list.compactMap(\.text) ?? [] where members[name] == nil {
        found.append("\(place): \(name) is missing")
      }
      for (name, member) in members {
        if let property = schema["properties"]?[name] {
          found += check(member, property, at: "\(place).\(name)")
        } else if let other = schema["additionalProperties"] {
          found +=
            other == .flag(false)
            ? ["\(place): \(name) is not described"] : check(member, other, at: "\(place).\(name)")
        }
      }
    }
    if case .list(let elements) = value, let items = schema["items"] {
      for (number, element) in elements.enumerated() {
        found += check(element, items, at: "\(place)[\(number)]")
      }
    }
    if let choices = schema["oneOf"]?.list {
      let results = choices.map { check(value, $0, at: place) }
      switch results.count(where: \.isEmpty) {
      case 1: break
      case 0: found += results.min { $0.count < $1.count } ?? []
      default: found.append("\(place): is more than one thing")
      }
    }
    return found
  }
}

extension JSONValue {
  fileprivate func isOf(_ type: String) -> Bool {
    switch (self, type) {
    case (.text, "string"), (.flag, "boolean"), (.null, "null"), (.object, "object"), (.list, "array"),
      (.number, "number"):
      true
    case (.number(let number), "integer"): number == number.rounded()
    default: false
    }
  }
}
