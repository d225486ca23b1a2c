import MCPWire

/// Who we are to an issuer.
package struct Client: Hashable, Sendable {
  package let id: String
  package let secret: Secret?
  package let method: ClientMethod
  /// The port of the address that a registration names; others are not promised to work.
  package let port: Int?

  package init(id: String, secret: Secret?, method: ClientMethod, port: Int? = nil) {
    self.id = id
    self.secret = secret
    self.method = method
    self.port = port
  }
}

extension Client {
  /// What can be done about who we are, in the order in which it is tried.
  enum Choice: Hashable, Sendable {
    case known(Client)
    /// Ask for an id at this address.
    case register(String)
    /// Only a person can help.
    case impossible
  }

  /// The configured one, then the document, then one that was registered before, then a registration.
  static func choice(
    _ settings: CredentialSettings, _ metadata: IssuerMetadata, registered: Client?
  ) -> Choice {
    if let id = settings.clientID { return .known(configured(id, settings, metadata)) }
    if metadata.takesMetadataDocuments, let document = settings.clientMetadataURL {
      return .known(Client(id: document, secret: nil, method: .none))
    }
    if let registered { return .known(registered) }
    return metadata.registrationEndpoint.map(Choice.register) ?? .impossible
  }

  private static func configured(
    _ id: String, _ settings: CredentialSettings, _ metadata: IssuerMetadata
  ) -> Client {
    guard settings.clientKeyFile == nil else { return Client(id: id, secret: nil, method: .signedToken) }
    guard let secret = settings.clientSecret else { return Client(id: id, secret: nil, method: .none) }
    return Client(
      id: id, secret: secret, method: settings.clientMethod ?? method(metadata, hasSecret: true))
  }

  /// What a registration led to. A secret goes nowhere if the issuer takes none.
  static func registered(_ answer: RegisteredClient, _ metadata: IssuerMetadata, port: Int?) -> Client {
    let secret = answer.secret.map(Secret.init)
    let method =
      answer.method.flatMap(ClientMethod.init) ?? method(metadata, hasSecret: answer.secret != nil)
    return Client(id: answer.id, secret: secret, method: method, port: port)
  }

  /// The first way that the issuer names and we can go; HTTP Basic where it says nothing (RFC 8414).
  static func method(_ metadata: IssuerMetadata, hasSecret: Bool) -> ClientMethod {
    guard hasSecret else { return .none }
    let offered = offered(metadata)
    return offered.first { $0 == .basic || $0 == .post } ?? (offered.contains(.none) ? .none : .basic)
  }

  /// What we ask for when we register: no secret, if the issuer lets us.
  static func wantedMethod(_ metadata: IssuerMetadata) -> ClientMethod {
    let offered = offered(metadata)
    return offered.contains(.none) ? .none : offered.first { $0 == .basic || $0 == .post } ?? .none
  }

  private static func offered(_ metadata: IssuerMetadata) -> [ClientMethod] {
    (metadata.clientMethods ?? [ClientMethod.basic.rawValue]).compactMap(ClientMethod.init)
  }

  /// The body of a registration (RFC 7591).
  static func registration(
    _ metadata: IssuerMetadata, as client: ClientIdentity, redirect: String?, scopes: [String]
  ) -> String {
    var writer = JSONWriter()
    writer.object { body in
      body.member("client_name", client.name)
      body.array("redirect_uris") { if let redirect { $0.element(redirect) } }
      body.member("application_type", "native")
      body.array("grant_types") {
        $0.element("authorization_code")
        $0.element("refresh_token")
        if metadata.deviceEndpoint != nil { $0.element(deviceGrant) }
      }
      body.array("response_types") { $0.element("code") }
      body.member("token_endpoint_auth_method", wantedMethod(metadata).rawValue)
      if !scopes.isEmpty { body.member("scope", scopes.joined(separator: " ")) }
    }
    return writer.text
  }
}

/// The name of RFC 8628.
let deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
