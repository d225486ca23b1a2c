import MCPWire

// What follows from a failure: which wait, how long, and what people are told.

extension Session {
  /// What can be done about an error.
  enum Remedy: Hashable, Sendable {
    /// Try again after the session's own backoff.
    case backoff
    /// The same, with long gaps: the other side does not speak our language.
    case longBackoff
    /// The way itself is closed, for all who take it: one prober speaks for them.
    case way
    /// A person must change something; looked at again every few minutes.
    case person
    /// The same for credentials, which is no outage.
    case credentials
  }

  /// How often a condition that only a person can change is looked at again.
  private static let slowCheck = Duration.seconds(300)
  /// When a token that is refused is first tried again: one that was taken before, and one that never was.
  private static let firstLook = Duration.seconds(2)
  private static let firstLookUntried = Duration.seconds(30)
  /// The longest gap of slow attempts, which follow the quick ones for ever.
  private static let slowAttempt = Duration.seconds(60)
  /// The first gap of them.
  private static let firstSlowGap = Duration.seconds(4)
  /// A life shorter than this does not count as health.
  private static let healthyLife = Duration.seconds(10)
  /// A loss this soon after its handshake is an early one; three in a row are `unstable`.
  private static let earlyLoss = Duration.seconds(60)

  /// The server no longer knows the id.
  mutating func sessionLost(_ error: SessionError, established: Moment, _ turn: inout Turn) {
    // A session that goes with its token says nothing of the server's health.
    let isOfToken = trouble.tokenChanged != nil
    trouble.tokenChanged = nil
    let isEarly = !isOfToken && turn.now.instant - established.instant < Self.earlyLoss
    trouble.earlyLosses = isEarly ? trouble.earlyLosses + 1 : 0
    if !isEarly { trouble.setbacks = 0 }
    if error.type == .sessionInvalid { trouble.invalidIDs += 1 } else { trouble.invalidIDs = 0 }
    // A new session, then the same complaint: it is not the id.
    let remedy: Remedy = trouble.invalidIDs >= 2 ? .person : .backoff
    trouble.recoveryStarted = false
    trouble.acceptedID()
    lose(
      isOfToken ? error.adding(EventText.ofNewToken) : error, approach: anew, remedy: remedy, isNews: true,
      isExpected: isOfToken, &turn)
  }

  /// An answer that came from another address than the configured one says from which.
  private func located(_ error: SessionError, _ turn: Turn) -> SessionError {
    guard let channel, error.status != nil, turn.request != .attach else { return error }
    // Its query may name the session.
    let address = channel.endpoint.display.prefix { $0 != "?" }
    return error.adding("from \(gate(turn).reference(String(address), limit: 120))")
  }

  /// Enters the wait that an error calls for, and says so.
  mutating func lose(
    _ failure: SessionError, approach: Approach, remedy: Remedy? = nil, retryAfter header: String? = nil,
    isNews: Bool = false, isExpected: Bool = false, within look: Duration? = nil, _ turn: inout Turn
  ) {
    let error = located(spoken(failure).asked(of: turn.request), turn)
    let isFirst = trouble.cause == nil || isNews
    trouble.hasFallenBack = false
    if trouble.cause == nil { trouble.attempts = 0 }
    if case .live(let live) = state, turn.now.instant - live.revived >= Self.healthyLife {
      trouble.setbacks = 0
    }
    history.count(error)
    replies.clear()
    dropChannel(&turn)
    trouble.cause = error
    trouble.refusal = nil

    var (approach, remedy) = (approach, remedy ?? self.remedy(for: error))
    if let live = trouble.doubted {
      // The handshake beside the id fared no better: the id is not the trouble, and is kept.
      trouble.doubted = nil
      (approach, remedy) = (.resume(live), remedy == .credentials ? .credentials : .backoff)
    }
    // What stands for want of a credential is nobody's outage.
    if error.type.isOfCredentials { remedy = .credentials }
    var next: Duration?
    if remedy == .way {
      trouble.nature = .recovering
      // What fails now in one way and now in another is not to begin anew with the shortest wait.
      trouble.setbacks = max(trouble.setbacks, 1)
      let asked = Patience(failure.retryAfter, now: turn.now.wall)
        .afterLoss(own: .zero, using: &turn.random)
      turn.actions.append(
        .wayFailed(
          error, since: turn.sent ?? turn.now.instant,
          notBefore: asked > .zero ? turn.now.instant + asked : nil))
      queue(approach, &turn)
    } else {
      var own = delay(remedy, &turn)
      if let look { own = min(own, look) }
      if case .resume = approach, remedy == .backoff, let due = trouble.trialDue, due > turn.now.instant {
        // The question whether the id is the trouble has a time of its own.
        own = min(own, stretched(due - turn.now.instant, using: &turn.random))
      }
      // A handshake that was given up is to come to its end first, so it is no use to promise an earlier one.
      if let due = abandoned.values.map(\.due).max() { own = max(own, due - turn.now.instant) }
      let delay = Patience(header ?? failure.retryAfter, now: turn.now.wall)
        .afterLoss(own: own, using: &turn.random)
      state = .waiting(Wait(until: turn.now.instant + delay, approach: approach))
      extendAbandoned(until: turn.now.instant + delay)
      next = delay
    }
    announce(error, isFirst: isFirst, isExpected ? .info : .warning, next: next, &turn)
  }

  /// The way that an attempt found closed is open to others: the next attempt waits as for any other trouble.
  mutating func backOff(_ turn: inout Turn) {
    guard case .queued(let approach) = state else { return }
    state = .waiting(Wait(until: turn.now.instant + delay(.backoff, &turn), approach: approach))
  }

  private mutating func delay(_ remedy: Remedy, _ turn: inout Turn) -> Duration {
    trouble.setbacks += 1
    let attempt = trouble.setbacks
    switch remedy {
    case .credentials:
      trouble.nature = .unauthorized
      guard trouble.cause?.type == .tokenRefused else {
        return stretched(Self.slowCheck, using: &turn.random)
      }
      // A token that its issuer has not ended may be taken again soon: servers have slips.
      let first = history.lastGood == nil ? Self.firstLookUntried : Self.firstLook
      return Backoff(base: first, maximum: Self.slowCheck, leastShare: 0.5)
        .delay(attempt: attempt, using: &turn.random)
    case .person:
      trouble.nature = .failed
      return stretched(Self.slowCheck, using: &turn.random)
    case .longBackoff:
      trouble.nature = .recovering
      return Backoff(base: .seconds(2)).delay(attempt: attempt, using: &turn.random)
    case .backoff, .way:
      if trouble.earlyLosses >= 3 {
        trouble.nature = .unstable
        return slowGap(&turn)
      }
      trouble.nature = .recovering
      let quick = server.settings.retryAttempts
      guard attempt <= quick else {
        // The gaps of the slow ones grow up to their measure: most outages are over within a minute.
        guard quick > 0 else { return slowGap(&turn) }
        return Backoff(base: Self.firstSlowGap, maximum: Self.slowAttempt, leastShare: 0.5)
          .delay(attempt: attempt - quick, using: &turn.random)
      }
      return Backoff(base: server.settings.retryDelay).delay(attempt: attempt, using: &turn.random)
    }
  }

  /// The gap of slow attempts at its full measure, which is never more than what was promised.
  private func slowGap(_ turn: inout Turn) -> Duration {
    Backoff(base: Self.slowAttempt, maximum: Self.slowAttempt, leastShare: 0.8)
      .delay(attempt: 1, using: &turn.random)
  }

  private func remedy(for error: SessionError) -> Remedy {
    switch error.type {
    case .dnsError, .connectRefused, .connectTimeout: .way
    // A proxy that refuses says so to everybody, until somebody acts.
    case .proxyError: [403, 407].contains(error.status) ? .person : .way
    case .tlsError:
      // A failed negotiation may pass; a certificate that is not trusted, theirs or ours, stays that until
      // somebody acts. Where all was well before, a connection may have been cut for another reason.
      if error.curlCode == 35, !error.isAboutOurCertificate || history.lastGood != nil {
        .way
      } else {
        error.isCut && history.lastGood != nil ? .backoff : .person
      }
    case .authError: .credentials
    case .configError, .redirectRefused: .person
    case .protocolError, .responseTooLarge, .resourceError: .longBackoff
    default: .backoff
    }
  }

  private mutating func announce(
    _ error: SessionError, isFirst: Bool, _ level: EventLevel, next: Duration?, _ turn: inout Turn
  ) {
    if isFirst {
      turn.emit(
        .sessionError, level, self, error: error, next: next, EventText.sessionError(error))
    } else {
      turn.emit(
        .recoveryFailed, .warning, self, error: error, attempt: trouble.attempts, next: next,
        EventText.recoveryFailed(error))
    }
  }

  /// An error that does not end the session: counted and told, nothing else. One that was told before, and is
  /// the same trouble still, is told to who wants to see each: all counts are made of what is told.
  mutating func tell(_ error: SessionError, isNews: Bool = true, _ turn: inout Turn) {
    let error = spoken(error).asked(of: turn.request)
    history.count(error)
    turn.emit(
      .sessionError, isNews ? .warning : .debug, self, error: error, EventText.sessionError(error))
  }

  mutating func attemptStarts(_ turn: inout Turn) {
    trouble.attempts += 1
    guard !trouble.recoveryStarted, let cause = trouble.cause else { return }
    trouble.recoveryStarted = true
    // An id that turns out lost after an outage is the same recovery, told once more with what was learnt.
    if trouble.attempts == 1 { history.recoveriesAttempted += 1 }
    turn.emit(
      .recoveryStarted, .info, self, attempt: trouble.attempts, EventText.recoveryStarted(cause.type))
  }

  /// The session is live again.
  mutating func recovered(_ turn: inout Turn) {
    defer {
      trouble.cause = nil
      trouble.unconfirmed = nil
      trouble.nature = .recovering
      trouble.recoveryStarted = false
    }
    guard trouble.cause != nil else { return }
    history.counts.recoveries += 1
    turn.emit(.recoverySucceeded, .info, self, attempt: trouble.attempts, EventText.recovered)
  }

  /// The server said that the id is gone: it is never sent again.
  mutating func forget(_ identity: Identity, _ turn: inout Turn) {
    guard let id = identity.id else { return }
    noteEnded(id, identity.revision, &turn)
    turn.emit(.sessionCleared, .debug, self, EventText.cleared)
  }

  /// Where words of others become words that may be shown.
  func gate(_ turn: Turn) -> Gate { Gate(own: redactor, known: turn.known, session: key) }

  /// The type of an answer, in the server's words.
  func typeName(_ head: ResponseHead, _ turn: Turn) -> Sentence {
    head.contentType.isEmpty ? "no content type" : "\(gate(turn).text(whole: head.contentType, limit: 80))"
  }

  /// Ends an exchange whose outcome is known although the transfer may still run.
  func finish(
    _ exchange: Exchange, _ outcome: Exchange.Outcome, _ event: TransferEvent, _ turn: inout Turn
  ) {
    measure(exchange, outcome, &turn)
    switch event {
    case .ended: break
    case .item(.tooLarge): turn.actions.append(.cancel(exchange.transfer))
    default: turn.actions.append(.release(exchange.transfer))
    }
  }

  /// The session was of use at `now`.
  mutating func noteGood(_ now: Moment) {
    history.lastGood = now
    history.lastValid = now
  }

  mutating func noteLife(_ outcome: Exchange.Outcome, _ turn: inout Turn) {
    if outcome.head != nil { history.lastReachable = turn.now }
  }
}

extension SessionError {
  /// libcurl's codes for a connection that ended under a request: nothing received, sending and receiving
  /// failed.
  fileprivate var isCut: Bool { [52, 55, 56].contains(curlCode) }

  /// A request that went out was answered with the end of its connection.
  var isHangUp: Bool { type == .connectionReset || type == .emptyReply }

  fileprivate var isAboutOurCertificate: Bool {
    hint == .connection(.wantsCertificate) || hint == .connection(.refusesCertificate)
  }
}
