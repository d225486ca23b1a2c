/// The address of a server, taken apart once so that nobody compares or prints raw URLs.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// The URL as it goes to the HTTP client: user information and query are in it, so it is a secret.
  package let url: Secret
  /// Scheme, host and port, which decide what may be sent where and who shares an outage.
  package let origin: Origin
  /// The URL for people: no user information, query values and keys in the path masked.
  package let display: String
  /// User information, query values and keys in the path, which must never be shown.
  package let secrets: [Secret]

  package var description: String { display }

  /// Why a text is no address that can be used.
  package enum Problem: Error, Hashable, Sendable {
    case noScheme
    case unknownScheme(String)
    case noHost
    /// Two dots in a row, or one at the front: no such name can exist (RFC 1035 section 2.3.1).
    case emptyLabel
    case badPort(String)
    case badCharacter(position: Int)
  }

  /// Parses an absolute `http`, `https`, `ws` or `wss` URL (RFC 3986 section 3).
  ///
  /// `masking` are values that must not be shown where they stand in the path: some servers take a key there.
  package init(_ text: String, masking: [String] = []) throws(Problem) {
    for (position, byte) in text.utf8.enumerated() where byte <= 0x20 || byte == 0x7F {
      throw .badCharacter(position: position)
    }
    guard let colon = text.firstRange(of: "://") else { throw .noScheme }
    let scheme = text[..<colon.lowerBound].lowercased()
    guard let defaultPort = ["http": 80, "https": 443, "ws": 80, "wss": 443][scheme] else {
      throw .unknownScheme(scheme)
    }
    let rest = text[colon.upperBound...]
    let authority = rest.until("/?#")
    let at = authority.unicodeScalars.lastIndex(of: "@")
    let userInformation = at.map { authority[..<$0] } ?? ""
    let hostAndPort = at.map { authority[authority.unicodeScalars.index(after: $0)...] } ?? authority

    // An IPv6 address holds colons of its own, so the port is looked for behind its bracket.
    let bracket = hostAndPort.unicodeScalars.lastIndex(of: "]") ?? hostAndPort.startIndex
    let portColon = hostAndPort[bracket...].unicodeScalars.lastIndex(of: ":")
    let host = hostAndPort[..<(portColon ?? hostAndPort.endIndex)].lowercased()
    guard !host.isEmpty, host != "[]",
      host.utf8.first != UInt8(ascii: "[") || host.utf8.last == UInt8(ascii: "]")
    else { throw .noHost }
    // One dot at the end is the root.
    let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard host.utf8.first == UInt8(ascii: "[") || !labels.dropLast().contains(where: \.isEmpty) else {
      throw .emptyLabel
    }
    var port = defaultPort
    if let portColon {
      let digits = hostAndPort[hostAndPort.unicodeScalars.index(after: portColon)...]
      if !digits.isEmpty {
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits),
          (1...65_535).contains(number)
        else { throw .badPort(String(digits)) }
        port = number
      }
    }

    origin = Origin(scheme: scheme, host: host, port: port)
    let tail = rest[authority.endIndex...].until("#")
    let path = tail.until("?")
    let query = tail[path.endIndex...].withoutFirst
    let shownPort = port == defaultPort ? "" : ":\(port)"
    let (masked, keys) = maskingPath(path)
    let shownPath = masking.reduce(masked) { $1.isEmpty ? $0 : $0.replacing($1, with: "•••") }
    display = "\(scheme)://\(host)\(shownPort)\(shownPath)" + maskedQuery(query)
    url = Secret("\(scheme)://\(authority)\(tail)")
    secrets = (secretParts(userInformation: userInformation, query: query) + keys).map(Secret.init)
  }
}

extension Endpoint {
  /// Why a reference leads to no address of this origin.
  package enum ReferenceProblem: Error, Hashable, Sendable {
    case otherOrigin
    /// It is no legal reference at all.
    case noReference
  }

  /// What a URI reference names when it is found at this address (RFC 3986 section 5.2), with the same user
  /// information and without a fragment. Throws when that is another origin or no address.
  ///
  /// Blanks around it are none of it, and blanks within it are written as `%20`: so do browsers read an
  /// address (URL Standard, section 4.4), and the clients that are made for servers like that.
  package func resolving(_ text: String) throws(ReferenceProblem) -> Endpoint {
    let blank = UInt8(ascii: " ")
    let trimmed = text.utf8.drop { $0 <= blank }.reversed().drop { $0 <= blank }.reversed()
    let reference = String(decoding: trimmed, as: UTF8.self).replacing(" ", with: "%20")
    // A document or a quoted text in the place of a reference: none of these may begin one.
    if let first = reference.utf8.first, "{[\"<".utf8.contains(first) { throw .noReference }
    guard reference.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw .noReference }
    let base = AddressParts(url.revealed[...])
    let other = AddressParts(reference[...])
    guard let scheme = base.scheme, let authority = base.authority else { throw .noReference }
    var path = other.path
    var query = other.query
    if other.scheme != nil || other.authority != nil {
      let named = "\(other.scheme ?? scheme)://\(other.authority ?? "")"
      guard other.authority != nil, let place = try? Endpoint(named) else {
        // `mailto:x@a` names something elsewhere, `http:///x` nothing.
        throw other.authority == nil && other.scheme?.lowercased() != self.origin.scheme
          ? .otherOrigin : .noReference
      }
      guard place.origin == origin else { throw .otherOrigin }
    } else if path.isEmpty {
      path = base.path
      query = query ?? base.query
    } else if !path.hasPrefix("/") {
      // A base without a path is as good as one that is "/".
      let folder = base.path.lastIndex(of: "/").map { base.path[...$0] } ?? "/"
      path = folder + path
    }
    let target = AddressParts.withoutDotSegments(path) + (query.map { "?\($0)" } ?? "")
    guard let endpoint = try? Endpoint("\(scheme)://\(authority)\(target)") else { throw .noReference }
    return endpoint
  }
}

// A delimiter is a byte, whatever mark stands behind it and makes one letter of the two for a reader.
extension Substring {
  /// Up to the first of these, or all.
  fileprivate func until(_ ends: String) -> Substring {
    self[..<(unicodeScalars.firstIndex { ends.unicodeScalars.contains($0) } ?? endIndex)]
  }

  /// Without its first scalar, if it has one.
  fileprivate var withoutFirst: Substring { Substring(unicodeScalars.dropFirst()) }
}

/// The parts of a URI reference (RFC 3986 appendix B). Every text has them.
private struct AddressParts {
  var scheme: Substring?
  var authority: Substring?
  var path: Substring
  var query: Substring?

  init(_ text: Substring) {
    var rest = text.until("#")
    let name = rest.until(":/?")
    if rest[name.endIndex...].unicodeScalars.first == ":", let first = name.utf8.first, isLetter(first),
      name.utf8.allSatisfy({ isLetter($0) || (0x30...0x39).contains($0) || "+-.".utf8.contains($0) })
    {
      scheme = name
      rest = rest[name.endIndex...].withoutFirst
    }
    if rest.unicodeScalars.starts(with: "//".unicodeScalars) {
      let named = rest.withoutFirst.withoutFirst.until("/?")
      authority = named
      rest = rest[named.endIndex...]
    }
    path = rest.until("?")
    query = path.endIndex < rest.endIndex ? rest[path.endIndex...].withoutFirst : nil
  }

  /// RFC 3986 section 5.2.4: `.` is here, `..` is one level up, and nothing is above the root.
  static func withoutDotSegments(_ path: Substring) -> String {
    guard path.hasPrefix("/") else { return String(path) }
    var kept: [Substring] = []
    let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for (number, segment) in segments.enumerated() {
      let isLast = number == segments.count - 1
      switch segment {
      case ".": if isLast { kept.append("") }
      case "..":
        _ = kept.popLast()
        if isLast { kept.append("") }
      default: kept.append(segment)
      }
    }
    return "/" + kept.joined(separator: "/")
  }
}

private func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

/// Scheme, host and port: the unit of trust and of outages.
package struct Origin: Hashable, Sendable, CustomStringConvertible {
  package let scheme: String
  package let host: String
  package let port: Int

  package init(scheme: String, host: String, port: Int) {
    self.scheme = scheme
    self.host = host
    self.port = port
  }

  package var description: String { "\(scheme)://\(host):\(port)" }
}

/// Parts of a path that are keys, or look like one: some services take one there.
func keysInPath(_ path: some StringProtocol) -> [String] { maskingPath(path).keys }

/// A path without its keys.
private func maskingPath(_ path: some StringProtocol) -> (shown: String, keys: [String]) {
  let segments = path.split(separator: "/", omittingEmptySubsequences: false).map {
    maskingSegment(String($0))
  }
  return (segments.map(\.shown).joined(separator: "/"), segments.flatMap(\.keys))
}

/// A part of a path without what looks like a key, what stands behind the name of one (`key=abc`), and the
/// values of its parameters (`mcp;token=abc`): names stay, values go.
func maskingSegment(_ segment: String) -> (shown: String, keys: [String]) {
  if looksLikeKeyInPath(segment) { return ("•••", [segment]) }
  guard segment.utf8.contains(where: { "=;".utf8.contains($0) }) else { return (segment, []) }
  var keys: [String] = []
  let parts = segment.split(separator: ";", omittingEmptySubsequences: false).enumerated().map {
    place, part in
    let name = part.prefix { $0 != "=" }
    let value = name.count < part.count ? part.dropFirst(name.count + 1) : ""
    if value.isEmpty {
      guard looksLikeKeyInPath(part) else { return String(part) }
      keys.append(String(part))
      return "•••"
    }
    guard place > 0 || isSecretName(String(name)) || looksLikeKeyInPath(value) else { return String(part) }
    keys.append(String(value))
    return "\(name)=•••"
  }
  return (parts.joined(separator: ";"), keys)
}

/// Parameter names stay readable, values do not: they often are keys.
private func maskedQuery(_ query: Substring) -> String {
  guard !query.isEmpty else { return "" }
  let names = query.split(separator: "&").map { pair in
    let name = pair.prefix { $0 != "=" }
    return pair.contains("=") ? "\(looksLikeKey(name) ? "•••" : name)=•••" : "•••"
  }
  return "?" + names.joined(separator: "&")
}

private func secretParts(userInformation: Substring, query: Substring) -> [String] {
  let values = query.split(separator: "&").map { pair in
    pair.contains("=") ? String(pair.drop { $0 != "=" }.dropFirst()) : String(pair)
  }
  let user = userInformation.split(separator: ":", maxSplits: 1).map(String.init)
  return (values + user).filter { !$0.isEmpty }
}
