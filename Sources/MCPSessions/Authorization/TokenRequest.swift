package import MCPWire

/// One request to an authorization server, or for metadata: it carries nothing of the MCP server's.
package struct IssuerRequest: Hashable, Sendable {
  /// Names the request; its answer comes under the same number.
  package let number: Int
  package let url: String
  package let body: Body
  /// HTTP Basic, where the client makes itself known so; the value of the header.
  package let authorization: Secret?
  /// An assertion that is to be signed and added to the form, as `client_assertion`.
  package let assertion: ClientAssertion?
  /// A proof goes with it that we have the key (RFC 9449).
  package var proof: Proof?

  package enum Body: Hashable, Sendable {
    /// A GET of a document.
    case none
    case form(WebForm)
    case json(String)
    /// A DELETE.
    case deletion
  }

  /// Whose key the token will be bound to, and what the issuer wants to read in the proof.
  package struct Proof: Hashable, Sendable {
    package let issuer: String
    package let nonce: String?
  }
}

/// What a client says of itself and signs (RFC 7523).
package struct ClientAssertion: Hashable, Sendable {
  package let keyFile: String
  package let algorithm: CredentialSettings.Algorithm
  package let client: String
  /// The issuer, as its metadata spell it.
  package let audience: String
}

/// What came back: an answer of any status, or no usable one.
package enum IssuerAnswer: Hashable, Sendable {
  case answer(ResponseHead, body: [UInt8])
  /// Why there is none, in words that nobody has looked at yet.
  case failed(ErrorType, words: String)
}

extension IssuerAnswer {
  /// The document, if it is one: status 200 and JSON.
  var document: JSONValue? {
    guard case .answer(let head, _) = self, head.isSuccess else { return nil }
    return json
  }

  /// JSON, whatever the status.
  var json: JSONValue? {
    guard case .answer(_, let body) = self else { return nil }
    return try? JSONValue.read(body)
  }

  /// How long the other side asks to be left alone.
  func askedPause(at now: WallTime) -> Duration? {
    guard case .answer(let head, _) = self else { return nil }
    return retryAfter(head.retryAfter, now: now)
  }

  /// The number that the issuer wants to read in a proof, where it asked for one and nothing else is wrong.
  var wantedNonce: String? {
    guard case .answer(let head, _) = self, json.flatMap(TokenError.init)?.code == "use_dpop_nonce"
    else { return nil }
    return head.proofNonce
  }

  /// What an issuer says no with (RFC 6749 section 5.2). Absent for whatever else came: a page, a redirect, a
  /// document of another kind or its beginning, and the words for being out of order.
  var refusal: TokenError? {
    guard case .answer(let head, _) = self, [200, 400, 401, 403].contains(head.status),
      let error = json.flatMap(TokenError.init), !error.code.contains(" "),
      !["server_error", "temporarily_unavailable"].contains(error.code)
    else { return nil }
    return error
  }

  /// Whether the other side is away or out of order, so that asking again may help.
  var isOutage: Bool {
    switch self {
    case .failed: true
    case .answer(let head, _): head.status >= 500 || head.status == 429
    }
  }

  /// Whether something was answered that says neither yes nor no: with a redirect, or well. Asked of what is
  /// not what was wanted.
  var isOdd: Bool {
    guard case .answer(let head, _) = self else { return false }
    return (200..<400).contains(head.status)
  }
}

/// What a token is asked for with.
enum TokenPurpose: Hashable, Sendable {
  case code(Secret, BrowserVisit)
  case refresh(Secret)
  case clientCredentials
  case device(Secret)
  /// Somebody else vouches for us.
  case assertion(Secret)
}

extension TokenPurpose {
  /// A person has said yes, for this once.
  var isOfPerson: Bool {
    switch self {
    case .code, .device: true
    case .refresh, .clientCredentials, .assertion: false
    }
  }

  /// The form of a token request, without who asks.
  func form(resource: String, scopes: [String], audience: String?) -> WebForm {
    var form = WebForm()
    let scope = scopes.isEmpty ? nil : scopes.joined(separator: " ")
    switch self {
    case .code(let code, let visit):
      form.add("grant_type", "authorization_code")
      form.add("code", code.revealed)
      form.add("redirect_uri", visit.redirect)
      form.add("code_verifier", visit.verifier.revealed)
    case .refresh(let token):
      form.add("grant_type", "refresh_token")
      form.add("refresh_token", token.revealed)
    case .clientCredentials:
      form.add("grant_type", "client_credentials")
      form.add("scope", scope)
    case .device(let code):
      form.add("grant_type", deviceGrant)
      form.add("device_code", code.revealed)
    case .assertion(let assertion):
      form.add("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
      form.add("assertion", assertion.revealed)
      form.add("scope", scope)
    }
    form.add("resource", resource)
    form.add("audience", audience)
    return form
  }
}

extension Client {
  /// Adds who asks to a form (RFC 6749 section 2.3.1); a secret goes by one way only.
  func sign(
    _ form: WebForm, number: Int, url: String, issuer: String, settings: CredentialSettings,
    proof: IssuerRequest.Proof?
  ) -> IssuerRequest {
    var form = form
    var authorization: Secret?
    var assertion: ClientAssertion?
    switch method {
    case .basic:
      // Not asked for by the RFC; some servers look up the client by it all the same.
      form.add("client_id", id)
      let pair = "\(WebForm.encoded(id)):\(WebForm.encoded(secret?.revealed ?? ""))"
      authorization = Secret("Basic " + base64(pair.utf8))
    case .post:
      form.add("client_id", id)
      form.add("client_secret", secret?.revealed)
    case .signedToken:
      form.add("client_id", id)
      assertion = settings.clientKeyFile.map {
        ClientAssertion(keyFile: $0, algorithm: settings.algorithm, client: id, audience: issuer)
      }
    case .none:
      form.add("client_id", id)
    }
    return IssuerRequest(
      number: number, url: url, body: .form(form), authorization: authorization, assertion: assertion,
      proof: proof)
  }
}
