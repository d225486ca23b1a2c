import MCPSessions

/// `mcpSettings`: which servers LibreChat would connect to at all. It is no rule of ours, so what it refuses
/// is told and watched all the same.
struct LibreChatTargets {
  /// Hosts that may be reached, and no others; absent when all public ones may.
  private var patterns: [Substring]?
  /// Private addresses that may be reached all the same, with their places.
  private var addresses: [(address: HostAndPort, mark: Mark)] = []
  private let hasSettings: Bool

  init(_ root: Section, _ findings: inout Findings) {
    hasSettings = root.mapping["mcpSettings"]?.mapping != nil
    guard root.mapping["mcpSettings"]?.isNull == false, var settings = root.section("mcpSettings", &findings)
    else { return }
    settings.consequence = " (\(refusesFile))"
    settings.checkKeys(
      ["allowedDomains", "allowedAddresses"], consequence: "LibreChat drops it unread", &findings)
    for (index, text) in (settings.texts("allowedAddresses", &findings) ?? []).enumerated() {
      if let problem = problem(ofAddress: text.value) {
        findings.add(
          settings.diagnostic(
            .warning, "allowedAddresses[\(index)]", at: text.mark, problem,
            remedy: "write HOST:PORT of a private host, such as 10.0.0.5:8000\(settings.consequence)"))
      } else if let address = HostAndPort(text.value) {
        addresses.append((address, text.mark))
      }
    }
    guard let texts = settings.texts("allowedDomains", &findings), !texts.isEmpty else { return }
    patterns = texts.map { $0.value.lowercased()[...] }
  }

  /// Tells that LibreChat refuses a server, if it does.
  func check(_ read: ReadServer, _ section: Section, _ findings: inout Findings) {
    let (server, mark) = (read.server, read.mark)
    // What comes out of the environment is never quoted.
    let isWritten = read.settings.first { $0.name == "url" }?.variables.isEmpty ?? false
    guard let origin = server.endpoint?.origin, !origin.host.contains("{") else { return }
    let (problem, remedy): (String, String)
    if let patterns {
      guard !patterns.contains(where: { allows($0, origin) }) else { return }
      problem = "its host is not in mcpSettings.allowedDomains"
      remedy = "add the host there if LibreChat is to use it"
    } else {
      guard isPrivate(origin.host) else { return }
      let address = HostAndPort(host: origin.host, port: origin.port)
      guard !addresses.contains(where: { $0.address == address }) else { return }
      if let near = addresses.first(where: { $0.address.host == origin.host }) {
        problem = "its port \(origin.port) is not the one of line \(near.mark.line)"
      } else {
        problem = "it is a private address"
      }
      remedy =
        hasSettings
        ? "add \(isWritten ? "'- \"\(address)\"'" : "its HOST:PORT") to mcpSettings.allowedAddresses"
        : "add 'mcpSettings: {allowedAddresses: [\"\(isWritten ? "\(address)" : "HOST:PORT")\"]}' at the top level"
    }
    findings.add(
      section.diagnostic(
        .warning, server.name, at: mark, "LibreChat refuses this server, \(problem)", remedy: remedy))
  }

  /// A host, `*.suffix`, and either with a scheme before or a port behind it.
  private func allows(_ pattern: Substring, _ origin: Origin) -> Bool {
    var rest = pattern
    if let separator = rest.firstRange(of: "://") {
      guard rest[..<separator.lowerBound] == origin.scheme else { return false }
      rest = rest[separator.upperBound...]
    }
    rest = rest.prefix { $0 != "/" }
    if let colon = rest.lastIndex(of: ":"), let port = Int(rest[rest.index(after: colon)...]) {
      guard port == origin.port else { return false }
      rest = rest[..<colon]
    }
    guard rest.hasPrefix("*.") else { return rest == origin.host }
    return origin.host == rest.dropFirst(2) || origin.host.hasSuffix(rest.dropFirst(1))
  }

  /// What is wrong with an entry of `allowedAddresses`, which LibreChat checks when it starts.
  private func problem(ofAddress text: String) -> String? {
    if text.contains("://") { return "is a URL" }
    if text.contains("/") { return "is a range of addresses" }
    guard let colon = text.lastIndex(of: ":"), text[..<colon].last != ":" else { return "has no port" }
    guard let address = HostAndPort(text) else { return "has no port from 1 to 65535" }
    if let number = IPv4(address.host), !number.isPrivate { return "is a public address" }
    return nil
  }
}

/// `HOST:PORT`, the host in small letters; an IPv6 address stands in brackets.
private struct HostAndPort: Hashable, CustomStringConvertible {
  let host: String
  let port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65_535).contains(port), colon != text.startIndex
    else { return nil }
    self.init(host: text[..<colon].lowercased(), port: port)
  }

  var description: String { "\(host):\(port)" }
}

/// Four numbers with dots between them.
private struct IPv4 {
  let parts: [Int]

  init?(_ host: String) {
    let words = host.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = words.compactMap { Int($0) }
    guard words.count == 4, numbers.count == 4, numbers.allSatisfy({ (0...255).contains($0) }) else {
      return nil
    }
    parts = numbers
  }

  /// RFC 1918, loopback, link-local, carrier-grade NAT, and what is nobody's.
  var isPrivate: Bool {
    switch (parts[0], parts[1]) {
    case (0, _), (10, _), (127, _), (169, 254), (192, 168): true
    case (172, 16...31), (100, 64...127): true
    default: false
    }
  }
}

/// Whether LibreChat takes a host for one of its own network, which it guards.
private func isPrivate(_ host: String) -> Bool {
  if let number = IPv4(host) { return number.isPrivate }
  if host.hasPrefix("[") {
    return ["[::1]", "[::]"].contains(host)
      || ["[fc", "[fd", "[fe8", "[fe9", "[fea", "[feb"].contains { host.hasPrefix($0) }
  }
  // A name without a dot is known in its own network only.
  return !host.contains(".")
    || [".localhost", ".localdomain", ".internal", ".local"].contains { host.hasSuffix($0) }
}

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
