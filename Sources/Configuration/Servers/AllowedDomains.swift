import Sessions

/// `mcpSettings.allowedDomains`: which servers LibreChat would connect to at all. It is no rule of ours, so
/// what it refuses is told and watched all the same.
struct AllowedDomains {
  private let patterns: [Substring]

  /// Absent when the file has no such list: then LibreChat refuses private addresses only.
  init?(_ root: Section, _ findings: inout Findings) {
    guard root.mapping["mcpSettings"]?.isNull == false, var settings = root.section("mcpSettings", &findings)
    else { return nil }
    settings.consequence = " (\(refusesFile))"
    settings.checkKeys(
      ["allowedDomains", "allowedAddresses"], consequence: "LibreChat drops it unread", &findings)
    _ = settings.texts("allowedAddresses", &findings)
    guard let texts = settings.texts("allowedDomains", &findings), !texts.isEmpty else { return nil }
    patterns = texts.map { $0.value.lowercased()[...] }
  }

  /// Tells that LibreChat refuses a server, if it does.
  func check(_ server: Server, at mark: Mark, _ section: Section, _ findings: inout Findings) {
    guard let origin = server.endpoint?.origin, !origin.host.contains("{"),
      !patterns.contains(where: { allows($0, origin) })
    else { return }
    findings.add(
      section.diagnostic(
        .notice, server.name, at: mark,
        "LibreChat refuses this server, its host is not in mcpSettings.allowedDomains",
        remedy: "add the host there if LibreChat is to use it"))
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
}
