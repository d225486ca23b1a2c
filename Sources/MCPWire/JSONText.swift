// JSON text as bytes: what the decoder does not tell of it. Only for text that a decoder has accepted, or
// will be given next; nothing here trusts an index.

/// Whether bytes can be JSON text as RFC 8259 section 8.1 wants it between systems: UTF-8, and nothing else.
/// A NUL gives away UTF-16 and UTF-32; half of a surrogate pair is no character, in whatever spelling.
func isUTF8Text(_ bytes: ArraySlice<UInt8>) -> Bool {
  guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { return false }
  guard bytes.contains(UInt8(ascii: "\\")) else { return true }
  var expectsLow = false
  var rest = bytes
  while let escape = rest.firstIndex(of: UInt8(ascii: "\\")) {
    // Nothing may stand between the halves of a pair.
    if expectsLow, escape != rest.startIndex { return false }
    let unit = rest[escape...].dropFirst(2).prefix(4)
    guard rest[escape...].dropFirst().first == UInt8(ascii: "u"), unit.count == 4,
      let code = UInt16(String(decoding: unit, as: UTF8.self), radix: 16)
    else {
      if expectsLow { return false }
      rest = rest[escape...].dropFirst(2)
      continue
    }
    let isLow = (0xDC00...0xDFFF).contains(code)
    guard isLow == expectsLow else { return false }
    expectsLow = (0xD800...0xDBFF).contains(code)
    rest = rest[escape...].dropFirst(6)
  }
  return !expectsLow
}

/// Walks over JSON text without making values of it.
struct JSONWalk {
  private let text: ArraySlice<UInt8>
  private var place: Int

  init(_ text: ArraySlice<UInt8>) {
    self.text = text
    place = text.startIndex
  }

  /// The text of the last member of this name of an object; absent when there is none, or no object.
  static func member(_ name: String, of object: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var walk = JSONWalk(object)
    var found: ArraySlice<UInt8>?
    let key = Array("\"\(name)\"".utf8)
    guard walk.take("{") else { return nil }
    while let string = walk.value(), walk.take(":"), let value = walk.value() {
      if string.elementsEqual(key) { found = value }
      guard walk.take(",") else { break }
    }
    return found
  }

  /// The texts of the elements of an array; none when it is no array.
  static func elements(of array: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var walk = JSONWalk(array)
    var found: [ArraySlice<UInt8>] = []
    guard walk.take("[") else { return [] }
    while let value = walk.value() {
      found.append(value)
      guard walk.take(",") else { break }
    }
    return found
  }

  private mutating func skipSpace() {
    while place < text.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(text[place]) { place += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard place < text.endIndex, text[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  /// The next value, whole: a string, a scalar, or all between two brackets.
  private mutating func value() -> ArraySlice<UInt8>? {
    skipSpace()
    let start = place
    var depth = 0
    while place < text.endIndex {
      switch text[place] {
      case UInt8(ascii: "\""):
        skipString()
        if depth == 0 { return text[start..<place] }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return place > start ? text[start..<place] : nil }
        depth -= 1
        if depth == 0 {
          place += 1
          return text[start..<place]
        }
      case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D:
        if depth == 0 { return place > start ? text[start..<place] : nil }
      default: break
      }
      place += 1
    }
    return place > start ? text[start..<place] : nil
  }

  private mutating func skipString() {
    place += 1
    while place < text.endIndex, text[place] != UInt8(ascii: "\"") {
      place += text[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    place = min(place + 1, text.endIndex)
  }
}
