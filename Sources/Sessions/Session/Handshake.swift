import MCPWire

// initialize, notifications/initialized, and asking whether an old id survived.

extension Session {
  mutating func initialize(_ revision: Revision, _ turn: inout Turn) {
    let requestID = newRequestID()
    let exchange = post(
      .initialize, Outgoing.initialize(id: requestID, version: revision), requestID: requestID,
      identity: nil, &turn)
    state = .initializing(Handshake(exchange: exchange, offered: revision))
  }

  mutating func initializeAnswered(
    _ handshake: Handshake, _ event: TransferEvent, _ turn: inout Turn
  ) {
    var handshake = handshake
    guard let outcome = handshake.exchange.take(event, gate(turn)) else {
      state = .initializing(handshake)
      return
    }
    finish(handshake.exchange, event, &turn)
    noteLife(outcome, &turn)
    switch outcome {
    case .result(let result, let head):
      established(result, head, &turn)
    case .rejected(let error, let head):
      // An id beside an error is a session all the same; it is ended, or the server keeps it for hours.
      endHalfSession(head, handshake.offered, &turn)
      rejected(error, head, handshake.offered, &turn)
    case .accepted(let head):
      flawed(SessionError(.protocolError, status: head.status, detail: "no answer to initialize"), &turn)
    case .broken(let error, let head):
      if let head { endHalfSession(head, handshake.offered, &turn) }
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
      endHalfSession(head, .newestWithSessions, &turn)
      return flawed(error, &turn)
    }
    guard let revision = Revision(rawValue: version), revision <= .newestWithSessions else {
      endHalfSession(head, .newestWithSessions, &turn)
      let offer = gate(turn).text(version, limit: 40)
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
    guard let outcome = confirmation.exchange.take(event, gate(turn)) else {
      state = .confirming(confirmation)
      return
    }
    finish(confirmation.exchange, event, &turn)
    noteLife(outcome, &turn)
    let identity = confirmation.identity
    switch judge(outcome, carriedID: identity.isHeldByServer, gate(turn)) {
    case .good:
      comeAlive(identity, &turn)
    case .methodFailed:
      // Answering a notification is a fault that hurts nobody.
      comeAlive(identity, &turn)
    case .lost(let error):
      lose(error, approach: anew, &turn)
    case .conflict(let error), .busy(let error), .refused(let error), .trouble(let error):
      // The half-session would be held until it idles out; it is ended and made anew.
      sayFarewell(identity, &turn)
      lose(error, approach: anew, retryAfter: outcome.head?.retryAfter, &turn)
    }
  }

  private mutating func rejected(
    _ error: RPCError, _ head: ResponseHead, _ offered: Revision, _ turn: inout Turn
  ) {
    if let older = olderRevision(error, offered) { return queue(.initialize(older), &turn) }
    guard !isModern(error) || !turnsOutModern(error, &turn) else { return }
    lose(
      sessionError(.rpcError, head, error, "", gate(turn)),
      approach: anew, &turn)
  }

  /// The next revision to offer after a complaint about the version; absent when the complaint is another.
  private func olderRevision(_ error: RPCError, _ offered: Revision) -> Revision? {
    let older = Revision.allCases.filter { $0.hasSessions && $0 < offered }.reversed()
    let listed = older.filter {
      error.supportedVersions.contains($0.rawValue) || error.message.contains($0.rawValue)
    }
    if let listed = listed.first { return listed }
    // A list without any of ours settles it.
    guard error.supportedVersions.isEmpty else { return nil }
    guard error.code == RPCError.unsupportedVersion || error.code == RPCError.invalidParams,
      error.message.lowercased().contains("version")
    else { return nil }
    return older.first
  }

  private mutating func initializeRefused(
    _ head: ResponseHead, _ error: RPCError?, _ excerpt: String, _ offered: Revision, _ turn: inout Turn
  ) {
    let approach = anew
    if [400, 404, 405].contains(head.status), let error, isModern(error) {
      if let older = olderRevision(error, offered) { return queue(.initialize(older), &turn) }
      if server.settings.era == .automatic, !speaksModern {
        // Evidence enough to ask in the way of that revision; what comes back decides.
        speaksModern = true
        return queue(.discover, &turn)
      }
      let versions = gate(turn).text(error.supportedVersions.joined(separator: ", "), limit: 80)
      let speaks: Sentence = versions.isEmpty ? "" : " (it speaks \(versions))"
      let detail: Sentence =
        "a server of the sessionless protocol revision\(speaks): it keeps no sessions to watch"
      return lose(
        SessionError(.protocolError, status: head.status, rpcCode: error.code, detail: detail),
        approach: approach,
        remedy: .person, &turn)
    }
    let seen = Exchange.Outcome.status(head, error, excerpt: excerpt)
    if mayKeepChannel(head, error), channel == nil, server.settings.era == .automatic {
      // So do servers from before streamable HTTP refuse: what they say to a GET decides.
      trouble.refusal = sessionError(.httpError, head, error, excerpt, gate(turn))
      return queue(.attach, &turn)
    }
    switch judge(seen, carriedID: false, gate(turn)) {
    case .good, .methodFailed:
      flawed(SessionError(.protocolError, status: head.status, detail: "no answer to initialize"), &turn)
    case .refused(let error) where error.type == .redirectRefused:
      lose(error, approach: approach, remedy: .person, &turn)
    case .refused(let error), .lost(let error):
      lose(error, approach: approach, remedy: error.type == .authError ? .credentials : .person, &turn)
    case .trouble(let error) where (400..<500).contains(head.status):
      // Our request will not get better by repeating it.
      lose(error, approach: approach, remedy: .person, &turn)
    case .conflict(let error), .busy(let error), .trouble(let error):
      lose(error, approach: approach, retryAfter: head.retryAfter, &turn)
    }
  }

  /// Whether a refusal may be that of a server from before streamable HTTP. The specification allows to ask
  /// after any of these statuses; a wrong URL gives 400 and 404 as well, and is not to be asked again in
  /// another way, so they count only where such servers are usually found and no JSON-RPC was spoken.
  private func mayKeepChannel(_ head: ResponseHead, _ error: RPCError?) -> Bool {
    switch head.status {
    case 405: return true
    case 400, 404:
      let path = server.endpoint?.display.prefix { $0 != "?" } ?? ""
      return error == nil && (path.hasSuffix("/sse") || path.hasSuffix("/sse/"))
    default: return false
    }
  }

  /// Errors that only servers of revision 2026-07-28 give to a handshake.
  private func isModern(_ error: RPCError) -> Bool {
    switch error.code {
    case RPCError.unsupportedVersion, RPCError.headerMismatch, RPCError.missingCapability,
      RPCError.methodNotFound:
      true
    case RPCError.invalidParams: error.message.contains("_meta")
    default: false
    }
  }

  /// An answer to `initialize` that is no answer: three in a row need a person.
  mutating func flawed(_ error: SessionError, _ turn: inout Turn) {
    trouble.flawedHandshakes += 1
    lose(
      error, approach: anew,
      remedy: trouble.flawedHandshakes >= 3 ? .person : .longBackoff, &turn)
  }

  private mutating func invalidID(_ error: SessionError, _ turn: inout Turn) {
    trouble.invalidIDs += 1
    lose(
      error, approach: anew,
      remedy: trouble.invalidIDs >= 3 ? .person : .backoff, &turn)
  }

  private mutating func endHalfSession(_ head: ResponseHead, _ offered: Revision, _ turn: inout Turn) {
    guard head.isSuccess else { return }
    for id in Set(head.sessionIDs).compactMap(SessionID.init) {
      noteOpened(id, offered, &turn)
      sayFarewell(identity(Result(), id, offered, turn), &turn)
    }
  }

  private func identity(
    _ result: Result, _ id: SessionID?, _ revision: Revision, _ turn: Turn
  ) -> Identity {
    let server = ServerIdentity(
      name: gate(turn).text(result.serverName ?? "", limit: 60),
      version: gate(turn).text(result.serverVersion ?? "", limit: 30))
    return Identity(
      id: channel == nil ? id : nil, revision: revision, server: server, lists: result.offersTools,
      isOverStream: channel != nil, isOverPipe: pipe != nil, established: turn.now)
  }

  private func illegalID(_ text: String) -> Sentence {
    if text.isEmpty { return "the server gave an empty session id" }
    if text.utf8.count > SessionID.limit { return "the server gave a session id of \(text.utf8.count) bytes" }
    return "the server gave a session id with characters that are not allowed"
  }
}
