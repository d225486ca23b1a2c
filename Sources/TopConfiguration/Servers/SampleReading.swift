import MCPSessions

// What was copied and not yet filled in, or put under a name that nobody reads.

extension ServerReader {
  /// An address in a field that nobody reads, where the one that is read is missing.
  var misnamedAddress: Entry? {
    guard section.mapping["url"] == nil, section.mapping["command"] == nil else { return nil }
    return section.mapping.entries.first { entry in
      guard let text = entry.value.scalar?.text, entry.key != "$schema" else { return false }
      let isNear = suggestion(for: entry.key, among: ["url", "serverUrl", "baseUrl"]) != nil
      return isNear
        || ["link", "address", "host", "href", "server", "target", "uri", "endpoint"].contains(entry.key)
          && text.contains("://")
    }
  }

  /// `https://{host}/mcp`: braces that no client fills in, in the host.
  func bracedPlaceholder(_ text: String) -> String? {
    guard let start = text.firstRange(of: "://")?.upperBound else { return nil }
    let host = text[start...].prefix { $0 != "/" && $0 != "?" }
    guard let open = host.firstIndex(of: "{"), let close = host[open...].firstIndex(of: "}") else {
      return nil
    }
    let name = host[host.index(after: open)..<close]
    return isVariableName(name) ? String(name) : "it"
  }

  /// Text that somebody was to replace, in a header that lets in: `Bearer <TOKEN>`, `YOUR_API_KEY`.
  mutating func checkSample(_ value: String, _ key: String, in place: Section, at mark: Mark) {
    let words = value.split(separator: " ")
    guard let word = words.last, words.count <= 2 || value.hasSuffix(">") else { return }
    let upper = word.uppercased()
    let isSample =
      value.hasSuffix(">") && value.contains("<")
      || ["YOUR_", "YOUR-", "<YOUR"].contains { upper.hasPrefix($0) }
    guard isSample else { return }
    findings.add(
      place.diagnostic(
        .warning, key, at: mark, "holds a placeholder, which is sent as it is",
        remedy: "write what it stands for"))
  }
}
