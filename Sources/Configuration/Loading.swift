public import Sessions

/// All that the files and the environment say, and all that is wrong with them.
public struct Loaded: Sendable {
  /// In the order of the files; entries with errors are in it as `Availability.broken`.
  public var servers: [Server] = []
  public var settings = Settings()
  /// What the log shows, from `MCP_SESSION_DEBUG` and `LOG_LEVEL`.
  public var logLevel = EventLevel.info
  /// Every problem of every file, sorted by place.
  public var diagnostics: [Diagnostic] = []
  /// The files that were read, as they were named.
  public var files: [String] = []
  /// All files that were asked for, whether they could be read or not, seen from the current directory.
  public var watched: [String] = []
  /// What is in force of our own settings, with the origin of each value; secrets are masked.
  public var inForce: [ResolvedSetting] = []
  /// What is in force for each server, by name, with the origin of each value; secrets are masked.
  public var effective: [String: [ResolvedSetting]] = [:]

  public init() {}

  public var ui: UISettings { settings.ui }
  public var limits: Limits { settings.limits }

  /// Whether there is anything to work with: a server without an error in its entry, or no server by intent.
  public var isUsable: Bool {
    let hasErrors = diagnostics.contains { $0.severity == .error }
    if servers.isEmpty { return !hasErrors }
    return servers.contains { server in
      if case .broken = server.availability { false } else { true }
    }
  }
}

/// Reads the whole configuration; never throws, whatever is wrong is a diagnostic.
///
/// The files are `paths`, else `SESSIONTOP_CONFIG`, else `$XDG_CONFIG_HOME/sessiontop/sessiontop.yaml`, else
/// `librechat.yaml` in the current directory. Relative paths are seen from `currentDirectory`.
public func loadConfiguration(
  paths: [String], environment: [String: String], currentDirectory: String = ""
) -> Loaded {
  var findings = Findings()
  var loaded = Loaded()
  loaded.logLevel = logLevel(from: environment, &findings)
  let sources = chosenFiles(paths, environment, currentDirectory, &findings)
  var own = SettingsReader(environment: environment)
  var seen: Set<String> = []
  let files = readFiles(sources, in: currentDirectory, &own, &seen, &findings)
  loaded.watched = seen.sorted()
  own.readEnvironment(&findings)
  loaded.settings = own.settings
  loaded.inForce = own.resolved
  loaded.files = files.map(\.path)
  readServers(files, environment, own.policy, own.settings.users, &loaded, &findings)
  let isEmptyByIntent = files.contains { $0.root.mapping[$0.shape.serversKey] != nil }
  if !sources.isEmpty, loaded.servers.isEmpty, !isEmptyByIntent, findings.firstError == nil,
    let file = files.first
  {
    findings.add(
      Diagnostic(
        file: file.path, .error, "holds no servers",
        remedy: "add 'mcpServers:' with at least one server, or name another file"))
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
  findings.add(
    Diagnostic(
      file: "configuration", .error, "none is found",
      remedy:
        "name one with --config FILE, or try `sessiontop demo`; tried \(candidates.joined(separator: " and "))"
    ))
  return []
}

/// The folder of our own files; absent when there is no home.
func configurationHome(_ environment: [String: String]) -> String? {
  if let home = environment["XDG_CONFIG_HOME"], home.hasPrefix("/") { return "\(home)/sessiontop" }
  guard let home = environment["HOME"], !home.isEmpty else { return nil }
  return "\(home)/.config/sessiontop"
}

private func exists(_ path: String) -> Bool {
  do throws(FileProblem) {
    _ = try readFile(path, limit: 0)
    return true
  } catch {
    return !error.isMissing
  }
}

/// The servers of all files; a name that occurs twice is wrong at both places, since nobody knows which is
/// meant.
private func readServers(
  _ files: [ConfigurationFile], _ environment: [String: String], _ policy: SessionPolicy,
  _ users: [UserSettings],
  _ loaded: inout Loaded,
  _ findings: inout Findings
) {
  var places: [String: (index: Int, place: String)] = [:]
  for file in files {
    let context = ServerContext(
      file: file.path, shape: file.shape, environment: environment, policy: policy, users: users)
    guard let section = file.servers(&findings) else { continue }
    let domains = file.shape == .libreChat ? AllowedDomains(file.root, &findings) : nil
    let duplicates = Set(section.mapping.duplicates.map(\.key))
    for entry in section.mapping.entries {
      let read = readServer(entry, isDuplicate: duplicates.contains(entry.key), in: context)
      findings.add(read.findings)
      domains?.check(read.server, at: read.mark, section, &findings)
      let place = "\(file.path):\(read.mark.line)"
      guard let first = places[read.server.name] else {
        places[read.server.name] = (loaded.servers.count, place)
        loaded.servers.append(read.server)
        loaded.effective[read.server.name] = read.settings
        continue
      }
      findings.add(
        Diagnostic(
          file: file.path, mark: read.mark, .error, path: joinedPath([file.shape.serversKey, entry.key]),
          "the name stands at \(first.place) already", remedy: "rename or remove one of the two"))
      loaded.servers[first.index] = loaded.servers[first.index].broken(
        "the name stands at \(first.place) and at \(place); rename or remove one of the two")
    }
  }
}

extension Server {
  fileprivate func broken(_ reason: String) -> Server {
    Server(
      name: name, transport: transport, endpoint: endpoint, headers: headers, settings: settings,
      availability: .broken(reason), secrets: secrets)
  }
}
