import Testing

/// The rules of the house, held against the tree itself.
@Suite struct `Structure` {
  @Test(arguments: rules) func `every file keeps the rule`(rule: Rule) {
    #expect(Tree.swiftFiles.count > 50, "the tree is not where it was looked for: \(Tree.root)")
    for file in Tree.swiftFiles {
      let offences = rule.offences(file)
      #expect(offences.isEmpty, "\(file.path): \(offences.joined(separator: "; "))")
    }
  }

  @Test func `every border that is named exists`() {
    #expect(borders.subtracting(Tree.swiftFiles.map(\.path)).isEmpty)
  }

  @Test func `every theme is embedded and every embedded theme exists`() {
    let manifest = Tree.text(of: "Package.swift")
    let list = manifest.firstMatch(of: /let themes = \[([^\]]*)\]/)?.output.1 ?? ""
    let embedded = list.split(separator: ",").map { $0.filter { $0.isLetter || $0.isNumber || $0 == "-" } }
    let found = Tree.names(in: "themes").map { String($0.prefix { $0 != "." }) }
    #expect(embedded.sorted() == found)
    #expect(!found.isEmpty)
  }

  @Test func `each C library belongs to one target`() {
    let owners = [
      ("CTopCurl", "SessionEngine"), ("CTopCrypto", "SessionEngine"), ("CTopZlib", "SessionEngine"),
      ("CTopYAML", "TopConfiguration"), ("CTopTOML", "TopConfiguration"),
      ("CTopNcurses", "TopConsole"),
    ]
    for (library, owner) in owners {
      let users = Tree.swiftFiles.filter { file in file.code.contains { $0.hasSuffix("import \(library)") } }
      #expect(Set(users.map(\.target)) == [owner])
    }
  }

  @Test func `every test that the security page names exists`() {
    let page = Tree.text(of: ".github/SECURITY.md")
    let table = page.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2)
    #expect(table.count > 10)
    for line in table {
      let named = line.matches(of: /([A-Za-z\/]+\.swift): `([^`]+)`/)
      #expect(!named.isEmpty, "no test holds this line: \(line)")
      for test in named {
        let file = Tree.text(of: "Tests/\(test.output.1)")
        #expect(file.contains("func `\(test.output.2)`"), "\(test.output.1) has no test `\(test.output.2)`")
      }
    }
  }

  @Test func `the top level holds what a visitor expects`() {
    let expected: Set = [
      "Package.swift", "Package.resolved", "Sources", "Tests", "themes", "README.md", "Makefile", "LICENSE",
      "CHANGELOG.md",
    ]
    #expect(expected.subtracting(Tree.names(in: ".")) == [])
    let surprises = Tree.trackedNames.filter { !$0.hasPrefix(".") && !expected.contains($0) }
    #expect(surprises == [])
  }
}

/// A rule that catches nothing protects nothing: each is shown what it must catch and what it must not.
@Suite struct `Structure rules` {
  @Test(arguments: [
    ("imports follow the map of the house", "Sources/TopReports/A.swift", "import SessionEngine"),
    (
      "imports follow the map of the house", "Sources/TopDisplay/A.swift",
      "@preconcurrency public import Glibc"
    ),
    ("imports follow the map of the house", "Sources/MCPSessions/A.swift", "import struct CTopLinux.x"),
    ("imports follow the map of the house", "Sources/Unknown/A.swift", "import MCPWire"),
    ("imports follow the map of the house", "Tests/LibraryExample/Sources/A.swift", "import MCPSessions"),
    ("imports follow the map of the house", "Tests/SessionEngineTests/A.swift", "@testable import XCTest"),
    ("Foundation is nowhere", "Tests/SessionEngineTests/A.swift", "import Foundation"),
    ("Foundation is nowhere", "Sources/sessiontop/A.swift", "import class Foundation.Thread"),
    (
      "JSON has one reader, and one other that it is held against", "Sources/MCPWire/JSONReader.swift",
      "import FoundationEssentials"
    ),
    ("the compiler's checks stay on", "Sources/SessionEngine/A.swift", "class A: @unchecked Sendable {}"),
    ("the compiler's checks stay on", "Tests/SessionEngineTests/A.swift", "nonisolated(unsafe) var a = 1"),
    ("nothing traps on an error", "Sources/SessionEngine/A.swift", "let a = try! open()"),
    ("nothing traps on an error", "Sources/SessionEngine/A.swift", "let a = b as! Int"),
    ("the program ends in one place", "Sources/sessiontop/A.swift", "if isDone { exit(0) }"),
    ("nothing traps on an error", "Sources/SessionEngine/A.swift", "let a = b.first!.name"),
    ("nothing traps on an error", "Sources/SessionEngine/A.swift", "let a = b[0]! + 1"),
    ("nothing traps on an error", "Sources/SessionEngine/A.swift", "let a = f(\"text\")!"),
    ("nothing traps on an error", "Sources/SessionEngine/A.swift", "var window: Window!"),
    (
      "servers are told apart by the bytes of their names", "Sources/TopDisplay/A.swift",
      "var known: [String: Known] = [:]"
    ),
    (
      "servers are told apart by the bytes of their names", "Sources/TopReports/A.swift",
      "let sessions = Dictionary(grouping: all, by: \\.key.server)"
    ),
    (
      "servers are told apart by the bytes of their names", "Sources/sessiontop/A.swift",
      "let found = servers.first { $0.name == name }"
    ),
    (
      "no number from outside is calculated with unchecked", "Sources/MCPWire/ReplyReader.swift",
      "let wait = retry * 1_000"
    ),
    (
      "a number with fractions becomes a whole one within a range", "Sources/TopDisplay/A.swift",
      "let wait = Int(seconds.rounded())"
    ),
    (
      "a number with fractions becomes a whole one within a range", "Sources/TopReports/A.swift",
      "let part = Int64(Double(width) * share)"
    ),
    (
      "numbers of recorded lines have one reader", "Sources/TopReports/LineReading.swift",
      "let load = value[name]?.number"
    ),
    ("nothing is left for later", "Sources/SessionEngine/A.swift", "// TO" + "DO: finish"),
    (
      "comments point only to what is in the repository", "Sources/TopDisplay/A.swift",
      "/// See reference/tui.md."
    ),
    ("lines fit 110 columns", "Tests/SessionEngineTests/A.swift", String(repeating: "é", count: 111)),
    (
      "lines fit 110 columns", "Tests/SessionEngineTests/A.swift",
      "  // " + String(repeating: "x ", count: 60)
    ),
    (
      "files of more than 300 lines say why at their top", "Sources/SessionEngine/A.swift",
      "import MCPWire" + String(repeating: "\n", count: 301)
    ),
    (
      "pure rooms read no clock and draw no random number", "Sources/MCPSessions/A.swift",
      "let a = ContinuousClock.now"
    ),
    (
      "pure rooms read no clock and draw no random number", "Sources/MCPSessions/A.swift",
      "let a = Int.random(in: 0...1)"
    ),
    ("pure rooms read no clock and draw no random number", "Sources/MCPWire/A.swift", "clock_gettime(0, &t)"),
    ("what is public is documented", "Sources/SessionEngine/A.swift", "import B\npublic struct A {"),
    (
      "what is public is documented", "Sources/SessionEngine/A.swift",
      "/// A.\npublic enum A {\n  /// B.\n  case b\n  case c = \"d\"\n}"
    ),
    ("only the library's face is public", "Sources/TopReports/A.swift", "  public var a = 1"),
    ("only the library's face is public", "Sources/TopReports/A.swift", "public import MCPSessions"),
    (
      "standard output is written in one place, which notes what is lost", "Sources/sessiontop/A.swift",
      "_ = writeAll(text, to: 1)"
    ),
    ("tests wait on conditions, not on time", "Tests/SessionEngineTests/A.swift", "usleep(1_000)"),
    (
      "tests wait on conditions, not on time", "Tests/SessionEngineTests/A.swift",
      "try await Task.sleep(for: a)"
    ),
  ])
  func `bite`(name: String, path: String, text: String) throws {
    let rule = try #require(rules.first { $0.name == name })
    #expect(!rule.offences(SourceFile(path: path, text: text)).isEmpty)
  }

  @Test(arguments: [
    ("Sources/TopReports/A.swift", "import MCPWire\npackage import MCPSessions"),
    ("Tests/FuzzingTests/Targets/JSONTarget.swift", "import FoundationEssentials"),
    ("Sources/MCPWire/ReplyReader.swift", "guard document.count + bytes.count <= limit else { return }"),
    ("Sources/SessionEngine/A.swift", "if a != b, !c { print(\"stop! \\\"now!\\\"\") } // really! as! try!"),
    (
      "Sources/SessionEngine/A.swift",
      "let text = \"\"\"\n  import Foundation\n  value! try! @unchecked Sendable\n  \"\"\""
    ),
    ("Sources/MCPSessions/A.swift", "let a = Int.random(in: 0...1, using: &generator)"),
    ("Sources/SessionEngine/A.swift", "let a = ContinuousClock.now"),
    (
      "Sources/SessionEngine/A.swift",
      "/// A.\npublic enum A {\n  /// B.\n  case b\n}\n\nenum C {\n  case d\n}"
    ),
    ("Tests/SessionEngineTests/A.swift", "let a = b.first!\nlet c = \"sleep(1)\""),
    ("Sources/SessionEngine/A.swift", "// A table.\n" + String(repeating: "\n", count: 400)),
    ("Sources/SessionEngine/A.swift", String(repeating: "é", count: 110)),
    ("Tests/SessionEngineTests/A.swift", "let screen = \"" + String(repeating: "x", count: 120) + "\""),
  ])
  func `leave alone what is right`(path: String, text: String) {
    let file = SourceFile(path: path, text: text)
    for rule in rules { #expect(rule.offences(file) == [], "\(rule.name)") }
  }
}
