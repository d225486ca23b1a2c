/// Names and values as `application/x-www-form-urlencoded` has them: the body of a token request, the query
/// of an address.
package struct WebForm: Hashable, Sendable {
  /// In order; a name may come twice.
  package private(set) var fields: [Field] = []

  package struct Field: Hashable, Sendable {
    package let name: String
    package let value: String
  }

  package init() {}

  /// Adds a field; an absent value adds nothing.
  package mutating func add(_ name: String, _ value: String?) {
    guard let value else { return }
    fields.append(Field(name: name, value: value))
  }

  /// The first value of a name.
  package subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Reads the part of an address behind `?`. What cannot be decoded is kept as it is; at most 64 fields.
  package init(query: some StringProtocol) {
    for pair in query.utf8.split(separator: UInt8(ascii: "&"), maxSplits: 64).prefix(64) {
      let name = pair.prefix { $0 != UInt8(ascii: "=") }
      let value = pair[name.endIndex...].dropFirst()
      fields.append(Field(name: Self.decoded(name), value: Self.decoded(value)))
    }
  }

  package var encoded: String {
    fields.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
  }

  /// Everything but letters, digits and `-._~` as percent signs and two hexadecimal digits.
  package static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: result.append(byte)
      case _ where "-._~".utf8.contains(byte): result.append(byte)
      default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func decoded(_ text: some Collection<UInt8>) -> String {
    let bytes = Array(text)
    var result: [UInt8] = []
    var place = 0
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count,
        let high = hexDigit(bytes[place + 1]), let low = hexDigit(bytes[place + 2])
      {
        result.append(high << 4 | low)
        place += 3
      } else {
        result.append(bytes[place] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[place])
        place += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
