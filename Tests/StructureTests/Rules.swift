import Testing

/// One thing that holds for every file; what breaks it comes back as a sentence for each line.
struct Rule: CustomTestStringConvertible, Sendable {
  let name: String
  let offences: @Sendable (SourceFile) -> [String]

  var testDescription: String { name }
}

let rules: [Rule] = [
  Rule(name: "imports follow the map of the house") { file in
    imports(file).compactMap { line, module in
      allowedImports(file).contains(module) ? nil : "\(line): imports \(module)"
    }
  },
  Rule(name: "Foundation is nowhere") { file in
    imports(file).filter { $0.module == "Foundation" }.map { "\($0.line): imports Foundation" }
  },
  Rule(name: "JSON has one reader, and one other that it is held against") { file in
    guard file.path != "Tests/FuzzingTests/Targets/JSONTarget.swift" else { return [] }
    return imports(file).filter { $0.module == "FoundationEssentials" }.map { "\($0.line): imports it" }
  },
  Rule(name: "the compiler's checks stay on") { file in
    lines(file, holding: ["@unchecked Sendable", "nonisolated(unsafe)", "@preconcurrency", "unsafeBitCast"])
  },
  Rule(name: "nothing traps on an error") { file in
    guard file.isSource else { return [] }
    return lines(file, holding: ["try!", "as!"])
      + file.code.enumerated().filter { forcesAnOptional($0.element) }.map {
        "\($0.offset + 1): unwraps by force"
      }
  },
  Rule(name: "no number from outside is calculated with unchecked") { file in
    guard borders.contains(file.path) else { return [] }
    return file.code.enumerated().filter { calculatesUnchecked($0.element) }
      .map { "\($0.offset + 1): calculates with plain operators" }
  },
  Rule(name: "a number with fractions becomes a whole one within a range") { file in
    guard file.isSource, file.path != "Sources/MCPSessions/Time/Saturation.swift" else { return [] }
    return file.code.enumerated().filter { wholesUnchecked($0.element) }
      .map { "\($0.offset + 1): makes a whole number of any Double; Int(saturating:) is for that" }
  },
  Rule(name: "the engine's loop has one way to the time, which sees a standstill") { file in
    guard file.path == "Sources/SessionEngine/Loop.swift" else { return [] }
    return Array(lines(file, holding: ["Moment.now"]).dropFirst())
  },
  Rule(name: "numbers of recorded lines have one reader") { file in
    guard file.path == "Sources/TopReports/LineReading.swift" else { return [] }
    return lines(file, holding: [".whole", ".number", ".milliseconds("])
  },
  Rule(name: "servers are told apart by the bytes of their names") { file in
    // `String` takes two spellings of a letter for one name, and one server for another.
    guard file.isSource, ["MCPSessions", "TopDisplay", "TopReports", "sessiontop"].contains(file.target)
    else {
      return []
    }
    let keyed = lines(
      file,
      holding: [
        "by: \\.key.server)", "by: \\.server)", "[server.name", "[session.key.server]", "[$0.server]",
        "Selection<String>", ".server == ", "Set(servers.map(\\.name", "Set(keys.map(\\.server",
      ])
    let compared = file.code.enumerated().filter { line in
      line.element.contains("servers")
        && [".name ==", "($0.name,", "($1.name,"].contains(where: line.element.contains)
    }.map { "\($0.offset + 1): takes names of servers for texts" }
    guard file.target == "TopDisplay", !keysThatAreNoNames.contains(file.path) else {
      return keyed + compared
    }
    return keyed + compared + lines(file, holding: ["[String:", "Set<String>"])
  },
  Rule(name: "nothing is left for later") { file in
    // The words are put together here, or this rule would find itself.
    let words = ["TO" + "DO", "FIX" + "ME"]
    return file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .filter { line in words.contains { line.element.contains($0) } }.map { "\($0.offset + 1): unfinished" }
  },
  Rule(name: "comments point only to what is in the repository") { file in
    guard file.isSource else { return [] }
    let words = ["DESIGN section", "reference/", "(reference:", "../shared"]
    return file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .filter { line in words.contains { line.element.contains($0) } }
      .map { "\($0.offset + 1): points elsewhere" }
  },
  Rule(name: "lines fit 110 columns") { file in
    // What stands between quotes, a screen or a sentence of a test, may need to be longer.
    let code = file.code
    return file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .filter { number, line in
        let isComment = line.first { $0 != " " } == "/"
        return line.count > 110 && (isComment || code[number].count > 110)
      }
      .map { "\($0.offset + 1): has \($0.element.count) characters" }
  },
  Rule(name: "files of more than 300 lines say why at their top") { file in
    let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count > 301 && lines.first?.hasPrefix("//") != true ? ["has \(lines.count - 1) lines"] : []
  },
  Rule(name: "pure rooms read no clock and draw no random number") { file in
    guard file.isSource, ["MCPWire", "MCPSessions", "TopDisplay", "TopReports"].contains(file.target) else {
      return []
    }
    return lines(
      file,
      holding: [
        "clock_gettime", "gettimeofday", " Date(", "Date.now", "DispatchTime", "ContinuousClock",
        "SuspendingClock", "SystemRandomNumberGenerator", "arc4random",
      ])
      + file.code.enumerated().filter { $0.element.contains(".random(") && !$0.element.contains("using:") }
      .map { "\($0.offset + 1): draws a random number of its own" }
  },
  Rule(name: "what is public is documented") { file in
    guard file.isSource else { return [] }
    return undocumented(file).map { "\($0): has no documentation" }
  },
  Rule(name: "only the library's face is public") { file in
    guard file.isSource, !["MCPSessions", "SessionEngine"].contains(file.target) else { return [] }
    return file.code.enumerated().filter { $0.element.split(separator: " ").contains("public") }
      .map { "\($0.offset + 1): is public; what crosses our own targets is for the package" }
  },
  Rule(name: "standard output is written in one place, which notes what is lost") { file in
    let place = ["Sources/sessiontop/Process.swift", "Sources/sessiontop/Output/StandardOutput.swift"]
    guard file.isSource, file.target == "sessiontop", !place.contains(file.path) else { return [] }
    return lines(file, holding: ["to: 1)", "stdout", "STDOUT_FILENO", "fputs(", " print(\"", "putchar("])
  },
  Rule(name: "the program ends in one place") { file in
    guard file.isSource, file.path != "Sources/sessiontop/Process.swift" else { return [] }
    return lines(file, holding: [" exit(", " _exit(", "(exit(", "{ exit("])
  },
  Rule(name: "tests wait on conditions, not on time") { file in
    guard file.path.hasPrefix("Tests/"), file.target != "StructureTests" else { return [] }
    return lines(file, holding: ["sleep("])
  },
]

/// Where a screen keeps something under words of its own: filters, columns, what is made unreadable.
private let keysThatAreNoNames: Set = [
  "Sources/TopDisplay/Model/SavedFilters.swift", "Sources/TopDisplay/Model/ColumnChoices.swift",
  "Sources/TopDisplay/Model/PrivateWords.swift", "Sources/TopDisplay/Frame/Hiding.swift",
]

private let pure: Set = ["Synchronization"]
private let system: Set = ["Glibc", "Synchronization"]
private let nio: Set = ["NIOCore", "NIOPosix", "NIOHTTP1"]

/// What a target may import; the packages' own arrows, said once more so that one cannot be widened unseen.
private func allowedImports(_ file: SourceFile) -> Set<String> {
  if file.path == "Tests/LibraryExample/Package.swift" { return ["PackageDescription"] }
  if file.target == "LibraryExample" { return ["SessionEngine"] }
  guard file.isSource else {
    let rooms: Set = [
      "MCPWire", "MCPSessions", "TopDisplay", "TopReports", "TopPlatform", "SessionEngine",
      "TopConfiguration", "TopConsole",
      "LoopbackServers", "sessiontop", "CTopLinux", "TopTestFolders",
    ]
    return rooms.union(system).union(nio).union(["FoundationEssentials", "Testing"])
  }
  switch file.target {
  case "MCPWire": return pure
  case "MCPSessions": return pure.union(["MCPWire"])
  case "TopDisplay": return pure.union(["MCPSessions"])
  case "TopReports": return pure.union(["MCPWire", "MCPSessions"])
  case "TopPlatform": return system.union(["CTopLinux", "CTopProcess"])
  case "SessionEngine":
    return system.union([
      "CTopCrypto", "CTopCurl", "CTopLinux", "CTopZlib", "MCPWire", "MCPSessions", "TopPlatform",
    ])
  case "TopConfiguration": return system.union(["CTopTOML", "CTopYAML", "TopDisplay", "MCPSessions"])
  case "TopConsole": return system.union(["CTopNcurses", "TopDisplay"])
  case "LoopbackServers": return system.union(nio).union(["MCPWire"])
  case "sessiontop":
    return system.union(nio).union([
      "ArgumentParser", "TopConfiguration", "TopConsole", "TopDisplay", "SessionEngine", "LoopbackServers",
      "MCPWire",
      "TopReports", "MCPSessions", "TopPlatform",
    ])
  default: return []
  }
}

private func imports(_ file: SourceFile) -> [(line: Int, module: String)] {
  file.code.enumerated().compactMap { number, line in
    let words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
    let access: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    let rest = words.drop { access.contains($0) }
    guard rest.first == "import", let module = rest.dropFirst().last else { return nil }
    return (number + 1, String(module.prefix { $0 != "." }))
  }
}

private func lines(_ file: SourceFile, holding words: [String]) -> [String] {
  file.code.enumerated().flatMap { number, line in
    words.filter { line.contains($0) }.map { "\(number + 1): has \($0)" }
  }
}

/// The lines of public declarations, and of the cases of public enumerations, without a comment above them.
private func undocumented(_ file: SourceFile) -> [Int] {
  let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
  var isInEnumeration = false
  var found: [Int] = []
  for (number, code) in file.code.enumerated() {
    let words = code.split(separator: " ")
    if words.first == "public", words.contains("enum") { isInEnumeration = true }
    if code.hasPrefix("}") || words.first == "public" && !words.contains("enum") { isInEnumeration = false }
    let isDeclared = words.first == "public" && !words.contains("import")
    let isCase = isInEnumeration && words.first == "case" && !code.contains(": ") && !code.contains(" where ")
    guard isDeclared || isCase, number > 0 else { continue }
    if lines[number - 1].drop(while: { $0 == " " }).starts(with: "///") { continue }
    found.append(number + 1)
  }
  return found
}

/// An exclamation mark right behind a value, unless it begins `!=` or belongs to a type's declaration.
private func forcesAnOptional(_ line: String) -> Bool {
  let characters = Array(line)
  for (position, character) in characters.enumerated() where character == "!" && position > 0 {
    let before = characters[position - 1]
    guard before.isLetter || before.isNumber || before == "_" || ")]}\"".contains(before) else { continue }
    if position + 1 < characters.count, characters[position + 1] == "=" {
      // `a!=b` is a comparison, `a! == b` has a space; `a!==b` compares identities.
      continue
    }
    if String(characters[..<position]).hasSuffix("try") || String(characters[..<position]).hasSuffix(" as") {
      continue
    }
    return true
  }
  return false
}
