/// Any JSON value, for what has no type of its own here: documents of issuers, tools, files.
package enum JSONValue: Hashable, Sendable {
  case null
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  /// Reads any JSON text.
  package static func read(_ bytes: some Collection<UInt8>) throws(MessageError) -> JSONValue {
    var reader = JSONReader(Array(bytes))
    let value = try reader.value()
    try reader.finish()
    return value
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

extension Double {
  /// A number as JSON writes it. JSON sets no bound to numbers: one that is beyond all is the farthest there
  /// is.
  init(json text: String) {
    let number = Double(text) ?? 0
    self = number.isFinite ? number : number < 0 ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude
  }
}
