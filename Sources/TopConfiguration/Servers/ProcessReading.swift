import MCPSessions

// Servers that are started as a process.

extension ServerReader {
  mutating func readProcess() {
    if let command = section.text("command", &findings) {
      // What stands behind the program's name may be a secret.
      let program = String(trim(command.value).prefix { !$0.isWhitespace })
      // `KEY=value program` begins with a value.
      let isProgram = !program.contains("=") && !looksLikeKey(program)
      resolve("command", isProgram ? .text(PrintableText.line(program)) : .masked, at: command.mark)
    } else if section.mapping["command"] == nil {
      findings.add(
        section.diagnostic(
          .error, "command", at: section.mapping.entries.first?.mark, "is missing",
          remedy: "write the program to start\(section.consequence)"))
    }
    let isOurs = context.owner.followsLibreChat
    let environment =
      isOurs
      ? section.textMap("env", &findings) : section.looseTextMap("env", &findings)
    for (entry, text) in environment {
      resolve("env.\(shownName(entry.key))", .masked, at: entry.mark)
      checkVariables(text, "env.\(entry.key)")
      ownEnvironment[entry.key] = substituted(text.value).text
    }
    if !isOurs { readPassedOn() }
    if let node = section.mapping["args"] {
      resolve("args", .masked, at: node.mark)
      if isOurs { _ = section.texts("args", &findings) }
      // What a wrapper is told is looked at where it goes.
      for (index, item) in (wrapper == nil ? node.items ?? [] : []).enumerated() {
        guard let scalar = item.scalar, scalar.value == .text else { continue }
        checkVariables(
          Located(value: scalar.text, mark: item.mark), "\(section.written["args"] ?? "args")[\(index)]")
      }
    } else if isOurs {
      findings.add(
        section.diagnostic(
          .error, "args", at: section.mapping.entry("command")?.mark, "is missing",
          remedy: "write 'args: []'\(section.consequence)"))
    }
    guard isOurs else { return }
    _ = section.text("cwd", &findings)
    readErrorOutput()
  }

  /// Names of variables that go from here to the process: `env_vars` of Codex, `env_keys` of goose.
  private mutating func readPassedOn() {
    for key in ["env_vars", "env_keys"] {
      for item in original[key]?.items ?? [] {
        // Codex takes `{name: ..., source: ...}` as well.
        guard let name = item.scalar?.text ?? item.mapping?["name"]?.scalar?.text, !name.isEmpty,
          ownEnvironment[name] == nil
        else { continue }
        guard let value = context.environment[name] else {
          findings.add(
            section.diagnostic(
              .notice, key, at: item.mark,
              "names \(shownName(name)), which is not set in this environment: the server starts without it",
              remedy: "set it where sessiontop is started, or write it under env"))
          continue
        }
        ownEnvironment[name] = value
        passedOn.append(name)
      }
    }
  }

  /// A word or the number of a descriptor.
  private mutating func readErrorOutput() {
    guard let node = section.mapping["stderr"] else { return }
    if let number = node.scalar?.value.whole, number >= 0 { return }
    let words = ["pipe", "ignore", "inherit"]
    if let scalar = node.scalar, scalar.value == .text, words.contains(scalar.text) { return }
    findings.add(
      section.diagnostic(
        .error, "stderr", at: node.mark, "must be pipe, ignore, inherit or the number of a descriptor",
        remedy: "write one of them\(section.consequence)"))
  }

  /// Texts that never go out from here; LibreChat would pass them on with the variable in them. What another
  /// program makes of its own processes is worth a notice at most.
  mutating func checkVariables(_ text: Located<String>, _ key: String) {
    let severity = context.owner.followsLibreChat ? Diagnostic.Severity.warning : .notice
    for variable in substituted(text.value, with: ownEnvironment).unresolved {
      if [.asked, .editor, .elsewhere].contains(variable.reason) { continue }
      // Other programs have more ways to fill in than are known here.
      if variable.reason == .noName, severity == .notice { continue }
      let (problem, remedy) = words(for: variable, in: .process)
      findings.add(section.diagnostic(severity, key, at: text.mark, problem, remedy: remedy))
    }
  }
}
