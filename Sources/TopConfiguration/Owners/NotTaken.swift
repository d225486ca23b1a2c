// Texts that hold servers in a way that cannot be taken: they are named for what they are.

/// A file that holds no servers for anybody, and what it is instead.
struct NotTaken {
  let mark: Mark?
  let problem: String
  let remedy: String

  /// Absent for a file that merely holds no servers.
  init?(_ root: Mapping) {
    if let place = text(in: root, depth: 0) {
      let isChart = place.key == "configYamlContent"
      let kind = root["kind"]?.scalar?.text ?? ""
      let what =
        isChart
        ? "a Helm values file" : kind.isEmpty ? "another kind of file" : "a Kubernetes \(shownName(kind))"
      mark = place.mark
      problem = "is \(what); the servers stand under \(shownName(place.key)), line \(place.mark.line)"
      remedy = "put that text into a file of its own and check it"
    } else if root["services"]?.mapping != nil, root["mcpServers"] == nil {
      mark = root.entry("services")?.mark
      problem = "is a Docker Compose file, which holds no addresses of servers"
      remedy = "name the file that the client of MCP reads"
    } else if root["plugins"]?.items != nil, root["name"] != nil {
      mark = root.entry("plugins")?.mark
      problem = "is a marketplace of plugins, each of which has files of its own"
      remedy = "name the .mcp.json of a plugin"
    } else if root["hooks"] != nil, root["mcpServers"] == nil {
      mark = root.entry("hooks")?.mark
      problem = "holds hooks and no servers"
      remedy = "name the file with the servers, such as .mcp.json"
    } else if root["manifest_version"] != nil || root["dxt_version"] != nil, root["server"]?.mapping != nil {
      mark = root.entry("server")?.mark
      problem = "is the manifest of a bundle (MCPB), which a client installs"
      remedy = "name the file of the client"
    } else if root["remotes"]?.items != nil || root["packages"]?.items != nil, root["name"] != nil {
      mark = (root.entry("remotes") ?? root.entry("packages"))?.mark
      problem = "is a description of one server for a registry, not a configuration of a client"
      remedy = "name the file of the client, or write the server's address into one"
    } else {
      return nil
    }
  }
}

/// The field whose text is a configuration itself.
private func text(in mapping: Mapping, depth: Int) -> (key: String, mark: Mark)? {
  for entry in mapping.entries {
    if let scalar = entry.value.scalar {
      if scalar.text.contains("mcpServers"), scalar.text.contains("\n") { return (entry.key, entry.mark) }
    } else if depth < 4, let inner = entry.value.mapping, let found = text(in: inner, depth: depth + 1) {
      return found
    }
  }
  return nil
}

/// Whether a value has what a server must have.
func isServer(_ node: Node) -> Bool {
  guard let fields = node.mapping else { return false }
  return ["url", "command", "httpUrl", "serverUrl", "baseUrl"].contains { key in
    fields[key]?.scalar?.value == .text || fields[key]?.items != nil
  }
}

/// Where a template language begins that is no YAML: blocks of Jinja, Handlebars, Helm. Absent in a plain
/// text; values such as `{{NAME}}` in quotes are LibreChat's own.
func template(in bytes: [UInt8], _ path: String) -> Mark? {
  guard bytes.contains(0x7B) else { return nil }
  var line = 1
  for text in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
    defer { line += 1 }
    let start = text.drop { $0 == 0x20 || $0 == 0x09 }
    guard start.first == 0x7B, start.count > 2 else { continue }
    let column = start.startIndex - text.startIndex + 1
    let rest = start.dropFirst()
    // `{%` and `{#` begin no value of YAML or JSON.
    if rest.first == 0x25 { return Mark(line: line, column: column) }
    guard rest.first == 0x7B else { continue }
    let word = rest.dropFirst().drop { $0 == 0x20 || $0 == 0x2D }
    let begins = ["#", "/", "if ", "range ", "with ", "end", "else", "include ", "define ", "toYaml ", "- "]
    if begins.contains(where: { word.starts(with: $0.utf8) }) { return Mark(line: line, column: column) }
  }
  return nil
}
