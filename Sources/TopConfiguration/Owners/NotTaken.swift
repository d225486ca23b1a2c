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
    } else if root["openapi"]?.scalar != nil || root["swagger"]?.scalar != nil {
      mark = (root.entry("openapi") ?? root.entry("swagger"))?.mark
      problem = "is a description of an HTTP interface (OpenAPI), not a configuration of a client"
      remedy = "name the file that the client of MCP reads"
    } else if root["$schema"]?.scalar?.text.contains("json-schema.org") == true
      || root["properties"]?.mapping != nil && (root["type"] != nil || root["$defs"] != nil)
    {
      mark = (root.entry("$schema") ?? root.entry("properties"))?.mark
      problem = "is a JSON Schema, which says what such a file may hold"
      remedy = "name a file that is made after it"
    } else if root["jobs"]?.mapping != nil, root["on"] != nil {
      mark = root.entry("jobs")?.mark
      problem = "is a workflow of GitHub, which holds no servers"
      remedy = "name the file that the client of MCP reads"
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
    } else if let lists = root["mcp"]?.mapping,
      let list = ["shttp_servers", "sse_servers", "stdio_servers"].lazy.compactMap({ lists.entry($0) }).first
    {
      mark = list.mark
      problem = "is a configuration of OpenHands, whose lists of servers are not read here"
      remedy = "write their addresses into a file of your own"
    } else if root["meta"] != nil, root["data"]?.mapping?["servers"] != nil {
      mark = root.entry("data")?.mark
      problem = "is a registry of servers, not a configuration of a client"
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
  return ["url", "command", "httpUrl", "serverUrl", "baseUrl", "target"].contains { key in
    fields[key]?.scalar?.value == .text || fields[key]?.items != nil
  }
}

/// Where the first of several documents of Kubernetes begins, which no reader of one document takes.
func manifestOfKubernetes(_ bytes: [UInt8]) -> Mark? {
  var place: Mark?
  var hasKind = false
  for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
    if place == nil, line.starts(with: "apiVersion:".utf8) { place = Mark(line: index + 1, column: 1) }
    if line.starts(with: "kind:".utf8) { hasKind = true }
    if hasKind, let place { return place }
  }
  return nil
}

/// Where a template language begins, in a text that cannot be read as what it will become: blocks of Jinja,
/// Handlebars, Helm, ERB at the start of a line, or in JSON anything in double braces outside of strings.
/// Absent in a plain text; values such as `{{NAME}}` in quotes are LibreChat's own.
func template(in bytes: [UInt8], isJSON: Bool) -> Mark? {
  guard bytes.contains(0x7B) || bytes.contains(0x25) else { return nil }
  var line = 1
  for text in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
    defer { line += 1 }
    let start = text.drop { $0 == 0x20 || $0 == 0x09 }
    if beginsTemplate(start) { return Mark(line: line, column: start.startIndex - text.startIndex + 1) }
    if isJSON, let place = bracesOutsideStrings(text) {
      return Mark(line: line, column: place - text.startIndex + 1)
    }
  }
  return nil
}

private func beginsTemplate(_ start: ArraySlice<UInt8>) -> Bool {
  if start.starts(with: "<%".utf8) { return true }
  guard start.first == 0x7B, start.count > 2 else { return false }
  let rest = start.dropFirst()
  // `{%` and `{#` begin no value of YAML or JSON.
  if rest.first == 0x25 { return true }
  guard rest.first == 0x7B else { return false }
  let word = rest.dropFirst().drop { $0 == 0x20 || $0 == 0x2D }
  let begins = ["#", "/", "if ", "range ", "with ", "end", "else", "include ", "define ", "toYaml ", "- "]
  return begins.contains { word.starts(with: $0.utf8) }
}

/// Where `{{` or `{%` stands between the strings of a line of JSON.
private func bracesOutsideStrings(_ line: ArraySlice<UInt8>) -> Int? {
  var isQuoted = false
  var isEscaped = false
  var before: UInt8 = 0
  for (place, byte) in zip(line.indices, line) {
    defer { before = byte }
    if isEscaped {
      isEscaped = false
    } else if isQuoted {
      isEscaped = byte == 0x5C
      isQuoted = byte != 0x22
    } else if byte == 0x22 {
      isQuoted = true
    } else if before == 0x7B, byte == 0x7B || byte == 0x25 {
      return place - 1
    }
  }
  return nil
}
