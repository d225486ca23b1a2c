/// A text without what the addresses in it carry: user information, the values of queries and fragments, and
/// parts of their paths that look like keys.
///
/// Servers send addresses with codes, tokens and session ids in them, in redirects, in challenges, in the
/// middle of a sentence. Names stay, values go; `isCut` tells that the text goes on where it ends.
func maskingAddresses(_ bytes: [UInt8], isCut: Bool) -> [UInt8] {
  guard
    bytes.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ":") })
  else { return bytes }
  var reader = AddressReader(bytes: bytes, isCut: isCut)
  while reader.step() {}
  return reader.result
}

private struct AddressReader {
  let bytes: [UInt8]
  let isCut: Bool
  var result: [UInt8] = []
  private var place = 0
  /// In an address that has a scheme.
  private var inAddress = false
  /// Behind the question mark or number sign of an address.
  private var inQuery = false

  init(bytes: [UInt8], isCut: Bool) {
    self.bytes = bytes
    self.isCut = isCut
    result.reserveCapacity(bytes.count)
  }

  /// Takes in the next piece; false at the end.
  mutating func step() -> Bool {
    guard place < bytes.count else { return false }
    let byte = bytes[place]
    if byte == UInt8(ascii: ":"), bytes[place...].starts(with: [0x3A, 0x2F, 0x2F]), isBehindScheme {
      copy(3)
      inAddress = true
      authority()
    } else if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") || inQuery && byte == UInt8(ascii: "&") {
      copy(1)
      value()
    } else if inAddress, !inQuery, byte == UInt8(ascii: "/") {
      copy(1)
      segment()
    } else {
      if endsAddress(byte) { (inAddress, inQuery) = (false, false) }
      copy(1)
    }
    return true
  }

  private mutating func copy(_ count: Int) {
    result += bytes[place..<place + count]
    place += count
  }

  private var isBehindScheme: Bool { place > 0 && isNameByte(bytes[place - 1]) }

  /// User information ends at the last `@` before the path.
  private mutating func authority() {
    var end = place
    while end < bytes.count, !endsAddress(bytes[end]), !"/?#\\".utf8.contains(bytes[end]) { end += 1 }
    if let at = bytes[place..<end].lastIndex(of: UInt8(ascii: "@")) {
      result += Array("•••".utf8)
      place = at
      copy(end - at)
    } else if isCut, end == bytes.count {
      // What would tell a password from a host is cut off.
      result += Array("•••".utf8)
      place = end
    } else {
      copy(end - place)
    }
  }

  /// A part of a path.
  private mutating func segment() {
    var end = place
    while end < bytes.count, !endsAddress(bytes[end]), !"/?#".utf8.contains(bytes[end]) { end += 1 }
    // What ends a sentence is none of it.
    var wordEnd = end
    while wordEnd > place, ".,;:)".utf8.contains(bytes[wordEnd - 1]) { wordEnd -= 1 }
    let (shown, keys) = maskingSegment(String(decoding: bytes[place..<wordEnd], as: UTF8.self))
    guard !keys.isEmpty else { return copy(end - place) }
    result += Array(shown.utf8)
    place = wordEnd
    copy(end - wordEnd)
  }

  /// `name=value`, or a value alone where an address has one.
  private mutating func value() {
    var equals = place
    while equals < bytes.count, isNameByte(bytes[equals]) { equals += 1 }
    let hasName = equals < bytes.count && bytes[equals] == UInt8(ascii: "=") && equals > place
    guard hasName || inAddress && equals > place else {
      inQuery = inQuery || inAddress
      return
    }
    inQuery = true
    if hasName { copy(equals + 1 - place) }
    var end = place
    while end < bytes.count, !endsAddress(bytes[end]), bytes[end] != UInt8(ascii: "&"),
      bytes[end] != UInt8(ascii: "#")
    { end += 1 }
    if end > place { result += Array("•••".utf8) }
    place = end
  }

  private func endsAddress(_ byte: UInt8) -> Bool {
    byte <= 0x20 || "\"'<>`".utf8.contains(byte)
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "_-.~%+$[]*!:".utf8.contains(byte)
    }
  }
}
