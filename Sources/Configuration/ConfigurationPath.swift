/// Keys down to a place, as people write them: `mcpServers.ledger.headers.Authorization`, `files[2]`.
func joinedPath(_ keys: [String]) -> String {
  keys.reduce(into: "") { path, key in
    let shown = key.hasPrefix("[") ? key : shownName(key)
    path += path.isEmpty || key.hasPrefix("[") ? shown : ".\(shown)"
  }
}

/// A name as diagnostics show it. What is too long or too odd to be a name may be a value that slipped, so it is
/// counted instead of quoted.
func shownName(_ name: String) -> String {
  let isWord =
    name.count <= 64 && !name.isEmpty
    && name.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil
        || "_-./@$ ():+#".unicodeScalars.contains($0)
    }
  return isWord ? name : "(key of \(name.count) characters)"
}
