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
      if section.mapping["url"] == nil, section.mapping["command"] == nil, misnamedAddress == nil {
        foreignKind = "is brought along by \(context.owner.name)"
        return .stdio
      }
      noticeTransport("is no word for a way of speaking", takenFor: likelyTransport, at: node.mark)
      return likelyTransport
    }
    if transport == .stdio, section.mapping["command"] == nil, section.mapping["url"] != nil {
      noticeTransport("is stdio beside a url and no command", takenFor: .streamableHTTP, at: node.mark)
      return .streamableHTTP
    }
    // Both keep addresses in a file of secrets as well.
    if [.mcpAgent, .fastAgent].contains(context.owner.kind), section.mapping["command"] == nil,
      section.mapping["url"] == nil, isOverlay
    {
      foreignKind = "its address stands in another file of \(context.owner.name)"
    }
    if transport == .streamableHTTP, section.mapping["url"] == nil, section.mapping["command"] != nil {
      return .stdio
    }
    return transport
  }

  private mutating func noticeTransport(_ problem: String, takenFor transport: Transport, at mark: Mark) {
    findings.add(
      section.diagnostic(
        .notice, "type", at: mark, "\(problem), and is taken for \(transport.rawValue)",
        remedy: "write http, sse or stdio"))
  }

  private mutating func inferredTransport() -> Transport {
    let mapping = section.mapping
    if mapping["command"] != nil, context.owner.followsLibreChat || mapping["url"] == nil { return .stdio }
    guard let address = mapping.entry("url") else {
      if !context.owner.followsLibreChat, isOfAnExtension {
        foreignKind = "is brought along by \(context.owner.name)"
        return .stdio
      }
      if context.owner.isLayered, isOverlay {
        foreignKind = "its address stands in another file of \(context.owner.name)"
        return .stdio
      }
      let meant = misnamedAddress
      findings.add(
        Diagnostic(
          file: section.file, mark: meant?.mark ?? mapping.entries.first?.mark ?? start, .error,
          path: joinedPath(section.keys),
          "has neither a url nor a command",
          remedy: (meant.map { "is \(shownName($0.key)) meant for url? rename it" }
            ?? "add 'type: streamable-http' and 'url: https://...'") + section.consequence))
      return .streamableHTTP
    }
    let text = substituted(address.value.scalar?.text ?? "").text.lowercased()
    if text.hasPrefix("ws://") || text.hasPrefix("wss://") { return .websocket }
    if let implied = entry.impliedTransport { return implied }
    switch context.owner.bareAddress {
    case .plain(let transport):
      if context.owner.followsLibreChat, !text.isEmpty, misplacedType == nil {
        noticeBareAddress(at: address.mark)
      }
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
    // A block of Continue's hub.
    if context.owner.kind == .continueDev, original["uses"] != nil { return true }
    guard context.owner.kind == .zed || context.owner.kind == .goose else { return false }
    return original["settings"] != nil || original["source"] != nil || original.entries.isEmpty
  }

  /// What is laid over a server of another file: a switch, secrets, limits; nothing that looks like a slip.
  private var isOverlay: Bool {
    let owner = context.owner
    return misnamedAddress == nil
      && original.entries.allSatisfy { field in
        entry.understood.contains(field.key) || knownToEverybody.contains(field.key)
          || owner.keys.contains(field.key) || isComment(field.key)
      }
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
    var known = checkedKeys()
    if let misplaced = misplacedType {
      known.append(misplaced.key)
      findings.add(
        section.diagnostic(
          .warning, misplaced.key, at: misplaced.mark, "LibreChat reads type, not \(misplaced.key)",
          remedy:
            "write 'type: \(context.owner.transport(of: misplaced.value.scalar?.text ?? "")?.rawValue ?? "http")'"
        ))
    }
    // An address under another name is told where the address is missing.
    if let address = misnamedAddress { known.append(address.key) }
    section.checkKeys(known, consequence: "LibreChat drops it unread", &findings)
  }

  /// The word for the transport in a field that other programs have for it.
  private var misplacedType: Entry? {
    guard section.mapping["type"] == nil else { return nil }
    return ["transport", "transportType", "transport_type"].lazy.compactMap { section.mapping.entry($0) }
      .first {
        context.owner.transport(of: $0.value.scalar?.text ?? "") != nil
      }
  }
}

private let transportWords: [String: Transport] = [
  "streamable-http": .streamableHTTP, "http": .streamableHTTP, "sse": .sse, "websocket": .websocket,
  "stdio": .stdio,
]
