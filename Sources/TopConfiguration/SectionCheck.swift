import MCPSessions

/// Holds the sections of a file against what its owner reads. Sections of others are skipped without a word,
/// unless they look like a slip of the one that matters.
func checkSections(of file: ConfigurationFile, _ findings: inout Findings) {
  let root = file.root
  let meant = slip(in: file)
  if let meant {
    findings.add(
      root.diagnostic(
        .error, meant.key, at: meant.mark, "unknown section, so no servers are read",
        remedy: "did you mean mcpServers?"))
  }
  checkServers(of: file, &findings)
  checkNesting(of: file, &findings)
  // A file of servers only is everybody's; LibreChat's own rules hold where its own sections are.
  guard file.owner.kind == .libreChat, LibreChatSections.isIn(root.mapping) else { return }
  checkLibreChat(root, except: meant, &findings)
}

/// A section that was probably meant to be the one with the servers.
private func slip(in file: ConfigurationFile) -> Entry? {
  guard !file.isOurs, file.sites.isEmpty, file.root.mapping["mcpServers"] == nil else { return nil }
  return file.root.mapping.entries.first { entry in
    suggestion(for: entry.key, among: ["mcpServers"]) != nil
  }
}

/// The section with the servers is there and holds something else.
private func checkServers(of file: ConfigurationFile, _ findings: inout Findings) {
  let key = "mcpServers"
  if file.owner.kind == .visualStudioCode, let entry = file.root.mapping.entry(key) {
    findings.add(
      file.root.diagnostic(
        .warning, key, at: entry.mark, "VS Code reads servers, not mcpServers", remedy: "rename it"))
  }
  guard let entry = file.root.mapping.entry(key), entry.value.mapping == nil else { return }
  if entry.value.isNull {
    // LibreChat refuses a file whose section is there and empty; `{}` is what it wants to read.
    findings.add(
      file.root.diagnostic(
        .error, key, at: entry.mark, "is empty",
        remedy: "write the servers below it, or '\(key): {}'"
          + (file.owner.kind == .libreChat ? " (\(refusesFile))" : "")))
  } else if file.owner.followsLibreChat || entry.value.scalar.map({ !$0.text.hasSuffix(".json") }) ?? false {
    _ = file.root.section(key, &findings)
  }
}

/// Servers one step too deep: LibreChat reads the top level only. `interface.mcpServers` holds permissions.
private func checkNesting(of file: ConfigurationFile, _ findings: inout Findings) {
  guard file.owner.followsLibreChat else { return }
  for outer in file.root.mapping.entries {
    guard let inner = outer.value.mapping?.entry("mcpServers"), let servers = inner.value.mapping,
      servers.entries.contains(where: { isServer($0.value) })
    else { continue }
    findings.add(
      Diagnostic(
        file: file.path, mark: inner.mark, .error, path: joinedPath([outer.key, inner.key]),
        "stands inside \(shownName(outer.key)), \(file.owner.name) reads it at the top level only",
        remedy: "move it to the margin"))
  }
}

private func checkLibreChat(_ root: Section, except meant: Entry?, _ findings: inout Findings) {
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
        .warning, "version", at: root.mapping.entries.first?.mark, "is missing",
        remedy: "add it in quotes (\(refusesFile))"))
  }
  for entry in root.mapping.entries where !LibreChatSections.known.contains(entry.key) {
    guard entry.key != meant?.key else { continue }
    let known = suggestion(for: entry.key, among: LibreChatSections.sorted)
    findings.add(
      root.diagnostic(
        .warning, entry.key, at: entry.mark, "unknown section, \(refusesFile)",
        remedy: known.map { "did you mean \($0)?" } ?? ""))
  }
}
