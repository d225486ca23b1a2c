import Sessions

extension ServerReader {
  /// The transport as written, or as LibreChat guesses it when `type` is absent.
  mutating func readTransport() -> Transport {
    guard section.mapping["type"] != nil else { return inferredTransport() }
    guard let word = section.text("type", &findings) else { return .streamableHTTP }
    let others = context.shape.followsLibreChat ? [:] : foreignWords
    guard let transport = transportWords[word.value] ?? others[word.value] else {
      let known = ["streamable-http", "http", "sse", "websocket", "stdio"]
      let meant = suggestion(for: word.value, among: known).map { "did you mean \($0)?" }
      findings.add(
        section.diagnostic(
          .error, "type", at: word.mark, "must be \(alternatives(known))",
          remedy: (meant ?? "write one of these words") + section.consequence))
      return .streamableHTTP
    }
    return transport
  }

  private mutating func inferredTransport() -> Transport {
    if section.mapping["command"] != nil { return .stdio }
    guard let address = section.mapping.entry("url") else {
      findings.add(
        Diagnostic(
          file: section.file, mark: section.mapping.entries.first?.mark, .error,
          path: joinedPath(section.keys),
          "has neither a url nor a command",
          remedy: "add 'type: streamable-http' and 'url: https://...'\(section.consequence)"))
      return .streamableHTTP
    }
    let text = substituted(address.value.scalar?.text ?? "").text.lowercased()
    if text.hasPrefix("ws://") || text.hasPrefix("wss://") { return .websocket }
    guard context.shape.followsLibreChat else { return .streamableHTTP }
    findings.add(
      section.diagnostic(
        .notice, "type", at: address.mark,
        "is missing, and LibreChat takes a URL without it for old HTTP+SSE, which is not monitored",
        remedy: "write 'type: streamable-http' if the server speaks it"))
    return .sse
  }

  /// Warns of fields that this transport does not have.
  func checkedKeys() -> [String] {
    let common = [
      "type", "title", "description", "startup", "iconPath", "timeout", "initTimeout", "sseReadTimeout",
      "chatMenu",
      "serverInstructions", "requiresOAuth", "oauth", "oauth_headers", "apiKey", "customUserVars",
      "sessionConfig",
    ]
    let others = context.shape.followsLibreChat ? [] : foreignKeys
    switch transport {
    case .stdio: return common + ["command", "args", "env", "stderr", "cwd", "url"] + others
    case .websocket: return common + ["url"] + others
    case .sse, .streamableHTTP: return common + ["url", "headers", "obo", "proxy"] + others
    }
  }

  mutating func checkKeys() {
    let isLibreChat = context.shape.followsLibreChat
    section.checkKeys(
      checkedKeys(), consequence: isLibreChat ? "LibreChat drops it unread" : "nothing reads it",
      strangers: isLibreChat ? .warning : .notice, &findings)
  }
}

private let transportWords: [String: Transport] = [
  "streamable-http": .streamableHTTP, "http": .streamableHTTP, "sse": .sse, "websocket": .websocket,
  "stdio": .stdio,
]

/// What other clients write.
private let foreignWords: [String: Transport] = [
  "streamableHttp": .streamableHTTP, "streamable_http": .streamableHTTP, "local": .stdio, "ws": .websocket,
]

/// A foreign entry with the address under the name that we know.
func translated(_ mapping: Mapping) -> Mapping {
  guard mapping["url"] == nil,
    let place = mapping.entries.firstIndex(where: { ["httpUrl", "serverUrl"].contains($0.key) })
  else { return mapping }
  var result = mapping
  result.entries[place].key = "url"
  return result
}

/// Fields that desktop clients keep in their files and that say nothing about the session.
private let foreignKeys = [
  "disabled", "enabled", "autoApprove", "alwaysAllow", "disabledTools", "envFile", "gallery", "version",
  "dev",
  "auth", "env", "name", "note", "trust", "includeTools", "excludeTools",
]
