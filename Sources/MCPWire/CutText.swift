/// A text of somebody else, of which perhaps only the beginning was kept; it knows whether.
///
/// Where a text was cut, its end may be the beginning of a secret, of which fewer characters tell than
/// anywhere else. Who makes such a text says whether it is whole, and who shows one cannot forget to ask.
package struct CutText: Hashable, Sendable, ExpressibleByStringLiteral {
  /// As much of a text as is kept for people where nothing else is said, in bytes.
  package static let limit = 4_096

  /// What there is of it: to be judged by, not to be shown.
  package let text: String
  /// It went on.
  package let wasCut: Bool

  /// A text of which nothing was left out.
  package init(whole text: String) { self.init(text, wasCut: false) }

  package init(_ text: String, wasCut: Bool) {
    (self.text, self.wasCut) = (text, wasCut)
  }

  package init(stringLiteral text: String) { self.init(whole: text) }

  /// Of `bytes` as many as `limit` allows; `wasCut` says that there were more even before.
  package init(_ bytes: some Collection<UInt8>, limit: Int = CutText.limit, wasCut: Bool = false) {
    let kept = bytes.prefix(limit)
    self.wasCut = wasCut || kept.endIndex != bytes.endIndex
    // Half a character would be told as one of no meaning, and hide what stands before it.
    let length = self.wasCut ? wholeCharacters(kept) : kept.count
    text = String(decoding: kept.prefix(length), as: UTF8.self)
  }

  package var isEmpty: Bool { text.isEmpty }

  /// A part of this text, or what was made of it: its end may be the end of this.
  package func telling(_ part: String) -> CutText { CutText(part, wasCut: wasCut) }

  /// Its beginning.
  package func prefix(bytes limit: Int) -> CutText { CutText(text.utf8, limit: limit, wasCut: wasCut) }
}

/// How many of the bytes are there without a character of UTF-8 that their end cuts.
private func wholeCharacters(_ bytes: some Collection<UInt8>) -> Int {
  let end = Array(bytes.suffix(4))
  // The last byte that begins a character says how many belong to it.
  for back in stride(from: end.count - 1, through: 0, by: -1) where end[back] & 0xC0 != 0x80 {
    let wanted =
      switch end[back] {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 1
      }
    return end.count - back < wanted ? bytes.count - (end.count - back) : bytes.count
  }
  return bytes.count
}
