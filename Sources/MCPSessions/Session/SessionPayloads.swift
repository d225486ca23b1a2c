import MCPWire

// The data that is valid in each state of a session.

/// What a handshake established.
struct Identity: Hashable, Sendable {
  /// Absent for a server that keeps no sessions.
  let id: SessionID?
  let revision: Revision
  let server: ServerIdentity
  /// Whether the server says that it has tools, so that listing them is a fair question.
  let lists: Bool
  /// Whether there is a stream to ask for: always with a session, else if lists tell when they change.
  var tellsChanges = true
  /// Over HTTP+SSE: the server holds what it knows of us for as long as the stream.
  var isOverStream = false
  /// A process, which holds what it knows of us as long as it lives.
  var isOverPipe = false
  let established: Moment
  /// The request that began what it belongs to; absent for what an earlier run left.
  var conversation: TransferID?

  /// Whether the server holds something for us that it can lose, so that a 404 means a loss.
  var isHeldByServer: Bool { id != nil || isOverStream || isOverPipe && !isModern }
}

/// The GET of HTTP+SSE is in flight, its `endpoint` event has not come.
struct Attachment: Hashable, Sendable {
  let transfer: TransferID
  let due: Instant
}

/// HTTP+SSE of revision 2024-11-05: the stream that carries all answers, and where requests go.
struct Channel: Hashable, Sendable {
  let stream: TransferID
  let endpoint: Endpoint
  let since: Moment
  /// Events that are no messages were told of.
  var reportedOddity = false
  var rhythm = Rhythm()
}

/// `initialize` is in flight.
struct Handshake: Hashable, Sendable {
  var exchange: Exchange
  let offered: Revision
  let conversation: TransferID?
  /// When it is given up.
  var due: Instant?
}

extension Identity {
  var kind: SessionKind {
    if isOverPipe { return .process }
    if isModern { return .sessionless }
    if isOverStream { return .sse }
    return id == nil ? .stateless : .stateful
  }

  /// Whether the server speaks the sessionless revision with us.
  var isModern: Bool { revision == .v2026_07_28 }
}

/// `notifications/initialized` is in flight.
struct Confirmation: Hashable, Sendable {
  var exchange: Exchange
  let identity: Identity
}

/// A ping with an id that may have survived is in flight.
struct Resumption: Hashable, Sendable {
  var exchange: Exchange
  let live: Live
}

/// A session that works.
struct Live: Hashable, Sendable {
  let identity: Identity
  /// When this stretch of life began: the handshake, or the moment the id proved to have survived.
  let revived: Instant
  var lastGood: Moment
  var lastValid: Moment
  var probe: Probe
  var stream: Stream
  /// Probes in a row without a usable answer.
  var missed = 0
  var lastMiss: SessionError?
  /// How slow it is, while it is.
  var slow: SlowAnswers?
  /// Slow answers in a row, or below zero quick ones.
  var slowStreak = 0
  /// The list is to be asked for at the next probe, whatever the count of probes says.
  var wantsList = false
  /// When it is asked for because the server says that it changed.
  var changes = ListChanges()
  /// The list is answered like a lost session although this one lives.
  var isListOff = false
  /// The list was answered like a lost session, which the next ping decides about.
  var listRefusal: SessionError?
  /// How often it was answered so, by the code for that.
  var listLosses = 0
  /// The pages of a list that is being read.
  var pages: Pages?
  /// Something gave reason to ask whether the session lives: with a ping, before anything else.
  var isDoubted = false
  /// `initialized` was refused: the session counts once the server has answered with its id.
  var isUnconfirmed = false
  /// Nobody was asked since then, because the way to the server is closed.
  var heldSince: Moment?
  /// That way, as it was closed first since then.
  var closedWay: ClosedWay?
  /// Our stream is closed, to see whether it keeps the server from answering.
  var trial: StreamTrial?
  /// The server has no `ping`, as it says or as was found out: it is asked for its list instead.
  var lacksPing = false
  /// The first ping was refused: its list is to tell whether more than that is.
  var refusedPing: SessionError?
  /// When the last ping was sent, or this stretch of life began.
  var pinged: Instant
  /// Pings in a row without a usable answer, whatever was answered between them.
  var missedPings = 0
  /// A ping was answered as it should be, so that another answer to one is news.
  var answersPing = false
  /// The last probe found its kept connection closed: the next one takes a new one.
  var lostConnection = false
  var probesSent = 0
  /// Why there is no stream, or why the last one ended.
  var streamFailure: SessionError?
  /// Events that are no messages were told of.
  var reportedOddity = false
  /// A strange id was seen and reported.
  var reportedConflict = false
}

/// The question whether the session still works.
enum Probe: Hashable, Sendable {
  /// Probing is switched off.
  case off
  case due(Instant)
  case inFlight(Exchange)
}

/// The GET stream.
enum Stream: Hashable, Sendable {
  /// Not wanted.
  case off
  /// The server has none for us; not asked again in this session.
  case notOffered
  case waiting(until: Instant, StreamMemory)
  case opening(TransferID, StreamMemory)
  case open(TransferID, since: Moment, StreamMemory)
}

/// What is known of earlier streams of the same session.
struct StreamMemory: Hashable, Sendable {
  /// Tries in a row that brought no stream that lasted.
  var attempts = 0
  /// When it was asked for.
  var asked: Instant?
  /// A question that was asked beside it was answered well.
  var letsThrough = false
  /// What the server asked to wait before a reconnect.
  var retry: Duration?
  var lastEventID = ""
  /// Events on it that are no messages.
  var oddities = 0
  var rhythm = Rhythm()
}

/// A failure or a loss, and when the next attempt comes.
struct Wait: Hashable, Sendable {
  let until: Instant
  let approach: Session.Approach
}

/// The time in which a session cannot be used although it should: what it is called may change in it, its
/// beginning does not.
struct Outage: Hashable, Sendable {
  /// One that lasts longer than this is no passing thing.
  static let short = SessionReport.longDoubt

  let began: Moment
  private(set) var isLong = false

  var isLongFrom: Instant { began.instant + Self.short }

  /// What is known at `now` of one that was known as `before`; nil when there is none. One that is left alone
  /// or is being looked at anew goes on.
  init?(_ before: Outage?, in state: SessionState, at now: Moment) {
    let goesOn = before != nil && (state == .connecting || state == .paused)
    guard state.isOutage || goesOn else { return nil }
    began = before?.began ?? now
    isLong = isLongFrom <= now.instant
  }
}

/// A DELETE on its way.
struct Farewell: Hashable, Sendable {
  var exchange: Exchange
  let identity: Identity
  let id: SessionID
  /// The answer of the server's own endpoint, once the second address is asked.
  var first: Exchange.Outcome?
  /// How often it was asked before and put off.
  var tries = 0
}

/// The end of a session that its server asked to wait with.
struct PutOff: Hashable, Sendable {
  let identity: Identity
  let id: SessionID
  let tries: Int
  let due: Instant
}

/// Counts of one session since start.
struct History: Hashable, Sendable {
  /// Those that its report shows.
  var counts = SessionCounts()
  var recoveriesAttempted = 0
  var created = 0
  var opened = 0
  var ended = 0
  var leftBehind = 0
  var droppedRequests = 0
  var latency = LatencyHistogram()
  var lastReachable: Moment?
  /// How the server was spoken to when it last was of use.
  var spokeAs: SessionKind?
  /// What it called itself then.
  var server: ServerIdentity?
  /// Lines of a process that were no messages.
  var strangeLines = 0
  var lastWords = LastWords()
  /// The last exchange that succeeded and the last that showed that the server knew the session, over all of
  /// them.
  var lastGood: Moment?
  var lastValid: Moment?

  mutating func count(_ error: SessionError) {
    counts.errors[error.type, default: 0] += 1
  }

  /// What it adds to the counts over all sessions.
  var sums: Statistics {
    var sums = Statistics()
    sums.totalSessions = created
    sums.sessionErrors = counts.errors
    sums.recoveriesAttempted = recoveriesAttempted
    sums.recoveriesSucceeded = counts.recoveries
    sums.opened = opened
    sums.ended = ended
    sums.leftBehind = leftBehind
    return sums
  }
}
