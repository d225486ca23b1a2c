import MCPSessions

/// One problem of a configuration: where it stands, what is wrong and what to do about it.
///
/// Every text in it is printable, and no value of a file or of the environment is ever quoted: any value
/// may be a secret.
package struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
  package enum Severity: String, CaseIterable, Sendable {
    /// What is concerned cannot be used, here or by the file's own program.
    case error
    /// It works, but hardly as it is meant.
    case warning
    /// Worth knowing.
    case notice
  }

  /// The file as it was named, or `environment`.
  package let file: String
  /// Absent when the whole file is concerned.
  package let mark: Mark?
  package let severity: Severity
  /// The keys down to the place, joined by dots; empty when the whole file is concerned.
  package let path: String
  package let problem: String
  /// What to do; empty when the problem says it already.
  package let remedy: String
  /// The file's own program refuses what is concerned; this one works with it all the same.
  package private(set) var isOfOwnerOnly = false

  package init(
    file: String, mark: Mark? = nil, _ severity: Severity, path: String = "", _ problem: String,
    remedy: String = ""
  ) {
    self.file = PrintableText.line(file, limit: 4_096)
    self.mark = mark
    self.severity = severity
    self.path = PrintableText.line(path, limit: Self.textLimit)
    self.problem = PrintableText.line(problem, limit: Self.textLimit)
    self.remedy = PrintableText.line(remedy, limit: Self.textLimit)
  }

  /// The longest path, problem or remedy, in characters.
  package static let textLimit = 400

  /// Problem and remedy in one sentence.
  package var message: String { remedy.isEmpty ? problem : "\(problem); \(remedy)" }

  func ofOwnerOnly() -> Diagnostic {
    var result = self
    result.isOfOwnerOnly = true
    return result
  }

  /// `file:line:column: severity: path: what is wrong; what to do`.
  package var description: String {
    let place = mark.map { "\(file):\($0.line):\($0.column)" } ?? file
    return ([place, severity.rawValue] + (path.isEmpty ? [] : [path]) + [message]).joined(separator: ": ")
  }
}

/// Problems as they are found, until they are sorted for people.
struct Findings {
  /// Most diagnostics of one run and severity; a file of garbage must not fill the memory with complaints,
  /// and notices must not push out errors.
  static let limit = 10_000

  private(set) var diagnostics: [Diagnostic] = []
  private(set) var dropped = 0
  private var counts: [Diagnostic.Severity: Int] = [:]

  var firstError: Diagnostic? { diagnostics.first { $0.severity == .error } }

  mutating func add(_ diagnostic: Diagnostic) {
    guard counts[diagnostic.severity, default: 0] < Self.limit else {
      dropped += 1
      return
    }
    counts[diagnostic.severity, default: 0] += 1
    diagnostics.append(diagnostic)
  }

  mutating func add(_ other: Findings) {
    for diagnostic in other.diagnostics { add(diagnostic) }
    dropped += other.dropped
  }

  /// The same with each unknown key of a file told once: programs write theirs into every entry.
  func withStrangersOnce() -> Findings {
    var result = Findings()
    var told: [String: Int] = [:]
    for diagnostic in diagnostics {
      guard diagnostic.problem.hasPrefix("unknown key"), let dot = diagnostic.path.lastIndex(of: ".") else {
        continue
      }
      told[String(diagnostic.path[dot...]), default: 0] += 1
    }
    var seen: Set<String> = []
    for diagnostic in diagnostics {
      guard diagnostic.problem.hasPrefix("unknown key"), let dot = diagnostic.path.lastIndex(of: ".") else {
        result.add(diagnostic)
        continue
      }
      let key = String(diagnostic.path[dot...])
      guard seen.insert(key).inserted else { continue }
      let others = told[key, default: 1] - 1
      result.add(
        others == 0
          ? diagnostic
          : Diagnostic(
            file: diagnostic.file, mark: diagnostic.mark, diagnostic.severity, path: diagnostic.path,
            "\(diagnostic.problem) (the same in \(others) more server\(others == 1 ? "" : "s"))",
            remedy: diagnostic.remedy))
    }
    result.dropped += dropped
    return result
  }

  /// The same, of something that is left alone: nothing goes wrong by it.
  func asNotices() -> Findings {
    var result = Findings()
    for diagnostic in diagnostics {
      result.add(
        Diagnostic(
          file: diagnostic.file, mark: diagnostic.mark, .notice, path: diagnostic.path, diagnostic.problem,
          remedy: diagnostic.remedy))
    }
    result.dropped = dropped
    return result
  }

  /// By place: files in the order in which they were read, then line and column.
  func sorted(files: [String]) -> [Diagnostic] {
    let ranks = Dictionary(
      files.enumerated().map { (PrintableText.line($1, limit: 4_096), $0) }, uniquingKeysWith: min)
    func rank(_ diagnostic: Diagnostic) -> (Int, Int, Int) {
      (ranks[diagnostic.file] ?? Int.max, diagnostic.mark?.line ?? 0, diagnostic.mark?.column ?? 0)
    }
    var result = diagnostics.enumerated().map { (rank($1), $0, $1) }
      .sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 < $1.0 }
      .map { $0.2 }
    if dropped > 0, let file = result.last?.file {
      result.append(
        Diagnostic(
          file: file, .warning, "\(dropped) further problems are not shown",
          remedy: "mend the first \(Self.limit) and check again"))
    }
    return result
  }
}
