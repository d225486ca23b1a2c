import MCPSessions

/// Which rows are shown, in the words of the operator.
///
/// Words are ANDed, `|` separates alternatives, `!` negates. A bare word is looked for anywhere in a row,
/// whatever its case; `field:word` in one field, in whole when it holds a `*` or begins with `=`; `/re/` is a
/// regular expression, which may hold spaces; `err>0`, `age<5m` compare numbers and times. Example:
/// `server:git* state:recovering|failed !user:bot err>0 /time(d )?out/ server:="a name"|other`.
///
/// `since:02:10 until:02:12` and `ago<10m` limit the events to a time.
///
/// A field of events does not narrow the servers: `level:error` leaves them alone. What is asked of a session
/// narrows the events to those of such sessions. What cannot be meant is an objection, and a filter with an
/// objection lets nothing through.
struct Filter: Hashable, Sendable {
  let text: String
  /// What is wrong with it, if anything, in words for the person who types it.
  let objection: String?
  private let terms: [Term]

  /// The longest that is taken from a person or another program, in characters.
  static let limit = 2_000

  /// A text beyond the limit is an objection, never a shorter filter: that would choose other rows.
  init(_ text: String, limit: Int = Filter.limit) {
    self.text = text
    guard text.unicodeScalars.count <= limit else {
      (terms, objection) = (
        [], "a filter has \(limit) characters at most, this one \(text.unicodeScalars.count)"
      )
      return
    }
    var terms: [Term] = []
    var objection: String?
    for word in filterWords(text) {
      do throws(Objection) {
        if let term = try Term(word) { terms.append(term) }
      } catch {
        objection = objection ?? error.words
      }
    }
    // Together they are one stretch of time, also where its end is still to come or lies behind midnight.
    let since = terms.lazy.compactMap(\.beginning).first
    self.terms = since.map { since in terms.map { $0.following(since) } } ?? terms
    self.objection = objection
  }

  private init(of terms: [Term]) { (text, objection, self.terms) = ("", nil, terms) }

  var isEmpty: Bool { terms.isEmpty && objection == nil }

  /// What it asks of sessions and cannot ask of their events: those of other sessions are no answer to it.
  /// Nil where there is nothing of the kind.
  var ofSessionsAlone: Filter? {
    let own = terms.filter(\.isOfSessionsAlone)
    return own.isEmpty || objection != nil ? nil : Filter(of: own)
  }

  /// What keeps the filter from choosing sessions to act on: here every term must narrow, or it might choose
  /// them all.
  var objectionToActing: String? {
    objection ?? terms.lazy.compactMap(\.objectionToActing).first
      ?? (terms.isEmpty ? "say which sessions, such as server:NAME" : nil)
  }

  /// Whether a row with these texts and fields is shown.
  func accepts(_ row: some Filterable) -> Bool {
    objection == nil && terms.allSatisfy { $0.accepts(row) }
  }

  /// Every field that some kind of row has.
  static let fields =
    SessionField.all.map(\.name) + ["transport", "ses", "event", "level", "ago", "since", "until"]
}

/// Why a word of a filter cannot be meant.
private struct Objection: Error {
  let words: String
}

/// A row that a filter can look at.
protocol Filterable {
  /// All texts in which a bare word is looked for.
  var texts: [String] { get }
  /// The texts of a field; nil when rows of this kind do not have it.
  func texts(of field: String) -> [String]?
  /// The number in a field, times in seconds; nil when rows of this kind do not have it, not a number when
  /// this one has none.
  func number(of field: String, at now: Instant) -> Double?
  /// Whether it happened at or after the last time that it was so late, in seconds after midnight; nil for
  /// what does not happen.
  func isSince(_ secondOfDay: Int) -> Bool?
  /// Whether it happened before it was so late for the first time after the last time that it was `since`.
  func isBefore(_ secondOfDay: Int, since: Int) -> Bool?
  /// The moment to which ages refer.
  var now: Instant { get }
}

extension Filterable {
  func isSince(_ secondOfDay: Int) -> Bool? { nil }
  func isBefore(_ secondOfDay: Int, since: Int) -> Bool? { nil }
}

private struct Term: Hashable, Sendable {
  enum Test: Hashable, Sendable {
    case word([Pattern])
    case field(String, [Pattern])
    case above(String, Double)
    case below(String, Double)
    /// Seconds after midnight.
    case since(Int)
    case until(Int, since: Int? = nil)
  }

  private(set) var test: Test
  let isNegated: Bool

  init?(_ text: Substring) throws(Objection) {
    isNegated = text.hasPrefix("!")
    let body = isNegated ? text.dropFirst() : text
    guard !body.isEmpty else { return nil }
    // A URL or a time is a word, not a field.
    guard body.first != "/", let place = body.firstIndex(where: { ":<>".contains($0) }),
      place != body.startIndex, !body[place...].hasPrefix("://"), body.first?.isNumber != true
    else {
      test = .word(try Self.patterns(body))
      return
    }
    let field = body[..<place].lowercased()
    let value = body[body.index(after: place)...]
    if field == "since" || field == "until" {
      guard body[place] == ":", let second = secondOfDay(String(value)) else {
        throw Objection(words: "\(field) takes a time of day, such as \(field):02:10")
      }
      test = field == "since" ? .since(second) : .until(second, since: nil)
      return
    }
    guard let meant = Self.kind(of: field) else {
      let near = suggestion(for: field, among: Filter.fields)
      throw Objection(
        words: "no field \"\(PrintableText.line(field, limit: 20))\"\(near.map { "; \($0)?" } ?? "")")
    }
    guard body[place] != ":" else {
      guard !meant.isNumber else { throw Objection(words: "\(field) is a number: \(field)>1 or \(field)<1") }
      // Filters are kept by name, so a word of before goes on.
      let old = field == "kind" && value.lowercased() == "modern"
      let patterns = try Self.patterns(old ? "sessionless" : value)
      if let values = SessionField.named(field)?.values, !values.isEmpty {
        for pattern in patterns where !values.contains(where: pattern.matches) {
          throw Objection(words: "no \(field) is called \(pattern.text)")
        }
      }
      test = .field(field, patterns)
      return
    }
    guard meant.isNumber else {
      throw Objection(words: "\(field) is no number; \(field):WORD looks for text")
    }
    guard let number = Self.number(value, of: field) else {
      throw Objection(words: "\(field)\(body[place]) needs a number, such as \(meant.example)")
    }
    test = body[place] == ">" ? .above(field, number) : .below(field, number)
  }

  var objectionToActing: String? {
    switch test {
    case .word(let patterns): return patterns.isEmpty ? "a word is missing" : nil
    case .field(let field, let patterns):
      if SessionField.named(field) == nil { return "sessions have no \(field)" }
      return patterns.isEmpty ? "\(field): needs a value" : nil
    case .above(let field, _), .below(let field, _):
      return SessionField.named(field) == nil ? "sessions have no \(field)" : nil
    case .since, .until: return "sessions have no time range"
    }
  }

  var isOfSessionsAlone: Bool {
    switch test {
    case .field(let field, let patterns): !patterns.isEmpty && Self.isOfSessionsAlone(field)
    case .above(let field, _), .below(let field, _): Self.isOfSessionsAlone(field)
    case .word, .since, .until: false
    }
  }

  private static func isOfSessionsAlone(_ field: String) -> Bool {
    guard let known = SessionField.named(field) else { return field == "transport" }
    return !["server", "user", "id", "error"].contains(known.name)
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
      return number.isNaN ? false : (number > limit) != isNegated
    case .below(let field, let limit):
      guard let number = row.number(of: field, at: row.now) else { return true }
      return number.isNaN ? false : (number < limit) != isNegated
    case .since(let second): return row.isSince(second).map { $0 != isNegated } ?? true
    case .until(let second, nil): return row.isSince(second).map { $0 == isNegated } ?? true
    case .until(let second, let since?):
      return row.isBefore(second, since: since).map { $0 != isNegated } ?? true
    }
  }

  /// Where a stretch of time begins, if this says so.
  var beginning: Int? { if case .since(let second) = test, !isNegated { second } else { nil } }

  /// The same as the end of what begins at `since`.
  func following(_ since: Int) -> Term {
    guard case .until(let second, _) = test else { return self }
    var term = self
    term.test = .until(second, since: since)
    return term
  }

  private static func kind(of field: String) -> (isNumber: Bool, example: String)? {
    if let known = SessionField.named(field) {
      let isTime = ["for", "age", "good", "p95"].contains(known.name)
      return (known.number != nil, isTime ? "\(field)>\(known.name == "p95" ? "500ms" : "5m")" : "\(field)>0")
    }
    switch field {
    case "ses": return (true, "ses>1")
    case "ago": return (true, "ago<10m")
    case "transport", "event", "level": return (false, "")
    default: return nil
    }
  }

  /// Alternatives; one in quotes behind `=` may hold anything.
  private static func patterns(_ text: Substring) throws(Objection) -> [Pattern] {
    if text.hasPrefix("=") {
      return exactAlternatives(text.dropFirst()).map { Pattern(exactly: unquoted($0)[...]) }
    }
    let parts = text.first == "/" ? [text] : text.split(separator: "|")
    return try parts.map { (part) throws(Objection) in
      guard let pattern = Pattern(part) else {
        throw Objection(words: "the expression \(PrintableText.line(String(part), limit: 30)) cannot be read")
      }
      return pattern
    }
  }

  /// Times in seconds; latencies without a unit are milliseconds, as everywhere else.
  private static func number(_ text: Substring, of field: String) -> Double? {
    seconds(inSpan: text, bare: field == "p95" ? 0.001 : 1)
  }
}

/// The known word that was probably meant: the same but for its end, or one letter away.
private func suggestion(for word: String, among known: [String]) -> String? {
  known.first { $0.hasPrefix(word) || word.hasPrefix($0) } ?? known.first { isNear(word, $0) }
}

/// Whether one letter more, one less, one wrong or two swapped make one of the other.
private func isNear(_ left: String, _ right: String) -> Bool {
  let (a, b) = (Array(left), Array(right))
  let front = zip(a, b).prefix { $0 == $1 }.count
  let back = zip(a.dropFirst(front).reversed(), b.dropFirst(front).reversed()).prefix { $0 == $1 }.count
  let (x, y) = (a.count - front - back, b.count - front - back)
  if x == 2, y == 2 { return a[front] == b[front + 1] && a[front + 1] == b[front] }
  return x <= 1 && y <= 1
}
