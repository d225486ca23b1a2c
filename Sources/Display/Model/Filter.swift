import Sessions

/// Which rows are shown, in the words of the operator.
///
/// Words are ANDed, `|` separates alternatives, `!` negates. A bare word is looked for anywhere in a row,
/// whatever its case; `field:word` in one field, in whole when it holds a `*`; `/re/` is a regular
/// expression, which may hold spaces; `err>0`, `age<5m` compare numbers and times. Example: `server:git*
/// state:recovering|failed !user:bot err>0 /time(d )?out/`. A field that a kind of row does not have does not
/// narrow that kind. Every text is a filter: what cannot be read as a comparison is a word.
struct Filter: Hashable, Sendable {
  let text: String
  private let terms: [Term]

  init(_ text: String) {
    self.text = text
    terms = filterWords(text).compactMap { Term($0) }
  }

  var isEmpty: Bool { terms.isEmpty }

  /// Whether a row with these texts and fields is shown.
  func accepts(_ row: some Filterable) -> Bool {
    terms.allSatisfy { $0.accepts(row) }
  }
}

/// A row that a filter can look at.
protocol Filterable {
  /// All texts in which a bare word is looked for.
  var texts: [String] { get }
  /// The texts of a field; nil when rows of this kind do not have it.
  func texts(of field: String) -> [String]?
  /// The number in a field, times in seconds; nil when rows of this kind do not have it.
  func number(of field: String, at now: Instant) -> Double?
  /// The moment to which ages refer.
  var now: Instant { get }
}

private struct Term: Hashable, Sendable {
  enum Test: Hashable, Sendable {
    case word([Pattern])
    case field(String, [Pattern])
    case above(String, Double)
    case below(String, Double)
  }

  let test: Test
  let isNegated: Bool

  init?(_ text: Substring) {
    isNegated = text.hasPrefix("!")
    let body = isNegated ? text.dropFirst() : text
    guard !body.isEmpty else { return nil }
    func patterns(_ text: Substring) -> [Pattern] {
      text.first == "/" ? [Pattern(text)] : text.split(separator: "|").map(Pattern.init)
    }
    if body.first != "/", let place = body.firstIndex(where: { ":<>".contains($0) }), place != body.startIndex
    {
      let field = body[..<place].lowercased()
      let value = body[body.index(after: place)...]
      if body[place] == ":" {
        test = .field(field, patterns(value))
        return
      }
      if let number = Self.number(value, of: field) {
        test = body[place] == ">" ? .above(field, number) : .below(field, number)
        return
      }
    }
    test = .word(patterns(body))
  }

  func accepts(_ row: some Filterable) -> Bool {
    switch test {
    case .word(let patterns):
      // A term that is still being typed, such as `state:`, narrows nothing.
      return patterns.isEmpty
        || row.texts.contains { text in patterns.contains { $0.isFound(in: text) } } != isNegated
    case .field(let field, let patterns):
      guard !patterns.isEmpty, let texts = row.texts(of: field) else { return true }
      return texts.contains { text in patterns.contains { $0.matches(text) } } != isNegated
    case .above(let field, let limit):
      guard let number = row.number(of: field, at: row.now) else { return true }
      return (number > limit) != isNegated
    case .below(let field, let limit):
      guard let number = row.number(of: field, at: row.now) else { return true }
      return (number < limit) != isNegated
    }
  }

  /// Times in seconds; latencies without a unit are milliseconds, as everywhere else.
  private static func number(_ text: Substring, of field: String) -> Double? {
    let bare = field == "p95" ? 0.001 : 1
    for (unit, factor) in [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400), ("", bare)]
    where text.hasSuffix(unit) {
      return Double(text.dropLast(unit.count)).map { $0 * factor }
    }
    return nil
  }
}

/// The words of a filter: separated by spaces, except within slashes that begin a word or a field's value.
private func filterWords(_ text: String) -> [Substring] {
  var words: [Substring] = []
  var start = text.startIndex
  var isInside = false
  var previous: Character = " "
  for place in text.indices {
    let character = text[place]
    if character == "/", isInside || " !:".contains(previous) {
      isInside.toggle()
    } else if character == " ", !isInside || !text[place...].contains("/") {
      if start < place { words.append(text[start..<place]) }
      start = text.index(after: place)
      isInside = false
    }
    previous = character
  }
  if start < text.endIndex { words.append(text[start...]) }
  return words
}
