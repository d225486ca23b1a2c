import MCPWire

/// Where metadata are looked for, and which addresses a sign-in may use at all.
enum IssuerPlaces {
  /// Where the metadata of a server may stand when it does not say so: below its path, then at its root (RFC
  /// 9728 section 3.1).
  static func ofResource(_ server: Endpoint) -> [String] {
    let place = Place(server.url.revealed)
    let root = "\(place.origin)/.well-known/oauth-protected-resource"
    return place.path.isEmpty ? [root] : [root + place.path, root]
  }

  /// Where the metadata of an issuer may stand (RFC 8414 section 3.1, OpenID Connect Discovery). An issuer
  /// with a path has none at the root: what stands there is somebody else's.
  static func ofIssuer(_ issuer: String) -> [String] {
    let place = Place(issuer)
    let known = "\(place.origin)/.well-known/"
    guard !place.path.isEmpty else {
      return [known + "oauth-authorization-server", known + "openid-configuration"]
    }
    return [
      known + "oauth-authorization-server" + place.path, known + "openid-configuration" + place.path,
      place.origin + place.path + "/.well-known/openid-configuration",
    ]
  }

  /// The issuer of a server from before there was metadata of resources: its own origin.
  static func ownIssuer(_ server: Endpoint) -> String { Place(server.url.revealed).origin }

  /// The fixed places of revision 2025-03-26, where an issuer has no metadata.
  static func ofOldServer(_ issuer: String) -> IssuerMetadata {
    var metadata = IssuerMetadata(issuer: issuer)
    metadata.authorizationEndpoint = issuer + "/authorize"
    metadata.tokenEndpoint = issuer + "/token"
    metadata.registrationEndpoint = issuer + "/register"
    metadata.codeChallengeMethods = ["S256"]
    metadata.clientMethods = [
      ClientMethod.none.rawValue, ClientMethod.post.rawValue, ClientMethod.basic.rawValue,
    ]
    return metadata
  }

  /// Whether a resource is this server: the same origin, and its path ours or above it.
  static func isResource(_ resource: String, of server: Endpoint) -> Bool {
    guard let endpoint = try? Endpoint(resource), endpoint.origin == server.origin,
      !resource.contains("#"), !resource.contains("?")
    else { return false }
    let (theirs, ours) = (Place(resource).path + "/", Place(server.url.revealed).path + "/")
    return ours.hasPrefix(theirs)
  }

  /// Whether what is secret may be sent to an address, or a person may be sent there: over TLS, or within
  /// this machine if the server is on it as well.
  static func mayBeUsed(_ address: String, for server: Endpoint) -> Bool {
    // Addresses are ASCII (RFC 3986); what else stands in one could speak to a terminal.
    guard let endpoint = try? Endpoint(address), endpoint.secrets.isEmpty || !address.contains("@"),
      !address.contains("#"), address.utf8.allSatisfy({ $0 < 0x80 })
    else { return false }
    switch endpoint.origin.scheme {
    case "https": return true
    case "http": return endpoint.origin.isLoopback && server.origin.isLoopback
    default: return false
    }
  }

  /// What a token is for when no metadata say it: the server's address, without query and fragment.
  static func resource(of server: Endpoint) -> String {
    let place = Place(server.url.revealed)
    return place.origin + place.path
  }

  /// Whether two spellings name one issuer. Equal to the byte, but for the slash that a library writes behind
  /// an issuer without a path.
  static func isSameIssuer(_ stated: String, _ expected: String) -> Bool {
    stated == expected || Place(expected).path.isEmpty && trimmed(stated) == trimmed(expected)
  }

  private static func trimmed(_ issuer: String) -> Substring {
    issuer.hasSuffix("/") ? issuer.dropLast() : issuer[...]
  }

  /// What a proof names as its target: the address as it is asked, without query, fragment and user
  /// information (RFC 9449 section 4.2).
  static func target(_ endpoint: Endpoint) -> String {
    let place = Place(endpoint.url.revealed)
    return place.origin + (place.wholePath.isEmpty ? "/" : place.wholePath)
  }

  /// An address without its query: origin as it is written, and path without slashes at its end.
  private struct Place {
    let origin: String
    let path: String
    /// With them.
    let wholePath: String

    init(_ address: String) {
      let bare = address.prefix { $0 != "?" && $0 != "#" }
      guard let colon = bare.firstRange(of: "://") else {
        (origin, path, wholePath) = (String(bare), "", "")
        return
      }
      let rest = bare[colon.upperBound...]
      let authority = rest.prefix { $0 != "/" }
      // User information is the server's, and nobody else's.
      let host = authority.split(separator: "@").last ?? ""
      origin = "\(bare[..<colon.lowerBound].lowercased())://\(host.lowercased())"
      var tail = rest[authority.endIndex...]
      wholePath = String(tail)
      while tail.hasSuffix("/") { tail.removeLast() }
      path = String(tail)
    }
  }
}

extension Origin {
  /// Whether it is this machine, by its address or its name.
  package var isLoopback: Bool {
    host == "localhost" || host == "[::1]" || host.hasSuffix(".localhost") || isLoopbackAddress(host)
  }
}

/// 127.0.0.0/8 in the usual spelling.
private func isLoopbackAddress(_ host: String) -> Bool {
  let parts = host.split(separator: ".", omittingEmptySubsequences: false)
  return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
}

extension Endpoint {
  /// Without query, fragment and user information.
  package var bareAddress: String { IssuerPlaces.resource(of: self) }

  /// What a proof of possession names.
  package var proofTarget: String { IssuerPlaces.target(self) }
}

extension VisitAddress {
  /// Absent for what may not be used to sign in to that server.
  package init?(_ address: String, for server: Endpoint) {
    guard IssuerPlaces.mayBeUsed(address, for: server) else { return nil }
    self.init(ofForm: address)
  }
}
