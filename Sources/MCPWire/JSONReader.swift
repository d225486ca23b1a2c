/// Reads JSON text (RFC 8259) once, in order, and makes values only of what is asked for; what is passed over
/// is checked all the same.
///
/// Why one of our own: nearly all that a monitor reads is a ping's answer of forty bytes, of which it wants
/// one number, and a general decoder builds a tree of all of it first.
///
/// As RFC 8259 section 8.1 wants it between systems the text is UTF-8 and nothing else; half of a surrogate
/// pair is no character, in whatever spelling. A byte order mark is passed over. Of members with the same
/// name the last one counts, as with JavaScript and Python.
struct JSONReader {
  /// What a value is, told by its first byte.
  enum Kind {
    case object, list, text, number, flag, null
  }

  private let bytes: [UInt8]
  private var place: Int
  private var depth = 0

  /// Deeper nesting than this is refused: each level takes some of the stack.
  private static let depthLimit = 512

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// What comes next; nil at the end, and for what begins no value.
  var next: Kind? {
    mutating get {
      skipSpace()
      guard place < bytes.count else { return nil }
      switch bytes[place] {
      case UInt8(ascii: "{"): return .object
      case UInt8(ascii: "["): return .list
      case UInt8(ascii: "\""): return .text
      case UInt8(ascii: "t"), UInt8(ascii: "f"): return .flag
      case UInt8(ascii: "n"): return .null
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
      default: return nil
      }
    }
  }

  /// Nothing but white space may follow.
  mutating func finish() throws(MessageError) {
    skipSpace()
    if place < bytes.count { throw .notJSON }
  }

  /// Reads an object; a value that `member` leaves alone is passed over.
  mutating func members(
    _ member: (String, inout JSONReader) throws(MessageError) -> Void
  ) throws(MessageError) {
    try list(from: UInt8(ascii: "{"), to: UInt8(ascii: "}")) { (reader) throws(MessageError) in
      reader.skipSpace()
      let name = try reader.string()
      reader.skipSpace()
      try reader.take(UInt8(ascii: ":"))
      // Whoever only looks at what comes next has not moved.
      reader.skipSpace()
      let start = reader.place
      try member(name, &reader)
      if reader.place == start { try reader.skip() }
    }
  }

  /// Reads a list; an element that `element` leaves alone is passed over.
  mutating func elements(_ element: (inout JSONReader) throws(MessageError) -> Void) throws(MessageError) {
    try list(from: UInt8(ascii: "["), to: UInt8(ascii: "]")) { (reader) throws(MessageError) in
      reader.skipSpace()
      let start = reader.place
      try element(&reader)
      if reader.place == start { try reader.skip() }
    }
  }

  /// Reads a value; nil when it is no text. Of a long one its beginning is kept, in `limit` bytes.
  mutating func text(limit: Int = CutText.limit) throws(MessageError) -> CutText? {
    if next == .text { return try string(limit: limit) }
    try skip()
    return nil
  }

  /// Reads a value that is compared and never shown; nil when it is no text.
  mutating func name() throws(MessageError) -> String? { try text()?.text }

  /// Reads a value; nil when it is neither `true` nor `false`.
  mutating func flag() throws(MessageError) -> Bool? {
    let flag = next == .flag ? bytes[place] == UInt8(ascii: "t") : nil
    try skip()
    return flag
  }

  /// Reads a value; nil when it is no number, else the number as it was written.
  mutating func digits() throws(MessageError) -> String? {
    guard next == .number else {
      try skip()
      return nil
    }
    return String(decoding: bytes[try numberPlaces()].prefix(Self.digitLimit), as: UTF8.self)
  }

  /// More digits than this are not kept, nor is a number with so many sent back.
  static let digitLimit = 1_025

  /// Passes over a value.
  mutating func skip() throws(MessageError) {
    switch next {
    case .object:
      try members { (_, value) throws(MessageError) in try value.skip() }
    case .list: try elements { (value) throws(MessageError) in try value.skip() }
    case .text: _ = try stringPlaces()
    case .number: _ = try numberPlaces()
    case .flag: try word(bytes[place] == UInt8(ascii: "t") ? "true" : "false")
    case .null: try word("null")
    case nil: throw .notJSON
    }
  }

  /// Reads any value.
  mutating func value() throws(MessageError) -> JSONValue {
    switch next {
    case .object:
      var object: [String: JSONValue] = [:]
      try members { (name, value) throws(MessageError) in object[name] = try value.value() }
      return .object(object)
    case .list:
      var values: [JSONValue] = []
      try elements { (value) throws(MessageError) in values.append(try value.value()) }
      return .list(values)
    case .text: return .text(try string())
    case .number: return .number(Double(json: try digits() ?? ""))
    case .flag: return .flag(try flag() ?? false)
    case .null, nil:
      try skip()
      return .null
    }
  }

  // MARK: - Letter by letter

  private mutating func skipSpace() {
    while place < bytes.count {
      let byte = bytes[place]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      place += 1
    }
  }

  private mutating func take(_ byte: UInt8) throws(MessageError) {
    guard place < bytes.count, bytes[place] == byte else { throw .notJSON }
    place += 1
  }

  private mutating func word(_ word: String) throws(MessageError) {
    for byte in word.utf8 { try take(byte) }
  }

  private mutating func list(
    from open: UInt8, to close: UInt8, _ element: (inout JSONReader) throws(MessageError) -> Void
  ) throws(MessageError) {
    skipSpace()
    try take(open)
    depth += 1
    guard depth <= Self.depthLimit else { throw .notJSON }
    skipSpace()
    if place < bytes.count, bytes[place] != close {
      while true {
        try element(&self)
        skipSpace()
        guard place < bytes.count, bytes[place] == UInt8(ascii: ",") else { break }
        place += 1
      }
    }
    try take(close)
    depth -= 1
  }

  private mutating func string() throws(MessageError) -> String {
    try string(limit: .max).text
  }

  private mutating func string(limit: Int) throws(MessageError) -> CutText {
    let (places, hasEscapes) = try stringPlaces()
    guard hasEscapes else { return CutText(bytes[places], limit: limit) }
    var text: [UInt8] = []
    text.reserveCapacity(min(places.count, limit))
    var cursor = self
    cursor.place = places.lowerBound
    while cursor.place < places.upperBound, text.count < limit {
      let byte = bytes[cursor.place]
      cursor.place += 1
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      text.append(contentsOf: try cursor.escape().utf8)
    }
    return CutText(text, limit: limit, wasCut: cursor.place < places.upperBound)
  }

  /// Passes over a string; returns where its content stands, and whether that is not what it says.
  private mutating func stringPlaces() throws(MessageError) -> (places: Range<Int>, hasEscapes: Bool) {
    try take(UInt8(ascii: "\""))
    let start = place
    var hasEscapes = false
    var isASCII = true
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") {
        let places = start..<place - 1
        if !isASCII, String(validating: bytes[places], as: UTF8.self) == nil { throw .notJSON }
        return (places, hasEscapes)
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        _ = try escape()
      } else if byte < 0x20 {
        throw .notJSON
      } else if byte >= 0x80 {
        isASCII = false
      }
    }
    throw .notJSON
  }

  /// What an escape stands for, its backslash being behind us.
  private mutating func escape() throws(MessageError) -> Unicode.Scalar {
    guard place < bytes.count else { throw .notJSON }
    let letter = bytes[place]
    place += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try codeUnit()
      guard UTF16.isLeadSurrogate(first) else {
        // Half of a pair is no character.
        guard let scalar = Unicode.Scalar(first) else { throw .notJSON }
        return scalar
      }
      // Nothing may stand between the halves of a pair.
      try take(UInt8(ascii: "\\"))
      try take(UInt8(ascii: "u"))
      let second = try codeUnit()
      guard UTF16.isTrailSurrogate(second) else { throw .notJSON }
      // The ten bits of each half, over the plane that needs no pairs (RFC 2781, section 2.2).
      let value = 0x1_0000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
      guard let scalar = Unicode.Scalar(value) else { throw .notJSON }
      return scalar
    default: throw .notJSON
    }
  }

  private mutating func codeUnit() throws(MessageError) -> UInt16 {
    var unit: UInt16 = 0
    let end = place + 4
    guard end <= bytes.count else { throw .notJSON }
    while place < end {
      guard let digit = hexDigit(bytes[place]) else { throw .notJSON }
      unit = unit << 4 | UInt16(digit)
      place += 1
    }
    return unit
  }

  /// Passes over a number; returns where it stands.
  private mutating func numberPlaces() throws(MessageError) -> Range<Int> {
    let start = place
    if bytes[place] == UInt8(ascii: "-") { place += 1 }
    if place < bytes.count, bytes[place] == UInt8(ascii: "0") { place += 1 } else { try someDigits() }
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      try someDigits()
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      if place < bytes.count, bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-") {
        place += 1
      }
      try someDigits()
    }
    return start..<place
  }

  private mutating func someDigits() throws(MessageError) {
    let start = place
    while place < bytes.count, (0x30...0x39).contains(bytes[place]) { place += 1 }
    if place == start { throw .notJSON }
  }
}
