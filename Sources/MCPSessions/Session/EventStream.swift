import MCPWire

// The GET stream: optional, silent by nature, and never proof of life or death. Every refusal is benign; a
// probe decides about the session (specification 2025-11-25, "Listening for Messages from the Server").

extension Session {
  /// A stream that lasted this long was a good one: the next cut is a first one again.
  private static let goodUptime = Duration.seconds(10)
  /// Tries against "409, another stream is open" before the session is replaced once.
  private static let conflictTries = 4

  func firstStream(_ identity: Identity, _ turn: inout Turn) -> Stream {
    guard server.settings.stream, identity.tellsChanges, !identity.isOverStream, !identity.isOverPipe else {
      return .off
    }
    if let blockedUntil = trouble.streamBlockedUntil, blockedUntil > turn.now.instant {
      return .waiting(until: blockedUntil, StreamMemory())
    }
    return .waiting(until: turn.now.instant, StreamMemory())
  }

  mutating func streamOpening(
    _ live: Live, _ id: TransferID, _ memory: StreamMemory, _ event: TransferEvent, _ turn: inout Turn
  ) {
    var live = live
    switch event {
    case .head(let head)
    where head.status == 200 && head.isEventStream:
      live.stream = .open(id, since: turn.now, memory)
      live.streamFailure = nil
      state = .live(live)
      turn.emit(.streamOpened, .debug, self, "Stream opened")
    case .head(let head) where head.isSuccess:
      // Asking again would only bring more of the same.
      turn.actions.append(.cancel(id))
      live.stream = .notOffered
      let error = SessionError(
        .protocolError, status: head.status,
        detail: "GET is answered with \(typeName(head, turn)), not an event stream", request: .stream)
      live.streamFailure = error
      state = .live(live)
      tell(error, &turn)
    case .sent, .head, .item, .arrived, .heldBack:
      break
    case .ended(let end):
      streamRefused(&live, memory, end, &turn)
    }
  }

  private mutating func streamRefused(
    _ live: inout Live, _ memory: StreamMemory, _ end: TransferEnd, _ turn: inout Turn
  ) {
    var memory = memory
    memory.attempts += 1
    let error = streamError(end, turn)
    let isNews = error.map { live.streamFailure?.isLike($0) != true } ?? false
    live.streamFailure = error
    let hadID = !memory.lastEventID.isEmpty
    if let status = end.head?.status, status >= 400, hadID, status != 409, status != 429 {
      // What it refuses may be the place to resume from, as by servers that keep no events: once without.
      memory.lastEventID = ""
      live.stream = waiting(memory, base: .seconds(1), nil, &turn)
      if [401, 403, 404, 410].contains(status) { hastenProbe(&live, &turn) }
      state = .live(live)
      return
    }
    switch end.head?.status {
    case 409 where memory.attempts >= Self.conflictTries:
      return streamStuck(&live, &turn)
    case 409:
      live.stream = waiting(memory, base: .seconds(2), nil, &turn)
    case 429, 503:
      live.stream = waiting(
        memory, base: .seconds(5), Patience(end.head?.retryAfter, now: turn.now.wall), &turn)
    case let status? where status >= 500 && status != 501:
      live.stream = waiting(memory, base: .seconds(1), nil, &turn)
    case nil where end.failure?.type == .resourceError:
      // Our own side lacks something; the server has nothing to do with it.
      live.stream = waiting(memory, base: .seconds(5), nil, &turn)
    case nil:
      // No answer at all: whether the session lives is for a probe to find out.
      hastenProbe(&live, &turn)
      live.stream = waiting(memory, base: .seconds(1), nil, &turn)
    case let status?:
      live.stream = .notOffered
      if [401, 403, 404, 410].contains(status) { hastenProbe(&live, &turn) }
    }
    state = .live(live)
    guard isNews, let error, end.head?.status != 405 else { return }
    if error.type == .resourceError { return tell(error, &turn) }
    // That there is none is as it may be; one that fails where it should not is told, once for each reason.
    let isFailure =
      end.head.map { [409, 429].contains($0.status) || $0.status >= 500 || $0.status < 400 } ?? true
    turn.emit(
      .streamClosed, isFailure ? .info : .debug, self, error: isFailure ? error : nil,
      EventText.streamRefused(error))
  }

  /// Why there is no stream.
  private func streamError(_ end: TransferEnd, _ turn: Turn) -> SessionError? {
    if let failure = end.failure { return SessionError(failure, gate(turn)).asked(of: .stream) }
    guard let head = end.head else { return nil }
    let seen = judge(.status(head, nil, excerpt: end.excerpt), carriedID: false, gate(turn))
    return seen.error?.asked(of: .stream)
  }

  /// The server holds a stream of ours that we do not have. A new session frees it; once.
  private mutating func streamStuck(_ live: inout Live, _ turn: inout Turn) {
    let error = SessionError(
      .sessionConflict, status: 409, detail: "the server says that another stream of this session is open")
    guard !trouble.replacedForStream else {
      live.stream = .notOffered
      live.streamFailure = error
      state = .live(live)
      return turn.emit(.streamClosed, .info, self, error: error, EventText.streamRefused(error))
    }
    trouble.replacedForStream = true
    cancelTransfers(&turn)
    sayFarewell(live.identity, &turn)
    lose(error, approach: anew, &turn)
  }

  mutating func streamOpen(
    _ live: Live, _ id: TransferID, _ since: Moment, _ memory: StreamMemory, _ event: TransferEvent,
    _ turn: inout Turn
  ) {
    var live = live
    var memory = memory
    history.lastReachable = turn.now
    if case .item(let item) = event {
      memory.rhythm.take(item, at: turn.now.instant)
      live.stream = .open(id, since: since, memory)
      state = .live(live)
    }
    switch event {
    case .sent, .head, .arrived, .heldBack:
      break
    case .item(.message(let message)):
      if !takeFromStream(message, event, &turn) { serverSpoke(message, &turn) }
    case .item(.comment), .item(.endpoint):
      break
    case .item(.malformed(let error)):
      odd("\(error)", &live, &memory, &turn)
      live.stream = .open(id, since: since, memory)
      state = .live(live)
    case .item(.complaint(let words)):
      odd("\(gate(turn).text(words))", &live, &memory, &turn)
      live.stream = .open(id, since: since, memory)
      state = .live(live)
    case .item(.retry(let milliseconds)):
      memory.retry = .milliseconds(max(milliseconds, 500))
      live.stream = .open(id, since: since, memory)
      state = .live(live)
    case .item(.tooLarge):
      turn.actions.append(.cancel(id))
      memory.attempts += 1
      live.stream = waiting(memory, base: .seconds(2), nil, &turn)
      state = .live(live)
      tell(SessionError(.responseTooLarge, detail: "an event of the stream is too large"), &turn)
    case .ended(let end):
      history.counts.streamCuts += 1
      memory.attempts = turn.now.instant - since.instant >= Self.goodUptime ? 1 : memory.attempts + 1
      if !end.lastEventID.isEmpty { memory.lastEventID = end.lastEventID }
      live.stream = waiting(memory, base: .seconds(1), Patience(asked: memory.retry), &turn)
      hastenProbe(&live, &turn)
      state = .live(live)
      turn.emit(
        .streamClosed, .debug, self, EventText.streamClosed(end.failure.map { SessionError($0, gate(turn)) }))
    }
  }

  /// An event that is no message: told once, then counted. Some servers keep their streams alive so.
  private mutating func odd(
    _ words: Sentence, _ live: inout Live, _ memory: inout StreamMemory, _ turn: inout Turn
  ) {
    memory.oddities += 1
    guard memory.oddities == 1, !live.reportedOddity else { return history.counts.oddities += 1 }
    live.reportedOddity = true
    history.counts.oddities += 1
    tell(
      SessionError(
        .protocolError, detail: "an event that is no message (\(words)); more of them are only counted",
        request: .stream), &turn)
  }

  /// Signs of life came by themselves and come no more, on a connection that nobody closed.
  mutating func streamFellSilent(
    _ transfer: TransferID, _ memory: StreamMemory, _ live: inout Live, _ turn: inout Turn
  ) {
    turn.actions.append(.cancel(transfer))
    var memory = memory
    memory.rhythm = Rhythm()
    memory.attempts = 1
    history.counts.streamCuts += 1
    let error = SessionError(
      .sessionTimeout, detail: "its keep-alives stopped on a connection that is still open", request: .stream)
    live.streamFailure = error
    live.stream = waiting(memory, base: .seconds(1), nil, &turn)
    tell(error, isNews: false, &turn)
    turn.emit(.streamClosed, .info, self, error: error, EventText.streamClosed(error))
    hastenProbe(&live, &turn)
  }

  private func waiting(
    _ memory: StreamMemory, base: Duration, _ patience: Patience?, _ turn: inout Turn
  ) -> Stream {
    let own = Backoff(base: base).delay(attempt: memory.attempts, using: &turn.random)
    let delay = patience?.beforeStream(attempts: memory.attempts, own: own) ?? own
    return .waiting(until: turn.now.instant + delay, memory)
  }
}
