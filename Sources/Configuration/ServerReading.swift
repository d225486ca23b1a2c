import Sessions

/// Keys that LibreChat knows in a server, and our own.
private let serverKeys = [
  "type", "url", "headers", "title", "description", "startup", "iconPath", "timeout", "initTimeout",
  "sseReadTimeout", "chatMenu", "serverInstructions", "requiresOAuth", "oauth", "oauth_headers", "apiKey",
  "customUserVars", "obo", "proxy", "command", "args", "env", "stderr", "cwd", "sessionConfig",
]

/// Reads one entry of `mcpServers`. What is wrong with it becomes findings; the server itself always comes back, so
/// that it has its row on the screen.
func readServer(
  _ entry: YAMLNode.Entry, defaults: SessionSettings, environment: [String: String], _ findings: inout Findings
) -> Server {
  let path = "mcpServers.\(entry.key)"
  let errorsBefore = errorCount(findings)
  guard let fields = Fields(entry.value, path: path, &findings) else {
    return Server(
      name: entry.key, transport: .streamableHTTP, endpoint: nil,
      availability: .broken("the entry is no mapping"))
  }
  fields.reportUnknown(known: serverKeys, consequence: "it has no effect, in LibreChat neither", &findings)
  let transport = readTransport(fields, entry.keyMark, &findings)
  var draft = Draft()
  let settings = readSettings(fields, defaults: defaults, &findings)
  let endpoint = readURL(fields, transport, environment, &draft, entry.keyMark, &findings)
  let headers = readHeaders(fields, environment, &draft, &findings)

  var availability = Availability.automatic
  if errorCount(findings) > errorsBefore {
    let first = findings.diagnostics.dropFirst(0).last { $0.severity == .error && $0.path.hasPrefix(path) }
    availability = .broken(first.map { "\($0.path.dropFirst(path.count + 1)): \($0.problem)" } ?? "see the messages")
  } else if let why = unmonitoredReason(transport, fields, draft, &findings) {
    availability = .unmonitored(why)
  } else if fields.bool("startup", &findings) == false {
    availability = .onDemand
  }
  return Server(
    name: entry.key, transport: transport, endpoint: endpoint, headers: headers, settings: settings,
    availability: availability, secrets: draft.secrets)
}

/// What reading the texts of one server brought to light.
private struct Draft {
  var secrets: [Secret] = []
  var placeholders: [String] = []
}

private func errorCount(_ findings: Findings) -> Int {
  findings.diagnostics.count { $0.severity == .error }
}

private func readTransport(_ fields: Fields, _ keyMark: Mark, _ findings: inout Findings) -> Transport {
  let url = if case .text(let text)? = fields["url"]?.value { text.lowercased() } else { "" }
  guard let (type, mark) = fields.text("type", &findings) else {
    // LibreChat's own inference: a command is stdio, ws is a websocket, any other URL is the old SSE transport.
    if fields["command"] != nil { return .stdio }
    if url.hasPrefix("ws://") || url.hasPrefix("wss://") { return .websocket }
    if fields["url"] == nil {
      findings.error(keyMark, fields.path, "neither a url nor a command", "add `type: streamable-http` and a `url`")
      return .streamableHTTP
    }
    findings.notice(
      keyMark, fields.path, "a url without a type means the old SSE transport to LibreChat",
      "write `type: streamable-http` if the server speaks it")
    return .sse
  }
  let aliases = ["http": Transport.streamableHTTP]
  guard let transport = Transport(rawValue: type) ?? aliases[type] else {
    let known = Transport.allCases.map(\.rawValue) + ["http"]
    let guess = closest(to: type, among: known).map { "did you mean \($0)?" } ?? "use one of \(known.joined(separator: ", "))"
    findings.error(mark, fields.path("type"), "\(type) is no transport", guess)
    return .streamableHTTP
  }
  return transport
}

private func readURL(
  _ fields: Fields, _ transport: Transport, _ environment: [String: String], _ draft: inout Draft, _ keyMark: Mark,
  _ findings: inout Findings
) -> Endpoint? {
  guard transport != .stdio else { return nil }
  guard let (text, mark) = fields.text("url", &findings) else {
    if fields["url"] == nil {
      findings.error(keyMark, fields.path, "no url", "add `url: https://HOST/mcp`")
    }
    return nil
  }
  let path = fields.path("url")
  let substituted = substitute(text, environment: environment)
  draft.secrets += substituted.secrets
  draft.placeholders += substituted.placeholders
  guard reportMissing(substituted, mark, path, &findings) else { return nil }
  guard substituted.placeholders.isEmpty else { return nil }
  do {
    let endpoint = try Endpoint(substituted.text)
    let isSocket = endpoint.origin.scheme.hasPrefix("ws")
    guard isSocket == (transport == .websocket) else {
      findings.error(
        mark, path, "a \(endpoint.origin.scheme) url does not fit the type \(transport.rawValue)",
        isSocket ? "use an http or https url" : "use a ws or wss url")
      return nil
    }
    return endpoint
  } catch {
    let (problem, remedy) = words(error)
    findings.error(mark, path, problem, remedy)
    return nil
  }
}

private func words(_ problem: Endpoint.Problem) -> (String, String) {
  switch problem {
  case .noScheme: ("not an absolute url", "start it with https:// or http://")
  case .unknownScheme(let scheme): ("the scheme \(scheme) is not allowed", "use https or http")
  case .noHost: ("the url names no host", "write https://HOST/path")
  case .badPort: ("the port is no number from 1 to 65535", "correct the port")
  case .badCharacter: ("a space or control character in the url", "remove it or percent-encode it")
  }
}

/// A text with a variable that is not set must not go out: it would be sent literally, as LibreChat does.
private func reportMissing(
  _ substituted: Substituted, _ mark: Mark, _ path: String, _ findings: inout Findings
) -> Bool {
  for name in substituted.missing {
    findings.error(
      mark, path, "the environment variable \(name) is not set (LibreChat would send ${\(name)} literally)",
      "set \(name) where sessiontop is started")
  }
  return substituted.missing.isEmpty
}

/// Headers that the protocol owns: sent by us, once.
private let ownedHeaders: Set<String> = [
  "mcp-session-id", "mcp-protocol-version", "content-type", "accept", "host", "content-length", "connection",
  "transfer-encoding", "last-event-id", "expect",
]

private func readHeaders(
  _ fields: Fields, _ environment: [String: String], _ draft: inout Draft, _ findings: inout Findings
) -> [Header] {
  var headers: [Header] = []
  if let node = fields["headers"], let map = Fields(node, path: fields.path("headers"), &findings) {
    for entry in node.entries ?? [] {
      if let header = readHeader(entry, map, environment, &draft, &findings) { headers.append(header) }
    }
  }
  if let header = readAPIKey(fields, environment, &draft, &findings) {
    headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
    headers.append(header)
  }
  return headers
}

private func readHeader(
  _ entry: YAMLNode.Entry, _ map: Fields, _ environment: [String: String], _ draft: inout Draft,
  _ findings: inout Findings
) -> Header? {
  let path = map.path(entry.key)
  guard let (text, mark) = map.text(entry.key, &findings) else { return nil }
  let tokens = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
  guard !entry.key.isEmpty, entry.key.lowercased().allSatisfy({ tokens.contains($0) }) else {
    findings.error(entry.keyMark, path, "not a legal header name", "use letters, digits and hyphens")
    return nil
  }
  guard !ownedHeaders.contains(entry.key.lowercased()) else {
    findings.warning(entry.keyMark, path, "the protocol sets this header itself; it is not sent twice", "remove it")
    return nil
  }
  let substituted = substitute(text, environment: environment)
  draft.secrets += substituted.secrets
  draft.placeholders += substituted.placeholders
  guard reportMissing(substituted, mark, path, &findings) else { return nil }
  guard substituted.text.unicodeScalars.allSatisfy({ ($0.value >= 0x20 && $0.value < 0x7F) || $0.value == 9 || (0xA0...0xFF).contains($0.value) })
  else {
    findings.error(mark, path, "the value holds characters that no header can carry", "use plain ASCII text")
    return nil
  }
  return Header(name: entry.key, value: substituted.text)
}

/// `apiKey` with `source: admin`: LibreChat turns it into a header, over one of the same name.
private func readAPIKey(
  _ fields: Fields, _ environment: [String: String], _ draft: inout Draft, _ findings: inout Findings
) -> Header? {
  guard let node = fields["apiKey"], let key = Fields(node, path: fields.path("apiKey"), &findings) else { return nil }
  guard key.text("source", &findings)?.text == "admin" else {
    draft.placeholders.append("apiKey")
    return nil
  }
  guard let (text, mark) = key.text("key", &findings) else { return nil }
  let substituted = substitute(text, environment: environment)
  draft.secrets += substituted.secrets + [Secret(substituted.text)]
  guard reportMissing(substituted, mark, key.path("key"), &findings) else { return nil }
  switch key.text("authorization_type", &findings)?.text {
  case "basic": return Header(name: "Authorization", value: "Basic \(substituted.text)")
  case "custom":
    return Header(name: key.text("custom_header", &findings)?.text ?? "X-Api-Key", value: substituted.text)
  default: return Header(name: "Authorization", value: "Bearer \(substituted.text)")
  }
}

private func unmonitoredReason(
  _ transport: Transport, _ fields: Fields, _ draft: Draft, _ findings: inout Findings
) -> String? {
  switch transport {
  case .stdio: return "stdio transport, a process of its own"
  case .sse: return "old SSE transport"
  case .websocket: return "websocket transport"
  case .streamableHTTP: break
  }
  if fields["customUserVars"] != nil || !draft.placeholders.isEmpty {
    let names = draft.placeholders + (fields["customUserVars"]?.entries?.map(\.key) ?? [])
    return "needs values of a signed-in user: \(Set(names).sorted().joined(separator: ", "))"
  }
  if fields.bool("requiresOAuth", &findings) == true { return "needs a user to sign in (requiresOAuth)" }
  return nil
}

/// `timeout`, `initTimeout` and `sessionConfig` over the defaults.
private func readSettings(
  _ fields: Fields, defaults: SessionSettings, _ findings: inout Findings
) -> SessionSettings {
  var settings = defaults
  settings.requestTimeout = fields.milliseconds("timeout", 0...2_147_483_647, &findings).flatMap { $0 > .zero ? $0 : nil }
  settings.initTimeout = fields.milliseconds("initTimeout", 0...2_147_483_647, &findings).flatMap { $0 > .zero ? $0 : nil }
  if let node = fields["sessionConfig"] {
    readSessionSettings(node, path: fields.path("sessionConfig"), into: &settings, &findings)
  }
  return settings
}

/// The keys of `sessionConfig`, and of `session:` in our own file.
func readSessionSettings(
  _ node: YAMLNode, path: String, into settings: inout SessionSettings, _ findings: inout Findings
) {
  guard let fields = Fields(node, path: path, &findings) else { return }
  fields.reportUnknown(
    known: ["timeout", "retryAttempts", "retryDelay", "pingInterval", "listEvery", "stream", "transport", "terminateURL", "caFile"],
    consequence: "it has no effect", &findings)
  if let value = fields.milliseconds("timeout", 1_000...2_147_483_647, &findings) { settings.timeout = value }
  if let value = fields.integer("retryAttempts", 0...1_000, unit: "attempts", &findings) { settings.retryAttempts = value }
  if let value = fields.milliseconds("retryDelay", 50...3_600_000, &findings) { settings.retryDelay = value }
  if let value = fields.milliseconds("pingInterval", 0...86_400_000, &findings) {
    if value > .zero, value < .milliseconds(100) {
      findings.error(fields["pingInterval"]?.mark, fields.path("pingInterval"), "too short", "use 0 (never) or 100 milliseconds and more")
    } else {
      settings.pingInterval = value
    }
  }
  if let value = fields.integer("listEvery", 0...1_000_000, unit: "probes", &findings) { settings.listEvery = value }
  if let value = fields.bool("stream", &findings) { settings.stream = value }
}
