import MCPWire

// Servers of the sessionless revision 2026-07-28: no handshake, no id, no ping. Every request stands for
// itself and says in its headers and metadata what it is; an answer to a list is the sign of life.

extension Session {
  mutating func discover(_ turn: inout Turn) {
    let requestID = newRequestID()
    state = .discovering(
      post(
        .discover, Outgoing.discover(id: requestID, client: server.client), requestID: requestID,
        identity: modernIdentity(turn.now),
        &turn))
  }

  mutating func discoverAnswered(_ exchange: Exchange, _ event: TransferEvent, _ turn: inout Turn) {
    var exchange = exchange
    guard let outcome = exchange.take(event, gate(turn), at: turn.now.instant) else {
      state = .discovering(exchange)
      return
    }
    finish(exchange, outcome, event, &turn)
    noteLife(outcome, &turn)
    guard !fallsBackToInitialize(outcome, &turn) else { return }
    // Who lists the very version that was spoken wants to be asked once more (2026-07-28, "Backward
    // Compatibility").
    if let error = outcome.refusal, listsModern(error), pipe == nil, mayFallBack {
      return fallBack(to: .discover, &turn)
    }
    switch judge(outcome, carriedID: false, gate(turn)) {
    case .good:
      guard case .result(let result, let head) = outcome else { return notModern(outcome, &turn) }
      discovered(result, head, &turn)
    case .methodFailed:
      notModern(outcome, &turn)
    case .refused(let error) where isOutage(outcome) && error.type != .httpError:
      lose(asOutage(error), approach: again, remedy: .backoff, retryAfter: outcome.head?.retryAfter, &turn)
    case .refused(let error) where error.type != .httpError:
      lose(error, approach: again, remedy: error.type == .authError ? .credentials : .person, &turn)
    case .refused, .lost:
      notModern(outcome, &turn)
    case .trouble where outcome.head.map { (400..<500).contains($0.status) } == true:
      notModern(outcome, &turn)
    case .trouble(let error) where outcome.isNonsense:
      lose(asOutage(error), approach: again, &turn)
    case .conflict(let error), .busy(let error), .trouble(let error):
      lose(error, approach: again, retryAfter: outcome.head?.retryAfter, &turn)
    }
  }

  /// Whether what worked before is answered for by something that stands in its place.
  private func isOutage(_ outcome: Exchange.Outcome) -> Bool {
    guard case .status(let head, _, let excerpt) = outcome else { return false }
    return isOutage(head, excerpt)
  }

  /// The same question again: to another process, where the server is one.
  private var again: Approach { server.process == nil ? .discover : .launch }

  private mutating func discovered(_ result: Result, _ head: ResponseHead, _ turn: inout Turn) {
    guard let versions = result.supportedVersions, result.hasCapabilities else {
      return notModern(.result(result, head), &turn)
    }
    guard versions.contains(Revision.v2026_07_28.rawValue) else {
      let older = Revision.allCases.last { $0.hasHandshake && versions.contains($0.rawValue) }
      if let older, pipe == nil, server.settings.wire == .automatic, mayFallBack {
        speaksModern = false
        return fallBack(to: .initialize(older), &turn)
      }
      let offers = gate(turn).text(whole: versions.joined(separator: ", "), limit: 80)
      let detail: Sentence =
        "the server offers only protocol versions \(offers), which this client cannot speak without a session"
      return lose(
        SessionError(.protocolError, status: head.status, detail: detail), approach: anew, remedy: .person,
        &turn)
    }
    speaksModern = true
    comeAlive(
      Identity(
        id: nil, revision: .v2026_07_28,
        server: ServerIdentity(
          name: gate(turn).text(whole: result.serverName ?? "", limit: 60),
          version: gate(turn).text(whole: result.serverVersion ?? "", limit: 30)),
        lists: result.offersTools, tellsChanges: result.tellsListChanges, isOverPipe: pipe != nil,
        established: turn.now, conversation: conversation), &turn)
  }

  /// What was taken for evidence was none, or the settings are wrong: the next try is a handshake again.
  private mutating func notModern(_ outcome: Exchange.Outcome, _ turn: inout Turn) {
    // What held before an outage may hold no more: a server of another revision stands there now.
    let wasLost = trouble.cause != nil && speaksModern
    speaksModern = false
    if wasLost, anew != .discover, mayFallBack { return fallBack(to: anew, &turn) }
    var detail: Sentence = "server/discover brought no answer of revision 2026-07-28"
    let refusal = outcome.refusal
    if let refusal { detail = detail + ": \(gate(turn).text(refusal.message, limit: 120))" }
    let speaks = refusal?.supportedVersions ?? []
    if !speaks.isEmpty {
      detail = detail + " (it speaks \(gate(turn).text(whole: speaks.joined(separator: ", "), limit: 80)))"
    }
    lose(
      asOutage(
        SessionError(
          .protocolError, status: outcome.head?.status, rpcCode: refusal?.code, detail: detail,
          hint: speaks.isEmpty ? nil : .revision)), approach: anew,
      remedy: history.lastGood == nil ? .person : .backoff, &turn)
  }

  /// Stands for the server until it has said who it is.
  private func modernIdentity(_ now: Moment) -> Identity {
    Identity(
      id: nil, revision: .v2026_07_28, server: .unknown, lists: false,
      established: now, conversation: conversation)
  }

  /// The header that repeats the method of a request (specification 2026-07-28, "Transports").
  static func methodHeader(_ purpose: Purpose) -> Header? {
    let method: String? =
      switch purpose {
      case .discover, .ping: "server/discover"
      case .list: "tools/list"
      case .call: "tools/call"
      case .stream: "subscriptions/listen"
      case .initialize, .attach, .initialized, .reply, .poll, .delete: nil
      }
    return method.map { Header(name: "Mcp-Method", value: $0) }
  }
}
