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
    var unit: Owner.TimeUnit
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
    takeTarget()
    takeAddress(owner)
    takeTransport(owner)
    takeHeaders(mapping, owner)
    takeProcess()
    takeLimits(owner)
    for entry in self.mapping.entries {
      guard let off = owner.switches[entry.key] else { continue }
      understood.insert(entry.key)
      if entry.value.scalar?.switchPosition == off, switchedOff == nil { switchedOff = entry }
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

  /// `target: "npx -y tool"` or `target: https://...`: an address and a command line in one field.
  private mutating func takeTarget() {
    guard let target = mapping.entry("target"), let scalar = target.value.scalar, mapping["command"] == nil,
      mapping["url"] == nil
    else { return }
    if scalar.text.contains("://") { return rename("target", to: "url") }
    rename("target", to: "command")
  }

  private mutating func takeAddress(_ owner: Owner) {
    var present = (owner.addresses + addressFields).compactMap { key in mapping.entry(key) }
    if present.isEmpty, mapping["command"] == nil {
      present = rareAddressFields.compactMap { key in mapping.entry(key) }
    }
    guard let found = present.first(where: { $0.value.scalar?.text.isEmpty == false }) ?? present.first
    else { return }
    understood.formUnion(present.map(\.key))
    if found.key == "httpUrl" || found.key == "http_url" { impliedTransport = .streamableHTTP }
    if found.key == "sseUrl" || found.key == "sse_url" { impliedTransport = .sse }
    if found.key == "url", mapping["httpUrl"] == nil, case .plain(.sse) = owner.bareAddress {
      impliedTransport = .sse
    }
    mapping.entries.removeAll { entry in entry.key != found.key && present.contains { $0.key == entry.key } }
    rename(found.key, to: "url")
  }

  private mutating func takeTransport(_ owner: Owner) {
    var present = ["type", "transport", "transportType", "transport_type"].compactMap { mapping.entry($0) }
    // Words that mean the same in some files, and anything in others.
    present += ["protocol", "mode", "connectionType", "connection_type"].compactMap { mapping.entry($0) }
      .filter {
        present.isEmpty && owner.transport(of: $0.value.scalar?.text ?? "") != nil
      }
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

  // MARK: - Processes

  private mutating func takeProcess() {
    takeEnvironmentList()
    // `command: {path: npx, args: [...], env: {...}}`, as Zed had it.
    if let place = mapping.entries.firstIndex(where: { $0.key == "command" }),
      let inner = mapping.entries[place].value.mapping, let program = inner["path"]
    {
      mapping.entries[place].value = program
      for entry in inner.entries where entry.key != "path" && mapping[entry.key] == nil {
        mapping.entries.append(entry)
        written[entry.key] = "command.\(entry.key)"
      }
    }
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

  /// `env: [{name: A, value: b}]` or `env: [A=b]`.
  private mutating func takeEnvironmentList() {
    guard let place = mapping.entries.firstIndex(where: { $0.key == "env" }),
      let pairs = pairs(mapping.entries[place].value, separator: "=")
    else { return }
    var environment = Mapping()
    environment.isFlow = true
    environment.entries = pairs
    let mark = mapping.entries[place].value.mark
    mapping.entries[place].value = Node(mark: mark, content: .mapping(environment))
  }

  // MARK: - Limits of time

  private mutating func takeLimits(_ owner: Owner) {
    let fields: [(key: String, unit: Owner.TimeUnit, isForConnecting: Bool)] = [
      ("timeout", owner.timeUnit, false), ("tool_timeout_sec", .seconds, false),
      ("read_timeout_seconds", .seconds, false), ("http_timeout_seconds", .seconds, false),
      ("request_timeout", .seconds, false), ("requestTimeout", .milliseconds, false),
      ("timeoutMs", .milliseconds, false), ("timeout_ms", .milliseconds, false),
      ("timeoutSeconds", .seconds, false), ("toolTimeoutSeconds", .seconds, false),
      ("initTimeout", .milliseconds, true), ("startupTimeoutSeconds", .seconds, true),
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

/// Fields that hold the address in the files of various programs.
let addressFields = ["url", "httpUrl", "serverUrl", "serverURL", "baseUrl", "baseURL", "sseUrl"]

/// The same where nothing else says what the entry is.
let rareAddressFields = ["uri", "endpoint", "http_url", "server_url", "base_url", "sse_url"]

extension Scalar {
  /// On or off in any of the words that people have for it; absent when it is neither.
  fileprivate var switchPosition: Bool? {
    switch value {
    case .flag(let flag): return flag
    case .integer(let number): return number == 1 ? true : number == 0 ? false : nil
    default: break
    }
    switch text.lowercased() {
    case "true", "yes", "on", "1": return true
    case "false", "no", "off", "0": return false
    default: return nil
    }
  }
}
