import MCPSessions

/// Reads the fields of one server in the order in which LibreChat decides: transport, common fields,
/// address, headers.
struct ServerReader {
  let section: Section
  /// The entry as it stands in the file.
  let original: Mapping
  let entry: TranslatedEntry
  let context: ServerContext
  var findings: Findings
  /// Where its name stands.
  var start: Mark?

  var transport = Transport.streamableHTTP
  var endpoint: Endpoint?
  var headers: [ConfiguredHeader] = []
  /// Their names in small letters, those of replaced ones too.
  var headerNames: Set<String> = []
  var policy: SessionPolicy
  var requestTimeout: Int?
  var initTimeout: Int?
  var startsAutomatically = true
  /// Values that came out of the environment and are long enough to be secrets.
  var secrets: [String] = []
  /// Names of values that only a signed-in user has.
  var missing: [String] = []
  /// A value is asked of the person in front of an editor, so no user of ours can have it.
  var asksPerson = false
  /// The address with the environment in place, the values of users not yet, and what of it is secret.
  var addressTemplate: (text: String, mark: Mark, secrets: [String])?
  var accounts: [Account] = []
  var resolvedSettings: [ResolvedSetting] = []
  var needsSignIn: String?
  /// The URL of the server's own proxy.
  private(set) var proxy: Secret?
  /// Who switched it off, and where.
  var switchedOff: String?
  /// The process that only carries messages to the address which is watched.
  var wrapper: Wrapper?
  /// Words of `command` that are arguments already.
  var commandWords = 0
  /// The word for the transport is none, so that nothing is known of the fields that belong to it.
  var isTypeUnknown = false
  /// It is nothing that could be watched at all, for this reason.
  var foreignKind: String?
  /// What a process is started with, and what its arguments may name.
  var ownEnvironment: [String: String] = [:]
  /// Of those, the ones that the entry only names.
  var passedOn: [String] = []
  /// What is started, for a server that is a process.
  var process: ServerProcess?

  init(
    section: Section, original: Mapping, entry: TranslatedEntry, context: ServerContext, findings: Findings
  ) {
    self.section = section
    self.original = original
    self.entry = entry
    self.context = context
    self.findings = findings
    policy = context.policy
  }

  /// Why the server is listed and not watched; absent when it can be.
  var unmonitoredReason: String? {
    if let foreignKind { return foreignKind }
    if let objection = transport.objection { return objection }
    if let needsSignIn { return needsSignIn }
    if !missing.isEmpty, accounts.isEmpty {
      let names = missing.prefix(8).joined(separator: ", ") + (missing.count > 8 ? ", ..." : "")
      let whose =
        asksPerson
        ? "that only \(context.owner.name) has"
        : context.owner.followsLibreChat ? "of a signed-in user" : "in place of its {{...}}"
      return "needs values \(whose): \(names)"
    }
    return nil
  }

  /// How it comes to be watched, where that is not plain.
  var note: String? {
    guard let wrapper, let endpoint else { return nil }
    return "\(wrapper.name) to \(endpoint.display), watched directly"
  }

  mutating func read() {
    transport = readTransport()
    if transport == .stdio { findWrapper() }
    resolve("type", .text((wrapper?.transport ?? transport).rawValue), at: section.mapping["type"]?.mark)
    checkKeys()
    if context.owner.followsLibreChat { readCommonFields() } else { readForeignFields() }
    switch transport {
    case _ where foreignKind != nil: break
    case .stdio:
      readProcess()
      if let wrapper { readWrapped(wrapper) } else { readCommand() }
    case .websocket: readURL()
    case .sse, .streamableHTTP:
      readURL()
      readHeaders()
    }
    if context.owner.followsLibreChat || section.mapping["sessionConfig"]?.mapping != nil,
      var configured = section.section("sessionConfig", &findings)
    {
      // LibreChat drops it unread, whatever it holds.
      configured.consequence = ""
      policy.read(configured, context.environment, alsoKnown: ["auth"], &findings)
      readCredentials(configured)
    }
    resolvedSettings += policy.resolved
    readAccounts()
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
        node, "serverInstructions", "true, false or text", remedy: "write one of them", &findings)
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
    readOAuth()
    for (entry, text) in section.textMap("oauth_headers", &findings) {
      checkVariables(text, "oauth_headers.\(entry.key)")
    }
    if let onBehalf = section.section("obo", &findings) {
      _ = onBehalf.text("scopes", &findings)
      needsSignIn = "acts on behalf of a signed-in user (obo)"
    }
    readUserVariables()
    if let proxy = section.text("proxy", &findings), transport.isHTTP {
      readProxy(proxy)
    }
  }

  private mutating func readUserVariables() {
    guard let variables = section.section("customUserVars", &findings) else { return }
    for entry in variables.mapping.entries {
      missing.append(shownName(entry.key))
      guard let fields = variables.section(of: entry.value, entry.key, &findings) else { continue }
      fields.checkKeys(
        ["title", "description", "sensitive"], consequence: "LibreChat drops it unread", &findings)
      _ = fields.flag("sensitive", &findings)
      for key in ["title", "description"] {
        guard fields.mapping[key] == nil else {
          _ = fields.text(key, &findings)
          continue
        }
        findings.add(
          variables.diagnostic(
            .error, entry.key, at: entry.mark, "has no \(key)", remedy: "add it\(section.consequence)"))
      }
    }
  }

  mutating func readProxy(_ proxy: Located<String>) {
    let result = substituted(proxy.value)
    resolve("proxy", .masked, at: proxy.mark, with: result)
    guard report(result.unresolved, "proxy", in: section, at: proxy.mark, as: .header) else { return }
    let scheme = result.text.firstRange(of: "://").map { result.text[..<$0.lowerBound].lowercased() }
    guard let scheme, ["http", "https", "socks", "socks5"].contains(scheme) else {
      findings.add(
        section.diagnostic(
          .error, "proxy", at: proxy.mark, "must start with http://, https://, socks:// or socks5://",
          remedy: "write http://HOST:PORT\(section.consequence)"))
      return
    }
    let authority = result.text.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" }
    if let at = authority.lastIndex(of: "@") {
      let credentials = authority[..<at].split(separator: ":", maxSplits: 1).map(String.init)
      secrets += credentials.filter { $0.utf8.count >= shortestSecret && !secrets.contains($0) }
    }
    // The HTTP client calls it by its version.
    let rest = result.text[(result.text.firstRange(of: "://")?.lowerBound ?? result.text.startIndex)...]
    self.proxy = Secret((scheme == "socks" ? "socks5" : scheme) + rest)
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
  mutating func substituted(
    _ text: String, syntax: VariableSyntax? = nil, with own: [String: String] = [:]
  ) -> Substitution {
    let result = substitute(
      text, from: context.environment, below: own, syntax: syntax ?? context.owner.variables)
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
