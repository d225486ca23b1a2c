package import MCPWire

/// Looks at one server step by step, once: the way to it, its handshake, what its session is worth, and how
/// it ends. It decides; what it asks for is done elsewhere, and answered by `transfer`, `process` and
/// `answer`.
///
/// Whatever comes, each session that it opened is asked to end before it is over.
package struct ServerProbe: Sendable {
  /// What is to be done outside.
  package enum Order: Sendable {
    case send(TransferRequest)
    /// Let it end by itself within a moment; its further news do not matter.
    case release(TransferID)
    case cancel(TransferID)
    /// A document about signing in is wanted.
    case ask(IssuerRequest)
    case launch(ProcessRequest)
    case write(TransferID, line: String)
    /// Begin to end a process; its last word is still wanted.
    case endProcess(TransferID)
    /// To be written down, so that a later run can end what this one leaves.
    case journal(JournalLine)
  }

  /// A tool that a person wants to have called.
  package struct Call: Hashable, Sendable {
    package let name: String
    /// The text of a JSON object.
    package let arguments: String

    package init(name: String, arguments: String) {
      self.name = name
      self.arguments = arguments
    }
  }

  /// What is in flight or waited for; one thing at a time.
  enum State: Sendable {
    case new
    case asking(Question)
    /// A TLS handshake that failed is made once more to see the certificate.
    case inspecting(TransferID, Failure)
    case seekingIssuer(IssuerSearch)
    /// A person signs in; what was asked is asked again after that.
    case waitingForSignIn(Task)
    /// The stream of HTTP+SSE is asked for.
    case attaching(TransferID, sent: Instant, due: Instant)
    case listening(Listening)
    case starting(TransferID)
    case ending(since: Instant)
    case over
  }

  /// Why the way could not be gone, and how far it could be.
  struct Failure: Sendable {
    let error: SessionError
    let route: Route
  }

  /// One request and what it is about.
  struct Question: Sendable {
    let task: Task
    var exchange: Exchange

    /// In which revision a session would be that its answer opens; absent where it should open none.
    func opens(_ known: Revision?) -> Revision? {
      switch task {
      case .initialize(let revision): revision
      case .discover, .unknownID, .recovery: known ?? .newestWithSessions
      default: nil
      }
    }
  }

  /// What can be asked.
  enum Task: Sendable {
    case initialize(Revision)
    case discover
    case initialized
    case ping
    case list(Pages)
    case call
    case stream
    case unknownID
    case freshConnections(tried: Int, known: Int, why: SessionError?)
    /// `elsewhere`: at the address of the settings.
    case delete(tries: Int, elsewhere: Bool)
    case afterDelete
    case recovery
    /// What else the server gave an id for.
    case farewell(OpenSession)
  }

  let server: Server
  let key: SessionKey
  let call: Call?
  /// An id that no server ever gave.
  let strangeID: SessionID
  var state = State.new
  package internal(set) var report: ProbeReport
  var now: Moment
  var orders: [Order] = []
  /// What is to be tried next, the first first.
  var tasks: [Task] = []

  var identity: Identity?
  var channel: Channel?
  var pipe: ProbePipe?
  /// Sessions that the server gave and that are not ended.
  var open: [OpenSession] = []
  /// Revisions that were refused; the sessionless one is asked for twice where its refusal lists it.
  var refusedRevisions: [Revision] = []
  var hasSeenWay = false
  /// How far the first request came that was not answered.
  var lastRoute: Route?
  /// The sessionless revision was asked for, or is about to be.
  var isModernTold = false
  /// How the first POST was refused, where HTTP+SSE was tried after it.
  var refusal: SessionError?
  /// An id that it never gave was accepted.
  var takesAnyID = false
  /// DELETE found no such session, which is as well what a server says that does not know DELETE.
  var endRefusal: Int?
  /// Requests reach replicas that do not know the session.
  var isScattered = false
  var authorization: AuthorizationReport?
  /// Nobody waits any more: what is open is ended, and that is all.
  var stopLimit: Instant?
  var redactor = Redactor()
  var known = KnownSecrets()
  var lastRequestID: Int64 = 0
  var lastTransfer: UInt64 = 0
  /// The request that began the conversation: the first one that got through.
  var conversation: TransferID?
  var replies = 0
  var stepBegan: Instant

  /// How long the end may take once nobody waits.
  static let stopPatience = Duration.seconds(4)

  /// `key` names the one session of `server` that is looked at.
  package init(
    _ server: Server, key: SessionKey, call: Call? = nil, strangeID: SessionID, at now: Moment
  ) {
    self.server = server
    self.key = key
    self.call = call
    self.strangeID = strangeID
    self.now = now
    stepBegan = now.instant
    report = ProbeReport(
      server: ForeignText(local: server.name, limit: 60), user: PrintableText.line(key.user, limit: 60),
      transport: server.transport, url: server.endpoint?.display, began: now)
    redactor.learn(server)
  }

  // MARK: - Inputs

  /// Begins; to be called once.
  package mutating func start(at now: Moment) -> [Order] {
    guard case .new = state else { return [] }
    self.now = now
    if let process = server.process {
      launch(process)
    } else if server.transport == .sse || server.settings.wire == .sse {
      attach()
    } else if server.settings.wire == .sessionless {
      discover()
    } else {
      initialize(.newestWithSessions)
    }
    return takeOrders()
  }

  /// Something happened to a request.
  package mutating func transfer(_ id: TransferID, _ event: TransferEvent, at now: Moment) -> [Order] {
    self.now = now
    if case .head(let head) = event { learn(head) }
    if let channel, channel.stream == id {
      channelSpoke(event)
      return takeOrders()
    }
    if case .head(let head) = event, case .asking(let question) = state, question.exchange.transfer == id,
      head.isSuccess, let revision = question.opens(identity?.revision)
    {
      noteOpened(head, revision)
      // Once nobody waits, the rest of the answer tells nothing that matters any more.
      if stopLimit != nil, !open.isEmpty {
        orders.append(.cancel(id))
        advance()
        return takeOrders()
      }
    }
    switch state {
    case .asking(let question) where question.exchange.transfer == id: take(event, question)
    case .inspecting(id, let failure): inspected(event, failure)
    case .attaching(id, let sent, _): attaching(event, id, sent: sent)
    case .listening(let listening) where listening.transfer == id: heard(event, listening)
    default: break
    }
    return takeOrders()
  }

  /// Time has passed; to be called at `deadline`.
  package mutating func wake(at now: Moment) -> [Order] {
    self.now = now
    switch state {
    case .asking(var question):
      if let rest = question.exchange.rest, rest.due <= now.instant {
        question.exchange.follow(poll(rest.lastEventID, of: question))
        state = .asking(question)
      } else if let due = question.exchange.answerDue, due <= now.instant {
        answered(question, .broken(silence(since: question.exchange.sent), nil))
      }
    case .attaching(let id, _, let due) where due <= now.instant:
      orders.append(.cancel(id))
      attachFailed(SessionError(.protocolError, detail: "no endpoint event came within 5 s"))
    case .listening(let listening) where listening.due <= now.instant: listenedEnough(listening)
    default: break
    }
    if let stopLimit, stopLimit <= now.instant { giveUp() }
    return takeOrders()
  }

  /// When `wake` is to be called although nothing happens.
  package var deadline: Instant? {
    let own: Instant? =
      switch state {
      case .asking(let question): question.exchange.deadline
      case .attaching(_, _, let due): due
      case .listening(let listening): listening.due
      case .new, .inspecting, .seekingIssuer, .waitingForSignIn, .starting, .ending, .over: nil
      }
    return [own, stopLimit].compactMap { $0 }.min()
  }

  /// Nobody waits any more: `why` is what a person reads. What is open is ended, within four seconds.
  package mutating func stop(_ why: Sentence, at now: Moment) -> [Order] {
    self.now = now
    guard stopLimit == nil, !isOver else { return [] }
    report.interruption = why
    stopLimit = now.instant + Self.stopPatience
    tasks = []
    switch state {
    case .new: state = .over
    case .asking(let question):
      switch question.task {
      // Its answer may hold an id, which is to be ended then; unless that is known already.
      case .initialize where pipe == nil && open.isEmpty, .recovery where open.isEmpty: break
      case .delete, .farewell: break
      default:
        orders.append(.cancel(question.exchange.transfer))
        advance()
      }
    case .inspecting(let id, _), .attaching(let id, _, _):
      orders.append(.cancel(id))
      finish()
    case .listening(let listening):
      orders.append(.cancel(listening.transfer))
      advance()
    case .seekingIssuer, .waitingForSignIn: leave()
    case .starting(let id): orders.append(.endProcess(id))
    case .ending, .over: break
    }
    return takeOrders()
  }

  /// What is known of the token that goes with requests, whether it is a new one, and what must not be shown
  /// from now on.
  package mutating func note(
    _ report: AuthorizationReport?, isNew: Bool, secrets: [Secret], at now: Moment
  ) -> [Order] {
    self.now = now
    for secret in secrets { known.learn(secret) }
    authorization = report ?? authorization
    if case .waitingForSignIn(let task) = state {
      if isNew {
        perform(task)
      } else if authorization?.step == nil, let why = authorization?.why {
        unauthorized(why, nil)
      }
    }
    return takeOrders()
  }

  /// Whether there is nothing more to come.
  package var isOver: Bool { if case .over = state { true } else { false } }

  mutating func takeOrders() -> [Order] {
    defer { orders = [] }
    return orders
  }
}
