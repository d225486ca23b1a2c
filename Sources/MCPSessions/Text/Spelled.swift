import MCPWire

/// A text with escapes undone, which still knows where in the text each byte came from.
struct Spelled {
  private(set) var bytes: [UInt8]
  /// Where each byte begins in the text, and where the text ends.
  private var places: [Int]

  init(_ text: [UInt8]) {
    bytes = text
    places = Array(0...text.count)
  }

  /// The part of the text that a range of `bytes` stands for.
  func source(of range: Range<Int>) -> Range<Int> { places[range.lowerBound]..<places[range.upperBound] }

  /// Takes away the difference between capitals and small letters.
  mutating func fold() { bytes = folded(bytes) }

  /// The same without the half of an escape at its end, which then belongs to the last byte before it; nil
  /// when there is none.
  var withoutHalfEscape: Spelled? {
    // The longest is an entity with a number.
    for place in bytes.indices.suffix(10).reversed() where "%\\&".utf8.contains(bytes[place]) {
      guard isHalfEscape(bytes[(place + 1)...], of: bytes[place]) else { continue }
      var rest = self
      rest.bytes = Array(bytes[..<place])
      rest.places = Array(places[..<place]) + [places[places.count - 1]]
      return rest
    }
    return nil
  }

  private func isHalfEscape(_ rest: ArraySlice<UInt8>, of mark: UInt8) -> Bool {
    switch mark {
    case UInt8(ascii: "%"): rest.count < 2 && rest.allSatisfy { hexDigit($0) != nil }
    case UInt8(ascii: "\\"):
      rest.isEmpty
        || rest.first == UInt8(ascii: "u") && rest.count < 5
          && rest.dropFirst().allSatisfy { hexDigit($0) != nil }
    default: rest.allSatisfy { $0 == UInt8(ascii: "#") || isWordByte($0) }
    }
  }

  /// Undoes one layer of percent-encoding, of JSON's and of HTML's escapes; false when there was none.
  mutating func unescape() -> Bool {
    guard bytes.contains(where: { "%\\&".utf8.contains($0) }) else { return false }
    var result: [UInt8] = []
    var origins: [Int] = []
    var place = 0
    while place < bytes.count {
      let (unit, length) = unit(at: place) ?? ([bytes[place]], 1)
      result += unit
      origins += unit.map { _ in places[place] }
      place += length
    }
    let isChanged = result != bytes
    (bytes, places) = (result, origins + [places[places.count - 1]])
    return isChanged
  }

  /// What an escape stands for, and how many bytes it has.
  private func unit(at place: Int) -> ([UInt8], Int)? {
    switch bytes[place] {
    case UInt8(ascii: "%"): hexadecimal(place + 1, digits: 2).map { ([UInt8(truncatingIfNeeded: $0)], 3) }
    case UInt8(ascii: "\\"): jsonEscape(at: place)
    case UInt8(ascii: "&"): entity(at: place)
    default: nil
    }
  }

  private func hexadecimal(_ start: Int, digits: Int) -> UInt32? {
    guard start + digits <= bytes.count else { return nil }
    return bytes[start..<start + digits].reduce(UInt32?(0)) { sum, byte in
      guard let sum, let digit = hexDigit(byte) else { return nil }
      return sum << 4 | UInt32(digit)
    }
  }

  private func jsonEscape(at place: Int) -> ([UInt8], Int)? {
    guard place + 1 < bytes.count else { return nil }
    switch bytes[place + 1] {
    case UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "\""): return ([bytes[place + 1]], 2)
    case UInt8(ascii: "u"):
      guard let scalar = hexadecimal(place + 2, digits: 4).flatMap(Unicode.Scalar.init) else { return nil }
      return (Array(String(scalar).utf8), 6)
    default: return nil
    }
  }

  private static let entities: [(name: [UInt8], byte: UInt8)] = [
    ("amp;", UInt8(ascii: "&")), ("lt;", UInt8(ascii: "<")), ("gt;", UInt8(ascii: ">")),
    ("quot;", UInt8(ascii: "\"")), ("apos;", UInt8(ascii: "'")),
  ].map { (Array($0.0.utf8), $0.1) }

  private func entity(at place: Int) -> ([UInt8], Int)? {
    let rest = bytes[(place + 1)...].prefix(10)
    for (name, byte) in Self.entities where rest.starts(with: name) { return ([byte], name.count + 1) }
    guard rest.first == UInt8(ascii: "#"), let end = rest.firstIndex(of: UInt8(ascii: ";")) else {
      return nil
    }
    let digits = String(decoding: rest[(place + 2)..<end], as: UTF8.self)
    let isHex = digits.hasPrefix("x") || digits.hasPrefix("X")
    guard let value = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits),
      let scalar = Unicode.Scalar(value)
    else { return nil }
    return (Array(String(scalar).utf8), end + 1 - place)
  }
}

/// The bytes of a percent-encoded text; nil when nothing in it is encoded.
func percentDecoded(_ text: String) -> [UInt8]? {
  let bytes = Array(text.utf8)
  guard bytes.contains(UInt8(ascii: "%")) else { return nil }
  var result: [UInt8] = []
  var place = 0
  while place < bytes.count {
    if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count, let high = hexDigit(bytes[place + 1]),
      let low = hexDigit(bytes[place + 2])
    {
      result.append(high << 4 | low)
      place += 3
    } else {
      result.append(bytes[place])
      place += 1
    }
  }
  return result
}
