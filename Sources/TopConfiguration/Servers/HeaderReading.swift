import MCPSessions

/// A header with the place that asks for it.
struct ConfiguredHeader {
  let header: Header
  let mark: Mark
}

extension ServerReader {
  /// `headers`, then what `apiKey` puts over them, each checked as it would go over the wire.
  mutating func readHeaders() {
    guard context.owner.followsLibreChat else { return readForeignHeaders() }
    for (entry, text) in section.textMap("headers", &findings) {
      addHeader(entry.key, text, field: "headers", at: entry.mark)
    }
    readAPIKey()
  }

  /// Headers as written, then those that the program makes of other fields.
  private mutating func readForeignHeaders() {
    let field = section.written["headers"] ?? "headers"
    for (entry, text) in section.looseTextMap("headers", &findings) where !isComment(entry.key) {
      addHeader(entry.key, text, field: field, at: entry.mark)
    }
    for header in entry.builtHeaders {
      let text = Located(value: header.value, mark: header.mark)
      addHeader(
        header.name, text, field: header.field, key: "", at: header.mark,
        syntax: context.owner.variables.union(.braces))
    }
  }

  /// `key` is where the value stands in `field`, when that is not the header's name; empty when it is the
  /// field itself.
  mutating func addHeader(
    _ name: String, _ text: Located<String>, field: String, key: String? = nil, at mark: Mark,
    syntax: VariableSyntax? = nil, with own: [String: String] = [:]
  ) {
    let isField = key?.isEmpty == true
    let place = Section(
      file: section.file, keys: isField ? section.keys : section.keys + [field], mapping: Mapping())
    let key = isField ? field : key ?? name
    let lowercased = name.lowercased()
    guard HeaderRules.isToken(name) else {
      findings.add(
        place.diagnostic(
          .error, name, at: mark, "is no legal header name", remedy: "use letters, digits and dashes only"))
      return
    }
    if HeaderRules.owned.contains(lowercased) {
      // Other programs' files are full of it, and it does no harm.
      if !context.owner.followsLibreChat, lowercased == "content-type" || lowercased == "accept" { return }
      findings.add(
        place.diagnostic(
          context.owner.followsLibreChat ? .warning : .notice, name, at: mark,
          "belongs to the protocol and is not taken from the file",
          remedy: "remove it"))
      return
    }
    guard text.value.utf8.count <= HeaderRules.longestValue else {
      findings.add(
        place.diagnostic(
          .error, key, at: text.mark, "is longer than \(HeaderRules.longestValue) bytes",
          remedy: "is this a header?"))
      return
    }
    let result = substituted(text.value, syntax: syntax, with: own)
    tell(result.remarks, key, in: place, at: text.mark)
    if !result.unresolved.isEmpty {
      let isElsewhere = result.unresolved.allSatisfy { $0.reason == .elsewhere }
      if carriesCredential(lowercased) && !isElsewhere
        || result.unresolved.contains(where: { $0.reason == .asked })
      {
        _ = report(result.unresolved, key, in: place, at: text.mark, as: .header)
      } else {
        for variable in result.unresolved {
          let (problem, remedy) = words(for: variable, in: .header)
          findings.add(
            place.diagnostic(
              variable.reason == .editor ? .notice : .warning, key, at: text.mark,
              "\(problem), so the header is left out", remedy: remedy))
        }
      }
      return
    }
    needs(placeholders(in: result.text))
    checkPlaceholders(result.text, key, in: place, at: text.mark)
    if carriesCredential(lowercased), result.values.isEmpty {
      checkSample(result.text, key, in: place, at: text.mark)
    }
    let value = withoutLastBreak(result.text, written: text.value, key, in: place, at: text.mark)
    guard let problem = HeaderRules.problem(ofValue: value) else {
      put(Header(name: name, value: value), in: place, at: mark, with: result)
      return
    }
    findings.add(
      place.diagnostic(
        .error, key, at: text.mark, problem, remedy: "remove it, the request would be refused"))
  }

  /// A variable that was filled from a file ends with a line break, as files do; a header cannot.
  private mutating func withoutLastBreak(
    _ value: String, written: String, _ key: String, in place: Section, at mark: Mark
  ) -> String {
    guard value.last?.isNewline == true, written.last?.isNewline == false else { return value }
    findings.add(
      place.diagnostic(
        .notice, key, at: mark, "the variable's value ends with a line break, which is taken off here",
        remedy: "end it without one, other programs may refuse it"))
    return String(value.reversed().drop { $0.isNewline }.reversed())
  }

  /// Later headers replace earlier ones of the same name, whatever their case.
  private mutating func put(
    _ header: Header, in place: Section, at mark: Mark, with substitution: Substitution
  ) {
    let lowercased = header.name.lowercased()
    // Only what stood there is looked for: a file may have thousands.
    let isNew = headerNames.insert(lowercased).inserted
    if !isNew, let first = headers.firstIndex(where: { $0.header.name.lowercased() == lowercased }) {
      findings.add(
        place.diagnostic(
          .warning, header.name, at: mark, "replaces the same header of line \(headers[first].mark.line)",
          remedy: "keep one of the two"))
      headers.remove(at: first)
      resolvedSettings.removeAll { $0.name.lowercased() == "headers.\(lowercased)" }
    }
    headers.append(ConfiguredHeader(header: header, mark: mark))
    resolve("headers.\(header.name)", .masked, at: mark, with: substitution)
  }

  /// An administrator's key becomes a header; a key that each user brings is not ours to have.
  private mutating func readAPIKey() {
    guard let apiKey = section.section("apiKey", &findings) else { return }
    let known = ["source", "authorization_type", "key", "custom_header"]
    apiKey.checkKeys(
      known, consequence: "LibreChat drops it unread",
      &findings)
    let source = apiKey.choice("source", ["admin", "user"], &findings)
    let type = apiKey.choice("authorization_type", ["basic", "bearer", "custom"], &findings)
    let key = apiKey.text("key", &findings)
    let customHeader = apiKey.text("custom_header", &findings)
    for required in ["source", "authorization_type"] where apiKey.mapping[required] == nil {
      findings.add(
        apiKey.diagnostic(
          .error, required, at: section.mapping.entry("apiKey")?.mark, "is missing",
          remedy: "add it\(section.consequence)"))
    }
    guard let source, let type else { return }
    let (name, prefix) =
      switch type.value {
      case "basic": ("Authorization", "Basic ")
      case "bearer": ("Authorization", "Bearer ")
      default: (customHeader?.value ?? "X-Api-Key", "")
      }
    headers.removeAll { $0.header.name.lowercased() == name.lowercased() }
    resolvedSettings.removeAll { $0.name.lowercased() == "headers.\(name.lowercased())" }
    guard source.value == "admin" else {
      // LibreChat asks each user for it under this name.
      let text = Located(value: prefix + "{{MCP_API_KEY}}", mark: source.mark)
      return addHeader(name, text, field: "apiKey", key: "source", at: source.mark)
    }
    guard let key else {
      if apiKey.mapping["key"] == nil {
        findings.add(
          apiKey.diagnostic(
            .warning, "key", at: source.mark, "is missing, so no credential is sent", remedy: "add the key"))
      }
      return
    }
    let text = Located(value: prefix + key.value, mark: key.mark)
    addHeader(name, text, field: "apiKey", key: "key", at: key.mark)
  }
}

/// Whether a header's value lets somebody in, judged by its name.
private func carriesCredential(_ name: String) -> Bool {
  [
    "auth", "token", "key", "secret", "cookie", "password", "credential", "session", "signature", "jwt",
    "pat",
  ]
  .contains { name.contains($0) }
}
