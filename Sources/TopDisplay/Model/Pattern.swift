/// A word to look for, with `*` for any text and whatever its case; `/.../` is a regular expression. One that
/// means a text exactly means its bytes: `GitHub` and `github` are two servers.
struct Pattern: Hashable, Sendable {
  /// As it was typed.
  let text: String
  private let bytes: [UInt8]
  private let isGlob: Bool
  private let isExact: Bool
  private let expression: RegularExpression?

  /// Nil for an expression between slashes that cannot be read; one that has no end yet is a word.
  init?(_ text: Substring) {
    let isExpression = text.count > 2 && text.first == "/" && text.last == "/"
    expression = isExpression ? RegularExpression(text.dropFirst().dropLast()) : nil
    if isExpression, expression == nil { return nil }
    self.text = String(text)
    bytes = text.utf8.map(lowercase)
    isGlob = text.contains("*")
    isExact = false
  }

  /// One that means this text and no longer one.
  init(exactly text: Substring) {
    self.text = String(text)
    bytes = Array(text.utf8)
    (isGlob, isExact, expression) = (false, true, nil)
  }

  /// Whether it stands anywhere in a text.
  func isFound(in text: String) -> Bool {
    if let expression { return expression.isFound(in: text) }
    if isGlob || isExact { return matches(text) }
    let text = Array(text.utf8)
    guard text.count >= bytes.count, let first = bytes.first else { return bytes.isEmpty }
    for start in 0...(text.count - bytes.count) where lowercase(text[start]) == first {
      if (0..<bytes.count).allSatisfy({ lowercase(text[start + $0]) == bytes[$0] }) { return true }
    }
    return false
  }

  /// Whether a field's text is meant: in whole by an exact one or one with `*`, in part by others.
  func matches(_ text: String) -> Bool {
    if isExact { return text.utf8.elementsEqual(bytes) }
    guard isGlob, expression == nil else { return isFound(in: text) }
    let text = text.utf8.map(lowercase)
    // The usual two-pointer glob: on a mismatch the last star takes one character more.
    var (place, part) = (0, 0)
    var star: (part: Int, place: Int)?
    while place < text.count {
      if part < bytes.count, bytes[part] == UInt8(ascii: "*") {
        star = (part, place)
        part += 1
      } else if part < bytes.count, bytes[part] == text[place] {
        part += 1
        place += 1
      } else if let last = star {
        star = (last.part, last.place + 1)
        (part, place) = (last.part + 1, last.place + 1)
      } else {
        return false
      }
    }
    return bytes[part...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}

/// ASCII letters only: names are compared as people type them, not as languages sort them.
private func lowercase(_ byte: UInt8) -> UInt8 {
  (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
