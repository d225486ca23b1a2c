import MCPSessions

extension ServerReader {
  /// The transport as written, or as the file's owner guesses it when there is no word for it.
  mutating func readTransport() -> Transport {
    guard section.mapping["type"] != nil else { return inferredTransport() }
    guard context.owner.followsLibreChat else { return foreignTransport() }
    guard let word = section.text("type", &findings) else { return likelyTransport }
    guard let transport = transportWords[word.value] else {
      let known = ["streamable-http", "http", "sse", "websocket", "stdio"]
      // The words of other programs mean one of these.
      let others = context.owner.transport(of: word.value).map { likely($0) }
      let meant = others ?? suggestion(for: word.value, among: known)
      findings.add(
        section.diagnostic(
          .error, "type", at: word.mark, "must be \(alternatives(known))",
          remedy: (meant.map { "did you mean \($0)?" } ?? "write one of these words") + section.consequence))
      isTypeUnknown = true
      return likelyTransport
    }
    return transport
  }

  private func likely(_ transport: Transport) -> String { transport.rawValue }

  /// What an entry is by its fields, whatever its type says.
  private var likelyTransport: Transport {
    section.mapping["command"] != nil && section.mapping["url"] == nil ? .stdio : .streamableHTTP
  }

  private mutating func foreignTransport() -> Transport {
    guard let node = section.mapping["type"] else { return likelyTransport }
    guard let transport = context.owner.transport(of: node.scalar?.text ?? "") else {
      if section.mapping["url"] == nil, section.mapping["command"] == nil {
        foreignKind = "is brought along by \(context.owner.name)"
        return .stdio
      }
      return likelyTransport
    }
    if transport == .stdio, section.mapping["command"] == nil, section.mapping["url"] != nil {
      return .streamableHTTP
    }
    if transport == .streamableHTTP, section.mapping["url"] == nil, section.mapping["command"] != nil {
      return .stdio
    }
    return transport
  }

  private mutating func inferredTransport() -> Transport {
    let mapping = section.mapping
    if mapping["command"] != nil, context.owner.followsLibreChat || mapping["url"] == nil { return .stdio }
    guard let address = mapping.entry("url") else {
      if !context.owner.followsLibreChat, isOfAnExtension {
        foreignKind = "is brought along by \(context.owner.name)"
        return .stdio
      }
      findings.add(
        Diagnostic(
          file: section.file, mark: mapping.entries.first?.mark, .error,
          path: joinedPath(section.keys),
          "has neither a url nor a command",
          remedy: "add 'type: streamable-http' and 'url: https://...'\(section.consequence)"))
      return .streamableHTTP
    }
    let text = substituted(address.value.scalar?.text ?? "").text.lowercased()
    if text.hasPrefix("ws://") || text.hasPrefix("wss://") { return .websocket }
    if let implied = entry.impliedTransport { return implied }
    switch context.owner.bareAddress {
    case .plain(let transport):
      if context.owner.followsLibreChat, !text.isEmpty { noticeBareAddress(at: address.mark) }
      // Our own files have LibreChat's rules.
      return context.owner.followsLibreChat ? .sse : transport
    case .misread(let words):
      // Other names of the address say what it is.
      if !text.isEmpty, section.written["url"] == nil {
        findings.add(
          section.diagnostic(
            .notice, "type", at: address.mark, "is missing, and without it \(words)",
            remedy: "write 'type: http'"))
      }
      return .streamableHTTP
    }
  }

  private mutating func noticeBareAddress(at mark: Mark) {
    findings.add(
      section.diagnostic(
        .notice, "type", at: mark, "is missing, and LibreChat takes a URL without it for old HTTP+SSE",
        remedy: "write 'type: streamable-http' if the server speaks it"))
  }

  /// Settings of a server that an editor's extension or the program itself brings along.
  private var isOfAnExtension: Bool {
    guard context.owner.kind == .zed || original.entries.isEmpty else { return false }
    return original["settings"] != nil || original["source"] != nil || original.entries.isEmpty
  }

  /// The fields that this transport has.
  private func checkedKeys() -> [String] {
    let common = [
      "type", "title", "description", "startup", "iconPath", "timeout", "initTimeout", "sseReadTimeout",
      "chatMenu", "serverInstructions", "requiresOAuth", "oauth", "oauth_headers", "apiKey",
      "customUserVars", "sessionConfig",
    ]
    // Behind a word that is none nothing can be said of what belongs to it.
    if isTypeUnknown {
      return common + ["command", "args", "env", "stderr", "cwd", "url", "headers", "obo", "proxy"]
    }
    switch transport {
    case .stdio: return common + ["command", "args", "env", "stderr", "cwd", "url"]
    case .websocket: return common + ["url"]
    case .sse, .streamableHTTP: return common + ["url", "headers", "obo", "proxy"]
    }
  }

  mutating func checkKeys() {
    guard context.owner.followsLibreChat else { return checkForeignKeys() }
    section.checkKeys(checkedKeys(), consequence: "LibreChat drops it unread", &findings)
  }
}

private let transportWords: [String: Transport] = [
  "streamable-http": .streamableHTTP, "http": .streamableHTTP, "sse": .sse, "websocket": .websocket,
  "stdio": .stdio,
]
