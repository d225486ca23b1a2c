import MCPSessions

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
    guard !owner.followsLibreChat else { return [] }
    guard let node = root.mapping["mcpServers"] else {
      // A plugin's servers stand beside its manifest, said or not.
      guard path.hasSuffix("plugin/plugin.json"), let mark = root.mapping.entries.first?.mark else {
        return []
      }
      return [("", Located(value: "./.mcp.json", mark: mark))]
    }
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
  private var identities: Set<FileIdentity> = []

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
      // What no key names need not be there.
      guard !key.isEmpty || exists(resolved(inner, in: currentDirectory)) else { continue }
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
    let content: FileContent
    do throws(FileProblem) {
      content = try TopConfiguration.readFile(resolved(path, in: currentDirectory))
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
    // One file under two names is one.
    guard identities.insert(content.identity).inserted else { return nil }
    return readText(content.bytes, of: path)
  }

  private mutating func readText(_ bytes: [UInt8], of path: String) -> ConfigurationFile? {
    if let template = template(in: bytes, path) {
      findings.add(
        Diagnostic(
          file: path, mark: template, .error, "this is a template ({{#if ...}}, {% ... %})",
          remedy: "check the file that is made from it"))
      return nil
    }
    let isTOML = path.hasSuffix(".toml") || !isJSON(path) && looksLikeTOML(bytes)
    let document =
      isTOML
      ? readTOML(bytes)
      : readForeignTags(bytes, of: path) ?? readYAML(bytes, YAMLDialect(lastCounts: isJSON(path)))
    let mapping = document.root?.mapping
    let owner =
      isTOML ? Owner.of(.codex) : mapping.map { Owner.of($0, at: path) } ?? Owner.ofUnreadable(at: path)
    let isBlank = document.root == nil && document.problems.isEmpty
    if !isBlank, isJSON(path) || mapping?.isFlow == true && owner?.followsLibreChat == false {
      guard checkStrictness(bytes, of: path, owner ?? Owner.of(.other)) else { return nil }
    }
    for problem in document.problems {
      let isLibreChats = owner?.kind == .libreChat && !problem.isReadElsewhere
      findings.add(
        Diagnostic(
          file: path, mark: problem.mark, problem.isHarmless ? .warning : .error, path: problem.path,
          problem.problem,
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

  /// Tags of other programs than LibreChat, such as `!secret`, say nothing about where a server is.
  private func readForeignTags(_ bytes: [UInt8], of path: String) -> YAMLDocument? {
    guard bytes.contains(0x21), path.hasSuffix(".yaml") || path.hasSuffix(".yml") else { return nil }
    let document = readYAML(bytes, YAMLDialect(takesAnyTag: true))
    guard let root = document.root?.mapping, !Owner.of(root, at: path).followsLibreChat else { return nil }
    return document
  }

  private func isJSON(_ path: String) -> Bool {
    let path = path.lowercased()
    return [".json", ".jsonc", ".json5"].contains { path.hasSuffix($0) }
  }

  /// What only this program's reader takes in a JSON file; false when not even that helps.
  private mutating func checkStrictness(_ bytes: [UInt8], of path: String, _ owner: Owner) -> Bool {
    // JSON5 has nearly all of it.
    if path.lowercased().hasSuffix(".json5") || owner.kind == .openClaw { return true }
    var isReadable = true
    let all = jsonDeviations(bytes)
    // Behind a wrong quote everything looks wrong.
    let worst = all.filter { $0.kind == .typographicQuote }
    for deviation in worst.isEmpty ? all : worst {
      guard let words = deviation.words(for: owner, inJSONC: path.lowercased().hasSuffix(".jsonc")) else {
        continue
      }
      findings.add(
        Diagnostic(file: path, mark: deviation.mark, words.0, words.problem, remedy: words.remedy))
      isReadable = isReadable && words.0 != .error
    }
    return isReadable
  }
}
