import MCPWire

// A stream that is in the way: some servers answer nothing, or refuse everything, while our stream is open.
// It is found out by closing it: what began with the stream and ends with it was the stream's doing.

extension Session {
  /// How long a server that answers nothing while our stream is open is spared of it.
  private static let blockPause = Duration.seconds(600)
  /// Refusals that came and went with a stream, in a row, before it is held to be the reason: one alone may
  /// have been anybody's.
  private static let strikeLimit = 2

  /// A question was not answered as it should be, at a time in which our stream was up and nothing asked
  /// beside it had been answered well.
  func isBesideStream(_ exchange: Exchange, _ live: Live) -> Bool {
    guard let memory = live.stream.held?.memory, let asked = memory.asked else { return false }
    return exchange.sent >= asked && !memory.letsThrough
  }

  /// What an answer to a question tells of the stream that was up beside it, or was not.
  mutating func weighStream(
    _ exchange: Exchange, _ verdict: Verdict, _ live: inout Live, _ turn: inout Turn
  ) {
    guard verdict.isAnswer else {
      guard verdict.mayBeTheStreams else { return }
      if isBesideStream(exchange, live) { trouble.suspectsStream = true }
      guard live.stream.held == nil, verdict.isRefusal else { return }
      // A trial that shows the same without the stream says that it was not the stream.
      if let trial = live.trial, exchange.sent >= trial.began { trouble.suspectsStream = false }
      if live.trial == nil { acquitStream(&live, turn) }
      return
    }
    guard live.stream.held != nil else {
      guard let trial = live.trial, exchange.sent >= trial.began else { return }
      live.trial = nil
      trouble.suspectsStream = trouble.suspectsStream || trial.isOfSilence
      passedWithoutStream(weight: trial.isOfSilence ? Self.strikeLimit : 1, &turn)
      live.stream = firstStream(live.identity, &turn)
      live.streamFailure = blockFailure(turn) ?? live.streamFailure
      // What the stream kept from being read is read now.
      if tools.failure != nil || awaitsFirstList { live.wantsList = true }
      return
    }
    guard live.stream.letThrough(exchange.sent) else { return }
    (trouble.suspectsStream, trouble.streamStrikes) = (false, 0)
  }

  /// A request was answered well while no stream of ours was up: what was refused beside one speaks against
  /// it, with so much weight.
  mutating func passedWithoutStream(weight: Int = 1, _ turn: inout Turn) {
    guard trouble.suspectsStream else { return }
    trouble.suspectsStream = false
    trouble.streamStrikes += weight
    guard trouble.streamStrikes >= Self.strikeLimit else { return }
    trouble.streamStrikes = 0
    trouble.streamBlocks += 1
    let pause = trouble.streamBlocks > 1 ? Self.blockPause * 144 : Self.blockPause
    trouble.streamBlockedUntil = turn.now.instant + pause
    trouble.isBlockOfRefusals = weight < Self.strikeLimit
    guard let error = blockFailure(turn) else { return }
    turn.emit(.streamClosed, .warning, self, error: error, EventText.streamRefused(error))
  }

  /// Why there is no stream, where one was found in the way.
  func blockFailure(_ turn: Turn) -> SessionError? {
    guard let until = trouble.streamBlockedUntil, until > turn.now.instant else { return nil }
    return SessionError(
      .sessionConflict, detail: "requests are answered only while our stream is closed, so it is left off",
      request: .stream)
  }

  /// What is refused without a stream as well was not the stream's doing: it may be opened again.
  private mutating func acquitStream(_ live: inout Live, _ turn: Turn) {
    guard trouble.isBlockOfRefusals, blockFailure(turn) != nil else { return }
    (trouble.streamBlocks, trouble.streamBlockedUntil, trouble.isBlockOfRefusals) = (0, nil, false)
    if case .waiting = live.stream {
      live.stream = .waiting(until: turn.now.instant + .seconds(1), StreamMemory())
      live.streamFailure = nil
    }
  }

  /// Closes the stream beside which a question was not answered, to see whether that was it.
  mutating func closeStreamForTrial(_ live: inout Live, ofSilence: Bool, _ turn: inout Turn) {
    guard let held = live.stream.held, live.trial == nil else { return }
    turn.actions.append(.cancel(held.transfer))
    live.stream = .waiting(until: turn.now.instant + Self.blockPause, StreamMemory())
    live.trial = StreamTrial(began: turn.now.instant, isOfSilence: ofSilence)
  }

  /// A question that was refused beside a stream is asked once more without it, before anything follows from
  /// the refusal; true when that is so.
  mutating func triesWithoutStream(
    _ exchange: Exchange, _ verdict: Verdict, _ outcome: Exchange.Outcome, _ live: inout Live,
    _ turn: inout Turn
  ) -> Bool {
    // Silence has a trial of its own.
    guard isBesideStream(exchange, live), live.trial == nil, verdict.mayBeTheStreams, !verdict.isSilence,
      outcome.head?.retryAfter == nil
    else { return false }
    let error = verdict.error ?? spokenError(verdict, outcome, turn)
    live.missed += 1
    live.lastMiss = spoken(error).asked(of: exchange.purpose)
    history.counts.missed += 1
    tell(error, &turn)
    closeStreamForTrial(&live, ofSilence: false, &turn)
    hastenProbe(&live, &turn)
    return true
  }
}

/// Our stream was closed, to see whether it keeps the server from answering.
struct StreamTrial: Hashable, Sendable {
  let began: Instant
  /// Nothing was answered; else something was refused.
  let isOfSilence: Bool
}

extension Verdict {
  /// The server took the question for what it is.
  fileprivate var isAnswer: Bool {
    switch self {
    case .good: true
    case .methodFailed(let error): error.code == RPCError.methodNotFound
    default: false
    }
  }

  /// Something was answered that a stream can be the reason for, or nothing was.
  fileprivate var mayBeTheStreams: Bool {
    switch self {
    // A session that is gone is gone, with or without a stream.
    case .good, .lost: false
    case .methodFailed(let error): error.code != RPCError.methodNotFound
    // Nor is a stream the reason why somebody is to sign in.
    case .refused(let error) where error.type == .authError && error.status != 403: false
    case .conflict(let error), .trouble(let error), .busy(let error), .refused(let error):
      !error.type.isOfTheWay && !error.type.isOfCredentials
    }
  }

  fileprivate var isSilence: Bool { error?.type == .sessionTimeout }
  fileprivate var isRefusal: Bool { error != nil && !isSilence }
}

extension Stream {
  /// The transfer of a stream that is up, or was asked for: some servers answer only when they have something
  /// to say.
  var held: (transfer: TransferID, memory: StreamMemory)? {
    switch self {
    case .opening(let transfer, let memory), .open(let transfer, _, let memory): (transfer, memory)
    case .off, .notOffered, .waiting: nil
    }
  }

  /// Notes that a question which was sent at `sent` was answered well beside it; false where it was not up
  /// then.
  fileprivate mutating func letThrough(_ sent: Instant) -> Bool {
    guard var memory = held?.memory, let asked = memory.asked, asked <= sent else { return false }
    memory.letsThrough = true
    switch self {
    case .opening(let transfer, _): self = .opening(transfer, memory)
    case .open(let transfer, let since, _): self = .open(transfer, since: since, memory)
    case .off, .notOffered, .waiting: break
    }
    return true
  }
}
