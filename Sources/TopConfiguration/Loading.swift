package import MCPSessions

/// All that the files and the environment say, and all that is wrong with them.
package struct Loaded: Sendable {
  /// In the order of the files; entries with errors are in it as `Availability.broken`.
  package var servers: [Server] = []
  package var settings = Settings()
  /// What the log shows, from `MCP_SESSION_DEBUG` and `LOG_LEVEL`.
  package var logLevel = EventLevel.info
  /// Every problem of every file, sorted by place.
  package var diagnostics: [Diagnostic] = []
  /// The files that were read, as they were named.
  package var files: [String] = []
  /// The same files with the programs that they belong to.
  package var sources: [SourceFile] = []
  /// All files that were asked for, whether they could be read or not, seen from the current directory.
  package var watched: [String] = []
  /// What is in force of our own settings, with the origin of each value; secrets are masked.
  package var inForce: [ResolvedSetting] = []
  /// What is in force for each server, by name, with the origin of each value; secrets are masked.
  package var effective: [ExactText: [ResolvedSetting]] = [:]

  package init() {}

  package var ui: UISettings { settings.ui }
  package var limits: Limits { settings.limits }

  /// Whether there is anything to work with: a server without an error in its entry, or no server by intent.
  package var isUsable: Bool {
    let hasErrors = diagnostics.contains { $0.severity == .error }
    if servers.isEmpty { return !hasErrors }
    return servers.contains { server in
      if case .broken = server.availability { false } else { true }
    }
  }
}

/// One file that was read.
package struct SourceFile: Hashable, Sendable {
  /// As it was named.
  package let path: String
  /// The program whose file it is, as people call it.
  package let owner: String
  /// Servers that stand in it.
  package let servers: Int
}

/// Reads the whole configuration; never throws, whatever is wrong is a diagnostic.
///
/// The files are `paths`, else `SESSIONTOP_CONFIG`, else `$XDG_CONFIG_HOME/sessiontop/sessiontop.yaml`, else
/// `librechat.yaml` in the current directory. Relative paths are seen from `currentDirectory`. With
/// `namesByFile`, servers whose names clash are told apart by their files, which is an error otherwise.
package func loadConfiguration(
  paths: [String], environment: [String: String], currentDirectory: String = "", namesByFile: Bool = false
) -> Loaded {
  var findings = Findings()
  var loaded = Loaded()
  loaded.logLevel = logLevel(from: environment, &findings)
  let sources = chosenFiles(paths, environment, currentDirectory, &findings)
  var reader = FilesReader(in: currentDirectory, environment: environment)
  reader.read(sources)
  findings.add(reader.findings)
  let files = reader.files
  loaded.watched = reader.seen.sorted()
  reader.own.readEnvironment(&findings)
  loaded.settings = reader.own.settings
  loaded.inForce = reader.own.resolved
  loaded.files = files.map(\.path)
  var servers = ServersReader(
    environment: environment, policy: reader.own.policy, users: reader.own.settings.users,
    namesByFile: namesByFile)
  for file in files { servers.read(file, &findings) }
  loaded.servers = servers.servers
  loaded.effective = servers.effective
  loaded.sources = files.map { file in
    SourceFile(
      path: file.path, owner: file.owner.name,
      servers: file.sites.reduce(0) { $0 + serverEntries($1.section.mapping).count })
  }
  let isEmptyByIntent = files.contains { !$0.sites.isEmpty || $0.root.mapping["mcpServers"] != nil }
  if !sources.isEmpty, loaded.servers.isEmpty, !isEmptyByIntent, findings.firstError == nil,
    let file = files.first
  {
    let other = NotTaken(file.root.mapping)
    let remedy = "add \(serversForm(file.owner, file.form)) with at least one server, or name another file"
    findings.add(
      Diagnostic(
        file: file.path, mark: other?.mark ?? file.root.mapping.entries.first?.mark, .error,
        other?.problem ?? "holds no servers", remedy: other?.remedy ?? remedy))
  }
  loaded.diagnostics = findings.sorted(files: sources + loaded.files)
  return loaded
}

/// The files that are asked for; an empty list comes with a diagnostic.
private func chosenFiles(
  _ paths: [String], _ environment: [String: String], _ currentDirectory: String, _ findings: inout Findings
) -> [String] {
  if !paths.isEmpty { return paths }
  if let path = environment["SESSIONTOP_CONFIG"], !path.isEmpty { return [path] }
  let candidates = [configurationHome(environment).map { "\($0)/sessiontop.yaml" }, "librechat.yaml"]
    .compactMap { $0 }
  if let found = candidates.first(where: { exists(resolved($0, in: currentDirectory)) }) { return [found] }
  // A folder's file of another program is offered, not taken: it may start processes.
  let others = [".mcp.json", ".vscode/mcp.json", ".cursor/mcp.json"]
    .filter { exists(resolved($0, in: currentDirectory)) }
  let offer = others.first.map { "this folder has one for other programs: --config \($0); or " } ?? ""
  findings.add(
    Diagnostic(
      file: "configuration", .error, "none is found",
      remedy:
        "\(offer)name one with --config FILE, or try `sessiontop demo`; tried \(candidates.joined(separator: " and "))"
    ))
  return []
}

/// The folder of our own files; absent when there is no home.
func configurationHome(_ environment: [String: String]) -> String? {
  if let home = environment["XDG_CONFIG_HOME"], home.hasPrefix("/") { return "\(home)/sessiontop" }
  guard let home = environment["HOME"], !home.isEmpty else { return nil }
  return "\(home)/.config/sessiontop"
}
