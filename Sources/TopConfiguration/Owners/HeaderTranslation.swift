// Headers of an entry, wherever and in whatever form its program keeps them.

extension TranslatedEntry {
  private static let headerFields: [[String]] = [
    ["headers"], ["requestInit", "headers"], ["eventSourceInit", "headers"], ["requestOptions", "headers"],
    ["http_headers"], ["httpHeaders"], ["static_headers"], ["customHeaders"],
  ]

  mutating func takeHeaders(_ mapping: Mapping, _ owner: Owner) {
    var all = Mapping()
    var mark: Node?
    for field in Self.headerFields {
      guard let first = field.first, let node = mapping[first] else { continue }
      understood.insert(first)
      guard let found = field.count > 1 ? node.mapping?[field[1]] : node else { continue }
      guard let entries = found.mapping?.entries ?? pairs(found, separator: ":") else {
        if field == ["headers"], !found.isNull { return }
        continue
      }
      if mark == nil {
        mark = found
        written["headers"] = field.joined(separator: ".")
      }
      all.entries += entries
    }
    self.mapping.entries.removeAll { $0.key == "headers" }
    if let mark {
      all.isFlow = mark.mapping?.isFlow ?? true
      self.mapping.entries.append(
        Entry(key: "headers", mark: mark.mark, value: Node(mark: mark.mark, content: .mapping(all))))
    }
    buildHeaders(mapping, owner)
  }

  /// Headers that a program makes of other fields.
  private mutating func buildHeaders(_ mapping: Mapping, _ owner: Owner) {
    func text(_ key: String) -> (text: String, mark: Mark)? {
      guard let node = mapping[key], let scalar = node.scalar, scalar.value != .null, !scalar.text.isEmpty
      else { return nil }
      return (scalar.text, node.mark)
    }
    func build(_ name: String, _ value: String, _ field: String, _ mark: Mark) {
      understood.insert(field)
      builtHeaders.append(BuiltHeader(name: name, value: value, field: field, mark: mark))
    }
    for key in ["bearer_token_env_var", "bearerTokenEnvVar", "bearerTokenEnv"] {
      if let variable = text(key) { build("Authorization", "Bearer ${\(variable.text)}", key, variable.mark) }
    }
    for key in ["bearer_token", "bearerToken", "accessToken"] {
      if let token = text(key) { build("Authorization", "Bearer \(token.text)", key, token.mark) }
    }
    for key in ["env_http_headers", "envHttpHeaders"] {
      guard let entries = mapping[key]?.mapping?.entries else { continue }
      understood.insert(key)
      for entry in entries {
        guard let variable = entry.value.scalar?.text else { continue }
        builtHeaders.append(
          BuiltHeader(
            name: entry.key, value: "${\(variable)}", field: "\(key).\(entry.key)", mark: entry.value.mark))
      }
    }
    for key in ["auth", "authentication"] {
      if let block = mapping[key]?.mapping { buildHeader(of: block, key, build) }
    }
    if let kind = text("auth_type"), let value = text("auth_value") ?? text("authentication_token") {
      understood.formUnion(["auth_type", "auth_value", "authentication_token"])
      let inEnvironment = value.text.hasPrefix("os.environ/")
      let shown = inEnvironment ? "${\(value.text.dropFirst(11))}" : value.text
      switch kind.text {
      case "bearer_token", "bearer": build("Authorization", "Bearer \(shown)", "auth_value", value.mark)
      case "basic": build("Authorization", "Basic \(shown)", "auth_value", value.mark)
      case "authorization": build("Authorization", shown, "auth_value", value.mark)
      case "token": build("Authorization", "token \(shown)", "auth_value", value.mark)
      case "api_key": build("X-API-Key", shown, "auth_value", value.mark)
      default: break
      }
    }
    if owner.kind == .fastMCP || owner.kind == .other, let token = text("auth"), token.text != "oauth" {
      build("Authorization", "Bearer \(token.text)", "auth", token.mark)
    }
  }

  /// `auth: {type: bearer, token: ...}`, and the same with the name of a variable.
  private func buildHeader(
    of block: Mapping, _ key: String,
    _ build: (_ name: String, _ value: String, _ field: String, _ mark: Mark) -> Void
  ) {
    func field(_ names: [String]) -> (key: String, text: String, mark: Mark)? {
      names.lazy.compactMap { name -> (String, String, Mark)? in
        guard let node = block[name], let scalar = node.scalar, scalar.value == .text, !scalar.text.isEmpty
        else {
          return nil
        }
        return (name, scalar.text, node.mark)
      }.first
    }
    let kind = block["type"]?.scalar?.text.lowercased() ?? ""
    if let variable = field(["api_key_env", "apiKeyEnv"]) {
      let header = block["api_key_header"]?.scalar?.text ?? "Authorization"
      let format =
        block["api_key_format"]?.scalar?.text ?? (header == "Authorization" ? "Bearer {token}" : "{token}")
      let value = format.replacing("{token}", with: "${\(variable.text)}")
      return build(header, value, "\(key).\(variable.key)", variable.mark)
    }
    guard ["bearer", "bearer_token", "token", "static"].contains(kind),
      let token = field(["token", "bearer_token"])
    else { return }
    build("Authorization", "Bearer \(token.text)", "\(key).\(token.key)", token.mark)
  }
}

/// A list of pairs as a map: `[{name: A, value: b}]`, `["A: b"]`, or one such text; absent when it is none.
func pairs(_ node: Node, separator: Character) -> [Entry]? {
  guard let items = node.items ?? (separator == ":" && node.scalar?.value == .text ? [node] : nil) else {
    return nil
  }
  var entries: [Entry] = []
  for item in items {
    if let fields = item.mapping {
      guard let name = (fields["name"] ?? fields["key"])?.scalar?.text, let value = fields["value"] else {
        return nil
      }
      entries.append(Entry(key: name, mark: item.mark, value: value))
    } else {
      guard let text = item.scalar?.text, let place = text.firstIndex(of: separator) else { return nil }
      let value = trim(String(text[text.index(after: place)...]))
      entries.append(
        Entry(
          key: trim(String(text[..<place])), mark: item.mark,
          value: Node(mark: item.mark, content: .scalar(Scalar(text: value, value: .text)))))
    }
  }
  return entries
}
