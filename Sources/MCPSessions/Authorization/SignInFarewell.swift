import MCPWire

// Signing out: all is forgotten here at once, whatever the issuer says to it.

/// A sign-in that is forgotten here, and of which the issuer is told.
struct SigningOut: Hashable, Sendable {
  /// Absent when none was held.
  let grant: Grant?
  var client: StoredClient?
  /// What the issuer is asked now.
  var request: Int?
  /// The token was given back, or need not be.
  var isGivenBack = false
  /// What is told at the end.
  var words: Sentence
}

extension SignIn {
  /// What is held is dropped and forgotten, and the issuer told where it wants to know (RFC 7009, RFC 7592).
  mutating func forget(_ turn: inout Turn) {
    let held = held.flatMap { $0.origin == nil ? nil : $0 }
    endWork(&turn)
    state = .empty
    (scopes, knownIssuer) = (Scopes(), nil)
    (renewals, lastError, failures) = (0, nil, 0)
    farewell = SigningOut(grant: held, words: held == nil ? "no sign-in is held here" : "signed out")
    if let held { turn.actions.append(.erase(record(held))) }
    turn.actions.append(
      .eraseClient(
        issuer: held?.origin?.issuer, id: held?.origin?.client.id, server: subject.storedServer))
  }

  /// The token goes back first: it is the client's, as long as there is one.
  mutating func clientErased(_ client: StoredClient?, _ turn: inout Turn) {
    guard var farewell, farewell.request == nil, farewell.client == nil else { return }
    if let client {
      if let secret = client.client.secret { learn(secret, &turn) }
      if let token = client.management?.token { learn(token, &turn) }
      farewell.client = client
      let issuer = gate.reference(client.issuer, limit: 120)
      farewell.words = "\(farewell.words); the registration at \(issuer) is forgotten"
    }
    guard let held = farewell.grant, let origin = held.origin, let endpoint = origin.revocationEndpoint else {
      return deleteClient(farewell, &turn)
    }
    var form = WebForm()
    form.add("token", (held.refresh ?? held.token).revealed)
    form.add("token_type_hint", held.refresh == nil ? "access_token" : "refresh_token")
    let number = newRequest()
    farewell.request = number
    self.farewell = farewell
    send(
      origin.client.sign(
        form, number: number, url: endpoint, issuer: origin.issuer, settings: subject.settings, proof: nil),
      &turn)
  }

  /// The issuer has heard that a token, and then a registration, is given back.
  mutating func said(_ answer: IssuerAnswer, _ farewell: SigningOut, _ turn: inout Turn) {
    var farewell = farewell
    farewell.request = nil
    let wasToken = !farewell.isGivenBack && farewell.grant?.origin?.revocationEndpoint != nil
    let what: Sentence = wasToken ? "the token" : "the registration"
    if case .answer(let head, _) = answer, head.isSuccess {
      farewell.words = "\(farewell.words); the issuer took \(what) back"
    } else {
      farewell.words = "\(farewell.words); the issuer did not take \(what) back: \(words(for: answer))"
    }
    if wasToken { deleteClient(farewell, &turn) } else { conclude(farewell, &turn) }
  }

  private mutating func deleteClient(_ farewell: SigningOut, _ turn: inout Turn) {
    var farewell = farewell
    farewell.isGivenBack = true
    // A file may say anything; the token goes only where it was given.
    guard let client = farewell.client, let management = client.management,
      mayManage(management.address, issuer: client.issuer)
    else { return conclude(farewell, &turn) }
    let number = newRequest()
    farewell.request = number
    self.farewell = farewell
    send(
      IssuerRequest(
        number: number, url: management.address, body: .deletion,
        authorization: Secret("Bearer \(management.token.revealed)"), assertion: nil), &turn)
  }

  private mutating func conclude(_ farewell: SigningOut, _ turn: inout Turn) {
    self.farewell = nil
    turn.actions.append(.event(.signInNeeded, .info, farewell.words, nil))
  }

  /// What allows us to take a registration back, if the issuer gave that and it can be sent.
  func management(_ registered: RegisteredClient, issuer: String) -> StoredClient.Management? {
    guard let address = registered.managementAddress, let token = registered.managementToken,
      !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      mayManage(address, issuer: issuer)
    else { return nil }
    return StoredClient.Management(address: address, token: Secret(token))
  }

  private func mayManage(_ address: String, issuer: String) -> Bool {
    guard let place = try? Endpoint(address), let home = try? Endpoint(issuer) else { return false }
    return place.origin == home.origin && IssuerPlaces.mayBeUsed(address, for: subject.server)
  }
}
