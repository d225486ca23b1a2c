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
  let off = namesSwitchedOff(root.mapping)
  func add(_ keys: [String], label: String = "", switchedOff: Set<String> = []) {
    guard
      let node = keys.reduce(
        Optional(Node(mark: Mark(line: 1, column: 1), content: .mapping(root.mapping))),
        {
          $0?.mapping?[$1]
        })
    else { return }
    guard let servers = node.mapping ?? (owner.followsLibreChat ? nil : named(node)) else { return }
    sites.append(
      ServerSite(
        section: Section(file: root.file, keys: keys, mapping: servers, consequence: root.consequence),
        label: label, switchedOff: switchedOff.union(off)))
  }
  add(["mcpServers"])
  guard !owner.followsLibreChat else { return sites }
  // The servers of an OpenAPI description are those of an HTTP interface.
  guard root.mapping["openapi"] == nil, root.mapping["swagger"] == nil else { return sites }
  add(["servers"])
  for entry in root.mapping.entries
  where entry.key.hasSuffix(".mcpServers") || entry.key.hasSuffix("mcp.servers") {
    add([entry.key])
  }
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
  add(["customizations", "vscode", "settings", "mcp", "servers"])
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
  if sites.isEmpty, NotTaken(root.mapping) == nil {
    // One step down, as files have it that keep several programs' settings.
    for entry in root.mapping.entries { add([entry.key, "mcpServers"], label: entry.key) }
    // Or two, in collections of examples.
    for outer in root.mapping.entries where sites.count < 100 {
      for inner in outer.value.mapping?.entries ?? [] {
        add([outer.key, inner.key, "mcpServers"], label: outer.key)
      }
    }
  }
  return sites
}

/// Names that a program's own lists leave out: Claude Code's and Gemini CLI's.
private func namesSwitchedOff(_ root: Mapping) -> Set<String> {
  func names(_ node: Node?) -> [String] { node?.items?.compactMap(\.scalar?.text) ?? [] }
  var off = names(root["disabledMcpServers"]) + names(root["disabledMcpjsonServers"])
  if let block = root["mcp"]?.mapping {
    off += names(block["excluded"])
    if let allowed = block["allowed"]?.items, !allowed.isEmpty {
      let allowed = Set(names(block["allowed"]))
      off += root["mcpServers"]?.mapping?.entries.map(\.key).filter { !allowed.contains($0) } ?? []
    }
  }
  return Set(off)
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
    if isBareMap(fields), fields["transport"] == nil {
      for entry in fields.entries { _ = builder.add(entry) }
      continue
    }
    let names = ["name", "id", "title", "server_name", "serverName", "uses"]
    let name = names.lazy.compactMap { fields[$0]?.scalar?.text }.first { !$0.isEmpty }
    _ = builder.add(Entry(key: name ?? "[\(index)]", mark: item.mark, value: item))
  }
  return builder.mapping
}

/// The entries of a section of servers, without the comments that stand among them.
func serverEntries(_ section: Mapping) -> [Entry] {
  section.entries.filter { entry in
    entry.value.mapping != nil
      || !isComment(entry.key) && !entry.key.hasPrefix("$") && !entry.key.hasPrefix("x-")
  }
}

/// Keys by which people comment in JSON.
func isComment(_ key: String) -> Bool {
  key.hasPrefix("_") || key.hasPrefix("//") || key.hasPrefix("#")
    || ["comment", "comments"].contains(key.lowercased())
}
