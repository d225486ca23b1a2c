import MCPSessions

/// One file that could be read, and whose it is.
struct ConfigurationFile {
  /// As it was named.
  let path: String
  let owner: Owner
  let root: Section
  /// Where its servers stand.
  let sites: [ServerSite]
  let form: FileForm

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
      guard path.hasSuffix("/plugin.json"), let mark = root.mapping.entries.first?.mark else {
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

/// How a file is written.
enum FileForm {
  case yaml, json, toml
}

/// The section with the servers, as a file of its form has it.
func serversForm(_ owner: Owner?, _ form: FileForm) -> String {
  let key = owner?.serversKey ?? "mcpServers"
  switch form {
  case .yaml: return "'\(key):'"
  case .json:
    let keys = key.hasPrefix("mcp.") ? key.split(separator: ".").map(String.init) : [key]
    return keys.map { "\"\($0)\": {" }.joined() + "...}" + String(repeating: "}", count: keys.count - 1)
  case .toml: return "'[mcp_servers.NAME]'"
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
    var path = path
    for start in ["${CLAUDE_PLUGIN_ROOT}/", "${PLUGIN_ROOT}/", "./"] where path.hasPrefix(start) {
      path = String(path.dropFirst(start.count))
    }
    let folder = directory(of: manifest)
    let name = folder.lastIndex(of: "/").map { folder[folder.index(after: $0)...] } ?? folder[...]
    let beside = resolved(path, in: folder)
    guard name.hasPrefix("."), name.hasSuffix("plugin") else { return beside }
    let inPlugin = resolved(path, in: directory(of: folder))
    // Some are written as seen from the manifest.
    let isBeside =
      !exists(resolved(inPlugin, in: currentDirectory)) && exists(resolved(beside, in: currentDirectory))
    return isBeside ? beside : inPlugin
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
    let isTOML = path.hasSuffix(".toml") || !isJSON(path) && looksLikeTOML(bytes)
    var document = isTOML ? readTOML(bytes) : readYAML(bytes, YAMLDialect(lastCounts: isJSON(path)))
    if !isTOML, !document.problems.isEmpty, let foreign = readForeign(bytes, of: path) { document = foreign }
    if let template = templateInstead(bytes, document, of: path) {
      findings.add(
        Diagnostic(
          file: path, mark: template, .error, "this is a template ({{#if ...}}, {% ... %})",
          remedy: "check the file that is made from it"))
      return nil
    }
    if document.root == nil, let manifest = manifestOfKubernetes(bytes) {
      findings.add(
        Diagnostic(
          file: path, mark: manifest, .error,
          "is a Kubernetes manifest, which holds no servers but in its texts",
          remedy: "put the text with the servers into a file of its own and check it"))
      return nil
    }
    let mapping = document.root?.mapping
    let owner =
      mapping.map { isTOML ? Owner.ofTOML($0, at: path) : Owner.of($0, at: path) }
      ?? Owner.ofUnreadable(at: path)
    let isBlank = document.root == nil && document.problems.isEmpty
    if !isBlank, isJSON(path) || mapping?.isFlow == true && owner?.followsLibreChat == false {
      guard checkStrictness(bytes, of: path, document, owner ?? Owner.of(.other)) else { return nil }
    }
    for problem in document.problems {
      let isLibreChats = owner?.kind == .libreChat && !problem.isReadElsewhere
      findings.add(
        Diagnostic(
          file: path, mark: problem.mark, problem.isHarmless ? .warning : .error, path: problem.path,
          problem.problem,
          remedy: problem.remedy + (isLibreChats ? " (LibreChat starts with no configuration at all)" : "")))
    }
    let isEmpty = document.root.map { $0.isNull || isTOML && $0.mapping?.entries.isEmpty == true } ?? true
    guard let root = document.root, !isEmpty else {
      if document.problems.isEmpty {
        let isBlank = bytes.allSatisfy { $0 <= 0x20 } || document.root?.isNull == true
        findings.add(
          Diagnostic(
            file: path, mark: isBlank ? nil : Mark(line: 1, column: 1), .error,
            isBlank ? "is empty" : "is empty, everything in it is a comment",
            remedy:
              "add \(serversForm(owner, isTOML ? .toml : isJSON(path) ? .json : .yaml)) with your servers"))
      }
      return nil
    }
    guard let mapping, let owner else {
      findings.add(
        Diagnostic(
          file: path, mark: root.mark, .error, "holds \(root.kind), not sections",
          remedy: "a configuration starts with \(isJSON(path) ? "{\"mcpServers\": {" : "'mcpServers:'")"))
      return nil
    }
    let section = Section(file: path, keys: [], mapping: mapping)
    let file = ConfigurationFile(
      path: path, owner: owner, root: section, sites: serverSites(section, of: owner),
      form: isTOML ? .toml : isJSON(path) || mapping.isFlow ? .json : .yaml)
    checkSections(of: file, &findings)
    return file
  }

  /// YAML of other programs than LibreChat: tags such as `!secret` say nothing about where a server is, and
  /// the last of two equal keys counts.
  private func readForeign(_ bytes: [UInt8], of path: String) -> YAMLDocument? {
    guard path.hasSuffix(".yaml") || path.hasSuffix(".yml"), !lastComponent(path).hasPrefix("librechat")
    else {
      return nil
    }
    let document = readYAML(bytes, YAMLDialect(takesAnyTag: true, lastCounts: true))
    guard let root = document.root?.mapping, !Owner.of(root, at: path).followsLibreChat else { return nil }
    return document
  }

  private func lastComponent(_ path: String) -> Substring {
    path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
  }

  /// A template, where that is why the text cannot be read, or what its name says.
  private func templateInstead(_ bytes: [UInt8], _ document: YAMLDocument, of path: String) -> Mark? {
    let name = lastComponent(path).lowercased()
    let isNamed = [".j2", ".jinja", ".hbs", ".erb", ".gotmpl", ".mustache", ".tpl"].contains {
      name.hasSuffix($0)
    }
    if isNamed, let place = firstPlaceholder(in: bytes) { return place }
    let isJSON = isJSON(path) || document.root?.mapping?.isFlow == true
    // JSON has no mappings for keys, which is what double braces look like.
    let isOdd = isJSON && document.root.map(hasComplexKey) ?? true
    guard document.root == nil || isOdd else { return nil }
    return template(in: bytes, isJSON: isJSON)
  }

  private func hasComplexKey(_ node: Node) -> Bool {
    guard let mapping = node.mapping else { return false }
    return mapping.entries.contains { $0.isComplex || hasComplexKey($0.value) }
  }

  private func firstPlaceholder(in bytes: [UInt8]) -> Mark? {
    let places = ["{{", "{%", "<%"].compactMap { bytes.firstRange(of: Array($0.utf8))?.lowerBound }
    return places.min().map { place(ofByte: $0, in: bytes) }
  }

  private func isJSON(_ path: String) -> Bool {
    let path = path.lowercased()
    return [".json", ".jsonc", ".json5"].contains { path.hasSuffix($0) }
  }

  /// What only this program's reader takes in a JSON file; false when not even that helps.
  private mutating func checkStrictness(
    _ bytes: [UInt8], of path: String, _ document: YAMLDocument, _ owner: Owner
  ) -> Bool {
    // JSON5 has nearly all of it.
    if path.lowercased().hasSuffix(".json5") || owner.kind == .openClaw { return true }
    var isReadable = true
    let all = jsonDeviations(bytes)
    // Behind a wrong quote everything looks wrong, and in a text that is no JSON at all.
    let worst = all.filter { [.typographicQuote, .fence, .conflict].contains($0.kind) }
    if worst.isEmpty {
      if document.root == nil { return true }
      if let mapping = document.root?.mapping, !mapping.isFlow {
        findings.add(
          Diagnostic(
            file: path, mark: mapping.entries.first?.mark, .warning, "is YAML in a file that is named JSON",
            remedy: "no client reads it so; write JSON, or name the file .yaml"))
        return true
      }
    }
    for deviation in worst.isEmpty ? all : worst.prefix(1).map({ $0 }) {
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
