import MCPWire

// What a session is worth: requests with its id, with one that nobody gave, and by new connections.

extension ServerProbe {
  /// New connections by which the session is asked for.
  private static let freshConnections = 4
  private static let pageLimit = 20
  private static let namesShown = 8

  private var isHeld: Bool { identity?.isHeldByServer ?? false }

  // MARK: - initialized, ping

  mutating func sendInitialized() {
    begin(.initialized)
    if let pipe {
      orders.append(.write(pipe.id, line: Outgoing.initialized))
      record(.initialized, .ok, "sent; nothing answers it")
      return advance()
    }
    post(.initialized, .initialized, Outgoing.initialized, requestID: nil, as: identity)
  }

  mutating func initializedAnswered(_ outcome: Exchange.Outcome, _ took: Duration) {
    let isStateless = identity?.kind == .stateless && report.step(.session) == nil
    switch judge(outcome, carriedID: isHeld, gate) {
    case .good:
      if isStateless { tellStateless() }
      record(.initialized, .ok, "\(outcome.head?.status ?? 0)", took: took)
      advance()
    case .methodFailed(let error):
      if isStateless { tellStateless() }
      record(
        .initialized, .note, "answered with error code \(error.code), which a notification is not", took: took
      )
      advance()
    case .lost(let error):
      fail(.initialized, error, took: took, remedy: Remedies.lostAtOnce)
      lostAtOnce()
    case .refused(let error), .trouble(let error), .conflict(let error), .busy(let error):
      if isStateless, outcome.isRefusal, (400..<500).contains(outcome.head?.status ?? 0) {
        let words: Sentence =
          "its answer to initialize had no Mcp-Session-Id header, and without one it refuses: \(error.detail)"
        fail(
          .session,
          SessionError(.sessionInvalid, status: error.status, detail: words, hint: .sessionHeader))
      } else if isStateless {
        tellStateless()
      }
      fail(.initialized, error.asked(of: .initialized), took: took)
      goOn(after: outcome)
    }
  }

  private mutating func tellStateless() {
    record(
      .session, .ok,
      "none: its answer to initialize has no Mcp-Session-Id header, and it serves requests without (stateless)"
    )
  }

  /// The way is gone: whatever is open is ended, as far as it can be, and nothing else is tried.
  private mutating func goOn(after outcome: Exchange.Outcome) {
    if case .broken(_, nil) = outcome { tasks = tasks.filter(\.endsSession) }
    advance()
  }

  /// The session is not known a moment after its handshake: new connections tell whether anybody knows it.
  private mutating func lostAtOnce() {
    tasks = tasks.filter { task in
      if case .freshConnections = task { return true }
      return task.endsSession
    }
    advance()
  }

  mutating func ping() {
    begin(.ping)
    let requestID = newRequestID()
    post(.ping, .ping, Outgoing.ping(id: requestID), requestID: requestID, as: identity)
  }

  mutating func pingAnswered(_ outcome: Exchange.Outcome, _ took: Duration) {
    switch judge(outcome, carriedID: isHeld, gate) {
    case .good: record(.ping, .ok, "answered", took: took)
    case .methodFailed(let error) where error.code == RPCError.methodNotFound:
      record(.ping, .note, "alive, and does not know ping (\(error.code)), which it must", took: took)
    case .methodFailed(let error):
      record(.ping, .note, "alive, and answers with error code \(error.code)", took: took)
    case .lost(let error):
      fail(.ping, error.asked(of: .ping), took: took, remedy: Remedies.lostAtOnce)
      return lostAtOnce()
    case .refused(let error), .trouble(let error), .conflict(let error), .busy(let error):
      fail(.ping, error.asked(of: .ping), took: took)
      return goOn(after: outcome)
    }
    advance()
  }

  // MARK: - Tools

  mutating func list(_ pages: Pages) {
    if pages.count == 0 { begin(.list) }
    let requestID = newRequestID()
    let isModern = identity?.isModern ?? false
    let body =
      isModern
      ? Outgoing.listToolsWithMetadata(id: requestID, cursor: pages.cursor, client: server.client)
      : Outgoing.listTools(id: requestID, cursor: pages.cursor)
    post(.list(pages), .list, body, requestID: requestID, as: identity)
  }

  mutating func listAnswered(_ outcome: Exchange.Outcome, _ pages: Pages, _ took: Duration) {
    var pages = pages
    let sum = pages.count == 0 ? took : now.instant - stepBegan
    guard case .result(let result, let head) = outcome else {
      let error = judge(outcome, carriedID: isHeld, gate).error ?? failure(of: outcome)
      fail(
        .list, error.asked(of: .list), took: sum,
        remedy: Remedies.ofList(error, server, beside: answeredBesideList))
      return goOn(after: outcome)
    }
    guard let page = result.tools else {
      fail(
        .list,
        SessionError(.protocolError, status: head.status, detail: "the result holds no list of tools"),
        took: sum)
      return advance()
    }
    let isNew = pages.take(page, hasMore: result.hasMoreTools)
    if let cursor = result.nextCursor, !cursor.isEmpty, isNew || pages.count == 1,
      pages.count < Self.pageLimit, cursor.utf8.count <= Pages.cursorLimit, !pages.cursors.contains(cursor)
    {
      pages.go(to: cursor)
      return list(pages)
    }
    let names = pages.tools.keys.sorted()
    report.tools = names.count
    var shown = Sentence.joined(
      names.prefix(Self.namesShown).map { Sentence(gate.text(whole: $0, limit: 60)) }, separator: ", ")
    if names.count > Self.namesShown { shown = shown + ", ..." }
    let count: Sentence = names.count == 1 ? "1 tool" : "\(names.count) tools"
    record(
      .list, names.isEmpty ? .note : .ok, names.isEmpty ? "an empty list" : "\(count): \(shown)", took: sum)
    advance()
  }

  /// What the server answered where its list fails; absent when nothing was.
  private var answeredBesideList: Sentence? {
    if identity?.isModern == true { return "server/discover alone is answered" }
    return report.step(.ping).map { $0.verdict != .failed } == true ? "pings alone are answered" : nil
  }

  mutating func callTool() {
    guard let call else { return advance() }
    begin(.call)
    let requestID = newRequestID()
    let isModern = identity?.isModern ?? false
    post(
      .call, .call,
      Outgoing.callTool(
        id: requestID, name: call.name, arguments: call.arguments, client: server.client, isModern: isModern),
      requestID: requestID, as: identity,
      more: isModern ? [Header(name: "Mcp-Name", value: call.name)] : [])
  }

  mutating func callAnswered(_ outcome: Exchange.Outcome, _ took: Duration) {
    guard case .result(let result, let head) = outcome else {
      let error = judge(outcome, carriedID: isHeld, gate).error ?? failure(of: outcome)
      fail(.call, error.asked(of: .call), took: took, remedy: Remedies.ofCall(error))
      return goOn(after: outcome)
    }
    report.content = (result.content ?? []).map { gate.text($0, limit: 2_000) }
    let words = Sentence.joined(report.content.map { Sentence($0) }).cut(to: 300)
    guard !result.isError else {
      let failure = SessionError(.rpcError, status: head.status, detail: "the tool failed: \(words)")
      fail(.call, failure, took: took, remedy: "read what the tool says of its arguments")
      return advance()
    }
    record(.call, .ok, words.isEmpty ? "answered without a text" : words, took: took)
    advance()
  }

  /// The error of an answer that says nothing of the session.
  private func failure(of outcome: Exchange.Outcome) -> SessionError {
    guard case .rejected(let error, let head) = outcome else {
      return SessionError(.protocolError, status: outcome.head?.status, detail: "no answer")
    }
    let seen = sessionError(.rpcError, head, error, "", gate)
    return pipe == nil ? seen : seen.withoutStatus
  }

  // MARK: - An id that nobody gave

  mutating func askWithUnknownID() {
    begin(.unknownID)
    let requestID = newRequestID()
    post(
      .unknownID, .ping, Outgoing.ping(id: requestID), requestID: requestID,
      as: identity(strangeID, identity?.revision ?? .newestWithSessions))
  }

  mutating func unknownIDAnswered(_ outcome: Exchange.Outcome, _ took: Duration) {
    switch (outcome, outcome.head?.status) {
    case (.status, 404?): record(.unknownID, .ok, "refused with 404, as it must be", took: took)
    case (.status, 400?):
      record(
        .unknownID, .note, "refused with 400 and not 404", took: took,
        remedy: "let the server answer 404: clients that look for that alone keep a dead session")
    case (.status, let status?) where status >= 500:
      let error = SessionError(
        .httpError, status: status, detail: "an id that it does not know", request: .ping)
      fail(
        .unknownID, error, took: took,
        remedy: "let the server answer 404: clients take a 5xx for an outage, and never recover")
    case (.status, let status?): record(.unknownID, .note, "refused with \(status) and not 404", took: took)
    case (.rejected(let error, _), let status?):
      record(.unknownID, .note, "refused with \(status) and error code \(error.code), not 404", took: took)
    case (.broken(let error, nil), _):
      fail(.unknownID, error, took: took)
      return goOn(after: outcome)
    default:
      takesAnyID = true
      record(
        .unknownID, .note, "accepted: the server does not look at the id", took: took,
        remedy: "let the server refuse ids that it did not give with 404: whoever guesses one is let in, and"
          + " nobody notices that a session is gone")
    }
    advance()
  }

  // MARK: - New connections

  mutating func askOnFreshConnection(tried: Int, known: Int, why: SessionError?) {
    if tried == 0 { begin(.freshConnections) }
    let requestID = newRequestID()
    post(
      .freshConnections(tried: tried, known: known, why: why), .ping, Outgoing.ping(id: requestID),
      requestID: requestID, as: identity, fresh: true)
  }

  mutating func freshConnectionAnswered(
    _ outcome: Exchange.Outcome, tried: Int, known: Int, why: SessionError?
  ) {
    var (known, why) = (known, why)
    switch judge(outcome, carriedID: true, gate) {
    case .good, .methodFailed: known += 1
    case .lost(let error):
      why = why ?? error.asked(of: .ping)
      isScattered = true
    case .refused(let error), .trouble(let error), .conflict(let error), .busy(let error):
      why = why ?? error.asked(of: .ping)
      // What the session's own connection was told as well says nothing of where others lead.
      if report.step(.ping)?.verdict != .failed || known > 0 { isScattered = true }
    }
    let tried = tried + 1
    guard tried >= Self.freshConnections else {
      return askOnFreshConnection(tried: tried, known: known, why: why)
    }
    let took = now.instant - stepBegan
    guard let why, known < tried else {
      record(.freshConnections, .ok, "\(known) of \(tried) reach the session", took: took)
      return advance()
    }
    guard known > 0 || isScattered else {
      record(
        .freshConnections, .note,
        "\(tried) new connections are refused as the session's own is, which says nothing of routing",
        took: took)
      return advance()
    }
    let words = why.adding("\(known) of \(tried) new connections reach the session")
    fail(.freshConnections, words, took: took, remedy: Remedies.scattered(known: known))
    advance()
  }
}

extension ServerProbe.Task {
  /// Whether it takes leave of the session.
  fileprivate var endsSession: Bool {
    switch self {
    case .delete, .farewell: true
    default: false
    }
  }
}
