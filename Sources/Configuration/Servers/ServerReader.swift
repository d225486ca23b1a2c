import Sessions

/// Reads the fields of one server in the order in which LibreChat decides: transport, common fields,
/// address, headers.
struct ServerReader {
  let section: Section
  let context: ServerContext
  var findings: Findings

  var transport = Transport.streamableHTTP
  var endpoint: Endpoint?
  var headers: [ConfiguredHeader] = []
  var policy: SessionPolicy
  var requestTimeout: Int?
  var initTimeout: Int?
  var startsAutomatically = true
  /// Values that came out of the environment and are long enough to be secrets.
  var secrets: [String] = []
  /// Names of values that only a signed-in user has.
  var missing: [String] = []
  var resolvedSettings: [ResolvedSetting] = []
  private var needsSignIn: String?
  private var usesProxy = false

  init(section: Section, context: ServerContext, findings: Findings) {
    self.section = section
    self.context = context
    self.findings = findings
    policy = context.policy
  }

  /// Why the server is listed and not watched; absent when it can be.
  var unmonitoredReason: String? {
    switch transport {
    case .stdio: return "stdio servers are not monitored"
    case .websocket: return "websocket servers are not monitored"
    case .sse: return "old HTTP+SSE servers are not monitored"
    case .streamableHTTP: break
    }
    if let needsSignIn { return needsSignIn }
    if !missing.isEmpty {
      let names = missing.prefix(8).joined(separator: ", ") + (missing.count > 8 ? ", ..." : "")
      return "needs values of a signed-in user: \(names)"
    }
    return usesProxy ? "is reached through a proxy of its own, which is not built yet" : nil
  }

  mutating func read() {
    transport = readTransport()
    resolve("type", .text(transport.rawValue), at: section.mapping["type"]?.mark)
    checkKeys()
    readCommonFields()
    switch transport {
    case .stdio: readProcess()
    case .websocket: readURL()
    case .sse, .streamableHTTP:
      readURL()
      readHeaders()
    }
    if let configured = section.section("sessionConfig", &findings) {
      policy.read(configured, context.environment, &findings)
    }
    resolvedSettings += policy.resolved
  }

  private mutating func readCommonFields() {
    if let title = section.text("title", &findings), !isTitle(title.value) {
      findings.add(
        section.diagnostic(
          .warning, "title", at: title.mark, "may hold letters, digits and spaces only",
          remedy: "LibreChat refuses the whole file"))
    }
    for key in ["description", "iconPath"] { _ = section.text(key, &findings) }
    _ = section.flag("chatMenu", &findings)
    if let node = section.mapping["serverInstructions"], node.scalar?.value.isFlagOrText != true {
      section.wrongKind(
        node, "serverInstructions", "true, false or text", remedy: "LibreChat refuses the whole file",
        &findings)
    }
    if let startup = section.flag("startup", &findings) {
      startsAutomatically = startup.value
      resolve("startup", .flag(startup.value), at: startup.mark)
    } else {
      resolve("startup", .flag(true), at: nil)
    }
    // LibreChat takes 0 for "not set", as JavaScript does.
    requestTimeout = limit("timeout", from: 0)
    initTimeout = limit("initTimeout", from: 0)
    _ = limit("sseReadTimeout", from: 1)
    readSignIn()
  }

  private mutating func limit(_ key: String, from lowest: Int) -> Int? {
    let longest = SessionPolicy.longest
    let found = section.integer(key, in: lowest...longest, unit: "milliseconds", &findings)
    guard let found, found.value > 0 else {
      resolve(key, .none, at: nil)
      return nil
    }
    resolve(key, .number(found.value), at: found.mark)
    return found.value
  }

  /// What makes a server one that only a signed-in user can reach.
  private mutating func readSignIn() {
    let requiresOAuth = section.flag("requiresOAuth", &findings)
    if let requiresOAuth { resolve("requiresOAuth", .flag(requiresOAuth.value), at: requiresOAuth.mark) }
    if requiresOAuth?.value == true { needsSignIn = "needs a sign-in (requiresOAuth)" }
    if let oauth = section.section("oauth", &findings) {
      oauth.checkKeys(oauthKeys, consequence: "LibreChat drops it unread", &findings)
      if requiresOAuth == nil {
        findings.add(
          section.diagnostic(
            .notice, "oauth", at: section.mapping.entry("oauth")?.mark, "signing in is not done here",
            remedy: "the server shows as unauthorized if it insists; 'requiresOAuth: true' leaves it out"))
      }
    }
    _ = section.textMap("oauth_headers", &findings)
    if section.section("obo", &findings) != nil { needsSignIn = "acts on behalf of a signed-in user (obo)" }
    if let variables = section.section("customUserVars", &findings) {
      for entry in variables.mapping.entries {
        missing.append(shownName(entry.key))
        guard let fields = variables.section(entry.key, &findings) else { continue }
        for key in ["title", "description"] where fields.mapping[key] == nil {
          findings.add(
            variables.diagnostic(
              .error, entry.key, at: entry.mark, "has no \(key)",
              remedy: "add it, LibreChat refuses the whole file"))
        }
      }
    }
    if let proxy = section.text("proxy", &findings), transport == .streamableHTTP || transport == .sse {
      usesProxy = true
      resolve("proxy", .masked, at: proxy.mark)
    }
  }

  private mutating func readProcess() {
    if let command = section.text("command", &findings) {
      // What stands behind the program's name may be a secret.
      let program = String(trim(command.value).prefix { !$0.isWhitespace })
      resolve("command", .text(PrintableText.line(program)), at: command.mark)
    }
    if let node = section.mapping["args"] { resolve("args", .masked, at: node.mark) }
    if section.texts("args", &findings) == nil, section.mapping["args"] == nil, context.shape.followsLibreChat
    {
      findings.add(
        section.diagnostic(
          .error, "args", at: section.mapping.entry("command")?.mark, "is missing",
          remedy: "write 'args: []', LibreChat refuses the whole file without it"))
    }
    for (entry, _) in section.textMap("env", &findings) {
      resolve("env.\(shownName(entry.key))", .masked, at: entry.mark)
    }
    _ = section.text("cwd", &findings)
  }

  mutating func resolve(
    _ name: String, _ value: ResolvedSetting.Value, at mark: Mark?, with substitution: Substitution? = nil
  ) {
    let origin = mark.map { ValueOrigin.file(section.file, $0) } ?? .builtIn
    let variables = substitution?.names.filter { context.environment[$0]?.isEmpty == false } ?? []
    resolvedSettings.append(
      ResolvedSetting(name: name, value: value, origin: origin, variables: variables))
  }

  /// Puts the environment into a text; remembers what must not be shown and who is missing.
  mutating func substituted(_ text: String) -> Substitution {
    let result = substitute(text, from: context.environment, style: context.shape.substitution)
    for value in result.values where value.utf8.count >= shortestSecret && !secrets.contains(value) {
      secrets.append(value)
    }
    return result
  }

  mutating func needs(_ names: [String]) {
    for name in names where !missing.contains(name) { missing.append(name) }
  }
}

/// Shorter values, such as a port, are no secrets, and masking them would black out half of every text.
let shortestSecret = 4

private let oauthKeys = [
  "authorization_url", "token_url", "redirect_uri", "revocation_endpoint", "client_id", "client_secret",
  "scope",
  "token_exchange_method", "grant_types_supported", "token_endpoint_auth_methods_supported",
  "response_types_supported", "code_challenge_methods_supported",
  "revocation_endpoint_auth_methods_supported",
  "skip_code_challenge_check", "audience", "forward_audience_on_refresh",
]

private func isTitle(_ text: String) -> Bool {
  !text.isEmpty
    && text.utf8.allSatisfy { $0 == 0x20 || Character(Unicode.Scalar($0)).isLetter || isDigit($0) }
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

extension ScalarValue {
  fileprivate var isFlagOrText: Bool {
    switch self {
    case .flag, .text: true
    default: false
    }
  }
}
