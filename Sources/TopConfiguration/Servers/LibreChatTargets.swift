import MCPSessions

/// `mcpSettings`: which servers LibreChat would connect to at all. What it refuses is an error of its file;
/// it is no rule of ours, so the server is watched all the same.
struct LibreChatTargets {
  /// Hosts that may be reached, and no others; absent when all public ones may.
  private var domains: AllowedDomains?
  /// Private addresses that may be reached all the same.
  private var allowed: Set<HostAndPort> = []
  /// The first place of each of their hosts.
  private var marks: [String: Mark] = [:]
  /// Ports of those that are numbers.
  private var numericPorts: Set<Int> = []
  /// Whether there is a place to add an address to, in the file or told of a server before.
  private let hasSettings: Bool
  private let hasAddresses: Bool
  private var isAdvised = false

  init(_ root: Section, _ findings: inout Findings) {
    let block = root.mapping["mcpSettings"]
    hasSettings = block?.mapping != nil
    hasAddresses = block?.mapping?["allowedAddresses"]?.items != nil
    guard block?.isNull == false, var settings = root.section("mcpSettings", &findings) else { return }
    settings.consequence = " (\(refusesFile))"
    // Servers that stand here by mistake are told as what they are.
    let known =
      ["allowedDomains", "allowedAddresses"] + (settings.mapping["mcpServers"] == nil ? [] : ["mcpServers"])
    settings.checkKeys(known, consequence: "LibreChat drops it unread", &findings)
    for (index, text) in (settings.texts("allowedAddresses", &findings) ?? []).enumerated() {
      if let problem = HostAndPort.problem(of: text.value) {
        findings.add(
          settings.diagnostic(
            .warning, "allowedAddresses[\(index)]", at: text.mark, problem,
            remedy: "write HOST:PORT of a private host, such as 10.0.0.5:8000\(settings.consequence)"))
      } else if let address = HostAndPort(text.value) {
        allowed.insert(address)
        if marks[address.host] == nil { marks[address.host] = text.mark }
        if address.isNumeric { numericPorts.insert(address.port) }
      }
    }
    guard let texts = settings.texts("allowedDomains", &findings), !texts.isEmpty else { return }
    domains = AllowedDomains(texts)
  }

  /// Tells that LibreChat refuses a server, if it does.
  mutating func check(_ read: ReadServer, _ section: Section, _ findings: inout Findings) {
    guard let origin = read.server.endpoint?.origin, !origin.host.contains("{") else { return }
    // What comes out of the environment is never quoted.
    let isWritten = read.settings.first { $0.name == "url" }?.variables.isEmpty ?? false
    guard
      let (problem, remedy) = domains == nil
        ? refusalOfPrivate(origin, isWritten) : refusalByDomain(origin, isWritten)
    else { return }
    findings.add(
      section.diagnostic(
        .error, read.server.name, at: read.mark, "LibreChat refuses this server, \(problem)", remedy: remedy
      ).ofOwnerOnly())
  }

  private func refusalByDomain(_ origin: Origin, _ isWritten: Bool) -> (problem: String, remedy: String)? {
    let candidates = domains?.candidates(for: origin) ?? []
    guard !candidates.contains(where: { $0.allows(origin) }) else { return nil }
    let near = candidates.first
    let problem =
      near.map { "line \($0.mark.line) allows its host with another scheme or port" }
      ?? "its host is not in mcpSettings.allowedDomains"
    let isAllowedAddress = allowed.contains(HostAndPort(origin))
    return (
      problem + (isAllowedAddress ? ", beside which allowedAddresses does not count" : ""),
      "add \(isWritten ? "'- \"\(origin.host)\"'" : "the host") to mcpSettings.allowedDomains"
    )
  }

  private mutating func refusalOfPrivate(
    _ origin: Origin, _ isWritten: Bool
  ) -> (problem: String, remedy: String)? {
    let network = Network(of: origin.host)
    guard network != .world else { return nil }
    let address = HostAndPort(origin)
    guard !allowed.contains(address) else { return nil }
    // A name of the own network may stand for an address that is listed.
    if network == .own, numericPorts.contains(address.port) { return nil }
    let near = marks[address.host]
    let problem =
      near.map { "its port \(origin.port) is not the one of line \($0.line)" }
      ?? "it is a private address"
    let shown = isWritten ? "\(address)" : "HOST:PORT"
    defer { isAdvised = isAdvised || !hasAddresses }
    // The line that was told for the server before is one list.
    if isAdvised { return (problem, "add \"\(shown)\" to mcpSettings.allowedAddresses, too") }
    if hasAddresses {
      return (problem, "add '- \"\(shown)\"' to mcpSettings.allowedAddresses")
    }
    return (
      problem,
      hasSettings
        ? "add 'allowedAddresses: [\"\(shown)\"]' to mcpSettings"
        : "add 'mcpSettings: {allowedAddresses: [\"\(shown)\"]}' at the top level"
    )
  }
}

/// `allowedDomains`, found by the host.
private struct AllowedDomains {
  private var exact: [Substring: [AllowedDomain]] = [:]
  /// By what stands behind `*.`.
  private var suffixes: [Substring: [AllowedDomain]] = [:]

  init(_ texts: [Located<String>]) {
    for text in texts {
      guard let domain = AllowedDomain(text.value, at: text.mark) else { continue }
      if domain.host.hasPrefix("*.") {
        suffixes[domain.host.dropFirst(2), default: []].append(domain)
      } else {
        exact[domain.host, default: []].append(domain)
      }
    }
  }

  /// Entries for the host, whatever they say of scheme and port.
  func candidates(for origin: Origin) -> [AllowedDomain] {
    var rest = withoutWWW(origin.host[...])
    var found = exact[rest] ?? []
    while !rest.isEmpty {
      found += suffixes[rest] ?? []
      guard let dot = rest.firstIndex(of: ".") else { break }
      rest = rest[rest.index(after: dot)...]
    }
    return found
  }
}

/// One entry: a host or `*.suffix`, either with a scheme before or a port behind it.
private struct AllowedDomain {
  let mark: Mark
  let host: Substring
  private let scheme: Substring?
  private let port: Int?

  /// Absent for what LibreChat passes over.
  init?(_ text: String, at mark: Mark) {
    self.mark = mark
    var rest = trim(text.lowercased())[...]
    let separator = rest.firstRange(of: "://")
    scheme = separator.map { rest[..<$0.lowerBound] }
    if let separator { rest = rest[separator.upperBound...] }
    rest = rest.prefix { $0 != "/" && $0 != "?" }
    let colon = rest.lastIndex(of: ":")
    port = colon.flatMap { Int(rest[rest.index(after: $0)...]) }
    if let colon, port != nil { rest = rest[..<colon] }
    host = withoutWWW(rest)
    if host.isEmpty { return nil }
  }

  /// A port is compared with one that is not the scheme's own: the others are gone when LibreChat looks.
  func allows(_ origin: Origin) -> Bool {
    guard scheme.map({ $0 == origin.scheme }) ?? true else { return false }
    let isUsual = origin.port == (["https", "wss"].contains(origin.scheme) ? 443 : 80)
    return port.map { !isUsual && $0 == origin.port } ?? true
  }
}

private func withoutWWW(_ host: Substring) -> Substring { host.hasPrefix("www.") ? host.dropFirst(4) : host }

/// The name that LibreChat makes of a server's, for its tools; absent when it makes one by chance.
func nameInLibreChat(_ name: String) -> String? {
  func isKept(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "_.-".contains(character))
  }
  if name.allSatisfy(isKept) { return name }
  let replaced = String(name.map { isKept($0) ? $0 : "_" })
  let start = replaced.drop { $0 == "_" }
  guard let last = start.lastIndex(where: { $0 != "_" }) else { return nil }
  return String(start[...last])
}
