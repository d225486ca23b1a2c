import Sessions

/// One file that could be read, and whose it is.
struct ConfigurationFile {
  /// As it was named.
  let path: String
  let shape: FileShape
  let root: Section

  /// The section with the servers, if there is one.
  func servers(_ findings: inout Findings) -> Section? {
    let key = shape.serversKey
    guard let entry = root.mapping.entry(key) else { return nil }
    guard entry.value.isNull else { return root.section(key, &findings) }
    // LibreChat refuses a file whose section is there and empty; `{}` is what it wants to read.
    findings.add(
      root.diagnostic(
        .error, key, at: entry.mark, "is empty",
        remedy: "write the servers below it, or '\(key): {}'"
          + (shape == .libreChat ? " (\(refusesFile))" : "")))
    return nil
  }
}

/// Reads the files and those that they name; our own settings take effect in the order of the files.
func readFiles(
  _ paths: [String], in currentDirectory: String, _ own: inout SettingsReader, _ seen: inout Set<String>,
  _ findings: inout Findings
) -> [ConfigurationFile] {
  var files: [ConfigurationFile] = []
  for path in paths where seen.insert(resolved(path, in: currentDirectory)).inserted {
    guard let file = readConfigurationFile(path, in: currentDirectory, &findings) else { continue }
    files.append(file)
    guard file.shape == .own else { continue }
    file.root.checkKeys(FileShape.ownKeys, consequence: "nothing reads it", &findings)
    own.read(file.root, &findings)
    for (index, named) in (file.root.texts("files", &findings) ?? []).enumerated() {
      own.others.append(
        ResolvedSetting(
          name: "files[\(index)]", value: .text(PrintableText.line(named.value, limit: 400)),
          origin: .file(path, named.mark)))
      let inner = relocated(named.value, beside: path)
      guard seen.insert(resolved(inner, in: currentDirectory)).inserted else { continue }
      guard let other = readConfigurationFile(inner, in: currentDirectory, &findings) else { continue }
      files.append(other)
      if other.shape == .own {
        findings.add(
          Diagnostic(
            file: inner, .warning, "holds settings of sessiontop, of which only the servers are read here",
            remedy: "name the file with --config instead"))
      }
    }
  }
  return files
}

private func readConfigurationFile(
  _ path: String, in currentDirectory: String, _ findings: inout Findings
) -> ConfigurationFile? {
  let bytes: [UInt8]
  do throws(FileProblem) {
    bytes = try readFile(resolved(path, in: currentDirectory))
  } catch {
    findings.add(Diagnostic(file: path, .error, error.problem, remedy: error.remedy))
    return nil
  }
  let document = readYAML(bytes)
  let shape = document.root?.mapping.map { FileShape($0) }
  let isLibreChat = shape?.followsLibreChat ?? isLikelyLibreChat(path)
  for problem in document.problems {
    let consequence =
      isLibreChat && !problem.isReadElsewhere ? " (LibreChat starts with no configuration at all)" : ""
    findings.add(
      Diagnostic(
        file: path, mark: problem.mark, .error, path: problem.path, problem.problem,
        remedy: problem.remedy + consequence))
  }
  guard let root = document.root else {
    if document.problems.isEmpty {
      findings.add(Diagnostic(file: path, .error, "is empty", remedy: "add 'mcpServers:' with your servers"))
    }
    return nil
  }
  guard let mapping = root.mapping else {
    findings.add(
      Diagnostic(
        file: path, mark: root.mark, .error, "holds \(root.kind), not sections",
        remedy: "a configuration starts with 'mcpServers:'"))
    return nil
  }
  let file = ConfigurationFile(
    path: path, shape: FileShape(mapping), root: Section(file: path, keys: [], mapping: mapping))
  checkSections(file, &findings)
  return file
}

/// Whose a text is that cannot be read: desktop clients keep JSON, and our own file has its name.
private func isLikelyLibreChat(_ path: String) -> Bool {
  (path.hasSuffix(".yaml") || path.hasSuffix(".yml")) && !path.hasSuffix("sessiontop.yaml")
}

/// Sections of others are skipped without a word, unless they look like a slip of the one that matters.
private func checkSections(_ file: ConfigurationFile, _ findings: inout Findings) {
  let root = file.root
  let meant = root.mapping.entries.first { entry in
    suggestion(for: entry.key, among: ["mcpServers"]) != nil || entry.key.lowercased() == "mcp"
  }
  if file.shape != .own, root.mapping[file.shape.serversKey] == nil, let meant {
    findings.add(
      root.diagnostic(
        .error, meant.key, at: meant.mark, "unknown section, so no servers are read",
        remedy: "did you mean mcpServers?"))
  }
  // A file of servers only is everybody's; LibreChat's own rules hold where its own sections are.
  guard file.shape == .libreChat, FileShape.isLibreChat(root.mapping) else { return }
  if let version = root.mapping["version"] {
    if version.scalar?.value != .text {
      findings.add(
        root.diagnostic(
          .warning, "version", at: version.mark, "must be text, not \(version.kind)",
          remedy: "put it in quotes (\(refusesFile))"))
    }
  } else {
    findings.add(
      root.diagnostic(
        .notice, "version", at: root.mapping.entries.first?.mark, "is missing",
        remedy: "add it in quotes (\(refusesFile))"))
  }
  for entry in root.mapping.entries where !FileShape.libreChatKeys.contains(entry.key) {
    guard entry.key != meant?.key || root.mapping["mcpServers"] != nil else { continue }
    let known = suggestion(for: entry.key, among: FileShape.libreChatKeys.sorted())
    findings.add(
      root.diagnostic(
        known == nil ? .notice : .warning, entry.key, at: entry.mark, "unknown section, \(refusesFile)",
        remedy: known.map { "did you mean \($0)?" } ?? ""))
  }
}
