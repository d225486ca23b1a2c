// A screen that others look at.

/// Makes words unreadable in texts, before these are broken or cut to the room that they have: as many
/// crosses as the word has cells, so that nothing moves.
///
/// Hidden is what was named, where it stands as a word of its own, also where only its beginning is left; and
/// whatever looks like the name or the address of a machine, because servers speak of others than themselves.
struct Concealment: Hashable, Sendable {
  static let none = Concealment()

  /// By their first run of letters and digits, the longest first.
  private var byBeginning: [String: [[Character]]] = [:]
  private var sorted: [String] = []
  private let isOn: Bool

  private init() { isOn = false }

  init(_ words: Set<String>) {
    isOn = true
    sorted = Set(words.map { $0.lowercased() }).filter { $0.count > 1 }.sorted()
    for word in sorted {
      let letters = Array(word)
      byBeginning[Self.beginning(letters[...]), default: []].append(letters)
    }
    for key in byBeginning.keys { byBeginning[key]?.sort { $0.count > $1.count } }
  }

  func callAsFunction(_ text: String) -> String {
    guard isOn, !text.isEmpty else { return text }
    let letters = Array(text)
    let folded = letters.map { $0.lowercased().first ?? $0 }
    let cut = Self.cut(folded)
    var result = ""
    var place = 0
    while place < letters.count {
      let length = hidden(folded, place, cut)
      if length == 0 {
        result.append(letters[place])
      } else {
        for letter in letters[place..<place + length] {
          result += String(repeating: "x", count: columns(of: String(letter)))
        }
      }
      place += max(1, length)
    }
    return result
  }

  /// How many letters from a place on must not be read.
  private func hidden(_ text: [Character], _ place: Int, _ cut: Int?) -> Int {
    if place > 0, text[place - 1].isPlainLetter, text[place].isPlainLetter { return 0 }
    for word in byBeginning[Self.beginning(text[place...])] ?? [] where text[place...].starts(with: word) {
      let end = place + word.count
      if end == text.count || !(text[end].isPlainLetter && text[end - 1].isPlainLetter) { return word.count }
    }
    if let cut, cut - place > 1, isBeginning(String(text[place..<cut])) { return cut - place }
    return hostLength(text, place)
  }

  private func isBeginning(_ text: String) -> Bool {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < text { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low].hasPrefix(text)
  }

  /// Letters and digits of ASCII, or one letter of another script, whose words nothing parts.
  private static func beginning(_ text: ArraySlice<Character>) -> String {
    let run = text.prefix { $0.isPlainLetter }
    return String(run.isEmpty ? text.prefix(1) : run)
  }

  /// Where a text ends that was cut: before three dots or the sign for that.
  private static func cut(_ text: [Character]) -> Int? {
    if text.last == "…" || text.last == ">" { return text.count - 1 }
    return text.suffix(3) == [".", ".", "."] ? text.count - 3 : nil
  }

  /// A name with dots whose end is one of those that names of machines have, four numbers, or what follows
  /// `://`.
  private func hostLength(_ text: [Character], _ place: Int) -> Int {
    if place > 2, text[place - 3..<place] == [":", "/", "/"] {
      if text[place] == "[" { return (text[place...].firstIndex(of: "]") ?? text.count - 1) + 1 - place }
      return text[place...].prefix { !$0.isWhitespace && !"/?#:\"'<>|,;)".contains($0) }.count
    }
    guard text[place].isPlainLetter, place == 0 || !isHostPart(text[place - 1]) else { return 0 }
    var host = text[place...].prefix(while: isHostPart)
    while let last = host.last, !last.isPlainLetter { host.removeLast() }
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count > 1, labels.allSatisfy({ !$0.isEmpty }) else { return 0 }
    let isAddress = labels.count == 4 && labels.allSatisfy { UInt8(String($0)) != nil }
    return isAddress || labels.last.map { hostEnds.contains(String($0)) } == true ? host.count : 0
  }

  private func isHostPart(_ letter: Character) -> Bool {
    letter.isPlainLetter || letter == "." || letter == "-"
  }
}

/// Ends of names that are those of machines, and hardly of files.
private let hostEnds: Set = [
  "com", "org", "net", "edu", "gov", "io", "dev", "app", "ai", "cloud", "co", "eu", "de", "uk", "fr", "nl",
  "us", "ca", "ch", "at", "jp", "cn", "internal", "intranet", "local", "localdomain", "lan", "corp", "home",
  "arpa", "example", "test",
]

extension Character {
  fileprivate var isPlainLetter: Bool { isASCII && (isLetter || isNumber) }
}
