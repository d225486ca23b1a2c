import MCPSessions

// The command of a server that is a process, as its owner would start it.

extension ServerReader {
  /// The variables that clients hand on to the processes they start (SDKs of MCP, "get default environment").
  private static let inherited = ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"]

  mutating func readCommand() {
    guard let command = section.mapping["command"]?.scalar?.text else { return }
    let isOurs = context.owner.followsLibreChat
    var words = [command]
    // Others than LibreChat hand a whole line to a shell.
    if !isOurs, commandWords > 0, !command.hasPrefix("/") {
      words = command.split(whereSeparator: \.isWhitespace).map(String.init)
    }
    words += (section.mapping["args"]?.items ?? []).map { $0.scalar?.text ?? "" }
    var texts: [String] = []
    for word in words { texts.append(filled(word)) }
    let program = texts.first.map(trim) ?? ""
    guard !program.isEmpty else {
      findings.add(
        section.diagnostic(
          .error, "command", at: section.mapping.entry("command")?.value.mark, "is empty",
          remedy: "write the program to start\(section.consequence)"))
      return
    }
    var environment: [String: Secret] = [:]
    for name in Self.inherited { environment[name] = context.environment[name].map(Secret.init) }
    let entries = section.mapping["env"]?.mapping?.entries ?? []
    let own = entries.map(\.key).filter { ownEnvironment[$0] != nil }
    for entry in entries {
      environment[entry.key] = ownEnvironment[entry.key].map(Secret.init) ?? environment[entry.key]
      _ = filled(entry.value.scalar?.text ?? "")
    }
    for name in passedOn { environment[name] = ownEnvironment[name].map(Secret.init) }
    let folder = section.mapping["cwd"]?.scalar.flatMap { $0.value == .text ? filled($0.text) : nil }
    process = ServerProcess(
      program: relocatedProgram(program), arguments: texts.dropFirst().map(Secret.init),
      environment: environment, variables: own + passedOn,
      folder: folder.flatMap { $0.isEmpty ? nil : relocated($0, beside: section.file) })
  }

  /// A text with its variables in place; those that only an editor or a person has are missing.
  private mutating func filled(_ text: String) -> String {
    let result = substituted(text, with: ownEnvironment)
    let unknown = result.unresolved.filter { [.asked, .editor, .elsewhere].contains($0.reason) }
    if !unknown.isEmpty {
      needs(unknown.map(\.name))
      asksPerson = true
    }
    return result.text
  }

  /// `./server` stands beside its file; a bare name is looked for in PATH.
  private func relocatedProgram(_ program: String) -> String {
    program.contains("/") && section.mapping["cwd"] == nil
      ? relocated(program, beside: section.file) : program
  }
}
