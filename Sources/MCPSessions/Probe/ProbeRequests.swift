import MCPWire

// The requests of a look at a server, and whose turn is next.

extension ServerProbe {
  private enum Limit {
    static let initialize = Duration.seconds(15)
    static let exchange = Duration.seconds(10)
    static let delete = Duration.seconds(4)
    /// Requests of the server that are answered.
    static let replies = 16
  }

  mutating func newTransferID() -> TransferID {
    lastTransfer += 1
    return TransferID(number: lastTransfer)
  }

  mutating func newRequestID() -> Int64 {
    lastRequestID += 1
    return lastRequestID
  }

  private func timeout(of purpose: Purpose) -> Duration? {
    switch purpose {
    case .initialize, .discover: server.settings.initTimeout ?? Limit.initialize
    case .call: server.settings.requestTimeout ?? .seconds(60)
    case .initialized, .ping, .list, .reply, .poll:
      min(server.settings.requestTimeout ?? Limit.exchange, Limit.exchange)
    case .delete: Limit.delete
    case .attach, .stream: nil
    }
  }

  /// Sends a POST about a task, and waits for its answer.
  mutating func post(
    _ task: Task, _ purpose: Purpose, _ body: String, requestID: Int64?, as identity: Identity?,
    fresh: Bool = false, more: [Header] = []
  ) {
    let common = [
      Header(name: "Content-Type", value: "application/json"),
      Header(name: "Accept", value: "application/json, text/event-stream"),
    ]
    let transfer: TransferID
    if let pipe {
      orders.append(.write(pipe.id, line: body))
      transfer = newTransferID()
    } else {
      transfer = send(purpose, .post, common + more, body: body, as: identity, fresh: fresh)
    }
    let isApart = channel != nil || pipe != nil
    let due = timeout(of: purpose).map { now.instant + $0 }
    state = .asking(
      Question(
        task: task,
        exchange: Exchange(
          transfer: transfer, purpose: purpose, requestID: requestID, sent: now.instant,
          answerDue: isApart && requestID != nil ? due : nil)))
  }

  /// Sends a DELETE about a task.
  mutating func delete(
    _ task: Task, _ session: OpenSession, fresh: Bool = false, at address: Endpoint? = nil
  ) {
    let identity = identity(session.id, session.revision)
    let transfer = send(.delete, .delete, [], body: "", as: identity, fresh: fresh, at: address)
    state = .asking(
      Question(
        task: task,
        exchange: Exchange(transfer: transfer, purpose: .delete, requestID: nil, sent: now.instant)))
  }

  /// Asks for the GET stream.
  mutating func get(_ purpose: Purpose, as identity: Identity?) -> TransferID {
    send(purpose, .get, [Header(name: "Accept", value: "text/event-stream")], body: "", as: identity)
  }

  /// Asks for what follows an event of an answer. That of a handshake has a head already: the id in it is the
  /// session's.
  mutating func poll(_ lastEventID: String, of question: Question) -> TransferID {
    let given = question.exchange.givenIDs.first.flatMap(SessionID.init)
    let identity = question.opens(identity?.revision).map { self.identity(given, $0) } ?? identity
    let headers = [
      Header(name: "Accept", value: "text/event-stream"), Header(name: "Last-Event-ID", value: lastEventID),
    ]
    return send(.poll, .get, headers, body: "", as: identity)
  }

  /// Makes the TLS handshake and nothing more, trusting anybody.
  mutating func inspect() -> TransferID {
    var request = request(.ping, .get, headers: [], body: "", fresh: true, at: nil)
    request.isHandshakeOnly = true
    request.isMeasured = true
    orders.append(.send(request))
    return request.id
  }

  private mutating func send(
    _ purpose: Purpose, _ method: TransferRequest.Method, _ common: [Header], body: String,
    as identity: Identity?, fresh: Bool = false, at address: Endpoint? = nil
  ) -> TransferID {
    var request = request(
      purpose, method, headers: server.headers(of: purpose, common, identity), body: body, fresh: fresh,
      at: address)
    request.isMeasured = !hasSeenWay
    orders.append(.send(request))
    return request.id
  }

  private mutating func request(
    _ purpose: Purpose, _ method: TransferRequest.Method, headers: [Header], body: String, fresh: Bool,
    at address: Endpoint?
  ) -> TransferRequest {
    let id = newTransferID()
    let owner = hasSeenWay ? conversation ?? id : id
    conversation = owner
    var request = TransferRequest(
      id: id, session: key, purpose: purpose, method: method,
      url: (address ?? channel?.endpoint ?? server.endpoint)?.url ?? Secret(""), headers: headers, body: body,
      timeout: timeout(of: purpose), freshConnection: fresh, conversation: owner, proxy: server.proxy,
      caFile: server.settings.caFile, clientCertificate: server.settings.clientCertificate,
      clientKey: server.settings.clientKey)
    // An answer that comes late is no good, but what it made is to be ended.
    if purpose == .initialize { request.grace = Self.lateness }
    return request
  }

  /// How long after its limit the answer to a handshake is awaited.
  private static let lateness = Duration.seconds(2)

  /// What comes of a handshake whose limit is over; absent while it is not, or where something else was
  /// wrong.
  func lateHandshake(_ outcome: Exchange.Outcome, _ took: Duration) -> SessionError? {
    guard pipe == nil, channel == nil, let limit = timeout(of: .initialize), took > limit else { return nil }
    let silence = SessionError(.sessionTimeout, detail: "no answer within \(limit.inMilliseconds) ms")
    switch outcome {
    case .broken(let error, _) where error.type != .sessionTimeout: return nil
    case .broken: return silence
    case .result, .accepted, .rejected, .status:
      return silence.adding("it came after \(took.inMilliseconds) ms")
    }
  }

  /// Answers what the server asks of us, as far as there is an end to it.
  mutating func answer(_ message: Message) {
    guard case .request(let method, _) = message.content, let id = message.id, id != .tooLong,
      replies < Limit.replies
    else {
      return
    }
    replies += 1
    let body = method == "ping" ? Outgoing.emptyResult(for: id) : Outgoing.methodNotFound(for: id)
    if let pipe { return orders.append(.write(pipe.id, line: body)) }
    let common = [
      Header(name: "Content-Type", value: "application/json"),
      Header(name: "Accept", value: "application/json, text/event-stream"),
    ]
    _ = send(.reply, .post, common, body: body, as: identity)
  }

  func identity(_ id: SessionID?, _ revision: Revision) -> Identity {
    Identity(
      id: id, revision: revision, server: identity?.server ?? .unknown, lists: identity?.lists ?? false,
      isOverStream: channel != nil, isOverPipe: pipe != nil, established: now)
  }

  /// Nothing came in time.
  func silence(since sent: Instant) -> SessionError {
    let waited = (now.instant - sent).inMilliseconds
    guard let pipe, !pipe.hasSpoken else {
      return SessionError(.sessionTimeout, detail: "no answer within \(waited) ms")
    }
    let instead = pipe.telling.map { Sentence("; it wrote instead: \($0)") } ?? .empty
    return SessionError(.notSpeaking, detail: "no JSON-RPC within \(waited) ms\(instead)")
  }

  // MARK: - Answers

  mutating func take(_ event: TransferEvent, _ question: Question) {
    var question = question
    if case .item(.message(let message)) = event { answer(message) }
    noteWay(event)
    if case .item(.endpoint) = event, case .initialize = question.task, channel == nil,
      server.settings.wire == .automatic
    {
      // Only HTTP+SSE says so, and some of its servers take a POST for a GET.
      orders.append(.cancel(question.exchange.transfer))
      return attach()
    }
    guard let outcome = question.exchange.take(event, gate, at: now.instant) else {
      state = .asking(question)
      return
    }
    if case .ended = event {} else { orders.append(.release(question.exchange.transfer)) }
    answered(question, outcome)
  }

  mutating func answered(_ question: Question, _ outcome: Exchange.Outcome) {
    if case .broken(let error, _) = outcome, error.type == .signInNeeded, authorization?.step != nil,
      stopLimit == nil
    {
      return state = .waitingForSignIn(question.task)
    }
    let took = (question.exchange.arrived ?? now.instant) - question.exchange.sent
    switch question.task {
    case .initialize(let revision): initializeAnswered(outcome, revision, took)
    case .discover: discoverAnswered(outcome, took)
    case .initialized: initializedAnswered(outcome, took)
    case .ping: pingAnswered(outcome, took)
    case .list(let pages): listAnswered(outcome, pages, took)
    case .call: callAnswered(outcome, took)
    case .stream: break
    case .unknownID: unknownIDAnswered(outcome, took)
    case .freshConnections(let tried, let known, let why):
      freshConnectionAnswered(outcome, tried: tried, known: known, why: why)
    case .delete(let tries, let elsewhere): deleteAnswered(outcome, took, tries: tries, elsewhere: elsewhere)
    case .afterDelete: afterDeleteAnswered(outcome, took)
    case .recovery: recoveryAnswered(outcome, took)
    case .farewell(let session): farewellAnswered(outcome, session)
    }
  }

  /// Goes on with what is to be tried next; what is open is ended at last.
  mutating func advance() {
    guard !tasks.isEmpty else { return leave() }
    perform(tasks.removeFirst())
  }

  mutating func perform(_ task: Task) {
    switch task {
    case .initialize(let revision): initialize(revision)
    case .discover: discover()
    case .initialized: sendInitialized()
    case .ping: ping()
    case .list(let pages): list(pages)
    case .call: callTool()
    case .stream: listen()
    case .unknownID: askWithUnknownID()
    case .freshConnections: askOnFreshConnection(tried: 0, known: 0, why: nil)
    case .delete(let tries, let elsewhere): endSession(tries: tries, elsewhere: elsewhere)
    case .afterDelete: askAfterDelete()
    case .recovery: recover()
    case .farewell(let session): delete(.farewell(session), session)
    }
  }
}
