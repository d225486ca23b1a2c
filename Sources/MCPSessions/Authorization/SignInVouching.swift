import MCPWire

// Somebody else vouches for us: an assertion for the issuer, or an identity token that an identity provider
// first changes into one (RFC 8693; the extension of MCP for sign-ins that an enterprise manages).

extension SignIn {
  mutating func vouch(_ assertion: Secret, _ discovery: Discovery, _ work: Work, _ turn: inout Turn) {
    guard let provider = subject.settings.exchangeURL else {
      return redeem(assertion, discovery, work, &turn)
    }
    var form = WebForm()
    form.add("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
    form.add("subject_token", assertion.revealed)
    form.add("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")
    form.add("requested_token_type", Self.assertionKind)
    form.add("audience", discovery.metadata.issuer)
    form.add("resource", discovery.resource)
    form.add("client_id", subject.settings.exchangeClientID)
    form.add("client_secret", subject.settings.exchangeClientSecret?.revealed)
    form.add("scope", discovery.scopes.isEmpty ? nil : discovery.scopes.joined(separator: " "))
    var work = work
    let number = newRequest()
    work.step = .vouched(discovery, request: number)
    state = .working(work)
    send(
      IssuerRequest(number: number, url: provider, body: .form(form), authorization: nil, assertion: nil),
      &turn)
  }

  /// The identity provider has answered.
  mutating func vouched(
    _ answer: IssuerAnswer, _ discovery: Discovery, _ work: Work, _ turn: inout Turn
  ) {
    guard let document = answer.document, let issued = IssuedToken(document) else {
      return refused(answer, "the identity provider vouches for nobody", work, &turn)
    }
    learn(Secret(issued.access), &turn)
    if let kind = document["issued_token_type"]?.text, kind != Self.assertionKind {
      return fail(
        "the identity provider gives another kind of token, \(gate.text(whole: kind, limit: 80))", work, &turn
      )
    }
    redeem(Secret(issued.access), discovery, work, &turn)
  }

  private mutating func redeem(
    _ assertion: Secret, _ discovery: Discovery, _ work: Work, _ turn: inout Turn
  ) {
    let client =
      Client.choice(subject.settings, discovery.metadata, registered: nil).known
      ?? Client(id: "", secret: nil, method: .none)
    ask(for: .assertion(assertion), discovery.origin(client), scopes: discovery.scopes, work, &turn)
  }

  private static let assertionKind = "urn:ietf:params:oauth:token-type:id-jag"
}

extension Client.Choice {
  fileprivate var known: Client? {
    if case .known(let client) = self { client } else { nil }
  }
}
