/// Columns that are always shown or never, as the operator chose (`ui.columns`); all others are shown where
/// there is room for them.
package struct ColumnChoices: Hashable, Sendable {
  enum Choice: String, CaseIterable, Sendable {
    case always, never
  }

  /// The titles of columns that can be chosen, in the order of the lists; what a row is and how it fares
  /// always stays.
  package static let titles = [
    "ID", "USER", "KIND", "PROTOCOL", "FOR", "NEXT", "LIVE", "AGE", "P95", "GOOD", "ERR", "REC", "CPU", "MEM",
    "LAST HOUR", "WHY",
  ]
  /// The words of a choice.
  package static let words = ["always", "never", "auto"]

  private var choices: [String: Choice] = [:]

  package init() {}

  package var isEmpty: Bool { choices.isEmpty }

  subscript(title: String) -> Choice? { choices[title] }

  /// Chooses for a column by its title: `always`, `never`, or `auto` as there is room. Returns what is wrong,
  /// if anything; then nothing is changed.
  package mutating func choose(_ word: String, for title: String) -> String? {
    guard Self.titles.contains(title) else { return "there is no such column" }
    guard Self.words.contains(word) else { return "must be always, never or auto" }
    choices[title] = Choice(rawValue: word)
    return nil
  }

  /// From auto to always to never, and round.
  mutating func turn(_ title: String) {
    switch choices[title] {
    case nil: choices[title] = .always
    case .always: choices[title] = .never
    case .never: choices[title] = nil
    }
  }

  /// As a settings file has it: `{GOOD: never, "LAST HOUR": always}`.
  package var description: String {
    let words = Self.titles.compactMap { title in
      choices[title].map { "\(title.contains(" ") ? "\"\(title)\"" : title): \($0.rawValue)" }
    }
    return "{\(words.joined(separator: ", "))}"
  }

  /// As a file of ours keeps it, a line for each.
  package var lines: String {
    Self.titles.compactMap { title in choices[title].map { "\(title)=\($0.rawValue)\n" } }.joined()
  }

  /// What such a file says; what cannot be meant is passed over.
  package init(lines: String) {
    for line in lines.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 { _ = choose(parts[1], for: parts[0]) }
    }
  }

  /// Leaves out what is never shown, and lets what is always shown never leave.
  func applied<Row>(to columns: [Column<Row>]) -> [Column<Row>] {
    columns.compactMap { column in
      switch choices[column.title] {
      case nil: return column
      case .never: return nil
      case .always:
        var column = column
        column.rank = nil
        return column
      }
    }
  }
}
