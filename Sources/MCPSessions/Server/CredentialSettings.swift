package import MCPWire

/// What the configuration says of how we make ourselves known to a server, beside headers as they are
/// written.
package struct CredentialSettings: Hashable, Sendable {
  /// Where the token comes from.
  package enum Source: Hashable, Sendable {
    /// An authorization server, found by discovery or named here.
    case issuer
    /// The first line of a file, read again when it changes.
    case file(String)
    /// What a program prints; its words, no shell.
    case command([String])
  }

  /// What an authorization server is given for a token; raw values are the words of the configuration.
  package enum GrantType: String, CaseIterable, Sendable {
    /// By what is configured and what the server offers.
    case automatic = "auto"
    case authorizationCode = "authorization_code"
    case deviceCode = "device_code"
    case clientCredentials = "client_credentials"
    /// An assertion that somebody else signed for us, from `assertionFile`.
    case assertion = "jwt_bearer"
  }

  /// How an assertion of our own is signed; raw values are those of JSON Web Algorithms.
  package enum Algorithm: String, CaseIterable, Sendable {
    case es256 = "ES256"
    case rs256 = "RS256"
  }

  /// The name and version that servers and issuers see.
  package var client = ClientIdentity.sessiontop
  package var source = Source.issuer
  package var grant = GrantType.automatic
  package var clientID: String?
  package var clientSecret: Secret?
  /// A file with the key (PEM) that proves who the client is.
  package var clientKeyFile: String?
  package var algorithm = Algorithm.es256
  /// The address of a document that describes the client, for issuers that take one instead of an id.
  package var clientMetadataURL: String?
  package var assertionFile: String?
  /// Where an identity provider gives what the issuer takes for the identity token in `assertionFile`
  /// (RFC 8693).
  package var exchangeURL: String?
  /// Who we are there.
  package var exchangeClientID: String?
  package var exchangeClientSecret: Secret?
  /// Asked for in place of what the server names.
  package var scopes: [String]?
  /// Whom what is secret here is for; absent means the first one that the server names.
  package var issuer: String?
  /// Both named: nothing is discovered.
  package var authorizationURL: String?
  package var tokenURL: String?
  package var revocationURL: String?
  /// Where the issuer's metadata are, instead of the well-known places.
  package var issuerMetadataURL: String?
  package var clientMethod: ClientMethod?
  package var refreshToken: Secret?
  /// The port that the browser comes back to; absent means any that is free.
  package var callbackPort: Int?
  /// Its own word for what the token is for, sent beside `resource`.
  package var audience: String?
  /// The issuer takes S256 although its metadata do not say so.
  package var skipsChallengeCheck = false

  package init() {}

  /// A token can be had without a person, from nothing.
  package var worksAlone: Bool {
    switch source {
    case .file, .command: return true
    case .issuer: break
    }
    switch grant {
    case .clientCredentials, .assertion: return true
    case .authorizationCode, .deviceCode: return refreshToken != nil
    case .automatic:
      return refreshToken != nil || clientKeyFile != nil || assertionFile != nil
    }
  }

  /// Something that only our issuer may get, and nothing that says who that is but the server.
  package var trustsServerWithIssuer: Bool {
    let isGiven = clientSecret != nil || refreshToken != nil || clientKeyFile != nil || assertionFile != nil
    return isGiven && source == .issuer && issuer == nil && tokenURL == nil && issuerMetadataURL == nil
  }

  /// Something secret that is configured goes to the issuer as it is, and could be used elsewhere by whoever
  /// gets it. What is signed is signed for one issuer, and what is exchanged goes to the one that is named.
  package var givesSecrets: Bool {
    guard clientKeyFile == nil else { return refreshToken != nil }
    return clientSecret != nil || refreshToken != nil || assertionFile != nil && exchangeURL == nil
  }

  /// What must not be shown.
  package var secrets: [Secret] { [clientSecret, refreshToken, exchangeClientSecret].compactMap { $0 } }
}

/// How a client makes itself known at the token endpoint; raw values are those of RFC 7591.
package enum ClientMethod: String, CaseIterable, Sendable {
  case basic = "client_secret_basic"
  case post = "client_secret_post"
  case signedToken = "private_key_jwt"
  case none
}

/// How a person signs in.
package enum SignInManner: Hashable, Sendable {
  case browser
  /// By a code that is typed on another device (RFC 8628).
  case device
}

/// What a person wants of a sign-in.
package enum SignInOrder: Hashable, Sendable {
  case begin(SignInManner)
  case leave
  /// What the browser ended at, or a code that a page showed.
  case paste(Secret)
  /// Drop what is held and what is kept.
  case forget
}

/// When a browser may be opened for a server; raw values are the words of `ui.signIn` and `--sign-in`.
package enum SignInPolicy: String, CaseIterable, Sendable {
  case never
  /// When a person asks for it.
  case ask
  /// As soon as a server wants it.
  case auto
}
