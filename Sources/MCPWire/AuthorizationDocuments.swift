// What servers and issuers publish about signing in. Members of another kind count as absent.

/// Metadata of a protected resource (RFC 9728).
package struct ProtectedResource: Hashable, Sendable {
  /// The resource that a token is for, as its server spells it.
  package let resource: String
  /// Who gives tokens for it, in the server's order.
  package let issuers: [String]
  /// Absent when nothing is said of scopes.
  package let scopes: [String]?
  /// It takes no token but one that is bound to a key (RFC 9449).
  package let bindsTokens: Bool

  /// Absent when the text is no such document.
  package init?(_ value: JSONValue) {
    guard let resource = value["resource"]?.text else { return nil }
    self.resource = resource
    issuers = value["authorization_servers"]?.texts ?? []
    scopes = value["scopes_supported"].map(\.texts)
    bindsTokens = value["dpop_bound_access_tokens_required"]?.flag ?? false
  }
}

/// Metadata of an authorization server (RFC 8414, OpenID Connect Discovery).
package struct IssuerMetadata: Hashable, Sendable {
  package let issuer: String
  package var authorizationEndpoint: String?
  package var tokenEndpoint: String?
  package var registrationEndpoint: String?
  package var deviceEndpoint: String?
  package var revocationEndpoint: String?
  package var scopes: [String] = []
  /// Absent means the default of RFC 8414: authorization code, and implicit.
  package var grants: [String]?
  /// How clients make themselves known at the token endpoint; absent means HTTP Basic.
  package var clientMethods: [String]?
  /// Ways of proving who asked for a code; absent means that none is promised.
  package var codeChallengeMethods: [String]?
  /// Every answer names its issuer (RFC 9207).
  package var promisesIssuer = false
  /// The client may be the address of a document that describes it.
  package var takesMetadataDocuments = false
  /// Algorithms for tokens that are bound to a key (RFC 9449).
  package var proofAlgorithms: [String] = []

  package init(issuer: String) {
    self.issuer = issuer
  }

  /// Absent when the text is no such document.
  package init?(_ value: JSONValue) {
    guard let issuer = value["issuer"]?.text else { return nil }
    self.init(issuer: issuer)
    authorizationEndpoint = value["authorization_endpoint"]?.text
    tokenEndpoint = value["token_endpoint"]?.text
    registrationEndpoint = value["registration_endpoint"]?.text
    deviceEndpoint = value["device_authorization_endpoint"]?.text
    revocationEndpoint = value["revocation_endpoint"]?.text
    scopes = value["scopes_supported"]?.texts ?? []
    grants = value["grant_types_supported"].map(\.texts)
    clientMethods = value["token_endpoint_auth_methods_supported"].map(\.texts)
    codeChallengeMethods = value["code_challenge_methods_supported"].map(\.texts)
    promisesIssuer = value["authorization_response_iss_parameter_supported"]?.flag ?? false
    takesMetadataDocuments = value["client_id_metadata_document_supported"]?.flag ?? false
    proofAlgorithms = value["dpop_signing_alg_values_supported"]?.texts ?? []
  }
}

/// The answer to a registration (RFC 7591).
package struct RegisteredClient: Hashable, Sendable {
  package let id: String
  package let secret: String?
  package let method: String?
  /// Where it is taken back, and with which token (RFC 7592).
  package let managementAddress: String?
  package let managementToken: String?

  package init?(_ value: JSONValue) {
    guard let id = value["client_id"]?.text, !id.isEmpty else { return nil }
    self.id = id
    secret = value["client_secret"]?.text.flatMap { $0.isEmpty ? nil : $0 }
    method = value["token_endpoint_auth_method"]?.text
    managementAddress = value["registration_client_uri"]?.text
    managementToken = value["registration_access_token"]?.text
  }
}

/// A token as an issuer gives it (RFC 6749 section 5.1).
package struct IssuedToken: Hashable, Sendable {
  package let access: String
  /// `Bearer` or `DPoP`, in small letters; `bearer` where nothing is said.
  package let kind: String
  /// One second at least; absent when the issuer does not say: some say 0 and mean that they do not.
  package let lifetime: Duration?
  /// Absent when they are those that were asked for.
  package let scopes: [String]?
  package let refresh: String?

  package init?(_ value: JSONValue) {
    guard let access = value["access_token"]?.text, !access.isEmpty else { return nil }
    self.access = access
    kind = value["token_type"]?.text?.lowercased() ?? "bearer"
    lifetime = value["expires_in"]?.seconds.flatMap { $0 > 0 ? .seconds($0) : nil }
    scopes = value["scope"]?.text.map { $0.split(separator: " ").map(String.init) }
    refresh = value["refresh_token"]?.text.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// What an issuer answers instead of a token (RFC 6749 section 5.2).
package struct TokenError: Hashable, Sendable {
  package let code: String
  package let description: String

  package init(code: String, description: String) {
    self.code = code
    self.description = description
  }

  package init?(_ value: JSONValue) {
    guard let code = value["error"]?.text else { return nil }
    self.code = code
    description = value["error_description"]?.text ?? ""
  }
}

/// What a person is to do on another device (RFC 8628 section 3.2).
package struct DeviceCode: Hashable, Sendable {
  package let device: String
  /// What the person types.
  package let user: String
  package let address: String
  /// The address with the code in it.
  package let completeAddress: String?
  /// Seconds.
  package let lifetime: Int
  /// Seconds between two questions.
  package let interval: Int

  package init?(_ value: JSONValue) {
    guard let device = value["device_code"]?.text, let user = value["user_code"]?.text,
      let address = value["verification_uri"]?.text ?? value["verification_url"]?.text
    else { return nil }
    self.device = device
    self.user = user
    self.address = address
    completeAddress = value["verification_uri_complete"]?.text
    lifetime = min(value["expires_in"]?.seconds.flatMap { $0 > 0 ? $0 : nil } ?? 600, 3_600)
    // Whatever is said, the issuer is asked before the code has ended.
    let said = value["interval"]?.seconds.flatMap { $0 > 0 ? $0 : nil } ?? 5
    let limit = lifetime
    interval = max(1, min(said, 120, limit / 2))
  }
}

extension JSONValue {
  fileprivate var texts: [String] { list.prefix(256).compactMap(\.text) }

  fileprivate var flag: Bool? {
    if case .flag(let flag) = self { flag } else { nil }
  }

  /// Some issuers write numbers as text. However long it is said to be, it is at most a thousand years, so
  /// that there is a date at its end.
  fileprivate var seconds: Int? {
    let said = whole ?? number.map { Int($0.rounded(.down).clamped) } ?? text.flatMap { Int($0) }
    return said.flatMap { $0 >= 0 ? min($0, 31_557_600_000) : nil }
  }
}

extension Double {
  fileprivate var clamped: Double { isNaN ? 0 : Swift.min(Swift.max(self, -1), 1e12) }
}
