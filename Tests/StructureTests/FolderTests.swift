import Testing

/// A target whose folders build on each other, the lowest first.
struct Storeys: CustomTestStringConvertible, Sendable {
  let target: String
  let folders: [String]

  var testDescription: String { target }
}

private let house = [
  Storeys(
    target: "MCPSessions",
    folders: ["Time", "Server", "Text", "Store", "Session", "Authorization", "Fleet", "Probe", "Export"]),
  Storeys(target: "TopDisplay", folders: ["Frame", "Keys", "Model", "Panes", "Input"]),
  Storeys(
    target: "TopConfiguration", folders: ["YAML", "TOML", "Themes", "Settings", "Owners", "Servers"]),
  Storeys(target: "SessionEngine", folders: ["Authorization", "Export", "Probe", "Library"]),
  Storeys(
    target: "sessiontop", folders: ["Output", "Serving", "Watching", "SigningIn", "Dashboard", "Commands"]),
]

/// Within a target the compiler lets every file use every other; here folders may only use those below them.
/// Files beside the folders are the middle of a target: they may use all, and all may use them.
///
/// By the names of types, free functions and members of extensions that only one folder declares, which is
/// not the compiler's view but near to it.
@Suite struct `Folders of a target` {
  @Test(arguments: house) func `use only what stands below them`(storeys: Storeys) {
    let files = sources.filter { $0.target == storeys.target }
    let offences = arrowsUp(files, storeys.folders, beside: sources.filter { $0.target != storeys.target })
    #expect(offences.isEmpty, "\(offences.joined(separator: "\n"))")
    let found = Set(files.map(\.folder)).subtracting([""])
    #expect(found == Set(storeys.folders), "a folder has no place in the order")
  }

  @Test func `are caught when one looks up`() {
    let files = [
      SourceFile(
        path: "Sources/TopDisplay/Frame/A.swift",
        text: "let a = ViewModel()\nlet b = folded(1)\nlet c = a.tint + a.width\nlet d = Settings()"),
      SourceFile(
        path: "Sources/TopDisplay/Model/B.swift",
        text: "struct ViewModel {}\nfunc folded(_ a: Int) {}\nprivate func own() {}\nstruct Settings {}"),
      SourceFile(
        path: "Sources/TopDisplay/Panes/C.swift",
        text: """
          let c = ViewModel() // fine
          private func own() {}
          extension ViewModel {
            var tint: Int { width }
            private var width: Int { 1 }
          }
          """),
    ]
    let beside = [SourceFile(path: "Sources/TopReports/D.swift", text: "struct Settings {}")]
    #expect(
      arrowsUp(files.map(Names.init), ["Frame", "Model", "Panes"], beside: beside.map(Names.init)) == [
        "Sources/TopDisplay/Frame/A.swift uses ViewModel of Model",
        "Sources/TopDisplay/Frame/A.swift uses folded of Model",
        "Sources/TopDisplay/Frame/A.swift uses tint of Panes",
      ])
  }
}

private let sources = Tree.swiftFiles.filter(\.isSource).map(Names.init)

/// What a file names, as far as arrows go.
private struct Names: Sendable {
  let path: String
  let target: String
  /// The folder within the target; empty for files beside the folders.
  let folder: String
  /// Types, and functions that belong to none.
  var declared: Set<String> = []
  /// Members of extensions, for whoever can see their types.
  var added: Set<String> = []
  /// Whatever has a name.
  var known: Set<String> = []
  /// Words that begin like types, and names that are called, but not as members.
  var used: Set<String> = []
  /// Members of something.
  var members: Set<String> = []

  init(_ file: SourceFile) {
    path = file.path
    target = file.target
    let parts = path.split(separator: "/")
    folder = parts.count == 4 ? String(parts[2]) : ""
    var isInExtension = false
    for line in file.code {
      let words = line.split { !Self.isLetter($0) }.map(String.init)
      let isHidden = words.contains("private") || words.contains("fileprivate")
      let isOutermost = line.first?.isLetter == true || line.first == "@"
      if isOutermost { isInExtension = words.contains("extension") && !isHidden }
      let isMember = isInExtension && !isHidden && line.prefix { $0 == " " }.count == 2
      for (kind, name) in zip(words, words.dropFirst()) {
        if isOutermost, !isHidden, Self.types.contains(kind) { declared.insert(name) }
        if isMember, Self.values.contains(kind) { added.insert(name) }
        if Self.values.contains(kind) { known.insert(name) }
      }
      // Of several cases in a line each is one.
      if words.first == "case" { known.formUnion(words) }
      use(line)
    }
  }

  private static let types: Set = ["struct", "enum", "class", "protocol", "func", "typealias"]
  private static let values: Set = ["func", "var", "let"]

  private static func isLetter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  private mutating func use(_ line: String) {
    var word = ""
    var before: Character = " "
    for character in line + " " {
      if Self.isLetter(character) {
        word.append(character)
        continue
      }
      if before == ".", !word.isEmpty { members.insert(word) }
      if word.first?.isUppercase == true || character == "(" && before != "." { used.insert(word) }
      word = ""
      before = character
    }
  }
}

private func arrowsUp(_ files: [Names], _ folders: [String], beside: [Names]) -> [String] {
  // Where a name comes from: nowhere special if it comes from several places.
  var types: [String: Set<String>] = [:]
  var members: [String: Set<String>] = [:]
  for file in files + beside {
    let home = file.target == files.first?.target ? file.folder : "another target"
    for name in file.declared { types[name, default: []].insert(home) }
    for name in file.known { members[name, default: []].insert(home) }
  }
  let added = files.reduce(into: Set()) { $0.formUnion($1.added) }
  return files.flatMap { file -> [String] in
    guard let storey = folders.firstIndex(of: file.folder) else { return [] }
    let used = file.used.subtracting(file.known).subtracting(file.declared).map { ($0, types[$0]) }
    let dotted = file.members.intersection(added).map { ($0, members[$0]) }
    return (used + dotted).sorted { $0.0 < $1.0 }.compactMap { name, homes in
      guard let homes, homes.count == 1, let home = homes.first, let other = folders.firstIndex(of: home),
        other > storey
      else { return nil }
      return "\(file.path) uses \(name) of \(home)"
    }
  }
}
