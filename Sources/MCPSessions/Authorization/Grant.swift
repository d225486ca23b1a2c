import MCPWire

/// A token that is held, and what is needed to get the next one.
package struct Grant: Hashable, Sendable {
  /// The value of the header that carries it, without its scheme.
  package let token: Secret
  /// `bearer` or `dpop`; `headers` for headers as a program gave them, which are the token then, in one text.
  package let kind: String
  /// What is sent in place of a header made of the token.
  package let headers: [Header]
  package let scopes: [String]
  package let obtained: WallTime
  /// Absent when the issuer does not say; the server says it by 401.
  package let expires: WallTime?
  package let refresh: Secret?
  /// Who gave it, for whom, and where the next one is asked for; absent for a token from a file or a program.
  package let origin: Origin?

  /// Where a grant comes from, and goes to be renewed.
  package struct Origin: Hashable, Sendable {
    package let issuer: String
    package let tokenEndpoint: String
    package let revocationEndpoint: String?
    package let client: Client
    package let resource: String
    /// Tokens of it are bound to a key of ours, and go nowhere without a proof that we have it (RFC 9449).
    package var isBound = false
  }

  package init(
    token: Secret, kind: String = "bearer", headers: [Header] = [], scopes: [String] = [],
    obtained: WallTime, expires: WallTime? = nil, refresh: Secret? = nil, origin: Origin? = nil
  ) {
    self.token = token
    self.kind = kind
    self.headers = headers
    self.scopes = scopes
    self.obtained = obtained
    self.expires = expires
    self.refresh = refresh
    self.origin = origin
  }

  /// Headers that a program gave, in the order of their names.
  init(headers: [Header], obtained: WallTime) {
    self.init(
      token: Secret(headers.map { "\($0.name): \($0.value.revealed)" }.joined(separator: "\n")),
      kind: "headers", headers: headers, obtained: obtained)
  }

  /// What an issuer gave. A refresh token that is not replaced stays good (RFC 6749 section 6).
  init(_ issued: IssuedToken, asked: [String], replacing old: Grant?, origin: Origin, at now: WallTime) {
    self.init(
      token: Secret(issued.access), kind: issued.kind,
      scopes: issued.scopes ?? old?.scopes ?? asked, obtained: now,
      expires: issued.ends(from: now),
      refresh: issued.refresh.map(Secret.init) ?? old?.refresh, origin: origin)
  }

  /// The same without what renews it: the issuer has said that it is no longer good.
  var withoutRefresh: Grant {
    Grant(
      token: token, kind: kind, headers: headers, scopes: scopes, obtained: obtained, expires: expires,
      refresh: nil, origin: origin)
  }

  /// The same token, got when it was got first.
  func got(at time: WallTime) -> Grant {
    Grant(
      token: token, kind: kind, headers: headers, scopes: scopes, obtained: time, expires: expires,
      refresh: refresh, origin: origin)
  }

  /// Whether it can stand in a header (RFC 9110 section 5.5): whoever gives it could write other headers
  /// else.
  var isSendable: Bool {
    guard headers.isEmpty else {
      return headers.allSatisfy {
        HeaderRules.isToken($0.name) && !HeaderRules.owned.contains($0.name.lowercased())
          && HeaderRules.problem(ofValue: $0.value.revealed) == nil
      }
    }
    let text = kind + token.revealed
    return !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// What must not be shown of it.
  var secrets: [Secret] { headers.isEmpty ? [token] : headers.map(\.value) }

  /// With whom the key was used that it is bound to; absent for one that whoever holds it can use.
  var boundBy: String? { kind == "dpop" && origin?.isBound == true ? origin?.issuer : nil }

  func hasEnded(at now: WallTime) -> Bool { expires.map { $0 <= now } ?? false }

  /// How long from now a renewal is due: at 80 % of its life with a little spread, so that many clients do
  /// not come at once. Absent for a token without an end.
  func renewal(at now: WallTime, _ random: inout SeededGenerator) -> Duration? {
    guard let expires else { return nil }
    let length = max(.zero, expires - obtained)
    // Many servers keep the end in whole seconds and cut the rest, up to a second before what they promised;
    // one that sees a token after that takes back also what renews it.
    let life = max(length - .seconds(1), length * 0.5)
    let share = Double.random(in: 0.75...0.85, using: &random)
    let due = obtained + life * share
    return max(.zero, due - now)
  }
}

extension IssuedToken {
  /// When it ends that was given at `now`.
  func ends(from now: WallTime) -> WallTime? {
    lifetime.map { now + $0 }
  }
}

/// What is kept of a sign-in between two runs.
package struct StoredGrant: Hashable, Sendable {
  /// The address of the server, without query and user information.
  package let server: String
  package let user: String
  package var grant: Grant
  package var renewals: Int

  package init(server: String, user: String, grant: Grant, renewals: Int) {
    self.server = server
    self.user = user
    self.grant = grant
    self.renewals = renewals
  }

  /// More are not counted, whatever a file says.
  private static let mostRenewals = 1_000_000_000

  /// Whether it is what a sign-in would lead to: of the same user, at the same server, and of the client that
  /// is configured, if one is.
  package func isFor(_ subject: SignIn.Subject) -> Bool {
    guard server.isExactly(subject.storedServer), user.isExactly(subject.user),
      subject.settings.source == .issuer
    else { return false }
    return subject.settings.clientID.map { $0.isExactly(grant.origin?.client.id ?? "") } ?? true
  }

  /// What tells one file from another.
  package var name: String {
    let origin = grant.origin
    return [origin?.issuer ?? "", origin?.client.id ?? "", origin?.resource ?? "", server, user]
      .joined(separator: "\n")
  }

  /// As JSON, for a file that only its owner can read.
  package var text: String {
    var writer = JSONWriter()
    writer.object { object in
      object.member("v", 1)
      object.member("server", server)
      object.member("user", user)
      object.member("access_token", grant.token.revealed)
      object.member("token_type", grant.kind)
      object.member("scope", grant.scopes.joined(separator: " "))
      object.member("obtained", grant.obtained.rfc3339)
      object.member("expires", grant.expires?.rfc3339)
      object.member("refresh_token", grant.refresh?.revealed)
      object.member("renewals", renewals)
      if let origin = grant.origin {
        object.member("issuer", origin.issuer)
        object.member("token_endpoint", origin.tokenEndpoint)
        object.member("revocation_endpoint", origin.revocationEndpoint)
        object.member("resource", origin.resource)
        if origin.isBound { object.member("bound", true) }
        origin.client.write(to: &object)
      }
    }
    return writer.text
  }

  /// Absent for anything but a whole text of this form.
  package init?(_ bytes: [UInt8]) {
    guard let value = try? JSONValue.read(bytes), value["v"]?.whole == 1,
      let server = value["server"]?.text, let user = value["user"]?.text,
      let token = value["access_token"]?.text,
      let obtained = value["obtained"]?.text.flatMap(WallTime.init(rfc3339:)),
      let issuer = value["issuer"]?.text, let endpoint = value["token_endpoint"]?.text,
      let resource = value["resource"]?.text, let client = Client(stored: value)
    else { return nil }
    let origin = Grant.Origin(
      issuer: issuer, tokenEndpoint: endpoint, revocationEndpoint: value["revocation_endpoint"]?.text,
      client: client, resource: resource, isBound: value["bound"] == .flag(true))
    self.init(
      server: server, user: user,
      grant: Grant(
        token: Secret(token), kind: value["token_type"]?.text ?? "bearer",
        scopes: (value["scope"]?.text ?? "").split(separator: " ").map(String.init), obtained: obtained,
        expires: value["expires"]?.text.flatMap(WallTime.init(rfc3339:)),
        refresh: value["refresh_token"]?.text.map(Secret.init), origin: origin),
      renewals: min(max(value["renewals"]?.whole ?? 0, 0), Self.mostRenewals))
  }
}

/// Who we are to an issuer, kept for the next sign-in there.
package struct StoredClient: Hashable, Sendable {
  package let issuer: String
  package let client: Client
  /// The server for which that was registered; others of the issuer may use it as well.
  package let server: String
  package let management: Management?

  /// Where the registration is taken back, and what allows that (RFC 7592).
  package struct Management: Hashable, Sendable {
    package let address: String
    package let token: Secret

    package init(address: String, token: Secret) {
      (self.address, self.token) = (address, token)
    }
  }

  package init(issuer: String, client: Client, server: String = "", management: Management? = nil) {
    self.issuer = issuer
    self.client = client
    self.server = server
    self.management = management
  }

  package var text: String {
    var writer = JSONWriter()
    writer.object { object in
      object.member("v", 1)
      object.member("registered_at", issuer)
      object.member("server", server)
      object.member("registration_client_uri", management?.address)
      object.member("registration_access_token", management?.token.revealed)
      client.write(to: &object)
    }
    return writer.text
  }

  package init?(_ bytes: [UInt8]) {
    guard let value = try? JSONValue.read(bytes), value["v"]?.whole == 1,
      let issuer = value["registered_at"]?.text, let client = Client(stored: value)
    else { return nil }
    var management: Management?
    if let address = value["registration_client_uri"]?.text,
      let token = value["registration_access_token"]?.text
    {
      management = Management(address: address, token: Secret(token))
    }
    self.init(
      issuer: issuer, client: client, server: value["server"]?.text ?? "", management: management)
  }
}

extension Client {
  fileprivate func write(to object: inout JSONWriter) {
    object.member("client_id", id)
    object.member("client_secret", secret?.revealed)
    object.member("token_endpoint_auth_method", method.rawValue)
    object.member("port", port)
  }

  fileprivate init?(stored value: JSONValue) {
    guard let id = value["client_id"]?.text else { return nil }
    self.init(
      id: id, secret: value["client_secret"]?.text.map(Secret.init),
      method: value["token_endpoint_auth_method"]?.text.flatMap(ClientMethod.init) ?? .none,
      port: value["port"]?.whole)
  }
}
