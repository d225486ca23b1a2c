import Sessions

/// One file that could be read, and whose it is.
struct ConfigurationFile {
  /// As it was named.
  let path: String
  let owner: Owner
  let root: Section
  /// Where its servers stand.
  let sites: [ServerSite]

  /// Our own settings, not merely servers.
  var isOurs: Bool { owner.kind == .sessiontop }

  /// What VS Code asks of a person, by id; absent without such a list.
  var inputs: [String]? {
    let lists = [root.mapping["inputs"], root.mapping["mcp"]?.mapping?["inputs"]].compactMap { $0?.items }
    guard !lists.isEmpty else { return nil }
    return lists.joined().compactMap { $0.mapping?["id"]?.scalar?.text }
  }

  /// Files that it names for its servers, beside those that stand in it.
  func others(_ findings: inout Findings) -> [(key: String, named: Located<String>)] {
    if isOurs {
      return (root.texts("files", &findings) ?? []).enumerated().map { ("files[\($0)]", $1) }
    }
    guard !owner.followsLibreChat, let node = root.mapping["mcpServers"] else { return [] }
    let items = node.items ?? [node]
    return items.enumerated().compactMap { index, item in
      // Anything else may be a value that slipped, and is not shown.
      guard let scalar = item.scalar, scalar.value == .text, scalar.text.hasSuffix(".json") else {
        return nil
      }
      let key = node.items == nil ? "mcpServers" : "mcpServers[\(index)]"
      return (key, Located(value: scalar.text, mark: item.mark))
    }
  }
}

/// Reads files and those that they name; our own settings take effect in the order of the files.
struct FilesReader {
  let currentDirectory: String
  var own: SettingsReader
  var findings = Findings()
  /// All that were asked for, whether they could be read or not, seen from the current directory.
  private(set) var seen: Set<String> = []
  private(set) var files: [ConfigurationFile] = []

  init(in currentDirectory: String, environment: [String: String]) {
    self.currentDirectory = currentDirectory
    own = SettingsReader(environment: environment)
  }

  mutating func read(_ paths: [String]) {
    for path in paths where seen.insert(resolved(path, in: currentDirectory)).inserted {
      guard let file = readFile(path, namedBy: nil) else { continue }
      files.append(file)
      if file.isOurs {
        file.root.checkKeys(ownSections, consequence: "nothing reads it", &findings)
        own.read(file.root, &findings)
      }
      readOthers(of: file)
    }
  }

  private mutating func readOthers(of file: ConfigurationFile) {
    for (key, named) in file.others(&findings) {
      if file.isOurs {
        own.others.append(
          ResolvedSetting(
            name: key, value: .text(PrintableText.line(named.value, limit: 400)),
            origin: .file(file.path, named.mark)))
      }
      let inner = file.isOurs ? relocated(named.value, beside: file.path) : ofPlugin(named.value, file.path)
      guard seen.insert(resolved(inner, in: currentDirectory)).inserted else { continue }
      let place = file.root.diagnostic(.error, key, at: named.mark, "")
      guard let other = readFile(inner, namedBy: place) else { continue }
      files.append(other)
      if other.isOurs {
        findings.add(
          Diagnostic(
            file: inner, mark: Mark(line: 1, column: 1), .warning,
            "holds settings of sessiontop, of which only the servers are read here",
            remedy: "name the file with --config instead"))
      }
    }
  }

  /// A plugin's manifest names files seen from the plugin's folder, in which it stands one deeper.
  private func ofPlugin(_ path: String, _ manifest: String) -> String {
    let path = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    let folder = directory(of: manifest)
    let name = folder.lastIndex(of: "/").map { folder[folder.index(after: $0)...] } ?? folder[...]
    guard name.hasPrefix("."), name.hasSuffix("plugin") else { return resolved(path, in: folder) }
    return resolved(path, in: directory(of: folder))
  }

  /// `place` is where another file names this one.
  private mutating func readFile(_ path: String, namedBy place: Diagnostic?) -> ConfigurationFile? {
    let bytes: [UInt8]
    do throws(FileProblem) {
      bytes = try Configuration.readFile(resolved(path, in: currentDirectory))
    } catch {
      guard let place else {
        findings.add(Diagnostic(file: path, .error, error.problem, remedy: error.remedy))
        return nil
      }
      findings.add(
        Diagnostic(
          file: place.file, mark: place.mark, .error, path: place.path, "\(path) \(error.problem)",
          remedy: error.remedy))
      return nil
    }
    return readText(bytes, of: path)
  }

  private mutating func readText(_ bytes: [UInt8], of path: String) -> ConfigurationFile? {
    if let template = template(in: bytes, path) {
      findings.add(
        Diagnostic(
          file: path, mark: template, .error, "this is a template ({{#if ...}}, {% ... %})",
          remedy: "check the file that is made from it"))
      return nil
    }
    let document = path.hasSuffix(".toml") ? readTOML(bytes) : readYAML(bytes)
    let mapping = document.root?.mapping
    let owner = mapping.map { Owner.of($0, at: path) } ?? Owner.ofUnreadable(at: path)
    for problem in document.problems {
      let isLibreChats = owner?.kind == .libreChat && !problem.isReadElsewhere
      findings.add(
        Diagnostic(
          file: path, mark: problem.mark, .error, path: problem.path, problem.problem,
          remedy: problem.remedy + (isLibreChats ? " (LibreChat starts with no configuration at all)" : "")))
    }
    guard let root = document.root else {
      if document.problems.isEmpty {
        let isBlank = bytes.allSatisfy { $0 <= 0x20 }
        findings.add(
          Diagnostic(
            file: path, mark: isBlank ? nil : Mark(line: 1, column: 1), .error,
            isBlank ? "is empty" : "is empty, everything in it is a comment",
            remedy: "add '\(owner?.serversKey ?? "mcpServers"):' with your servers"))
      }
      return nil
    }
    guard let mapping, let owner else {
      findings.add(
        Diagnostic(
          file: path, mark: root.mark, .error, "holds \(root.kind), not sections",
          remedy: "a configuration starts with 'mcpServers:'"))
      return nil
    }
    let section = Section(file: path, keys: [], mapping: mapping)
    let file = ConfigurationFile(
      path: path, owner: owner, root: section, sites: serverSites(section, of: owner))
    checkSections(of: file, &findings)
    return file
  }
}
