/// Keys down to a place, as people write them: `mcpServers.ledger.headers.Authorization`, `files[2]`.
func joinedPath(_ keys: [String]) -> String {
  var path = ""
  for (index, key) in keys.enumerated() {
    // A server may have a name of several words; anywhere else a key with a space is a line that lacks its
    // colon.
    let isServer = index == 1 && (keys[0] == "mcpServers" || keys[0] == "servers")
    if key.hasPrefix("["), key.hasSuffix("]") {
      path += key
    } else {
      path += (path.isEmpty ? "" : ".") + shownName(key, mayHoldSpaces: isServer)
    }
  }
  return path
}

/// A name as diagnostics show it. What is too long or too odd to be a name may be a value that slipped, so
/// it is counted instead of quoted.
func shownName(_ name: String, mayHoldSpaces: Bool = false) -> String {
  if name == "<<" || isHidden(name) { return name }
  let isWord =
    name.count <= 64 && !name.isEmpty
    && name.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || "_-./@$[]".unicodeScalars.contains($0)
        || mayHoldSpaces && " ():+#".unicodeScalars.contains($0)
    }
  return isWord ? name : hiddenName(name)
}

/// What stands in a path instead of a name that may be a secret.
func hiddenName(_ name: String) -> String { "(key of \(name.count) characters)" }

private func isHidden(_ name: String) -> Bool {
  guard name.hasPrefix("(key of "), name.hasSuffix(" characters)") else { return false }
  return name.dropFirst(8).dropLast(12).allSatisfy(\.isNumber)
}
