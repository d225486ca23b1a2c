// Long, because each step of a visit, and what may go wrong with it, is told in the order of the visit.

import MCPWire

// A person signs in: in a browser that comes back to this machine, or by a code that is typed elsewhere.

extension SignIn {
  /// How long a person may take.
  private static let patience = Duration.seconds(600)
  /// A token that nothing renews and that lives no longer is no reason to open one browser after the other.
  private static let shortLife = Duration.seconds(3_600)

  mutating func askPerson(_ discovery: Discovery, _ work: Work, _ turn: inout Turn) {
    let issuer = gate.reference(discovery.metadata.issuer, limit: 120)
    guard work.manner != nil || policy == .auto else {
      if work.isStepUp {
        return refuse(scopeError(work.demand), held: work.held, for: work.demand, &turn)
      }
      let wanted: Sentence =
        discovery.scopes.isEmpty
        ? "" : " for \(gate.text(whole: discovery.scopes.joined(separator: " "), limit: 120))"
      return refuse(
        SessionError(.signInNeeded, detail: "the server wants a sign-in at \(issuer)\(wanted)"),
        held: work.held, for: work.demand, &turn)
    }
    let isSpent = work.mayRefresh && work.held.map { $0.refresh == nil } ?? false
    if isSpent, work.manner == nil, !work.isStepUp, let held = work.held {
      shortLives = turn.now.wall - held.obtained < Self.shortLife ? shortLives + 1 : 0
    }
    guard work.manner != nil || shortLives < 2 else {
      let why: Sentence =
        isSpent ? "gives tokens that end soon and that nothing renews" : "takes back what it gives"
      return refuse(
        SessionError(.signInNeeded, detail: "\(issuer) \(why); sign in again"), held: nil, &turn)
    }
    if wantsDevice(discovery.metadata, work) { return enqueue(discovery, work, &turn) }
    guard discovery.metadata.authorizationEndpoint != nil else {
      return fail("\(issuer) offers no sign-in with a browser", work, &turn)
    }
    let methods = discovery.metadata.codeChallengeMethods ?? []
    guard methods.contains("S256") || subject.settings.skipsChallengeCheck else {
      return fail("\(issuer) does not promise to check who asked for a code (PKCE with S256)", work, &turn)
    }
    enqueue(discovery, work, &turn)
  }

  private func wantsDevice(_ metadata: IssuerMetadata, _ work: Work) -> Bool {
    guard metadata.deviceEndpoint != nil else { return false }
    return work.manner == .device || subject.settings.grant == .deviceCode
      || metadata.authorizationEndpoint == nil
  }

  private mutating func enqueue(_ discovery: Discovery, _ work: Work, _ turn: inout Turn) {
    var work = work
    work.step = .queued(discovery)
    state = .working(work)
    turn.actions.append(.requestTurn)
  }

  /// One browser at a time, and this one is next.
  mutating func hasTurn(_ turn: inout Turn) {
    guard case .working(var work) = state, case .queued(let discovery) = work.step else {
      turn.actions.append(.leaveTurn)
      return
    }
    work.step = .opening(discovery)
    state = .working(work)
    turn.actions.append(
      .listen(issuer: discovery.metadata.issuer, port: subject.settings.callbackPort))
  }

  mutating func listening(_ opening: Opening, _ turn: inout Turn) {
    guard case .working(let work) = state, case .opening(let discovery) = work.step else { return }
    learn(opening.seed.state, &turn)
    learn(opening.seed.verifier, &turn)
    if let secret = opening.registered?.secret { learn(secret, &turn) }
    guard let port = opening.port else {
      return fail("no port of this machine is free for the browser to come back to", work, &turn)
    }
    let redirect = "http://127.0.0.1:\(port)/callback"
    let metadata = discovery.metadata
    switch Client.choice(subject.settings, metadata, registered: opening.registered) {
    case .known(let client):
      visit(discovery, client, opening, redirect, work, &turn)
    case .register(let endpoint):
      var work = work
      let number = newRequest()
      work.step = .registering(discovery, opening, redirect: redirect, request: number)
      state = .working(work)
      let body = Client.registration(
        metadata, as: subject.settings.client, redirect: redirect, scopes: discovery.scopes)
      send(
        IssuerRequest(number: number, url: endpoint, body: .json(body), authorization: nil, assertion: nil),
        &turn)
    case .impossible:
      fail(
        "\(gate.reference(metadata.issuer, limit: 120)) registers no clients: \(ownClient(metadata))", work,
        &turn)
    }
  }

  /// What a person sets where the issuer does not say who we are.
  private func ownClient(_ metadata: IssuerMetadata) -> Sentence {
    let document: Sentence =
      metadata.takesMetadataDocuments
      ? "sessionConfig.auth.clientMetadataURL (the address of a document about this client), or " : ""
    return "set \(document)sessionConfig.auth.clientID (or oauth.client_id)"
  }

  mutating func registrationAnswered(
    _ answer: IssuerAnswer, _ discovery: Discovery, _ opening: Opening, redirect: String, _ work: Work,
    _ turn: inout Turn
  ) {
    guard let registered = answer.document.flatMap(RegisteredClient.init) else {
      guard !answer.isOutage else {
        return outage(answer, "the issuer cannot register this program", work, &turn)
      }
      let what: Sentence =
        answer.isOdd ? "the registration brought no client" : "the registration was refused"
      let own = ownClient(discovery.metadata)
      return fail(
        "\(what): \(words(for: answer)); where the issuer registers nobody by itself, \(own)", work, &turn)
    }
    let client = Client.registered(registered, discovery.metadata, port: opening.port)
    if let secret = client.secret { learn(secret, &turn) }
    if let token = registered.managementToken { learn(Secret(token), &turn) }
    turn.actions.append(
      .saveClient(
        StoredClient(
          issuer: discovery.metadata.issuer, client: client, server: subject.storedServer,
          management: management(registered, issuer: discovery.metadata.issuer))))
    visit(discovery, client, opening, redirect, work, &turn)
  }

  private mutating func visit(
    _ discovery: Discovery, _ client: Client, _ opening: Opening, _ redirect: String, _ work: Work,
    _ turn: inout Turn
  ) {
    if wantsDevice(discovery.metadata, work) { return requestDevice(discovery, client, work, &turn) }
    guard
      let visit = BrowserVisit(
        discovery.metadata, client, for: subject.server, redirect: redirect, resource: discovery.resource,
        scopes: discovery.scopes, audience: subject.settings.audience, seed: opening.seed,
        checksIssuer: subject.settings.tokenURL == nil)
    else {
      let address = gate.reference(discovery.metadata.authorizationEndpoint ?? "")
      return fail("the issuer sends people to an address that is not used: \(address)", work, &turn)
    }
    var work = work
    work.step = .browser(discovery, visit, until: turn.now.instant + Self.patience)
    state = .working(work)
    turn.actions.append(.show(address: visit.address, code: nil))
  }

  /// The browser came back. Whoever does not know the state is not it: any page can ask a port of this
  /// machine, and ends nothing.
  mutating func returned(_ query: WebForm, _ turn: inout Turn) {
    guard case .working(let work) = state, case .browser(let discovery, let visit, _) = work.step else {
      return
    }
    do {
      exchange(try visit.code(in: query), discovery, visit, work, &turn)
    } catch {
      guard error == .otherState else { return flawed(error, work, &turn) }
      turn.actions.append(
        .event(.signInNeeded, .warning, "\(words(for: error)); still waiting for the answer to this one", nil)
      )
    }
  }

  /// The person pasted what the browser ended at. A slip of the hand is told and ends nothing.
  mutating func pasted(_ text: String, _ turn: inout Turn) {
    guard case .working(let work) = state, case .browser(let discovery, let visit, _) = work.step else {
      turn.actions.append(
        .event(.signInNeeded, .info, "what was pasted is not used: no browser is waited for", nil))
      return
    }
    do {
      exchange(try visit.code(pasted: text), discovery, visit, work, &turn)
    } catch {
      switch error {
      case .noCode, .needsAddress, .otherState:
        turn.actions.append(.event(.signInNeeded, .warning, words(for: error), nil))
      case .otherIssuer, .noIssuer, .doubled, .refused: flawed(error, work, &turn)
      }
    }
  }

  private mutating func exchange(
    _ code: Secret, _ discovery: Discovery, _ visit: BrowserVisit, _ work: Work, _ turn: inout Turn
  ) {
    learn(code, &turn)
    turn.actions.append(.stopListening)
    // The person's part is over; whatever the issuer does now, others are asked meanwhile.
    turn.actions.append(.leaveTurn)
    ask(
      for: .code(code, visit), discovery.origin(visit.client), scopes: discovery.scopes, work, &turn)
  }

  private mutating func flawed(_ flaw: BrowserVisit.Flaw, _ work: Work, _ turn: inout Turn) {
    fail(words(for: flaw), work, &turn)
  }

  private func words(for flaw: BrowserVisit.Flaw) -> Sentence {
    switch flaw {
    case .otherState: "what came back belongs to another sign-in"
    case .otherIssuer(let issuer):
      "what came back is of another issuer, \(gate.reference(issuer, limit: 120))"
    case .noIssuer: "what came back does not say who gave it, which the issuer promised to"
    case .refused(let error): words(for: error)
    case .doubled: "what came back says something twice"
    case .noCode: "that is no code: paste the whole address that the browser ended at"
    case .needsAddress:
      "a code alone does not say who gave it: paste the whole address that the browser ended at"
    }
  }

  // MARK: - By a code that is typed elsewhere

  private mutating func requestDevice(
    _ discovery: Discovery, _ client: Client, _ work: Work, _ turn: inout Turn
  ) {
    guard let endpoint = discovery.metadata.deviceEndpoint else { return }
    turn.actions.append(.stopListening)
    var form = WebForm()
    form.add("scope", discovery.scopes.isEmpty ? nil : discovery.scopes.joined(separator: " "))
    form.add("resource", discovery.resource)
    var work = work
    let number = newRequest()
    work.step = .deviceRequest(discovery, client, request: number)
    state = .working(work)
    send(
      client.sign(
        form, number: number, url: endpoint, issuer: discovery.metadata.issuer, settings: subject.settings,
        proof: nil), &turn)
  }

  mutating func deviceAnswered(
    _ answer: IssuerAnswer, _ discovery: Discovery, _ client: Client, _ work: Work, _ turn: inout Turn
  ) {
    guard let code = answer.document.flatMap(DeviceCode.init) else {
      return refused(answer, "the issuer gives no code for another device", work, &turn)
    }
    learn(Secret(code.device), &turn)
    let whole = code.completeAddress.flatMap { VisitAddress($0, for: subject.server) }
    guard let address = whole ?? VisitAddress(code.address, for: subject.server) else {
      let refused = gate.reference(code.address)
      return fail("the issuer sends people to an address that is not used: \(refused)", work, &turn)
    }
    let interval = Duration.seconds(code.interval)
    var work = work
    work.step = .device(
      discovery, client,
      DeviceWait(
        code: code, until: turn.now.instant + .seconds(code.lifetime), interval: interval,
        next: turn.now.instant + interval))
    state = .working(work)
    turn.actions.append(.show(address: address, code: code.user))
  }

  /// Something is due while a token is being got.
  mutating func workDue(_ work: Work, _ turn: inout Turn) {
    switch work.step {
    case .browser(_, _, let until) where until <= turn.now.instant:
      fail(
        "nobody came back from the browser within \(Self.patience.components.seconds / 60) minutes", work,
        &turn)
    case .device(let discovery, let client, var wait) where wait.request == nil:
      guard wait.until > turn.now.instant else {
        return fail("nobody typed the code in time", work, &turn)
      }
      guard wait.next <= turn.now.instant else { return }
      let number = newRequest()
      wait.request = number
      var work = work
      work.step = .device(discovery, client, wait)
      state = .working(work)
      let form = TokenPurpose.device(Secret(wait.code.device))
        .form(resource: discovery.resource, scopes: [], audience: subject.settings.audience)
      send(
        client.sign(
          form, number: number, url: discovery.metadata.tokenEndpoint ?? "",
          issuer: discovery.metadata.issuer, settings: subject.settings,
          proof: proof(discovery.origin(client), work)), &turn)
    default: break
    }
  }

  /// The issuer says whether the code was typed.
  mutating func pollAnswered(
    _ answer: IssuerAnswer, _ discovery: Discovery, _ client: Client, _ wait: DeviceWait, _ work: Work,
    _ turn: inout Turn
  ) {
    var (wait, work) = (wait, work)
    let error = answer.json.flatMap(TokenError.init)
    switch error?.code {
    case "authorization_pending": break
    // Numbers change while a person types; the pause between two questions bounds how often.
    case "use_dpop_nonce" where discovery.isBound && answer.wantedNonce != work.nonce:
      work.nonce = answer.wantedNonce
    case "slow_down": wait.interval += .seconds(5)
    case nil where answer.isOutage: wait.interval += wait.interval
    default:
      return tokenAnswered(
        answer, .device(Secret(wait.code.device)), discovery.origin(client), scopes: discovery.scopes, work,
        &turn)
    }
    wait.request = nil
    wait.next = turn.now.instant + wait.interval
    work.step = .device(discovery, client, wait)
    state = .working(work)
  }
}
