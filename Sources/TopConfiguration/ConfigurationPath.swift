import MCPSessions

/// Keys down to a place, as people write them: `mcpServers.ledger.headers.Authorization`, `files[2]`.
func joinedPath(_ keys: [String]) -> String {
  var path = ""
  let server = placeOfServer(keys)
  for (index, key) in keys.enumerated() {
    if key.hasPrefix("["), key.hasSuffix("]") {
      path += key
    } else {
      path += (path.isEmpty ? "" : ".") + (index == server ? shownServer(key) : shownName(key))
    }
  }
  return path
}

/// Which of the keys is the name of a server; such a name may have several words.
private func placeOfServer(_ keys: [String]) -> Int? {
  let sections: Set = ["mcpServers", "servers", "mcp", "mcp_servers", "context_servers", "extensions"]
  guard var place = keys.firstIndex(where: { sections.contains($0) || $0.hasSuffix(".mcpServers") }) else {
    return nil
  }
  if keys[place] == "mcp", place + 1 < keys.count, keys[place + 1] == "servers" { place += 1 }
  return place + 1
}

/// The name of a server as it is, as long as the line that tells of the server.
private func shownServer(_ name: String) -> String {
  looksLikeKey(name) ? hiddenName(name) : PrintableText.line(name, limit: 60)
}

/// A name as diagnostics show it. What looks like a value that slipped is counted instead of quoted: a name
/// has no spaces, and no shape of a key.
func shownName(_ name: String) -> String {
  if name == "<<" || isHidden(name) { return name }
  let isName =
    !name.isEmpty && !looksLikeKey(name)
    && !name.unicodeScalars.contains { $0.properties.isWhitespace || $0 == ":" || $0 == "=" || $0 == "\"" }
  return isName ? PrintableText.line(name, limit: 60) : hiddenName(name)
}

/// A name of letters, as headers and variables have them, that nobody would take for a secret.
func isPlainName(_ name: String) -> Bool {
  name.utf8.count <= 40
    && name.utf8.allSatisfy {
      (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
    }
    && (name.contains("-") || name.contains("_") || name.lowercased() == "authorization")
    && !looksLikeKey(name) && name.first?.isUppercase == true
}

/// What stands in a path instead of a name that may be a secret.
func hiddenName(_ name: String) -> String { "(key of \(name.count) characters)" }

private func isHidden(_ name: String) -> Bool {
  guard name.hasPrefix("(key of "), name.hasSuffix(" characters)") else { return false }
  return name.dropFirst(8).dropLast(12).allSatisfy(\.isNumber)
}
