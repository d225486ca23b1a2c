import MCPWire

// initialize, notifications/initialized, and asking whether an old id survived.

extension Session {
  mutating func initialize(_ revision: Revision, _ turn: inout Turn) {
    let requestID = newRequestID()
    let exchange = post(
      .initialize, Outgoing.initialize(id: requestID, version: revision, client: server.client),
      requestID: requestID,
      identity: nil, &turn)
    // Answers that come on a stream or a pipe have a limit of their own; libcurl's own comes first where it
    // is about the way.
    let due = channel == nil && pipe == nil ? turn.now.instant + handshakeLimit + .milliseconds(20) : nil
    state = .initializing(
      Handshake(exchange: exchange, offered: revision, conversation: conversation, due: due))
  }

  mutating func initializeAnswered(
    _ handshake: Handshake, _ event: TransferEvent, _ turn: inout Turn
  ) {
    var handshake = handshake
    if case .item(.endpoint) = event, channel == nil, mayFallBack, server.settings.wire == .automatic {
      // Only HTTP+SSE says so, and some of its servers take a POST for a GET.
      turn.actions.append(.cancel(handshake.exchange.transfer))
      speaksOverStream = true
      return fallBack(to: .attach, &turn)
    }
    guard let outcome = handshake.exchange.take(event, gate(turn), at: turn.now.instant) else {
      state = .initializing(handshake)
      return
    }
    finish(handshake.exchange, outcome, event, &turn)
    noteLife(outcome, &turn)
    switch outcome {
    case .result(let result, let head):
      established(result, head, &turn)
    case .rejected(let error, let head):
      // An id beside an error is a session all the same; it is ended, or the server keeps it for hours.
      endHalfSession(head, handshake, &turn)
      rejected(error, head, handshake.offered, &turn)
    case .accepted(let head):
      flawed(SessionError(.protocolError, status: head.status, detail: "no answer to initialize"), &turn)
    case .broken(let error, let head):
      if let head { endHalfSession(head, handshake, &turn) }
      if error.type == .protocolError || error.type == .responseTooLarge {
        flawed(error, &turn)
      } else {
        // An answer that broke off: the way is open, so the wait is the session's own. Otherwise the DELETE
        // of a half-session, which is answered, would open the way and let the next attempt follow at once.
        lose(
          error, approach: anew, remedy: head == nil ? nil : .backoff, &turn)
      }
    case .status(let head, let error, let excerpt):
      initializeRefused(head, error, excerpt, handshake.offered, &turn)
    }
  }

  /// A result came: is it one that we can live with?
  private mutating func established(_ result: Result, _ head: ResponseHead, _ turn: inout Turn) {
    guard let version = result.protocolVersion else {
      let error = SessionError(
        .protocolError, status: head.status, detail: "the result has no protocolVersion")
      endHalfSession(head, .newestWithSessions, conversation, &turn)
      return flawed(error, &turn)
    }
    if version == Revision.v2026_07_28.rawValue, server.settings.wire == .automatic, mayFallBack {
      // It answers a handshake that its revision does not have: asked in its own way it will know better.
      endHalfSession(head, .newestWithSessions, conversation, &turn)
      speaksModern = true
      return fallBack(to: .discover, &turn)
    }
    guard let revision = Revision(rawValue: version), revision <= .newestWithSessions else {
      endHalfSession(head, .newestWithSessions, conversation, &turn)
      let offer = gate(turn).text(whole: version, limit: 40)
      let detail: Sentence =
        "the server offers only protocol version \(offer), which this client cannot speak"
      return lose(
        SessionError(.protocolError, status: head.status, detail: detail),
        approach: anew, remedy: .person, &turn)
    }
    let ids = Set(head.sessionIDs)
    guard ids.count <= 1 else {
      let error = SessionError(.sessionConflict, status: head.status, detail: "two session ids in one answer")
      for id in ids.compactMap(SessionID.init) {
        noteOpened(id, revision, &turn)
        sayFarewell(identity(result, id, revision, turn), &turn)
      }
      return invalidID(error, &turn)
    }
    let id = ids.first.flatMap(SessionID.init)
    guard ids.isEmpty || id != nil || channel != nil else {
      return invalidID(
        SessionError(.sessionInvalid, status: head.status, detail: illegalID(ids.first ?? "")), &turn)
    }

    trouble.flawedHandshakes = 0
    let identity = identity(result, id, revision, turn)
    if let id = identity.id { noteOpened(id, revision, &turn) }
    giveUpDoubted(&turn)
    let exchange = post(
      .initialized, Outgoing.initialized, requestID: nil, identity: identity, &turn)
    // Nothing answers a line that is a notification.
    if pipe != nil { return comeAlive(identity, &turn) }
    state = .confirming(Confirmation(exchange: exchange, identity: identity))
  }

  mutating func initializedAnswered(
    _ confirmation: Confirmation, _ event: TransferEvent, _ turn: inout Turn
  ) {
    var confirmation = confirmation
    guard let outcome = confirmation.exchange.take(event, gate(turn), at: turn.now.instant) else {
      state = .confirming(confirmation)
      return
    }
    finish(confirmation.exchange, outcome, event, &turn)
    noteLife(outcome, &turn)
    let identity = confirmation.identity
    switch judge(outcome, carriedID: identity.isHeldByServer, gate(turn)) {
    case .good:
      comeAlive(identity, &turn)
    case .methodFailed:
      // Answering a notification is a fault that hurts nobody.
      comeAlive(identity, &turn)
    case .lost(let error) where identity.isHeldByServer && trouble.stillborn == nil:
      // Once it may be so; who says it each time is asked.
      trouble.stillborn = identity
      forget(identity, &turn)
      lose(error, approach: anew, &turn)
    case .refused(let error) where error.isOfCredentials:
      sayFarewell(identity, &turn)
      lose(error, approach: anew, remedy: .credentials, &turn)
    case .lost(let error), .conflict(let error),
      .refused(let error) where outcome.isRefusal,
      .trouble(let error) where outcome.isRefusal || saysNothing(error):
      confirm(identity, error, outcome, &turn)
    case .busy(let error):
      // It is asked when the time that it wants is over.
      trouble.unconfirmed = error.asked(of: .initialized)
      lose(
        error, approach: .resume(half(identity, turn)), retryAfter: outcome.head?.retryAfter, &turn)
    case .trouble(let error), .refused(let error):
      // The half-session would be held until it idles out; it is ended and made anew.
      sayFarewell(identity, &turn)
      lose(error, approach: anew, retryAfter: outcome.head?.retryAfter, &turn)
    }
  }

  /// Whether a notification without an answer says less of the session than a request with its id does.
  private func saysNothing(_ error: SessionError) -> Bool { error.isHangUp || error.type == .sessionTimeout }

  /// `initialized` was refused: a ping with the id tells whether that matters.
  private mutating func confirm(
    _ identity: Identity, _ error: SessionError, _ outcome: Exchange.Outcome, _ turn: inout Turn
  ) {
    guard !refusesRevision(identity, error, outcome, &turn) else { return }
    var error = error.asked(of: .initialized)
    if error.type == .sessionTerminated || error.type == .sessionExpired {
      // It says so of every session.
      error = SessionError(
        .httpError, status: error.status, rpcCode: error.rpcCode, detail: error.detail, request: .initialized)
    }
    if identity.id == nil, !identity.isOverStream {
      error = SessionError(
        .sessionInvalid, status: error.status, rpcCode: error.rpcCode,
        detail: Sentence.joined(
          [
            "its answer to initialize had no Mcp-Session-Id header, and without one it refuses", error.detail,
          ],
          separator: ": "), request: .initialized, hint: .sessionHeader)
    }
    tell(error, &turn)
    trouble.unconfirmed = error
    resume(half(identity, turn), &turn)
  }

  /// A session that counts once something with its id was answered.
  private func half(_ identity: Identity, _ turn: Turn) -> Live {
    var half = Live(
      identity: identity, revived: turn.now.instant, lastGood: turn.now, lastValid: turn.now, probe: .off,
      stream: .off, pinged: turn.now.instant)
    half.isUnconfirmed = true
    return half
  }

  /// A session works. Where the notification was refused to it as to the one before, that one lives as well.
  mutating func endStillborn(_ turn: inout Turn) {
    guard let first = trouble.stillborn else { return }
    guard trouble.unconfirmed != nil else { return trouble.stillborn = nil }
    if !trouble.isStillbornEnded { sayBelatedFarewell(first, &turn) }
    trouble.isStillbornEnded = true
  }

  mutating func endHalfSession(_ head: ResponseHead, _ handshake: Handshake, _ turn: inout Turn) {
    endHalfSession(head, handshake.offered, handshake.conversation, &turn)
  }

  private mutating func endHalfSession(
    _ head: ResponseHead, _ offered: Revision, _ conversation: TransferID?, _ turn: inout Turn
  ) {
    guard head.isSuccess else { return }
    for id in Set(head.sessionIDs).compactMap(SessionID.init) {
      noteOpened(id, offered, &turn)
      var identity = identity(Result(), id, offered, turn)
      identity.conversation = conversation
      sayFarewell(identity, &turn)
    }
  }

  /// What a handshake is about to make, as far as the head of its answer tells.
  func provisionalIdentity(_ handshake: Handshake, _ turn: Turn) -> Identity {
    identity(
      Result(), handshake.exchange.givenIDs.first.flatMap(SessionID.init), handshake.offered, turn)
  }

  private func identity(
    _ result: Result, _ id: SessionID?, _ revision: Revision, _ turn: Turn
  ) -> Identity {
    let server = ServerIdentity(
      name: gate(turn).text(whole: result.serverName ?? "", limit: 60),
      version: gate(turn).text(whole: result.serverVersion ?? "", limit: 30))
    return Identity(
      id: channel == nil ? id : nil, revision: revision, server: server, lists: result.offersTools,
      isOverStream: channel != nil, isOverPipe: pipe != nil, established: turn.now,
      conversation: conversation)
  }

  private func illegalID(_ text: String) -> Sentence {
    if text.isEmpty { return "the server gave an empty session id" }
    if text.utf8.count > SessionID.limit { return "the server gave a session id of \(text.utf8.count) bytes" }
    return "the server gave a session id with characters that are not allowed"
  }
}
