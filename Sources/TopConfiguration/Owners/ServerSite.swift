/// A place of a file where servers stand, in whatever shape.
struct ServerSite {
  /// The servers by name, with the way to them.
  let section: Section
  /// Told from others of the same file by this, when names clash; empty for the usual place.
  var label = ""
  /// Names that the program was told to leave out.
  var switchedOff: Set<String> = []
}

/// All places of a file where servers stand, the usual ones first.
func serverSites(_ root: Section, of owner: Owner) -> [ServerSite] {
  var sites: [ServerSite] = []
  func add(_ keys: [String], label: String = "", switchedOff: Set<String> = []) {
    guard
      let node = keys.reduce(
        Optional(Node(mark: Mark(line: 1, column: 1), content: .mapping(root.mapping))),
        {
          $0?.mapping?[$1]
        })
    else { return }
    guard let servers = node.mapping ?? named(node) else { return }
    sites.append(
      ServerSite(
        section: Section(file: root.file, keys: keys, mapping: servers, consequence: root.consequence),
        label: label, switchedOff: switchedOff))
  }
  add(["mcpServers"])
  guard !owner.followsLibreChat else { return sites }
  add(["servers"])
  for entry in root.mapping.entries where entry.key.hasSuffix(".mcpServers") { add([entry.key]) }
  if root.mapping["mcp"]?.mapping?["servers"]?.mapping != nil {
    add(["mcp", "servers"])
  } else if let map = root.mapping["mcp"]?.mapping, map.entries.allSatisfy({ $0.value.mapping != nil }),
    !map.entries.isEmpty || owner.serversKey == "mcp"
  {
    // Some programs keep settings of their own under this name; an empty one says only there what it is.
    add(["mcp"])
  }
  for key in ["mcp_servers", "context_servers"] { add([key]) }
  if owner.kind == .goose { add(["extensions"]) }
  add(["modelContextProtocolServers"])
  add(["experimental", "modelContextProtocolServers"])
  add(["settings", "mcp", "servers"])
  add(["customizations", "vscode", "mcp", "servers"])
  for project in root.mapping["projects"]?.mapping?.entries ?? [] {
    let off = ["disabledMcpServers", "disabledMcpjsonServers"].flatMap { key in
      project.value.mapping?[key]?.items?.compactMap(\.scalar?.text) ?? []
    }
    add(
      ["projects", project.key, "mcpServers"],
      label: String(project.key.split(separator: "/").last ?? ""), switchedOff: Set(off))
  }
  if sites.isEmpty, isBareMap(root.mapping) {
    sites.append(ServerSite(section: root))
  }
  if sites.isEmpty {
    // One step down, as files have it that keep several programs' settings.
    for entry in root.mapping.entries { add([entry.key, "mcpServers"], label: entry.key) }
  }
  return sites
}

/// Whether every value is a server: the short form of plugins.
func isBareMap(_ mapping: Mapping) -> Bool {
  let entries = mapping.entries.filter { !isComment($0.key) && $0.key != "$schema" }
  return !entries.isEmpty
    && entries.allSatisfy { isServer($0.value) }
}

/// A list of servers as a map by their names; absent when it is none.
private func named(_ node: Node) -> Mapping? {
  guard let items = node.items, items.contains(where: { $0.mapping != nil }) else { return nil }
  var builder = MappingBuilder()
  builder.mapping.isFlow = true
  for (index, item) in items.enumerated() {
    guard let fields = item.mapping else { continue }
    let name = ["name", "id", "title"].lazy.compactMap { fields[$0]?.scalar?.text }.first { !$0.isEmpty }
    _ = builder.add(Entry(key: name ?? "[\(index)]", mark: item.mark, value: item))
  }
  return builder.mapping
}

/// Keys by which people comment in JSON.
func isComment(_ key: String) -> Bool {
  key.hasPrefix("_") || key.hasPrefix("//") || key.hasPrefix("#")
    || ["comment", "comments"].contains(key.lowercased())
}
