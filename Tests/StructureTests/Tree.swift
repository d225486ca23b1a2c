import Glibc

/// A file of the project: where it lies, seen from the top, and what it says.
struct SourceFile: Sendable {
  let path: String
  let text: String

  /// Its lines without what the compiler does not read: comments, and what stands between quotes.
  ///
  /// Good enough for rules about words: a text over several lines counts as text from its opening quotes to
  /// its closing ones, and an expression inside a text is taken for text.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    var inText = false
    code = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let delimiters = line.count(of: "\"\"\"")
      defer { if delimiters % 2 == 1 { inText.toggle() } }
      if inText || delimiters > 0 { return inText ? "" : String(line.prefix(upTo: "\"\"\"")) }
      return line.withoutTextsAndComment
    }
  }

  /// The first folder below Sources or Tests: the target.
  var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

  var isSource: Bool { path.hasPrefix("Sources/") }
}

/// The project as it lies on the disk.
enum Tree {
  static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")

  /// Swift files below Sources and Tests.
  static let swiftFiles: [SourceFile] = ["Sources", "Tests"].flatMap { files(below: $0) }
    .filter { $0.hasSuffix(".swift") }.map { SourceFile(path: $0, text: text(of: $0)) }

  /// The names in a folder, hidden ones too, sorted.
  static func names(in folder: String) -> [String] {
    guard let directory = opendir(root + "/" + folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The names on the top level that git keeps, none outside of a clone. What else lies there is not ours:
  /// a compiler that may not write to its temporary folder leaves files of its own.
  static var trackedNames: Set<String> {
    guard let pipe = popen("git -C '\(root)' ls-files 2>/dev/null", "r") else { return [] }
    defer { pclose(pipe) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(pipe), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    let paths = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    return Set(paths.map { String($0.prefix { $0 != "/" }) })
  }

  static func text(of path: String) -> String {
    let file = open(root + "/" + path, O_RDONLY)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(file, &buffer, buffer.count), count > 0 { bytes += buffer.prefix(count) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func files(below folder: String) -> [String] {
    names(in: folder).filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
      let path = folder + "/" + name
      var status = stat()
      guard stat(root + "/" + path, &status) == 0 else { return [] }
      return status.st_mode & S_IFMT == S_IFDIR ? files(below: path) : [path]
    }
  }
}

extension StringProtocol {
  fileprivate func count(of word: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: word) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }

  fileprivate func prefix(upTo word: String) -> SubSequence {
    firstRange(of: word).map { self[..<$0.lowerBound] } ?? self[...]
  }

  fileprivate var withoutTextsAndComment: String {
    var result = ""
    var inText = false
    var previous: Character = " "
    for character in self {
      if character == "\"", previous != "\\" || !inText {
        inText.toggle()
        result.append(character)
      } else if !inText {
        if character == "/", previous == "/" { return String(result.dropLast()) }
        result.append(character)
      }
      previous = previous == "\\" && character == "\\" ? " " : character
    }
    return result
  }
}
