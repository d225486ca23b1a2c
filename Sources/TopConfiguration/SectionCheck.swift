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
  checkPlace(of: file, &findings)
  guard let entry = file.root.mapping.entry(key), entry.value.mapping == nil else { return }
  if entry.value.isNull {
    // LibreChat refuses a file whose section is there and empty; `{}` is what it wants to read.
    findings.add(
      file.root.diagnostic(
        .error, key, at: entry.mark, "is empty",
        remedy: "write the servers below it, or '\(key): {}'"
          + (file.owner.kind == .libreChat ? " (\(refusesFile))" : "")))
  } else if file.owner.followsLibreChat || entry.value.scalar.map({ !$0.text.hasSuffix(".json") }) ?? false {
    let isList = entry.value.items != nil
    file.root.wrongKind(
      entry.value, key, "a mapping",
      remedy: isList
        ? "write each server's name as a key: 'NAME: {type: ..., url: ...}'"
        : "write 'name: value' lines below it, indented", &findings)
  }
}

/// Servers in a section that other programs read and this one's owner does not. A file that has both is kept
/// for two programs.
private func checkPlace(of file: ConfigurationFile, _ findings: inout Findings) {
  let owner = file.owner
  guard owner.kind != .other, !owner.followsLibreChat else { return }
  let own = Set([owner.serversKey] + owner.otherServersKeys)
  let places = ["mcpServers", "servers", "mcp", "mcp.servers", "mcp_servers", "context_servers"]
  let keys = file.sites.map { $0.section.keys.joined(separator: ".") }
  guard keys.allSatisfy({ places.contains($0) && !own.contains($0) }), let site = file.sites.first,
    let first = site.section.keys.first, let entry = file.root.mapping.entry(first),
    !site.section.mapping.entries.isEmpty
  else { return }
  let key = keys[0]
  findings.add(
    file.root.diagnostic(
      .warning, key, at: entry.mark, "\(owner.name) reads \(owner.serversKey), not \(key)",
      remedy: "rename it"))
}

/// Servers one step too deep, or several: LibreChat reads the top level only. `interface` has permissions.
private func checkNesting(of file: ConfigurationFile, _ findings: inout Findings) {
  guard file.owner.followsLibreChat else { return }
  func search(_ mapping: Mapping, _ keys: [String]) {
    for entry in mapping.entries {
      guard let inner = entry.value.mapping else { continue }
      if !keys.isEmpty, entry.key == "mcpServers", inner.entries.contains(where: { isServer($0.value) }),
        keys != ["mcpServers"]
      {
        findings.add(
          Diagnostic(
            file: file.path, mark: entry.mark, .error, path: joinedPath(keys + [entry.key]),
            "stands inside \(joinedPath(keys)), \(file.owner.name) reads it at the top level only",
            remedy: "move it to the margin"))
      } else if keys.count < 3 {
        search(inner, keys + [entry.key])
      }
    }
  }
  search(file.root.mapping, [])
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
