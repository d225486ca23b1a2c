import ArgumentParser
import TopConfiguration
import MCPWire
import MCPSessions

/// `files`: what was found, or that nothing was.
struct FilesCommand: ProgramCommand {
  static let configuration = CommandConfiguration(
    commandName: "files",
    abstract: "List the configurations of this user that can be opened, whoever's they are.",
    discussion: """
      Looks in the known places of each program: the current directory and those above it, the home, the folder of \
      settings. Nothing else is read, and nobody is contacted. `sessiontop --found` opens them all.
      """)

  @Flag(help: "Print them as one JSON object.")
  var json = false

  func perform() -> Int32 {
    let found = foundFiles()
    if json {
      writeLine(filesLine(found))
      return ExitCode.done
    }
    guard !found.isEmpty else {
      writeLine("no configuration of a client of MCP is found in its known place")
      return ExitCode.done
    }
    for file in found { writeLine(words(for: file)) }
    writeLine("")
    writeLine("`sessiontop --found` opens them all, `sessiontop check FILE` tells the problems of one")
    return ExitCode.done
  }
}

/// All configurations of this user.
func foundFiles() -> [FoundFile] {
  findFiles(environment: environment, home: homeFolder, currentDirectory: currentDirectory)
}

/// Path, owner, servers by transport, problems.
func words(for file: FoundFile) -> String {
  let path = PrintableText.line(file.path, limit: 4_096)
  guard let source = file.loaded.sources.first else {
    return "\(path): cannot be read, " + problems(of: file)
  }
  let count = "\(source.servers) server\(source.servers == 1 ? "" : "s")"
  let kinds = transports(of: file).map { "\($0.count) \($0.name)" }.joined(separator: ", ")
  let found = problems(of: file)
  return "\(path): \(source.owner), \(count) (\(kinds))" + (found.isEmpty ? "" : ", \(found)")
}

private func problems(of file: FoundFile) -> String {
  let counts = [("error", Diagnostic.Severity.error), ("warning", .warning)].compactMap { word, severity in
    let count = file.loaded.diagnostics.count { $0.severity == severity }
    return count == 0 ? nil : "\(count) \(word)\(count == 1 ? "" : "s")"
  }
  return counts.joined(separator: ", ")
}

private func transports(of file: FoundFile) -> [(name: String, count: Int)] {
  Transport.allCases.compactMap { transport in
    let count = file.loaded.servers.count { $0.transport == transport }
    return count == 0 ? nil : (transport.rawValue, count)
  }
}

private func filesLine(_ found: [FoundFile]) -> String {
  var writer = JSONWriter()
  writer.object {
    $0.member("v", 1)
    $0.array("files") {
      for file in found {
        $0.object {
          $0.member("file", PrintableText.line(file.path, limit: 4_096))
          $0.member("owner", file.loaded.sources.first?.owner)
          $0.member("servers", file.loaded.servers.count)
          for kind in transports(of: file) { $0.member(kind.name.replacing("-", with: "_"), kind.count) }
          $0.member("errors", file.loaded.diagnostics.count { $0.severity == .error })
          $0.member("warnings", file.loaded.diagnostics.count { $0.severity == .warning })
        }
      }
    }
  }
  return writer.text
}
