import Sessions

/// One thing that is wrong with a file: where, what, and what to do. Never holds a value that may be secret.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
  public enum Severity: String, Sendable {
    /// What it concerns cannot be used.
    case error
    /// Works, but probably not as its author meant.
    case warning
    case notice
  }

  public let file: String
  /// Absent when the file as a whole is concerned.
  public let mark: Mark?
  public let severity: Severity
  /// `mcpServers.NAME.field`, empty for the file itself.
  public let path: String
  public let problem: String
  public let remedy: String

  init(_ severity: Severity, file: String, _ mark: Mark?, _ path: String, _ problem: String, _ remedy: String) {
    self.file = file
    self.mark = mark
    self.severity = severity
    self.path = PrintableText.line(path)
    self.problem = PrintableText.line(problem)
    self.remedy = PrintableText.line(remedy)
  }

  /// `file:line:column: severity: path: problem; remedy`.
  public var description: String {
    let place = mark.map { "\(file):\($0.line):\($0.column)" } ?? file
    return [place, severity.rawValue, path.isEmpty ? nil : path, "\(problem); \(remedy)"]
      .compactMap { $0 }.joined(separator: ": ")
  }
}

/// What a reader found wrong so far.
struct Findings {
  let file: String
  private(set) var diagnostics: [Diagnostic] = []

  init(file: String) {
    self.file = file
  }

  mutating func error(_ mark: Mark?, _ path: String, _ problem: String, _ remedy: String) {
    diagnostics.append(Diagnostic(.error, file: file, mark, path, problem, remedy))
  }

  mutating func warning(_ mark: Mark?, _ path: String, _ problem: String, _ remedy: String) {
    diagnostics.append(Diagnostic(.warning, file: file, mark, path, problem, remedy))
  }

  mutating func notice(_ mark: Mark?, _ path: String, _ problem: String, _ remedy: String) {
    diagnostics.append(Diagnostic(.notice, file: file, mark, path, problem, remedy))
  }
}

/// The known word that a misspelled one most likely means: at most two edits away, or equal but for case and `_-`.
func closest(to word: String, among known: [String]) -> String? {
  func plain(_ text: String) -> String { text.lowercased().filter { $0 != "_" && $0 != "-" } }
  if let same = known.first(where: { plain($0) == plain(word) }) { return same }
  let candidates = known.map { (word: $0, distance: editDistance(plain(word), plain($0))) }
  guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= min(2, best.word.count / 3) ? best.word : nil
}

private func editDistance(_ left: String, _ right: String) -> Int {
  let (left, right) = (Array(left.prefix(64)), Array(right.prefix(64)))
  var row = Array(0...right.count)
  for (i, a) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in right.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
      diagonal = above
    }
  }
  return row[right.count]
}
