import MCPSessions

/// A server's entry with its fields under the names that are known here, whoever's file it stands in.
struct TranslatedEntry {
  /// A header that the program puts together from a value that stands in the environment or elsewhere.
  struct BuiltHeader {
    let name: String
    /// With `${NAME}` for what the environment holds.
    let value: String
    /// The field that asks for it.
    let field: String
    let mark: Mark
  }

  /// A limit of time as the program counts it.
  struct TimeLimit {
    let field: String
    let node: Node
    let unit: Owner.TimeUnit
    /// Of connecting and the handshake, not of a request.
    let isForConnecting: Bool
  }

  var mapping: Mapping
  /// How a field is written in the file, where that differs.
  var written: [String: String] = [:]
  var builtHeaders: [BuiltHeader] = []
  var limits: [TimeLimit] = []
  /// What the field that holds the address says of the transport.
  var impliedTransport: Transport?
  /// The field that switches the entry off.
  var switchedOff: Entry?
  /// Fields of the file that were understood.
  var understood: Set<String> = []

  /// LibreChat's own entries are taken as they are.
  init(_ mapping: Mapping, of owner: Owner) {
    self.mapping = mapping
    guard !owner.followsLibreChat else { return }
    flattenTransport()
    takeAddress(owner)
    takeTransport(owner)
    takeHeaders(mapping, owner)
    takeProcess()
    takeLimits(owner)
    for entry in self.mapping.entries {
      guard let off = owner.switches[entry.key] else { continue }
      understood.insert(entry.key)
      let isOff =
        switch entry.value.scalar?.value {
        case .flag(let flag): flag == off
        case .text: entry.value.scalar?.text.lowercased() == "\(off)"
        default: false
        }
      if isOff, switchedOff == nil { switchedOff = entry }
    }
  }

  /// `transport: {type: http, url: ...}`, as some write it.
  private mutating func flattenTransport() {
    guard let inner = mapping["transport"]?.mapping else { return }
    mapping.entries.removeAll { $0.key == "transport" }
    for entry in inner.entries where mapping[entry.key] == nil {
      mapping.entries.append(entry)
      written[entry.key] = "transport.\(entry.key)"
    }
  }

  private mutating func takeAddress(_ owner: Owner) {
    let all = owner.addresses + ["url", "httpUrl", "serverUrl", "serverURL", "baseUrl", "baseURL", "sseUrl"]
    let present = all.compactMap { key in mapping.entry(key) }
    guard let found = present.first(where: { $0.value.scalar?.text.isEmpty == false }) ?? present.first
    else { return }
    understood.formUnion(present.map(\.key))
    if found.key == "httpUrl" { impliedTransport = .streamableHTTP }
    if found.key == "sseUrl" { impliedTransport = .sse }
    if found.key == "url", mapping["httpUrl"] == nil, case .plain(.sse) = owner.bareAddress {
      impliedTransport = .sse
    }
    mapping.entries.removeAll { entry in entry.key != found.key && present.contains { $0.key == entry.key } }
    rename(found.key, to: "url")
  }

  private mutating func takeTransport(_ owner: Owner) {
    let present = ["type", "transport", "transportType", "transport_type"].compactMap { mapping.entry($0) }
    let known = present.first { owner.transport(of: $0.value.scalar?.text ?? "") != nil }
    guard let found = known ?? present.first else { return }
    understood.formUnion(present.map(\.key))
    mapping.entries.removeAll { entry in entry.key != found.key && present.contains { $0.key == entry.key } }
    rename(found.key, to: "type")
  }

  private mutating func rename(_ key: String, to name: String) {
    understood.insert(key)
    guard key != name else { return }
    mapping.entries.removeAll { $0.key == name }
    guard let place = mapping.entries.firstIndex(where: { $0.key == key }) else { return }
    mapping.entries[place].key = name
    written[name] = written[key] ?? key
  }

  // MARK: - Headers

  private static let headerFields: [[String]] = [
    ["headers"], ["requestInit", "headers"], ["requestOptions", "headers"], ["http_headers"],
    ["httpHeaders"], ["static_headers"], ["customHeaders"],
  ]

  private mutating func takeHeaders(_ mapping: Mapping, _ owner: Owner) {
    var all = Mapping()
    var mark: Node?
    for field in Self.headerFields {
      guard let first = field.first, let node = mapping[first] else { continue }
      understood.insert(first)
      guard let found = field.count > 1 ? node.mapping?[field[1]] : node else { continue }
      guard let entries = found.mapping?.entries else {
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
      all.isFlow = mark.mapping?.isFlow ?? false
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

  // MARK: - Processes

  private mutating func takeProcess() {
    for (key, name) in [
      ("cmd", "command"), ("arguments", "args"), ("envs", "env"), ("environment", "env"),
      ("workingDirectory", "cwd"), ("working_directory", "cwd"), ("workingDir", "cwd"),
    ] where mapping[name] == nil && mapping[key] != nil {
      rename(key, to: name)
    }
    // `command: [npx, -y, tool]`.
    guard let place = mapping.entries.firstIndex(where: { $0.key == "command" }),
      let items = mapping.entries[place].value.items
    else { return }
    let entry = mapping.entries[place]
    if let program = items.first {
      mapping.entries[place].value = program
    } else {
      mapping.entries[place].value = Node(
        mark: entry.value.mark, content: .scalar(Scalar(text: "", value: .text)))
    }
    let rest = Array(items.dropFirst()) + (mapping["args"]?.items ?? [])
    mapping.entries.removeAll { $0.key == "args" }
    mapping.entries.append(
      Entry(key: "args", mark: entry.mark, value: Node(mark: entry.value.mark, content: .sequence(rest))))
    written["args"] = "command"
  }

  // MARK: - Limits of time

  private mutating func takeLimits(_ owner: Owner) {
    let fields: [(key: String, unit: Owner.TimeUnit, isForConnecting: Bool)] = [
      ("timeout", owner.timeUnit, false), ("tool_timeout_sec", .seconds, false),
      ("read_timeout_seconds", .seconds, false), ("http_timeout_seconds", .seconds, false),
      ("request_timeout", .seconds, false), ("requestTimeout", .milliseconds, false),
      ("timeoutMs", .milliseconds, false), ("timeout_ms", .milliseconds, false),
      ("timeoutSeconds", .seconds, false), ("initTimeout", .milliseconds, true),
      ("startup_timeout_sec", .seconds, true), ("startup_timeout_ms", .milliseconds, true),
      ("connect_timeout", .seconds, true), ("connectionTimeout", .milliseconds, true),
    ]
    for field in fields {
      guard let node = mapping[field.key] else { continue }
      understood.insert(field.key)
      limits.append(
        TimeLimit(field: field.key, node: node, unit: field.unit, isForConnecting: field.isForConnecting))
    }
  }
}

extension Owner {
  /// The transport that a word stands for, dashes, underscores and capitals left out.
  func transport(of word: String) -> Transport? {
    if let own = words[word] { return own }
    switch word.lowercased().filter({ $0 != "-" && $0 != "_" && $0 != " " }) {
    case "streamablehttp", "http", "https", "httpstream", "streamable", "httpstreamable", "remote",
      "streaminghttp", "shttp":
      return .streamableHTTP
    case "sse", "httpsse", "serversentevents": return .sse
    case "stdio", "local", "command", "process", "stdin": return .stdio
    case "websocket", "ws", "wss": return .websocket
    default: return nil
    }
  }
}
