import MCPWire

// The handshake: which era the server is of, what it says it is, and whether it gives a session.

extension ServerProbe {
  mutating func initialize(_ revision: Revision) {
    if pipe == nil, !hasSeenWay { begin(.name) } else { begin(.initialize) }
    let requestID = newRequestID()
    post(
      .initialize(revision), .initialize,
      Outgoing.initialize(id: requestID, version: revision, client: server.client),
      requestID: requestID, as: nil)
  }

  mutating func initializeAnswered(_ outcome: Exchange.Outcome, _ revision: Revision, _ took: Duration) {
    // What the way took is told of the way.
    let took = took - (outcome.head?.route?.secured ?? outcome.head?.route?.connected ?? .zero)
    // Whoever broke it off wants to know no more: what was opened is ended.
    guard stopLimit == nil else { return advance() }
    if let late = lateHandshake(outcome, took) { return handshakeFailed(late, took) }
    switch outcome {
    case .result(let result, let head): established(result, head, took)
    case .rejected(let error, let head):
      refused(sessionError(.rpcError, head, error, "", gate), error, outcome, revision, took)
    case .status(let head, let error, let excerpt):
      let seen = judge(outcome, carriedID: false, gate).error
      refused(
        seen ?? sessionError(.httpError, head, error, excerpt, gate), error, outcome, revision, took)
    case .accepted(let head):
      handshakeFailed(
        SessionError(.protocolError, status: head.status, detail: "no answer to initialize"), took)
    case .broken(let error, let head):
      if error.type.isOfCredentials { return unauthorized(error, head) }
      if head == nil, pipe == nil, !hasSeenWay { return wayFailed(error) }
      handshakeFailed(error, took)
    }
  }

  /// A refused handshake: another revision, another era, or something for a person.
  private mutating func refused(
    _ seen: SessionError, _ error: RPCError?, _ outcome: Exchange.Outcome, _ revision: Revision,
    _ took: Duration
  ) {
    let isOpen = server.settings.wire == .automatic && channel == nil
    let named: Revision? =
      switch outcome {
      case .status(let head, _, let excerpt): olderRevision(head, error, excerpt, revision)
      default: error.flatMap { olderRevision($0, revision) }
      }
    if let older = named {
      refusedRevisions.append(revision)
      return initialize(older)
    }
    if let error, isOpen, !isModernTold, isModern(error) || listsModern(error) {
      isModernTold = true
      return discover()
    }
    guard let head = outcome.head, outcome.isRefusal else { return handshakeFailed(seen, took) }
    if isOpen, case .status(_, _, let excerpt) = outcome, mayKeepChannel(head, error, excerpt) {
      refusal = seen
      return attach()
    }
    if seen.type == .authError { return unauthorized(seen, head) }
    handshakeFailed(seen, took)
  }

  mutating func handshakeFailed(_ error: SessionError, _ took: Duration) {
    fail(.initialize, error.asked(of: .initialize), took: took)
    advance()
  }

  private mutating func established(_ result: Result, _ head: ResponseHead, _ took: Duration) {
    guard let version = result.protocolVersion else {
      return handshakeFailed(
        SessionError(.protocolError, status: head.status, detail: "the result has no protocolVersion"), took)
    }
    if version == Revision.v2026_07_28.rawValue, server.settings.wire == .automatic, !isModernTold {
      isModernTold = true
      return discover()
    }
    guard let revision = Revision(rawValue: version), revision <= .newestWithSessions else {
      let offer = gate.text(whole: version, limit: 40)
      return handshakeFailed(
        SessionError(
          .protocolError, status: head.status,
          detail: "the server offers only protocol version \(offer), which this client cannot speak"), took)
    }
    let ids = Set(head.sessionIDs)
    let id =
      channel == nil && pipe == nil
      ? ids.compactMap(SessionID.init).sorted { $0.revealed < $1.revealed }.first : nil
    settle(result, id, revision)
    tellEra(revision)
    tellIdentity(took)
    tellSession(ids: ids, id)
    plan(result)
  }

  private mutating func settle(_ result: Result, _ id: SessionID?, _ revision: Revision) {
    let who = ServerIdentity(
      name: gate.text(whole: result.serverName ?? "", limit: 60),
      version: gate.text(whole: result.serverVersion ?? "", limit: 30))
    let identity = Identity(
      id: id, revision: revision, server: who, lists: result.offersTools,
      tellsChanges: revision.hasSessions || result.tellsListChanges, isOverStream: channel != nil,
      isOverPipe: pipe != nil, established: now)
    self.identity = identity
    (report.kind, report.revision, report.session) = (identity.kind, revision.rawValue, id?.masked)
    report.identity = who
  }

  private mutating func tellEra(_ revision: Revision) {
    if pipe == nil { tellAccess() }
    let refusals = Sentence.joined(refusedRevisions.map { "\($0) was refused, " }, separator: "")
    record(.era, .ok, "\(refusals)\(identity?.kind.way ?? "streamable HTTP"), revision \(revision)")
  }

  private mutating func tellIdentity(_ took: Duration) {
    let who = report.identity ?? .unknown
    let name: Sentence = who.name.isEmpty ? "a server that does not say its name" : "\(who.name)"
    let version: Sentence = who.version.isEmpty ? "" : " \(who.version)"
    record(.initialize, .ok, name + version, took: took)
  }

  /// Whether there is a session, and why there is none; of a server without ids that is said when it has
  /// served a request without one.
  private mutating func tellSession(ids: Set<String>, _ id: SessionID?) {
    if channel != nil { return record(.session, .ok, "held by the server for as long as the stream is open") }
    if pipe != nil { return record(.session, .ok, "the process: it lives and ends with it") }
    if ids.count > 1 {
      return fail(.session, SessionError(.sessionConflict, detail: "two session ids in one answer"))
    }
    if let id { return record(.session, .ok, "\(id)") }
    if let text = ids.first {
      let why: Sentence =
        text.isEmpty
        ? "the server gave an empty session id"
        : "the server gave a session id with characters that are not allowed, or longer than 8 KiB"
      fail(
        .session, SessionError(.sessionInvalid, detail: why),
        remedy: "ids are visible ASCII (0x21 to 0x7E): report it to the server's maker")
    }
  }

  /// What is to be tried of a session of this kind.
  private mutating func plan(_ result: Result) {
    tasks = [.initialized, .ping]
    if result.offersTools { tasks.append(.list(Pages())) }
    if call != nil { tasks.append(.call) }
    guard pipe == nil, channel == nil else { return advance() }
    tasks.append(.stream)
    if identity?.id != nil {
      tasks += [
        .unknownID, .freshConnections(tried: 0, known: 0, why: nil), .delete(tries: 0, elsewhere: false),
        .afterDelete, .recovery,
      ]
    }
    advance()
  }

  // MARK: - The sessionless era

  mutating func discover() {
    begin(.era)
    isModernTold = true
    let requestID = newRequestID()
    post(
      .discover, .discover, Outgoing.discover(id: requestID, client: server.client), requestID: requestID,
      as: identity(nil, .v2026_07_28))
  }

  mutating func discoverAnswered(_ outcome: Exchange.Outcome, _ took: Duration) {
    let took = took - (outcome.head?.route?.secured ?? outcome.head?.route?.connected ?? .zero)
    guard case .result(let result, let head) = outcome else {
      if case .broken(let error, let head) = outcome {
        if error.type.isOfCredentials { return unauthorized(error, head) }
        if head == nil, pipe == nil, !hasSeenWay { return wayFailed(error) }
      }
      // Who lists the very version that was spoken is asked once more, as a session asks it.
      if let error = outcome.refusal, listsModern(error), pipe == nil,
        !refusedRevisions.contains(.v2026_07_28)
      {
        refusedRevisions.append(.v2026_07_28)
        return discover()
      }
      let seen = judge(outcome, carriedID: false, gate).error
      if let seen, seen.type == .authError { return unauthorized(seen, outcome.head) }
      let why = seen ?? noDiscovery(outcome)
      return handshakeFailed(why.adding("server/discover brought no answer of revision 2026-07-28"), took)
    }
    let versions = result.supportedVersions ?? []
    guard versions.contains(Revision.v2026_07_28.rawValue) else {
      let older = Revision.allCases.last { $0.hasHandshake && versions.contains($0.rawValue) }
      if let older, pipe == nil, server.settings.wire == .automatic, !refusedRevisions.contains(older) {
        return initialize(older)
      }
      let offers = gate.text(whole: versions.joined(separator: ", "), limit: 80)
      return handshakeFailed(
        SessionError(
          .protocolError, status: head.status,
          detail: "the server offers only protocol versions \(offers), which need a session"), took)
    }
    settle(result, nil, .v2026_07_28)
    tellEra(.v2026_07_28)
    tellIdentity(took)
    record(.session, .ok, "none: in revision 2026-07-28 every request stands for itself")
    tasks = result.offersTools ? [.list(Pages())] : []
    if call != nil { tasks.append(.call) }
    if pipe == nil, result.tellsListChanges { tasks.append(.stream) }
    advance()
  }

  private func noDiscovery(_ outcome: Exchange.Outcome) -> SessionError {
    guard case .rejected(let error, let head) = outcome else {
      return SessionError(.protocolError, status: outcome.head?.status, detail: .empty)
    }
    return sessionError(.rpcError, head, error, "", gate)
  }

  // MARK: - HTTP+SSE of revision 2024-11-05

  mutating func attach() {
    begin(.era)
    state = .attaching(
      get(.attach, as: nil), sent: now.instant,
      due: now.instant + (server.settings.initTimeout ?? .seconds(5)))
  }

  mutating func attaching(_ event: TransferEvent, _ id: TransferID, sent: Instant) {
    noteWay(event)
    switch event {
    case .item(.endpoint(let reference)):
      guard let address = server.endpoint else { return }
      let endpoint: Endpoint
      do {
        endpoint = try address.resolving(reference)
      } catch {
        orders.append(.cancel(id))
        for word in keys(in: reference) { known.see(word, of: key) }
        // A stream with such an event is one of HTTP+SSE, whatever was said to a POST.
        refusal = nil
        return attachFailed(
          endpointError(error, reference, gate),
          remedy: "let the server name an address of its own, as seen from here, in its endpoint event")
      }
      redactor.learn(address: endpoint.url.revealed)
      channel = Channel(stream: id, endpoint: endpoint, since: now)
      initialize(.v2024_11_05)
    case .ended(let end):
      if let failure = end.failure {
        let error = SessionError(failure, gate)
        if error.type.isOfCredentials { return unauthorized(error, end.head) }
        return end.head == nil && !hasSeenWay ? wayFailed(error) : attachFailed(error)
      }
      guard let head = end.head else {
        return attachFailed(SessionError(.emptyReply, detail: "the connection ended without an answer"))
      }
      let outcome = Exchange.Outcome.status(head, nil, excerpt: end.excerpt)
      let seen = head.isSuccess ? nil : judge(outcome, carriedID: false, gate).error
      if let seen, seen.type == .authError { return unauthorized(seen, head) }
      attachFailed(
        seen
          ?? SessionError(
            .protocolError, status: head.status, detail: "the stream ended before its endpoint event"))
    case .sent, .head, .item, .arrived, .heldBack: break
    }
  }

  /// Where a POST was refused before, that is what a person is told of.
  mutating func attachFailed(_ error: SessionError, remedy: Sentence? = nil) {
    fail(
      .initialize, (refusal ?? error).asked(of: refusal == nil ? .attach : .initialize), remedy: remedy)
    advance()
  }

  /// What comes on the stream is the answer that is waited for, or the server's own word.
  mutating func channelSpoke(_ event: TransferEvent) {
    switch event {
    case .item(.message(let message)):
      switch message.content {
      case .result, .failure:
        if case .asking(let question) = state { take(event, question) }
      case .request, .notification: answer(message)
      }
    case .ended(let end):
      channel = nil
      let error =
        end.failure.map { SessionError($0, gate) }
        ?? SessionError(
          .sessionTerminated, detail: "the event stream that carries the session was closed by the server")
      if case .asking(let question) = state { return answered(question, .broken(error, nil)) }
    case .sent, .head, .item, .arrived, .heldBack: break
    }
  }
}
