import MCPWire

/// A person was sent to an issuer: what must come back, fixed before the browser opens.
struct BrowserVisit: Hashable, Sendable {
  let issuer: String
  /// Absent metadata name nobody to compare with.
  let checksIssuer: Bool
  /// The issuer promised to name itself in every answer.
  let promisesIssuer: Bool
  let redirect: String
  let state: Secret
  let verifier: Secret
  /// Where the person goes.
  let address: VisitAddress
  let client: Client

  /// What makes one visit unlike any other, from a source of true randomness.
  struct Seed: Hashable, Sendable {
    let state: Secret
    let verifier: Secret
    /// SHA-256 of the verifier in base64url (RFC 7636).
    let challenge: String
  }

  /// Absent where the issuer names no address to which a person may be sent for this server.
  init?(
    _ metadata: IssuerMetadata, _ client: Client, for server: Endpoint, redirect: String, resource: String,
    scopes: [String],
    audience: String?, seed: Seed, checksIssuer: Bool = true
  ) {
    guard let endpoint = metadata.authorizationEndpoint else { return nil }
    var form = WebForm()
    form.add("response_type", "code")
    form.add("client_id", client.id)
    form.add("redirect_uri", redirect)
    form.add("code_challenge", seed.challenge)
    form.add("code_challenge_method", "S256")
    form.add("state", seed.state.revealed)
    form.add("resource", resource)
    form.add("audience", audience)
    form.add("scope", scopes.isEmpty ? nil : scopes.joined(separator: " "))
    let whole = endpoint + (endpoint.contains("?") ? "&" : "?") + form.encoded
    guard let address = VisitAddress(whole, for: server) else { return nil }
    self.address = address
    issuer = metadata.issuer
    self.checksIssuer = checksIssuer
    promisesIssuer = metadata.promisesIssuer
    self.redirect = redirect
    self.client = client
    state = seed.state
    verifier = seed.verifier
  }

  /// Why what came back is not used.
  enum Flaw: Error, Hashable, Sendable {
    case otherState
    case otherIssuer(String)
    case noIssuer
    /// The issuer said no, in its words.
    case refused(TokenError)
    case noCode
    /// What may come once came twice.
    case doubled
    /// A code alone does not say who gave it, and this issuer promised to.
    case needsAddress
  }

  /// The code in an answer that came to the loopback listener or was pasted as a whole address. Compared to
  /// the byte: `https://a` and `https://a/` are two issuers here.
  func code(in query: WebForm) throws(Flaw) -> Secret {
    guard query.names(state) else { throw .otherState }
    // RFC 6749 section 3.1: no field comes twice, so that nobody reads one and we the other.
    guard !["iss", "error", "code"].contains(where: query.isDoubled) else { throw .doubled }
    if let stated = query["iss"] {
      guard stated == issuer || !checksIssuer else { throw .otherIssuer(stated) }
    } else if promisesIssuer {
      throw .noIssuer
    }
    if let error = query["error"] {
      throw .refused(TokenError(code: error, description: query["error_description"] ?? ""))
    }
    guard let code = query["code"], !code.isEmpty else { throw .noCode }
    return Secret(code)
  }

  /// The same in what a person pasted: the whole address that the browser ended at, its query, or the code
  /// that a page shows.
  func code(pasted text: String) throws(Flaw) -> Secret {
    let word = text.filter { !$0.isWhitespace }
    if let mark = word.firstIndex(of: "?") {
      return try code(in: WebForm(query: word[word.index(after: mark)...].prefix { $0 != "#" }))
    }
    if word.contains("code="), word.contains("state=") { return try code(in: WebForm(query: word)) }
    guard Self.mayBeCode(text) else { throw .noCode }
    guard !promisesIssuer else { throw .needsAddress }
    return Secret(word)
  }

  /// Whether a line may be a code and nothing else. Codes are long, so that nobody guesses them; a word that
  /// somebody typed into the wrong window is not.
  private static func mayBeCode(_ line: String) -> Bool {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count == 1, let word = words.first, !word.contains("://") else { return false }
    return (16...4_096).contains(word.utf8.count) && word.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}

extension WebForm {
  /// Whether an answer belongs to the visit of this state, which is in it once.
  package func names(_ state: Secret) -> Bool {
    guard !isDoubled("state"), let stated = self["state"] else { return false }
    // Takes as long for any two texts of one length.
    let (left, right) = (Array(stated.utf8), Array(state.revealed.utf8))
    guard left.count == right.count, !right.isEmpty else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  fileprivate func isDoubled(_ name: String) -> Bool { fields.count { $0.name == name } > 1 }
}
