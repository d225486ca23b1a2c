import MCPWire

// From a server to who gives tokens for it: metadata of the resource, metadata of the issuer, and what is
// made of both.

extension SignIn {
  mutating func begin(_ work: Work, _ turn: inout Turn) {
    endWork(&turn)
    var work = work
    let settings = subject.settings
    guard settings.source == .issuer else {
      work.step = .provider
      state = .working(work)
      turn.actions.append(.provide)
      return
    }
    guard subject.server.origin.scheme == "https" || subject.server.origin.isLoopback else {
      return fail("a token goes to servers with https only; write https in the url", work, &turn)
    }
    // Time alone: the issuer is known already. What the server refuses may be another issuer's matter by now.
    if work.demand == nil, work.manner == nil, work.mayRefresh, let held = work.held, held.refresh != nil,
      let origin = held.origin
    {
      return lock(origin, work, &turn)
    }
    guard let token = settings.tokenURL, let place = configuredIssuer(token) else {
      return askResource(work, &turn)
    }
    discovered(place, nil, work, &turn)
  }

  /// The issuer that the configuration names by its endpoints.
  private func configuredIssuer(_ token: String) -> IssuerMetadata? {
    guard let endpoint = try? Endpoint(token) else { return nil }
    var metadata = IssuerMetadata(issuer: IssuerPlaces.ownIssuer(endpoint))
    metadata.tokenEndpoint = token
    metadata.authorizationEndpoint = subject.settings.authorizationURL
    metadata.revocationEndpoint = subject.settings.revocationURL
    metadata.codeChallengeMethods = ["S256"]
    metadata.clientMethods = [subject.settings.clientMethod ?? .post].map(\.rawValue)
    return metadata
  }

  private mutating func askResource(_ work: Work, _ turn: inout Turn) {
    if let stated = work.demand?.own?["resource_metadata"] {
      guard IssuerPlaces.mayBeUsed(stated, for: subject.server) else {
        return fail(
          "the server names metadata at an address that is not used: \(gate.reference(stated))", work, &turn)
      }
      return ask(of: .resource(left: [], request: 0), stated, work, &turn)
    }
    let places = IssuerPlaces.ofResource(subject.server)
    ask(of: .resource(left: Array(places.dropFirst()), request: 0), places[0], work, &turn)
  }

  private mutating func ask(of step: Work.Step, _ url: String, _ work: Work, _ turn: inout Turn) {
    var work = work
    let number = newRequest()
    switch step {
    case .resource(let left, _): work.step = .resource(left: left, request: number)
    case .issuer(let issuer, let resource, let left, _):
      work.step = .issuer(issuer, resource, left: left, request: number)
    default: return
    }
    state = .working(work)
    send(IssuerRequest(number: number, url: url, body: .none, authorization: nil, assertion: nil), &turn)
  }

  /// An answer about the resource came.
  mutating func resourceAnswered(
    _ answer: IssuerAnswer, left: [String], _ work: Work, _ turn: inout Turn
  ) {
    if let resource = answer.document.flatMap(ProtectedResource.init) {
      guard IssuerPlaces.isResource(resource.resource, of: subject.server) else {
        let other = gate.reference(resource.resource, limit: 120)
        return fail("the server's metadata are those of another resource, \(other)", work, &turn)
      }
      guard let issuer = resource.issuers.first else {
        return fail("the server's metadata name nobody who gives tokens", work, &turn)
      }
      return askIssuer(issuer, resource, work, &turn)
    }
    let what: Sentence = "the server's metadata cannot be read"
    if answer.isOutage { return outage(answer, what, work, &turn) }
    let work = work.noting(answer)
    if let next = left.first {
      return ask(of: .resource(left: Array(left.dropFirst()), request: 0), next, work, &turn)
    }
    let ownIssuer = IssuerPlaces.ownIssuer(subject.server)
    if let odd = work.oddAnswer, let known = work.held?.origin?.issuer, known != ownIssuer {
      return outage(odd, what, work, &turn)
    }
    if work.demand?.own?["resource_metadata"] != nil {
      return fail("the metadata that the server names are none: \(words(for: answer))", work, &turn)
    }
    // Before there were metadata of resources, a server was its own issuer.
    askIssuer(ownIssuer, nil, work, &turn)
  }

  private mutating func askIssuer(
    _ issuer: String, _ resource: ProtectedResource?, _ work: Work, _ turn: inout Turn
  ) {
    guard IssuerPlaces.mayBeUsed(issuer, for: subject.server) else {
      return fail("the issuer's address is not used: \(gate.reference(issuer))", work, &turn)
    }
    let places = subject.settings.issuerMetadataURL.map { [$0] } ?? IssuerPlaces.ofIssuer(issuer)
    var work = work
    work.oddAnswer = nil
    ask(
      of: .issuer(issuer, resource, left: Array(places.dropFirst()), request: 0), places[0], work, &turn)
  }

  /// An answer about the issuer came.
  mutating func issuerAnswered(
    _ answer: IssuerAnswer, _ issuer: String, _ resource: ProtectedResource?, left: [String], _ work: Work,
    _ turn: inout Turn
  ) {
    if let metadata = answer.document.flatMap(IssuerMetadata.init) {
      let isNamedByUs = subject.settings.issuerMetadataURL != nil
      guard isNamedByUs || IssuerPlaces.isSameIssuer(metadata.issuer, issuer) else {
        let stated = gate.reference(metadata.issuer, limit: 120)
        return fail(
          "the metadata of \(gate.reference(issuer, limit: 120)) are those of another issuer, \(stated)",
          work, &turn)
      }
      return discovered(metadata, resource, work, &turn)
    }
    if answer.isOutage { return outage(answer, "the issuer cannot be asked", work, &turn) }
    let work = work.noting(answer)
    if let next = left.first {
      return ask(
        of: .issuer(issuer, resource, left: Array(left.dropFirst()), request: 0), next, work, &turn)
    }
    guard resource == nil else {
      let name = gate.reference(issuer, limit: 120)
      guard let odd = work.oddAnswer else { return fail("the issuer \(name) has no metadata", work, &turn) }
      return refused(odd, "the metadata of the issuer \(name) cannot be read", work, &turn)
    }
    discovered(IssuerPlaces.ofOldServer(issuer), nil, work, &turn)
  }

  private mutating func discovered(
    _ metadata: IssuerMetadata, _ resource: ProtectedResource?, _ work: Work, _ turn: inout Turn
  ) {
    var work = work
    let endpoints = [
      metadata.tokenEndpoint, metadata.authorizationEndpoint, metadata.registrationEndpoint,
      metadata.deviceEndpoint, metadata.revocationEndpoint,
    ].compactMap { $0 }
    let isConfigured = subject.settings.tokenURL != nil
    for endpoint in endpoints where !isConfigured && !IssuerPlaces.mayBeUsed(endpoint, for: subject.server) {
      return fail("the issuer names an address that is not used: \(gate.reference(endpoint))", work, &turn)
    }
    if let configured = subject.settings.issuer, !isConfigured,
      !IssuerPlaces.isSameIssuer(metadata.issuer, configured)
    {
      return fail(
        "the server names another issuer than auth.issuer: \(gate.reference(metadata.issuer, limit: 120));"
          + " nothing is sent there; write it into auth.issuer if that is right", work, &turn)
    }
    if subject.settings.issuer == nil, subject.settings.givesSecrets, let known = knownIssuer,
      known != metadata.issuer
    {
      return fail(
        "the server names another issuer than the configured client is known to, "
          + "\(gate.reference(metadata.issuer, limit: 120)) and not \(gate.reference(known, limit: 120)): if that "
          + "is right, sign out first", work, &turn)
    }
    guard metadata.tokenEndpoint != nil else {
      return fail("the issuer names no token endpoint", work, &turn)
    }
    if let origin = work.held?.origin, origin.issuer != metadata.issuer {
      // Nothing of the old issuer is good for the new one.
      work.held = nil
      scopes.forget()
    }
    if let held = work.held { scopes.recall(held.scopes) }
    let discovery = Discovery(
      metadata: metadata, resource: resource?.resource ?? IssuerPlaces.resource(of: subject.server),
      scopes: scopes.choose(
        challenge: work.demand?.own?["scope"], resource: resource?.scopes, issuer: metadata.scopes,
        configured: subject.settings.scopes, isStepUp: work.isStepUp),
      isBound: resource?.bindsTokens ?? false || work.demand?.wantsProof ?? false)
    choosePath(discovery, work, &turn)
  }

  /// What is shown for a token: what renews it, what proves who we are, or a person.
  private mutating func choosePath(_ discovery: Discovery, _ work: Work, _ turn: inout Turn) {
    let settings = subject.settings
    let offersPerson =
      discovery.metadata.grants.map {
        $0.contains("authorization_code") || $0.contains(deviceGrant)
      } ?? true
    let isAlone =
      settings.clientKeyFile != nil || settings.clientSecret != nil && !offersPerson
    switch settings.grant {
    case .assertion,
      .automatic where settings.assertionFile != nil:
      var work = work
      work.step = .vouching(discovery)
      state = .working(work)
      turn.actions.append(.provide)
    case .clientCredentials,
      .automatic where isAlone:
      guard case .known(let client) = Client.choice(settings, discovery.metadata, registered: nil) else {
        return fail("client credentials are wanted and no client id is configured", work, &turn)
      }
      ask(for: .clientCredentials, discovery.origin(client), scopes: discovery.scopes, work, &turn)
    default:
      if work.mayRefresh, !work.isStepUp, let held = work.held, held.refresh != nil,
        let origin = held.origin
      {
        return lock(origin, work, &turn)
      }
      if work.held == nil, work.manner == nil, let token = settings.refreshToken, shortLives == 0,
        case .known(let client) = Client.choice(settings, discovery.metadata, registered: nil)
      {
        return ask(
          for: .refresh(token), discovery.origin(client), scopes: discovery.scopes, work, &turn)
      }
      if mayBeSlip(discovery, work, at: turn.now.wall), let held = work.held {
        return refuse(
          tokenError(work.demand, wasGood: true), held: held, for: work.demand, wasGood: true, &turn)
      }
      askPerson(discovery, work, &turn)
    }
  }

  /// Whether the server refuses for the first time what it took before and the issuer has not ended: no
  /// person is sent for before it has refused that once more.
  private func mayBeSlip(_ discovery: Discovery, _ work: Work, at now: WallTime) -> Bool {
    guard work.manner == nil, failures == 0, !served.isEmpty, let demand = work.demand, !demand.wantsMore,
      demand.version == version, let held = work.held, !held.hasEnded(at: now)
    else { return false }
    return held.refresh == nil && work.mayRefresh
  }
}
