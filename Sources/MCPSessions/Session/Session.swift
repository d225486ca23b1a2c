// Long, because every input, every field and the one deadline of a session stand here together.

import MCPWire

/// One session's whole life. Everything that touches its state lives in the `Session…` files of this folder;
/// they wait for nothing, send nothing and read no clock: what happened goes in, what is to be done comes
/// out.
///
/// | state | entered by | left by |
/// | --- | --- | --- |
/// | unmonitored, broken | configuration | never |
/// | idle | `startup: false`, or switched off in the file | the operator |
/// | queued | start, a wait that is over, the operator | its turn, given by the fleet |
/// | initializing | its turn | the answer to `initialize` |
/// | launching | its turn, for a process | the process runs |
/// | attaching | its turn, over HTTP+SSE | the `endpoint` event of its stream |
/// | discovering | its turn, for a sessionless server | the answer to `server/discover` |
/// | confirming | a good InitializeResult | the answer to `notifications/initialized` |
/// | resuming | its turn, with an id that may have survived | the answer to a ping with that id |
/// | live | `initialized` accepted, or the id survived | a loss, the operator |
/// | waiting | a failure or a loss | its time, the way opening again, the operator |
/// | closing | the operator, the end | the answer to DELETE |
/// | closed | `closing` | the operator |
///
/// In every state late news (of transfers that the state does not know) are dropped.
struct Session: Sendable {
  enum State: Sendable {
    case unmonitored(Sentence)
    case broken(SessionError)
    case idle
    case queued(Approach)
    case initializing(Handshake)
    case discovering(Exchange)
    case attaching(Attachment)
    /// The process is being started, or waits for the one before to end.
    case launching(due: Instant)
    case confirming(Confirmation)
    case resuming(Resumption)
    case live(Live)
    case waiting(Wait)
    case closing
    case closed
  }

  /// How a session that waits for its turn will come (back) to life.
  enum Approach: Hashable, Sendable {
    case initialize(Revision)
    /// Ask a server of the sessionless revision what it is.
    case discover
    /// Open the stream of HTTP+SSE that a session lives on.
    case attach
    /// Start the process that the server is.
    case launch
    /// The id may still be good: ask before making a new one.
    case resume(Live)

    var guest: Guest { if case .resume = self { .holder } else { .newcomer } }
  }

  /// Told by the fleet.
  enum Input: Sendable {
    case start
    /// The deadline is reached.
    case timer
    /// The session may connect now.
    case turn
    case transfer(TransferID, TransferEvent)
    case process(TransferID, ProcessEvent)
    case act(OperatorAction, Operator)
    /// The configuration keeps the session, with other settings.
    case adopt(Server)
    /// There is another credential for its server, or none any more.
    case credentialChanged
    /// Its server gave its id to another session of ours as well.
    case sharesID
    /// A request of it was not sent, because the way to its server is closed.
    case held(TransferID, ClosedWay)
    /// The way is open to others: the trouble is its own.
    case backOff
    /// The time for ending sessions is over: what is not ended is left.
    case giveUp
    /// A session of an earlier run is still open.
    case leftover(OpenSession)
    /// The whole program ends.
    case stop
    /// The configuration no longer has the session.
    case retire
  }

  let key: SessionKey
  var server: Server
  /// What is started for a server that is a process, as people may see it.
  var commandLine = Sentence.empty
  /// What belongs to its server and must not be shown; it learns what appears later.
  var redactor = Redactor()
  var state: State
  /// What the last loss taught; forgotten after ten seconds of health.
  var trouble = Trouble()
  /// Counts that outlive states.
  var history = History()
  var replies = ReplyQueue()
  /// DELETEs on their way, for ids that the state no longer knows.
  var farewells: [TransferID: Farewell] = [:]
  /// Those that are said again, the order that of their putting off.
  var putOff: [PutOff] = []
  /// Handshakes that are under way for nobody.
  var abandoned: [TransferID: Abandoned] = [:]
  var tools = ToolList()
  var traffic = Traffic()
  /// The whole program ends.
  var isStopping = false
  /// The configuration no longer has it.
  var isRetired = false
  /// JSON-RPC ids are never used twice by one session.
  var lastRequestID: Int64 = 0
  /// The request that began the present conversation.
  var conversation: TransferID?
  /// The server was seen to speak the sessionless revision only.
  var speaksModern = false { didSet { if speaksModern { pipeEra = .unknown } } }
  /// The newest revision that a handshake offers; an older one where the server agreed on a newer one and
  /// then refused it.
  var newestOffered = Revision.newestWithSessions
  /// The server was seen to speak HTTP+SSE.
  var speaksOverStream = false
  /// The server as it was seen to have no ping; another version of it is asked again.
  var pingless: ServerIdentity?
  /// Why pings are not answered where lists are, so that those are asked for in their place.
  var pingFailure: SessionError?
  /// The stream of HTTP+SSE, in every state that has one.
  var channel: Channel?
  /// The process that the server is, in every state that has one.
  var pipe: Pipe?
  /// Processes that were told to end and have not yet.
  var partings: [TransferID: Pipe] = [:]
  /// How the process was found to speak.
  var pipeEra = PipeEra.unknown
  /// The operator wants it left alone: nothing is probed, nothing is tried. By whom and since when.
  var held: (by: Operator, since: Moment)?
  var isPaused: Bool { held != nil }
  /// The time in which it could not be used, if it cannot be.
  private(set) var outage: Outage?
  /// The cookies that its server set last.
  var cookies: [String] = []
  /// When the state that people see was entered.
  var since: Moment
  /// Where the last step left it.
  private(set) var summary = Summary()

  init(key: SessionKey, server: Server, at now: Moment) {
    self.key = key
    self.server = server
    redactor.learn(server)
    commandLine = CommandReport(server)?.line ?? .empty
    since = now
    switch server.availability {
    case .unmonitored(let why): state = .unmonitored("\(ForeignText(local: why))")
    case .broken(let why): state = .broken(SessionError(.configError, detail: "\(ForeignText(local: why))"))
    case .automatic, .onDemand, .switchedOff: state = .idle
    }
    summary = summarize(publicState)
  }

  /// The one door: takes what happened and asks, in `turn`, for what is to be done.
  mutating func handle(_ input: Input, _ turn: inout Turn) {
    let before = summary.state
    let held = identity
    switch input {
    case .start: start(&turn)
    case .timer: deadlineReached(&turn)
    case .turn: takeTurn(&turn)
    case .transfer(let id, let event): transfer(id, event, &turn)
    case .process(let id, let event): processSpoke(id, event, &turn)
    case .act(let action, let by): act(action, by, &turn)
    case .adopt(let server): adopt(server, &turn)
    case .credentialChanged: credentialChanged(&turn)
    case .sharesID:
      tell(SessionError(.sessionConflict, detail: "another session of ours was given the same id"), &turn)
    case .held(let id, let way): postpone(id, way, &turn)
    case .backOff: backOff(&turn)
    case .giveUp: giveUp(&turn)
    case .leftover(let session): endLeftover(session, &turn)
    case .stop:
      isStopping = true
      stop(&turn)
    case .retire:
      isRetired = true
      stop(&turn)
    }
    if case .live = state { trouble.hasFallenBack = false }
    measureEnd(of: held, &turn)
    outage = Outage(outage, in: publicState, at: turn.now)
    summary = summarize(publicState)
    if summary.state != before {
      since = summary.state.isOutage ? outage?.began ?? turn.now : turn.now
      announceState(&turn)
    }
  }

  /// Whether something that is no part of its life any more is still to come to an end.
  var isSayingFarewell: Bool {
    !farewells.isEmpty || !putOff.isEmpty || !partings.isEmpty || !abandoned.isEmpty
  }

  mutating func start(_ turn: inout Turn) {
    guard case .idle = state else {
      if case .broken(let error) = state {
        history.count(error)
        turn.emit(.sessionError, .error, self, error: error, EventText.sessionError(error))
      }
      return
    }
    guard server.availability == .automatic else { return }
    queue(anew, &turn)
  }

  /// How a connection is made from nothing: by what the server was seen to speak, or as the settings say.
  var anew: Approach {
    switch server.settings.wire {
    case _ where server.process != nil: .launch
    case .sessionless: .discover
    case .session: .initialize(newestOffered)
    case .sse: .attach
    case .automatic where server.transport == .sse || speaksOverStream: .attach
    case .automatic: speaksModern ? .discover : .initialize(newestOffered)
    }
  }

  /// The one way to an attempt. Who is to be left alone makes none.
  mutating func queue(_ approach: Approach, atOnce: Bool = false, _ turn: inout Turn) {
    guard !isPaused else { return state = .waiting(Wait(until: turn.now.instant, approach: approach)) }
    state = .queued(approach)
    // One handshake at a time: the one that nobody wants any more comes to its end first.
    guard abandoned.isEmpty else { return }
    turn.actions.append(.requestTurn(atOnce: atOnce, approach.guest))
  }

  private mutating func takeTurn(_ turn: inout Turn) {
    guard case .queued(let approach) = state else { return }
    if trouble.cause != nil { attemptStarts(&turn) }
    // Whatever was spoken with a process, with another one that begins anew.
    if server.process != nil, pipe == nil { return launch(&turn) }
    switch approach {
    case .initialize(let revision): initialize(revision, &turn)
    case .discover: discover(&turn)
    case .attach: attach(&turn)
    case .launch: launch(&turn)
    case .resume(let live): resume(live, &turn)
    }
  }

  private mutating func deadlineReached(_ turn: inout Turn) {
    sendDueReply(&turn)
    dropAbandoned(&turn)
    sayDueFarewells(&turn)
    traffic.settle(at: turn.now.instant)
    askForRest(&turn)
    guard !answerIsOverdue(&turn) else { return }
    switch state {
    case .attaching(let attachment) where attachment.due <= turn.now.instant:
      noEndpoint(attachment, &turn)
    case .launching(let due) where due <= turn.now.instant:
      launchIsOverdue(&turn)
    case .initializing(let handshake) where handshake.due.map { $0 <= turn.now.instant } == true:
      handshakeIsOverdue(handshake, &turn)
    case .live(let live): lookAfter(live, &turn)
    case .waiting(let wait) where wait.until <= turn.now.instant && !isPaused:
      queue(wait.approach, &turn)
    default: break
    }
  }
}
