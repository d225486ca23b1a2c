// Whose file it is: by its name where that tells, else by what stands in it.

extension Owner {
  /// The owner of a file that could be read as a tree. `path` may be relative.
  static func of(_ root: Mapping, at path: String) -> Owner {
    let path = plainPath(path)
    let name = lastComponent(path)
    if name.hasPrefix("sessiontop.") { return of(.sessiontop) }
    return isJSON(root, path) ? ofJSON(root, path, name) : ofYAML(root, path, name)
  }

  /// Whose a text is that cannot be read: desktop clients keep JSON, and our own file has its name.
  static func ofUnreadable(at path: String) -> Owner? {
    let path = plainPath(path)
    let name = lastComponent(path)
    if name.hasPrefix("sessiontop.") { return of(.sessiontop) }
    if let placed = placed(path) { return placed }
    guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else { return nil }
    return of(.libreChat)
  }

  /// The owner of a TOML text: by its place, else Codex where its section is.
  static func ofTOML(_ root: Mapping, at path: String) -> Owner {
    let path = plainPath(path)
    if let placed = placed(path), path.hasSuffix(".toml") { return placed }
    return root["mcp_servers"]?.mapping != nil || root["mcp_servers"]?.items?.first?.mapping != nil
      ? of(path.contains("vibe") ? .vibe : .codex) : of(.other)
  }

  /// In small letters and from the root on, without what makes an example of a file: `mcp.json.example` and
  /// `mcp.example.json` are whose `mcp.json` is.
  private static func plainPath(_ path: String) -> String {
    var path = "/" + path.lowercased().drop { $0 == "/" }
    for word in ["example", "sample", "template", "dist", "bak", "backup", "orig", "tmpl", "j2"] {
      for mark in [".", "-", "_"] where path.hasSuffix(mark + word) {
        path = String(path.dropLast(word.count + 1))
      }
      let slash = path.lastIndex(of: "/") ?? path.startIndex
      for mark in [".", "-", "_"] {
        guard let range = path[slash...].firstRange(of: "\(mark)\(word).") else { continue }
        path = String(path[..<range.lowerBound]) + "." + path[range.upperBound...]
      }
    }
    return path
  }

  private static func isJSON(_ root: Mapping, _ path: String) -> Bool {
    if [".json", ".jsonc", ".json5"].contains(where: { path.hasSuffix($0) }) { return true }
    return root.isFlow && !path.hasSuffix(".yaml") && !path.hasSuffix(".yml")
  }

  /// By the places of the table.
  private static func placed(_ path: String) -> Owner? {
    table.first { owner in
      owner.places.contains { $0.hasSuffix("/") ? path.contains("/" + $0) : path.hasSuffix($0) }
    }
  }

  // MARK: - JSON

  private static func ofJSON(_ root: Mapping, _ path: String, _ name: String) -> Owner {
    if name.hasPrefix("librechat") { return of(.libreChat) }
    if isOurs(root) { return of(.sessiontop) }
    if let placed = placed(path), !contradicts(placed, root) { return placed }
    if root["context_servers"] != nil { return of(.zed) }
    if root["amp.mcpServers"] != nil { return of(.amp) }
    if let inner = root["mcp"]?.mapping {
      if inner["servers"]?.mapping != nil, root["mcpServers"] == nil {
        return of(path.contains("openclaw") ? .openClaw : .visualStudioCode)
      }
      if root["mcpServers"] == nil { return ofMap(inner, root) }
    }
    if let settings = (root["settings"] ?? root["customizations"]?.mapping?["vscode"])?.mapping,
      settings["mcp"] != nil
    {
      return of(.visualStudioCode)
    }
    if root["mcp_servers"] != nil { return of(.codex) }
    if root["modelContextProtocolServers"] != nil
      || root["experimental"]?.mapping?["modelContextProtocolServers"] != nil
    {
      return of(.continueDev)
    }
    if let list = root["mcpServers"]?.items, list.first?.mapping != nil { return of(.continueDev) }
    let entries = ["mcpServers", "servers"].compactMap { root[$0]?.mapping }.flatMap(\.entries)
    let fields = entries.compactMap(\.value.mapping)
    if let marked = marked(fields) { return marked }
    if root["mcpServers"] == nil, root["servers"] != nil, root["openapi"] == nil {
      return of(name.hasPrefix(".mcp") ? .visualStudio : .visualStudioCode)
    }
    if root["projects"]?.mapping != nil, root["mcpServers"] != nil { return of(.claudeCode) }
    if let extensions = root["extensions"]?.mapping, root["mcpServers"] == nil, isGoose(extensions) {
      return of(.goose)
    }
    if fields.contains(where: { $0["type"]?.scalar?.text == "streamableHttp" }) { return of(.cline) }
    if path.contains("claude") { return of(.claudeCode) }
    return of(.other)
  }

  /// A name that is somebody's, around a shape that is not.
  private static func contradicts(_ owner: Owner, _ root: Mapping) -> Bool {
    let hasMap = root["mcpServers"] != nil
    switch owner.kind {
    case .claudeCode: return !hasMap && root["servers"]?.mapping != nil
    default: return false
    }
  }

  /// Of those that keep `mcp`: by the schema that is named, else by the words of the entries.
  private static func ofMap(_ map: Mapping, _ root: Mapping) -> Owner {
    let schema = root["$schema"]?.scalar?.text ?? ""
    if schema.contains("crush") { return of(.crush) }
    if schema.contains("opencode") { return of(.openCode) }
    let words = map.entries.compactMap { $0.value.mapping?["type"]?.scalar?.text }
    return of(words.contains { ["http", "sse", "stdio"].contains($0) } ? .crush : .openCode)
  }

  /// By fields that only one program writes.
  private static func marked(_ fields: [Mapping]) -> Owner? {
    let order: [Kind] = [
      .claudeCode, .copilot, .cherryStudio, .gemini, .windsurf, .kiro, .cline, .roo,
    ]
    for kind in order {
      let owner = of(kind)
      let found = owner.marks.filter { mark in fields.contains { $0[mark] != nil } }
      // Lists of tools are everybody's habit; `requestInit` is one program's alone.
      guard !found.isEmpty, kind != .copilot || found.contains("requestInit") || isCopilots(fields) else {
        continue
      }
      return owner
    }
    return nil
  }

  /// `tools: ["*"]` in entries that name their type.
  private static func isCopilots(_ fields: [Mapping]) -> Bool {
    !fields.isEmpty && fields.allSatisfy { $0["tools"]?.items != nil && $0["type"] != nil }
  }

  /// Our own sections in JSON: by what stands in them, because their names are everybody's.
  private static func isOurs(_ root: Mapping) -> Bool {
    func holdsOnly(_ key: String, _ known: [String]) -> Bool {
      guard let keys = root[key]?.mapping?.entries.map(\.key), !keys.isEmpty else { return false }
      return keys.allSatisfy(known.contains)
    }
    func fields(_ section: String) -> [String] {
      SettingField.all.filter { $0.section == section }.map(\.key)
    }
    if holdsOnly("session", SessionPolicy.keys) { return true }
    if ["log", "metrics", "limits"].contains(where: { holdsOnly($0, fields($0)) }) { return true }
    if let users = root["users"]?.items, !users.isEmpty, users.allSatisfy({ $0.mapping?["id"] != nil }) {
      return true
    }
    guard let files = root["files"]?.items, !files.isEmpty, root["name"] == nil else { return false }
    return files.allSatisfy { node in
      [".yaml", ".yml", ".json", ".toml"].contains { node.scalar?.text.hasSuffix($0) == true }
    }
  }

  // MARK: - YAML

  private static func ofYAML(_ root: Mapping, _ path: String, _ name: String) -> Owner {
    if name.hasPrefix("librechat") { return of(.libreChat) }
    let keys = Set(root.entries.map(\.key))
    if root["mcpServers"]?.items?.first?.mapping != nil {
      let isLibreChats = root["version"] != nil && hasOnlyLibreChats(keys)
      if placed(path)?.kind == .continueDev || !isLibreChats { return of(.continueDev) }
    }
    // Sections that nobody else has: what is misspelt beside them is misspelt.
    if !keys.isDisjoint(with: ["endpoints", "modelSpecs", "fileConfig", "mcpSettings"]) {
      return of(.libreChat)
    }
    if keys.contains("mcp_servers"), !keys.contains("mcpServers") { return ofSnakes(root, path) }
    if let servers = root["mcp"]?.mapping?["servers"] {
      let isTarget = servers.mapping?.entries.contains { $0.value.mapping?["target"] != nil } ?? false
      return placed(path) ?? of(isTarget ? .fastAgent : .mcpAgent)
    }
    if !keys.isDisjoint(with: LibreChatSections.known.subtracting(["version", "mcpServers"])) {
      return of(.libreChat)
    }
    if let placed = placed(path) { return placed }
    if !keys.isDisjoint(with: Set(ownSections).subtracting(["mcpServers"])) { return of(.sessiontop) }
    if let extensions = root["extensions"]?.mapping, isGoose(extensions) { return of(.goose) }
    if NotTaken(root) != nil { return of(.other) }
    if keys.contains("mcpServers") ? root["version"] != nil : hasOnlyLibreChats(keys) {
      return of(.libreChat)
    }
    // Shapes that LibreChat's entries never have.
    let fields = root["mcpServers"]?.mapping?.entries.compactMap(\.value.mapping) ?? []
    if root["version"] == nil, fields.contains(where: isStrange) { return of(.other) }
    // Sections that are nobody's that is known, not even by a slip.
    return of(hasOnlyLibreChats(keys) ? .libreChat : .other)
  }

  private static func isStrange(_ fields: Mapping) -> Bool {
    fields["command"]?.items != nil || fields["environment"] != nil || fields["headers"]?.items != nil
      || ["remote", "local"].contains(fields["type"]?.scalar?.text)
  }

  /// Whether every section is one of LibreChat's, if not by its letters then by a slip.
  private static func hasOnlyLibreChats(_ keys: Set<String>) -> Bool {
    keys.allSatisfy { $0.hasPrefix("x-") || suggestion(for: $0, among: LibreChatSections.sorted) != nil }
  }

  private static func ofSnakes(_ root: Mapping, _ path: String) -> Owner {
    if path.contains("litellm") { return of(.liteLLM) }
    let sections = ["model_list", "litellm_settings", "general_settings", "router_settings"]
    if sections.contains(where: { root[$0] != nil }) { return of(.liteLLM) }
    let fields = root["mcp_servers"]?.mapping?.entries.compactMap(\.value.mapping) ?? []
    let marks = of(.liteLLM).marks + ["transport"]
    return of(fields.contains { field in marks.contains { field[$0] != nil } } ? .liteLLM : .hermes)
  }

  private static func isGoose(_ extensions: Mapping) -> Bool {
    extensions.entries.contains { entry in
      guard let fields = entry.value.mapping else { return false }
      return fields["cmd"] != nil || fields["uri"] != nil || fields["type"]?.scalar?.text == "builtin"
    }
  }

  private static func lastComponent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }
}

/// Sections of our own file.
let ownSections = [
  "files", "mcpServers", "session", "stdio", "users", "ui", "log", "metrics", "serve", "limits",
]
