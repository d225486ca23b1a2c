import MCPWire

// How getting a token ends without one, and what is said of it.

extension SignIn {
  /// What is under way is given up: the store, the port and the person's turn are free again.
  mutating func endWork(_ turn: inout Turn) {
    guard case .working(let work) = state else { return }
    switch work.step {
    case .lock, .token(.refresh, _, _, _): turn.actions.append(.unlock)
    case .opening, .registering, .browser: turn.actions.append(.stopListening)
    default: break
    }
    turn.actions.append(.leaveTurn)
  }

  mutating func refuse(
    _ error: SessionError, held: Grant? = nil, retry: Instant? = nil, again: Work? = nil,
    for demand: Demand? = nil, wasGood: Bool = false, _ turn: inout Turn
  ) {
    let isNews = error != lastError
    lastError = error
    endWork(&turn)
    state = .refused(
      Refusal(
        error: error, held: held, since: turn.now.instant, retry: retry, again: again,
        purpose: demand?.purpose ?? (error.type == .tokenRefused ? lastRefused : nil), wasGood: wasGood))
    failures = min(failures + 1, 1_000)
    // Told once, however often it is tried again.
    guard isNews else { return }
    let kind: EventKind =
      switch error.type {
      case .signInNeeded, .insufficientScope: .signInNeeded
      default: .signInFailed
      }
    turn.actions.append(.event(kind, .warning, error.detail, error))
  }

  /// Only a person can change it.
  mutating func fail(_ words: Sentence, _ work: Work, _ turn: inout Turn) {
    refuse(
      SessionError(.signInFailed, detail: words), held: work.held,
      retry: isAlone(work) ? turn.now.instant + .seconds(300) : nil, for: work.demand, &turn)
  }

  private func isAlone(_ work: Work) -> Bool { work.manner == nil && worksAlone }

  /// Nobody answers, or not as an issuer does.
  mutating func outage(_ answer: IssuerAnswer, _ what: Sentence, _ work: Work, _ turn: inout Turn) {
    // What is configured kept the question from being asked.
    if case .failed(.configError, let words) = answer {
      let error = SessionError(.signInFailed, detail: "\(gate.text(whole: words))")
      return putOff(error, atLeast: Self.providerPause, work, &turn)
    }
    putOff(
      SessionError(.issuerUnavailable, detail: "\(what): \(words(for: answer))"),
      atLeast: min(answer.askedPause(at: turn.now.wall) ?? .zero, Self.longestPause), work, &turn)
  }

  /// What is held is used as long as it lives, and the issuer is asked again after ever longer waits.
  private mutating func putOff(
    _ error: SessionError, atLeast least: Duration, _ work: Work, _ turn: inout Turn
  ) {
    if let held = work.held, work.demand == nil, work.manner == nil, !held.hasEnded(at: turn.now.wall) {
      endWork(&turn)
      if error != lastError { turn.actions.append(.event(.signInFailed, .warning, error.detail, error)) }
      lastError = error
      hold(held, isProven: true, setbacks: work.setbacks + 1, &turn)
      guard case .held(var holding) = state, let due = holding.renewal else { return }
      holding.renewal = max(due, turn.now.instant + least)
      return state = .held(holding)
    }
    var again = work
    again.setbacks += 1
    again.nonce = nil
    if case .token(let purpose, _, _, _) = work.step, purpose.isOfPerson {
      // A person has said yes: the same is asked again, and nobody is asked to say it once more.
      guard again.setbacks < Self.patienceWithCode else {
        return refuse(
          SessionError(
            .signInFailed, detail: "\(error.detail); what the person said is out of date by now"),
          held: work.held, for: work.demand, &turn)
      }
    } else {
      (again.step, again.oddAnswer) = (.start, nil)
    }
    let pause = Backoff(base: .seconds(4)).delay(attempt: again.setbacks, using: &turn.random) + .seconds(1)
    refuse(
      error, held: work.held, retry: turn.now.instant + max(pause, least), again: again, for: work.demand,
      &turn)
  }

  /// With backoff about two minutes; codes live ten at most (RFC 6749 section 4.1.2).
  private static let patienceWithCode = 6
  /// An issuer may ask for more, and is asked all the same.
  private static let longestPause = Duration.seconds(300)

  /// What an issuer did not answer is tried once more.
  mutating func tryAgain(_ work: Work, _ turn: inout Turn) {
    if case .token(let purpose, let origin, let scopes, _) = work.step, purpose.isOfPerson {
      return ask(for: purpose, origin, scopes: scopes, work, &turn)
    }
    begin(work, &turn)
  }

  /// The issuer answered, and not with what was asked for. What it gave before is asked for again: what is no
  /// answer of an issuer's was somebody's in its place, and even a no may be over.
  mutating func refused(_ answer: IssuerAnswer, _ what: Sentence, _ work: Work, _ turn: inout Turn) {
    let worked = hasWorked(work)
    if answer.isOutage || worked && answer.refusal == nil { return outage(answer, what, work, &turn) }
    let words: Sentence = "\(what): \(words(for: answer))"
    guard worked else { return fail(words, work, &turn) }
    let pause = Self.pauseAfterNo.delay(attempt: work.setbacks + 1, using: &turn.random)
    putOff(SessionError(.signInFailed, detail: words), atLeast: pause, work, &turn)
  }

  /// From half a minute at most to five minutes: issuers lock out who insists.
  private static let pauseAfterNo = Backoff(base: .seconds(30), maximum: .seconds(300), leastShare: 0.5)

  /// Whether the same was had before, with no person's help: from this issuer and as this client.
  private func hasWorked(_ work: Work) -> Bool {
    guard work.manner == nil, let origin = work.held?.origin else { return false }
    switch work.step {
    case .token(let purpose, let asked, _, _):
      return !purpose.isOfPerson && asked.issuer == origin.issuer && asked.client == origin.client
    case .vouched, .resource, .issuer: return true
    default: return false
    }
  }

  /// What came in place of what was asked for.
  func words(for answer: IssuerAnswer) -> Sentence {
    switch answer {
    case .failed(let type, let words): return "\(type), \(gate.text(whole: words))"
    case .answer(let head, let body):
      if let error = answer.json.flatMap(TokenError.init) { return words(for: error) }
      if (300..<400).contains(head.status) { return "answered with a \(sentElsewhere(head))" }
      let status: Sentence = head.isSuccess ? "" : "status \(head.status), "
      if let page = Page(CutText(body), contentType: head.contentType) {
        return "\(status)answered with \(page.words(gate))"
      }
      guard head.isSuccess else { return "status \(head.status)" }
      if body.isEmpty { return "answered with nothing" }
      return answer.json == nil
        ? "the answer is no JSON, or not all of it" : "the answer is JSON of another kind"
    }
  }

  private func sentElsewhere(_ head: ResponseHead) -> Sentence {
    guard let location = head.location, !location.isEmpty else { return "redirect to nowhere" }
    return "redirect to \(gate.reference(location, limit: 200)), which is not followed"
  }

  func words(for error: TokenError) -> Sentence {
    let code = gate.text(whole: error.code, limit: 80)
    return error.description.isEmpty ? "\(code)" : "\(code): \(gate.text(whole: error.description))"
  }

  /// The server wants more than the token is good for.
  func scopeError(_ demand: Demand?) -> SessionError {
    let wanted = demand?.own?["scope"] ?? ""
    let held = held?.scopes.joined(separator: " ") ?? scopes.asked.joined(separator: " ")
    let wants: Sentence =
      wanted.isEmpty
      ? "the server wants further scopes" : "the server wants \(gate.text(whole: wanted, limit: 120))"
    let has: Sentence = held.isEmpty ? "" : ", the token has \(gate.text(whole: held, limit: 120))"
    return SessionError(.insufficientScope, status: demand?.status, detail: "\(wants)\(has)")
  }

  /// The server takes no token that the issuer gives, or not the one that it took before.
  func tokenError(_ demand: Demand?, wasGood: Bool = false) -> SessionError {
    let own = demand?.own
    let said = [own?["error"], own?["error_description"]].compactMap { $0 }.joined(separator: ": ")
    let why: Sentence = said.isEmpty ? "" : ": \(gate.text(whole: said))"
    return SessionError(
      .tokenRefused, status: demand?.status,
      detail: wasGood
        ? "the server refuses the token that it took before\(why)"
        : "the server refuses the token that it was just given\(why)")
  }
}
