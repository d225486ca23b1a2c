/// Something in a JSON file that JSON has not, though it can be read here.
struct JSONDeviation {
  enum Kind: Hashable {
    /// `//` or `/* */`.
    case comment
    case trailingComma
    case hashComment
    case bareName
    case singleQuote
    case pythonWord(String)
    case typographicQuote
    /// `\uD83D` without its second half.
    case halfCharacter
    /// The three backticks of Markdown around the text.
    case fence
    /// What git writes where two versions clash.
    case conflict
  }

  let kind: Kind
  let mark: Mark
  /// How often it occurs.
  var count = 1
}

/// What deviates from JSON, each kind once with its first place.
func jsonDeviations(_ bytes: [UInt8]) -> [JSONDeviation] {
  var scanner = JSONScanner(bytes: bytes)
  while scanner.step() {}
  return scanner.found
}

private struct JSONScanner {
  let bytes: [UInt8]
  private(set) var found: [JSONDeviation] = []
  private var place = 0
  private var line = 1
  private var column = 1
  /// The mark of a comma behind which nothing came yet.
  private var comma: Mark?

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private var mark: Mark { Mark(line: line, column: column) }

  /// Takes the next token; false at the end.
  mutating func step() -> Bool {
    guard place < bytes.count else { return false }
    let byte = bytes[place]
    switch byte {
    case 0x20, 0x09, 0x0A, 0x0D: advance(1)
    case 0x22: string(0x22)
    case 0x27:
      note(.singleQuote)
      string(0x27)
    case 0x2F where next == 0x2F || next == 0x2A:
      note(.comment)
      comment(isBlock: next == 0x2A)
      return true
    case 0x23:
      note(.hashComment)
      comment(isBlock: false)
      return true
    case 0x60 where column == 1:
      note(.fence)
      comment(isBlock: false)
      return true
    case 0x3C...0x3E where column == 1 && bytes[place...].prefix(7).allSatisfy({ $0 == byte }):
      note(.conflict)
      comment(isBlock: false)
      return true
    case 0x2C:
      comma = mark
      advance(1)
      return true
    case 0x5D, 0x7D:
      if let comma { note(.trailingComma, at: comma) }
      advance(1)
    case 0x41...0x5A, 0x61...0x7A, 0x5F, 0x24: word()
    case 0x2D, 0x30...0x39: number()
    case 0xE2 where isTypographicQuote:
      note(.typographicQuote)
      advance(3)
    default: advance(1)
    }
    if byte > 0x20 { comma = nil }
    return true
  }

  private var next: UInt8? { place + 1 < bytes.count ? bytes[place + 1] : nil }

  /// U+2018 to U+201F.
  private var isTypographicQuote: Bool {
    place + 2 < bytes.count && bytes[place + 1] == 0x80 && (0x98...0x9F).contains(bytes[place + 2])
  }

  private mutating func advance(_ count: Int) {
    for _ in 0..<count where place < bytes.count {
      if bytes[place] == 0x0A {
        (line, column) = (line + 1, 1)
      } else if bytes[place] & 0xC0 != 0x80 {
        column += 1
      }
      place += 1
    }
  }

  private mutating func string(_ quote: UInt8) {
    advance(1)
    while place < bytes.count, bytes[place] != quote {
      // A string ends with its line, or the rest of the file would be taken for one.
      if bytes[place] == 0x0A { return }
      guard bytes[place] == 0x5C else {
        advance(1)
        continue
      }
      switch Surrogates(bytes, at: place) {
      case .pair: advance(12)
      case .half:
        note(.halfCharacter)
        advance(6)
      case nil: advance(2)
      }
    }
    advance(1)
  }

  /// Takes a number; letters behind it are a word.
  private mutating func number() {
    while place < bytes.count, "0123456789+-.".utf8.contains(bytes[place]) || isExponent { advance(1) }
  }

  /// Whether an `e` between digits stands here.
  private var isExponent: Bool {
    guard bytes[place] | 0x20 == UInt8(ascii: "e"), let next else { return false }
    return "0123456789+-".utf8.contains(next)
  }

  private mutating func comment(isBlock: Bool) {
    while place < bytes.count {
      if isBlock, bytes[place] == 0x2A, next == 0x2F { return advance(2) }
      if !isBlock, bytes[place] == 0x0A { return }
      advance(1)
    }
  }

  private mutating func word() {
    let start = mark
    var text: [UInt8] = []
    while place < bytes.count, isWordByte(bytes[place]), text.count < 200 {
      text.append(bytes[place])
      advance(1)
    }
    switch String(decoding: text, as: UTF8.self) {
    case "true", "false", "null": break
    case "True": note(.pythonWord("True"), at: start)
    case "False": note(.pythonWord("False"), at: start)
    case "None": note(.pythonWord("None"), at: start)
    default: note(.bareName, at: start)
    }
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x24, 0x2D, 0x2E: true
    default: false
    }
  }

  private mutating func note(_ kind: JSONDeviation.Kind, at mark: Mark? = nil) {
    if let known = found.firstIndex(where: { $0.kind == kind }) {
      found[known].count += 1
    } else {
      found.append(JSONDeviation(kind: kind, mark: mark ?? self.mark))
    }
  }
}
