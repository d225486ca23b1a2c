/// Any JSON value, for what has no type of its own here: files that this program wrote itself.
package enum JSONValue: Hashable, Sendable, Decodable {
  case null
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let members = try? value.decode([String: JSONValue].self) {
      self = .object(members)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else {
      self = .list(try value.decode([JSONValue].self))
    }
  }

  /// A member of an object; nil of anything else.
  package subscript(name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  package var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// A whole number; nil when it is none, or does not fit.
  package var whole: Int? {
    if case .number(let number) = self { Int(exactly: number) } else { nil }
  }

  package var number: Double? {
    if case .number(let number) = self { number } else { nil }
  }

  package var list: [JSONValue] {
    if case .list(let values) = self { values } else { [] }
  }

  package var members: [String: JSONValue] {
    if case .object(let members) = self { members } else { [:] }
  }
}
