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
]

/// Within a target the compiler lets every file use every other; here folders may only use those below them.
///
/// By the names of types and free functions that only one folder declares, which is not the compiler's view
/// but near to it.
@Suite struct `Folders of a target` {
  @Test(arguments: house) func `use only what stands below them`(storeys: Storeys) {
    let files = Tree.swiftFiles.filter { $0.path.hasPrefix("Sources/\(storeys.target)/") }
    let offences = arrowsUp(files, storeys.folders)
    #expect(offences.isEmpty, "\(offences.joined(separator: "\n"))")
    #expect(Set(files.compactMap(\.folder)) == Set(storeys.folders), "a folder has no place in the order")
  }

  @Test func `are caught when one looks up`() {
    let files = [
      SourceFile(path: "Sources/TopDisplay/Frame/A.swift", text: "let a = ViewModel()\nlet b = folded(1)"),
      SourceFile(
        path: "Sources/TopDisplay/Model/B.swift",
        text: "struct ViewModel {}\nfunc folded(_ a: Int) {}\nprivate func own() {}"),
      SourceFile(
        path: "Sources/TopDisplay/Panes/C.swift", text: "let c = ViewModel() // fine\nprivate func own() {}"),
    ]
    #expect(
      arrowsUp(files, ["Frame", "Model", "Panes"]) == [
        "Sources/TopDisplay/Frame/A.swift uses ViewModel of Model",
        "Sources/TopDisplay/Frame/A.swift uses folded of Model",
      ])
  }
}

extension SourceFile {
  /// The folder within the target; nil for files beside the folders.
  fileprivate var folder: String? {
    let parts = path.split(separator: "/")
    return parts.count == 4 ? String(parts[2]) : nil
  }

  /// Types and functions that do not belong to a type.
  fileprivate var declared: [String] {
    code.compactMap { line in
      let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
      guard line.first?.isLetter == true || line.first == "@", !words.contains("private"),
        !words.contains("fileprivate"),
        let place = words.firstIndex(where: {
          ["struct", "enum", "class", "protocol", "func", "typealias"].contains($0)
        }), place + 1 < words.count
      else { return nil }
      return words[place + 1]
    }
  }

  /// Words that begin like types, and names that are called, but not as members.
  fileprivate var used: Set<String> {
    var names: Set<String> = []
    for line in code {
      var word = ""
      var before: Character = " "
      for character in line + " " {
        if character.isLetter || character.isNumber || character == "_" {
          word.append(character)
          continue
        }
        if word.first?.isUppercase == true || character == "(" && before != "." { names.insert(word) }
        word = ""
        before = character
      }
    }
    return names
  }
}

private func arrowsUp(_ files: [SourceFile], _ folders: [String]) -> [String] {
  let known = files.map { (file: $0, declared: $0.declared, used: $0.used) }
  var homes: [String: Set<String>] = [:]
  for (file, declared, _) in known {
    for name in declared { homes[name, default: []].insert(file.folder ?? "") }
  }
  return known.flatMap { file, declared, used -> [String] in
    guard let folder = file.folder, let storey = folders.firstIndex(of: folder) else { return [] }
    return used.subtracting(declared).sorted().compactMap { name in
      guard let homes = homes[name], homes.count == 1, let home = homes.first,
        let other = folders.firstIndex(of: home), other > storey
      else { return nil }
      return "\(file.path) uses \(name) of \(home)"
    }
  }
}
