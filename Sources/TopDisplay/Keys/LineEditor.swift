/// A line that is being typed, with a place in it.
struct LineEditor: Hashable, Sendable {
  /// The most characters that can be typed: more than what is asked for may have, so that too much is seen
  /// and told, never cut off in silence.
  static let limit = 4_000

  private(set) var text: String
  /// Where the next character goes, in characters from the start.
  private(set) var cursor: Int

  init(_ text: String = "") {
    self.text = String(text.prefix(Self.limit))
    cursor = self.text.count
  }

  /// Takes a key; false when it does not edit.
  mutating func handle(_ key: Key) -> Bool {
    switch key {
    case .character(let character):
      guard text.unicodeScalars.count < Self.limit else { return true }
      text.insert(character, at: place(cursor))
      cursor += 1
    case .pasted(let pasted):
      // A line is one line; what cannot be shown cannot be meant.
      for character in pasted.map({ $0.isNewline || $0 == "\t" ? " " : $0 }) {
        guard text.unicodeScalars.count < Self.limit else { break }
        text.insert(character, at: place(cursor))
        cursor += 1
      }
    case .backspace:
      guard cursor > 0 else { return true }
      text.remove(at: place(cursor - 1))
      cursor -= 1
    case .delete:
      guard cursor < text.count else { return true }
      text.remove(at: place(cursor))
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(text.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = text.count
    case .control("u"):
      text.removeSubrange(..<place(cursor))
      cursor = 0
    case .control("k"): text.removeSubrange(place(cursor)...)
    case .control("w"):
      let before = text.prefix(cursor)
      let kept = before.prefix(before.lastIndex { $0 != " " }.map { before[...$0].count } ?? 0)
      let word = kept.lastIndex(of: " ").map { kept[...$0].count } ?? 0
      text.removeSubrange(place(word)..<place(cursor))
      cursor = word
    default: return false
    }
    // A mark that joins the letter before it makes the text shorter than the count of keys.
    cursor = min(cursor, text.count)
    return true
  }

  private func place(_ offset: Int) -> String.Index {
    text.index(text.startIndex, offsetBy: offset, limitedBy: text.endIndex) ?? text.endIndex
  }
}
