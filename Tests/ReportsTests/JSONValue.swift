/// A strict JSON reader that shares nothing with the writer under test. Members keep their order.
indirect enum JSONValue: Equatable {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  struct Member: Equatable {
    let name: String
    let value: JSONValue
  }

  struct Failure: Error {
    let position: Int
  }

  /// Reads exactly one value; anything around it but space is a failure (RFC 8259).
  init(reading text: String) throws {
    var reader = Reader(scalars: Array(text.unicodeScalars))
    self = try reader.value()
    reader.skipSpace()
    guard reader.position == reader.scalars.count else { throw Failure(position: reader.position) }
  }

  /// The member of an object.
  subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The names of an object's members in their order.
  var names: [String] {
    guard case .object(let members) = self else { return [] }
    return members.map(\.name)
  }

  private struct Reader {
    let scalars: [Unicode.Scalar]
    var position = 0

    var failure: Failure { Failure(position: position) }
    var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    mutating func skipSpace() {
      while let scalar = next, " \t\n\r".unicodeScalars.contains(scalar) { position += 1 }
    }

    mutating func take(_ text: String) -> Bool {
      let wanted = Array(text.unicodeScalars)
      guard scalars[position...].starts(with: wanted) else { return false }
      position += wanted.count
      return true
    }

    mutating func value() throws -> JSONValue {
      skipSpace()
      if take("null") { return .null }
      if take("true") { return .bool(true) }
      if take("false") { return .bool(false) }
      if take("{") {
        return .object(try list(until: "}") { Member(name: try $0.name(), value: try $0.value()) })
      }
      if take("[") { return .array(try list(until: "]") { try $0.value() }) }
      if next == "\"" { return .string(try string()) }
      return .number(try number())
    }

    mutating func list<Element>(
      until end: String, _ element: (inout Reader) throws -> Element
    ) throws -> [Element] {
      skipSpace()
      if take(end) { return [] }
      var elements: [Element] = []
      while true {
        elements.append(try element(&self))
        skipSpace()
        if take(end) { return elements }
        guard take(",") else { throw failure }
      }
    }

    mutating func name() throws -> String {
      skipSpace()
      let name = try string()
      skipSpace()
      guard take(":") else { throw failure }
      return name
    }

    mutating func string() throws -> String {
      guard take("\"") else { throw failure }
      var units: [UInt16] = []
      while let scalar = next {
        position += 1
        switch scalar {
        case "\"": return String(decoding: units, as: UTF16.self)
        case "\\": units.append(try escape())
        case _ where scalar.value < 0x20: throw failure
        default: units.append(contentsOf: Array(String(scalar).utf16))
        }
      }
      throw failure
    }

    mutating func escape() throws -> UInt16 {
      guard let scalar = next else { throw failure }
      position += 1
      switch scalar {
      case "\"", "\\", "/": return UInt16(scalar.value)
      case "n": return 10
      case "r": return 13
      case "t": return 9
      case "b": return 8
      case "f": return 12
      case "u":
        guard position + 4 <= scalars.count else { throw failure }
        let digits = String(String.UnicodeScalarView(scalars[position..<position + 4]))
        guard let unit = UInt16(digits, radix: 16) else { throw failure }
        position += 4
        return unit
      default: throw failure
      }
    }

    mutating func number() throws -> String {
      var text = ""
      while let scalar = next, "+-.0123456789eE".unicodeScalars.contains(scalar) {
        text.unicodeScalars.append(scalar)
        position += 1
      }
      guard Double(text) != nil, text.first != "+", text.first != "." else { throw failure }
      return text
    }
  }
}
