/// A line that is being typed, with a place in it.
struct LineEditor: Hashable, Sendable {
  /// The most characters that can be typed.
  static let limit = 200

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
      guard text.count < Self.limit else { return true }
      text.insert(character, at: place(cursor))
      cursor += 1
    case .backspace:
      guard cursor > 0 else { return true }
      text.remove(at: place(cursor - 1))
      cursor -= 1
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

/// The command line: what is typed, what was typed before, and what could follow.
struct Prompt: Hashable, Sendable {
  var line = LineEditor()
  /// How far back in the history, 0 being what is new.
  var age = 0
  /// What was being typed before going back.
  var draft = ""
  /// Shown after Tab when there is a choice.
  var choices: [String] = []

  /// Takes up what was typed earlier or later; `history` has the newest last.
  mutating func recall(_ step: Int, _ history: [String]) {
    let wanted = min(max(0, age + step), history.count)
    guard wanted != age else { return }
    if age == 0 { draft = line.text }
    age = wanted
    line = LineEditor(age == 0 ? draft : history[history.count - age])
  }

  /// Completes as far as the candidates agree; shows them when that is no further.
  mutating func complete(_ candidates: [String]) {
    guard let first = candidates.first else { return choices = ["nothing fits"] }
    let common = candidates.dropFirst().reduce(first) { String(zip($0, $1).prefix { $0 == $1 }.map(\.0)) }
    if common.count > line.text.count { line = LineEditor(common) }
    choices = candidates.count > 1 ? candidates.map { String($0.split(separator: " ").last ?? "") } : []
  }
}
