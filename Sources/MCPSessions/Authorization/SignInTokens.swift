import MCPWire

// Tokens: asked for, taken, renewed in time, and lost.

extension SignIn {
  mutating func ask(
    for purpose: TokenPurpose, _ origin: Grant.Origin, scopes: [String], _ work: Work, _ turn: inout Turn
  ) {
    var work = work
    let number = newRequest()
    work.step = .token(purpose, origin, scopes: scopes, request: number)
    state = .working(work)
    let form = purpose.form(
      resource: origin.resource, scopes: scopes, audience: subject.settings.audience)
    send(
      origin.client.sign(
        form, number: number, url: origin.tokenEndpoint, issuer: origin.issuer, settings: subject.settings,
        proof: proof(origin, work)), &turn)
  }

  /// Asks an issuer. Whatever is secret of it is known before it leaves: some repeat what they are sent.
  mutating func send(_ request: IssuerRequest, _ turn: inout Turn) {
    if let word = request.authorization?.revealed.split(separator: " ").last.map(String.init) {
      learn(Secret(word), &turn)
      let pair = base64Decoded(word).flatMap { String(validating: $0, as: UTF8.self) }
      if let password = pair?.split(separator: ":").last { learn(Secret(String(password)), &turn) }
    }
    if case .form(let form) = request.body {
      for field in form.fields where secretFields.contains(field.name) { learn(Secret(field.value), &turn) }
    }
    turn.actions.append(.send(request))
  }

  func proof(_ origin: Grant.Origin, _ work: Work) -> IssuerRequest.Proof? {
    origin.isBound ? IssuerRequest.Proof(issuer: origin.issuer, nonce: work.nonce) : nil
  }

  /// An answer came; late ones are dropped.
  mutating func answered(_ number: Int, _ answer: IssuerAnswer, _ turn: inout Turn) {
    if let farewell, farewell.request == number { return said(answer, farewell, &turn) }
    guard case .working(let work) = state, work.step.request == number else { return }
    switch work.step {
    case .resource(let left, _): resourceAnswered(answer, left: left, work, &turn)
    case .issuer(let issuer, let resource, let left, _):
      issuerAnswered(answer, issuer, resource, left: left, work, &turn)
    case .registering(let discovery, let opening, let redirect, _):
      registrationAnswered(answer, discovery, opening, redirect: redirect, work, &turn)
    case .vouched(let discovery, _): vouched(answer, discovery, work, &turn)
    case .deviceRequest(let discovery, let client, _): deviceAnswered(answer, discovery, client, work, &turn)
    case .device(let discovery, let client, let wait):
      pollAnswered(answer, discovery, client, wait, work, &turn)
    case .token(let purpose, let origin, let scopes, _):
      tokenAnswered(answer, purpose, origin, scopes: scopes, work, &turn)
    default: break
    }
  }

  mutating func tokenAnswered(
    _ answer: IssuerAnswer, _ purpose: TokenPurpose, _ origin: Grant.Origin, scopes: [String], _ work: Work,
    _ turn: inout Turn
  ) {
    if let issued = answer.document.flatMap(IssuedToken.init) {
      learn(Secret(issued.access), &turn)
      if let refresh = issued.refresh { learn(Secret(refresh), &turn) }
      guard issued.kind == "bearer" || issued.kind == "dpop" && origin.isBound else {
        return fail(
          "the issuer gives tokens of an unknown kind, \(gate.text(whole: issued.kind, limit: 40))", work,
          &turn)
      }
      var old: Grant?
      if case .refresh(let token) = purpose {
        shortLives = 0
        old = work.held ?? Grant(token: Secret(""), scopes: scopes, obtained: turn.now.wall, refresh: token)
      }
      let grant = Grant(issued, asked: scopes, replacing: old, origin: origin, at: turn.now.wall)
      guard grant.isSendable else {
        return fail("the issuer gives a token with characters that no header may hold", work, &turn)
      }
      return take(
        grant,
        wasRenewed: old != nil || purpose == .clientCredentials && work.held != nil, work, &turn)
    }
    if let nonce = answer.wantedNonce, origin.isBound, work.nonce == nil {
      var work = work
      work.nonce = nonce
      return ask(for: purpose, origin, scopes: scopes, work, &turn)
    }
    let error = answer.json.flatMap(TokenError.init)
    if case .refresh = purpose {
      turn.actions.append(.unlock)
      if error?.code == "invalid_grant" { return revoked(work, &turn) }
    }
    refused(answer, "no token was given", work, &turn)
  }

  /// A new token: on disk first, then used.
  mutating func take(_ grant: Grant, wasRenewed: Bool, _ work: Work, _ turn: inout Turn) {
    version += 1
    pace.got(at: turn.now.instant)
    knownIssuer = grant.origin?.issuer ?? knownIssuer
    if wasRenewed { renewals += 1 }
    if grant.origin != nil, subject.settings.source == .issuer {
      turn.actions.append(.save(record(grant)))
      turn.actions.append(.unlock)
    }
    hold(grant, isProven: false, &turn)
    turn.actions.append(.leaveTurn)
    let ends: Sentence = grant.expires.map { "; it ends at \(time($0))" } ?? .empty
    let words: Sentence = wasRenewed ? "the token was renewed\(ends)" : "a token was given\(ends)"
    turn.actions.append(.event(.tokenRenewed, wasRenewed ? .debug : .info, words, nil))
  }

  /// Uses a token from now on; `got` is when it was got first, where that was before now.
  mutating func hold(
    _ grant: Grant, isProven: Bool, setbacks: Int = 0, got: WallTime? = nil, _ turn: inout Turn
  ) {
    remember(grant.token)
    let pause = grant.renewal(at: turn.now.wall, &turn.random)
    // Clocks are set, and machines sleep.
    let isFar = setbacks == 0 && pause.map { $0 > Self.longestSleep } ?? false
    var due = pause.map { max(turn.now.instant + min($0, Self.longestSleep), pace.earliest) }
    if setbacks > 0 {
      due = turn.now.instant + Backoff(base: .seconds(2)).delay(attempt: setbacks, using: &turn.random)
    }
    let held = got.map(grant.got(at:)) ?? grant
    state = .held(
      Holding(grant: held, renewal: due, isOnlyLook: isFar, isProven: isProven, setbacks: setbacks))
    // What the server has yet to take is no end of failures.
    if setbacks == 0, isProven { (lastError, failures) = (nil, 0) }
  }

  /// A day.
  private static let longestSleep = Duration.seconds(86_400)

  func record(_ grant: Grant) -> StoredGrant {
    StoredGrant(
      server: IssuerPlaces.resource(of: subject.server), user: subject.user, grant: grant, renewals: renewals)
  }

  // MARK: - Renewing

  /// Most of a token's life is over: the next one is asked for, or a person is told in time.
  mutating func renewalDue(_ holding: Holding, _ turn: inout Turn) {
    guard let renewal = holding.renewal, renewal <= turn.now.instant else { return }
    if let next = holding.next { return begin(next, &turn) }
    guard !holding.isOnlyLook else { return hold(holding.grant, isProven: holding.isProven, &turn) }
    guard isRenewable(holding.grant) else {
      var holding = holding
      holding.renewal = nil
      state = .held(holding)
      let ends: Sentence = holding.grant.expires.map { " at \(time($0))" } ?? .empty
      turn.actions.append(
        .event(.signInNeeded, .warning, "the token ends\(ends) and cannot be renewed: sign in again", nil))
      return
    }
    begin(
      Work(step: .start, held: holding.grant, mayRefresh: true, setbacks: holding.setbacks), &turn)
  }

  mutating func lock(_ origin: Grant.Origin, _ work: Work, _ turn: inout Turn) {
    var work = work
    work.step = .lock(origin)
    state = .working(work)
    turn.actions.append(.lock)
  }

  /// The store has a token that was got by an earlier run or another process: it is ours as well.
  mutating func recalled(_ stored: StoredGrant, _ turn: inout Turn) {
    let isNewer = held.map { $0.obtained <= stored.grant.obtained } ?? true
    guard isNewer, !wasHeld(stored.grant.token), subject.settings.source == .issuer else { return }
    var isProven = true
    switch state {
    case .empty:
      // A run that ended a moment ago may have been given it in place of one that was refused.
      isProven = turn.now.wall - stored.grant.obtained >= Refusal.firstPause
    case .held: break
    case .refused(let refusal):
      guard !stored.grant.hasEnded(at: turn.now.wall) else { return }
      // Where tokens are refused, another one has yet to show what it is good for.
      isProven = refusal.error.type != .tokenRefused
    case .working(let work):
      guard work.step.isWithPerson, !stored.grant.hasEnded(at: turn.now.wall) else { return }
    }
    endWork(&turn)
    adopt(stored, isProven: isProven, &turn)
  }

  private mutating func adopt(_ stored: StoredGrant, isProven: Bool = true, _ turn: inout Turn) {
    learn(stored.grant.token, &turn)
    if let refresh = stored.grant.refresh { learn(refresh, &turn) }
    if let secret = stored.grant.origin?.client.secret { learn(secret, &turn) }
    version += 1
    knownIssuer = stored.grant.origin?.issuer ?? knownIssuer
    renewals = stored.renewals
    scopes.recall(stored.grant.scopes)
    hold(stored.grant, isProven: isProven, &turn)
  }

  /// The store is ours. Another process may have renewed the token meanwhile.
  mutating func locked(_ stored: StoredGrant?, _ turn: inout Turn) {
    guard case .working(var work) = state, case .lock(let origin) = work.step else {
      turn.actions.append(.unlock)
      return
    }
    // What was held before is older than what is held: the store may have been full since.
    let found = stored.flatMap {
      $0.grant.origin?.issuer == origin.issuer
        && ($0.grant.token == work.held?.token || !wasHeld($0.grant.token)) ? $0 : nil
    }
    if let found, found.grant.token != work.held?.token, !found.grant.hasEnded(at: turn.now.wall) {
      turn.actions.append(.unlock)
      return adopt(found, &turn)
    }
    let newest = found?.grant ?? work.held
    guard let token = newest?.refresh else {
      turn.actions.append(.unlock)
      return revoked(work, &turn)
    }
    learn(token, &turn)
    work.held = newest
    ask(for: .refresh(token), newest?.origin ?? origin, scopes: [], work, &turn)
  }

  /// The issuer takes the refresh token no more: it is dropped, and a person is asked.
  private mutating func revoked(_ work: Work, _ turn: inout Turn) {
    shortLives += 1
    var work = work
    work.mayRefresh = false
    if let held = work.held {
      turn.actions.append(.save(record(held.withoutRefresh)))
      turn.actions.append(.unlock)
      work.held = held.withoutRefresh
    }
    if policy == .auto || work.manner != nil { return begin(work, &turn) }
    turn.actions.append(
      .event(.signInNeeded, .warning, "the issuer renews the token no more: sign in again", nil))
    if let held = work.held, work.demand == nil, !held.hasEnded(at: turn.now.wall) {
      state = .held(Holding(grant: held, renewal: nil, isProven: true))
      return
    }
    refuse(
      SessionError(.signInNeeded, detail: "the issuer renews the token no more: sign in again"), held: nil,
      &turn)
  }
}

/// Of what is sent to issuers.
private let secretFields: Set<String> = [
  "assertion", "client_secret", "code", "code_verifier", "device_code", "refresh_token", "subject_token",
  "token",
]

private func time(_ time: WallTime) -> ForeignText { ForeignText(local: time.rfc3339) }
