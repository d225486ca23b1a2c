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
      state = .live(live)
      turn.emit(.streamOpened, .debug, self, "Stream opened")
    case .head(let head) where head.isSuccess:
      // Asking again would only bring more of the same.
      turn.actions.append(.cancel(id))
      live.stream = .notOffered
      state = .live(live)
      tell(
        SessionError(
          .protocolError, status: head.status,
          detail: "GET is answered with \(typeName(head, turn)), not an event stream"), &turn)
    case .head, .item, .arrived:
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
    switch end.head?.status {
    case 409 where memory.attempts >= Self.conflictTries:
      return streamStuck(&live, &turn)
    case 409:
      live.stream = waiting(memory, base: .seconds(2), nil, &turn)
    case 429, 503:
      live.stream = waiting(
        memory, base: .seconds(5), retryAfter(end.head?.retryAfter, now: turn.now.wall), &turn)
    case let status? where status >= 500 && status != 501:
      // Servers without an event store answer 500 to a Last-Event-ID.
      memory.lastEventID = ""
      live.stream = waiting(memory, base: .seconds(1), nil, &turn)
    case nil where end.failure?.type == .resourceError:
      // Our own side lacks something; the server has nothing to do with it.
      live.stream = waiting(memory, base: .seconds(5), nil, &turn)
      state = .live(live)
      if let failure = end.failure { tell(SessionError(failure, gate(turn)), &turn) }
      return
    case nil:
      // No answer at all: whether the session lives is for a probe to find out.
      hastenProbe(&live, &turn)
      live.stream = waiting(memory, base: .seconds(1), nil, &turn)
    case let status?:
      live.stream = .notOffered
      if [401, 403, 404, 410].contains(status) { hastenProbe(&live, &turn) }
    }
    state = .live(live)
  }

  /// The server holds a stream of ours that we do not have. A new session frees it; once.
  private mutating func streamStuck(_ live: inout Live, _ turn: inout Turn) {
    let error = SessionError(
      .sessionConflict, status: 409, detail: "the server says that another stream of this session is open")
    guard !trouble.replacedForStream else {
      live.stream = .notOffered
      state = .live(live)
      return
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
    switch event {
    case .head, .arrived:
      break
    case .item(.message(let message)):
      serverSpoke(message, &turn)
    case .item(.comment), .item(.endpoint):
      break
    case .item(.malformed(let error)):
      tell(SessionError(.protocolError, detail: "\(error)"), &turn)
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
      history.streamCuts += 1
      memory.attempts = turn.now.instant - since.instant >= Self.goodUptime ? 1 : memory.attempts + 1
      if !end.lastEventID.isEmpty { memory.lastEventID = end.lastEventID }
      live.stream = waiting(memory, base: .seconds(1), memory.retry, &turn)
      hastenProbe(&live, &turn)
      state = .live(live)
      turn.emit(
        .streamClosed, .debug, self, EventText.streamClosed(end.failure.map { SessionError($0, gate(turn)) }))
    }
  }

  private func waiting(
    _ memory: StreamMemory, base: Duration, _ asked: Duration?, _ turn: inout Turn
  ) -> Stream {
    var delay = Backoff(base: base).delay(attempt: memory.attempts, using: &turn.random)
    if let asked {
      // What the server asks for is waited for as it says, at first; repeated cuts still slow us down.
      delay = memory.attempts <= 1 ? asked : max(asked, delay)
    }
    return .waiting(until: turn.now.instant + delay, memory)
  }
}
