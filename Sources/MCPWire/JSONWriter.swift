/// Writes one JSON value as text, members in the order they are added, so that output is stable.
///
///     var writer = JSONWriter()
///     writer.object {
///       $0.member("v", 1)
///       $0.member("name", "ledger")
///       $0.object("error") { $0.member("status", 404) }
///     }
///     writer.text  // {"v":1,"name":"ledger","error":{"status":404}}
package struct JSONWriter: Sendable {
  /// What is written so far.
  package private(set) var text = ""
  private var needsComma = false

  package init() {}

  /// Adds a string member; an absent value adds nothing.
  package mutating func member(_ name: String, _ value: String?) {
    guard let value else { return }
    begin(name)
    text += Self.quoted(value)
  }

  /// Adds a number member; an absent value adds nothing.
  package mutating func member(_ name: String, _ value: (some BinaryInteger)?) {
    guard let value else { return }
    begin(name)
    text += String(value)
  }

  /// Adds a number member rounded to `places` decimals, 0 to 6; NaN and infinity add nothing.
  package mutating func member(_ name: String, _ value: Double?, places: Int) {
    guard let value else { return }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    guard rounded.isFinite else { return }
    begin(name)
    text += "\(rounded)"
  }

  /// Adds a JSON-RPC id just as it came.
  package mutating func member(_ name: String, _ id: RequestID) {
    begin(name)
    text += id.json
  }

  /// Adds a member whose value is JSON text already.
  package mutating func member(_ name: String, json: String) {
    begin(name)
    text += json
  }

  package mutating func member(_ name: String, _ value: Bool) {
    begin(name)
    text += value ? "true" : "false"
  }

  /// Adds an explicit null, for members that readers expect to be there.
  package mutating func null(_ name: String) {
    begin(name)
    text += "null"
  }

  /// Adds an object, as a member when `name` is given.
  package mutating func object(_ name: String? = nil, _ members: (inout JSONWriter) -> Void) {
    nest(name, "{", "}", members)
  }

  /// Adds an array, as a member when `name` is given.
  package mutating func array(_ name: String? = nil, _ elements: (inout JSONWriter) -> Void) {
    nest(name, "[", "]", elements)
  }

  /// Adds a string to an array.
  package mutating func element(_ value: String) {
    begin(nil)
    text += Self.quoted(value)
  }

  /// A JSON string literal.
  ///
  /// What a terminal would obey or hide (control, format and separator characters) comes out as escapes, so
  /// that the text stays exact for programs and harmless for people.
  package static func quoted(_ value: String) -> String {
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isHarmless(scalar): result.unicodeScalars.append(scalar)
      default:
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    return result + "\""
  }

  private mutating func nest(
    _ name: String?, _ open: String, _ close: String, _ content: (inout JSONWriter) -> Void
  ) {
    begin(name)
    text += open
    needsComma = false
    content(&self)
    text += close
    needsComma = true
  }

  private mutating func begin(_ name: String?) {
    if needsComma { text += "," }
    needsComma = true
    if let name { text += Self.quoted(name) + ":" }
  }
}

private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
  guard scalar.value >= 0x7F else { return scalar.value >= 0x20 }
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: return false
  default: return true
  }
}
