import MCPWire

// What people and exports see of a session.

extension Session {
  var publicState: SessionState {
    isPaused ? .paused : heldState
  }

  /// What it is beneath an operator's wish to leave it alone.
  private var heldState: SessionState {
    switch state {
    case .unmonitored: .unmonitored
    case .broken: .failed
    case .idle: .idle
    case .queued, .initializing, .discovering, .attaching, .launching, .confirming, .resuming,
      .waiting:
      trouble.cause == nil ? .connecting : troubleState
    case .live: use
    case .closing: .closing
    case .closed: .closed
    }
  }

  private var troubleState: SessionState {
    switch trouble.nature {
    case .recovering:
      outage?.isLong == true ? .down : .recovering
    case .unstable: .unstable
    case .unauthorized: .unauthorized
    case .failed: .failed
    }
  }

  /// Of what use a session is that lives.
  private var use: SessionState {
    if let failure = tools.failure { return failure.type == .authError ? .unauthorized : .degraded }
    guard pingFailure == nil else { return .degraded }
    return traffic.flood == nil && tools.shrunk == nil && slow == nil ? .ready : .degraded
  }

  /// Why the session is not simply ready.
  var cause: SessionError? {
    switch state {
    case .broken(let error): error
    case .live(let live): live.lastMiss ?? tools.failure ?? pingFailure
    case .closing, .closed, .idle, .unmonitored: nil
    default: trouble.cause
    }
  }

  func report() -> SessionReport {
    var report = SessionReport(key: key, state: summary.state, since: since)
    report.cause = cause
    report.attempt = trouble.attempts
    report.counts = history.counts
    report.latency = history.latency.summary
    report.lastReachable = history.lastReachable
    report.tools = tools.count
    report.hasMoreTools = !tools.isComplete
    report.toolsFingerprint = tools.fingerprint?.description
    (report.lastGood, report.lastValid) = (history.lastGood, history.lastValid)
    report.advice = isPaused ? nil : processAdvice ?? advice
    report.remark = remark
    report.isAttempting = summary.isConnecting
    report.hold = held.map {
      Hold(by: EventText.name(of: $0.by), since: $0.since, state: heldState)
    }
    report.process = pipe?.process
    report.lastWords = history.lastWords
    if let identity {
      report.kind = identity.kind
      report.protocolVersion = identity.revision.rawValue
      report.session = identity.id?.masked
      report.identity = identity.server
      report.created = identity.established
    }
    switch state {
    case .live(let live):
      report.lastGood = live.lastGood
      report.slow = live.slow
      report.lastValid = live.lastValid
      report.unverifiedSince = live.heldSince
      report.closedWay = live.closedWay
      report.stream = live.stream.publicState
      report.streamFailure = live.streamFailure
      report.awaitsList = awaitsList(live) && live.probe != .off
      if case .open(_, let since, _) = live.stream { report.streamSince = since }
      if let channel {
        report.stream = .open
        report.streamSince = channel.since
      }
      if case .due(let instant) = live.probe { report.nextProbe = instant }
    case .waiting(let wait):
      if !isPaused { report.nextAttempt = wait.until }
    default:
      break
    }
    return report
  }

  /// A time of day for people, in UTC.
  static func clock(_ moment: Moment) -> Sentence {
    "\(ForeignText(local: moment.wall.clock(), limit: 20)) UTC"
  }

  mutating func announceState(_ turn: inout Turn) {
    let state = summary.state
    let isBad = state.severity >= SessionState.degraded.severity
    turn.emit(
      .stateChanged, isBad ? .info : .debug, self, error: cause,
      attempt: trouble.attempts > 0 ? trouble.attempts : nil,
      next: nextAttempt.map { $0 - turn.now.instant },
      EventText.stateChanged(state, cause, slow?.words ?? (isBad ? remark ?? advice : nil)))
  }

  private var slow: SlowAnswers? { if case .live(let live) = state { live.slow } else { nil } }

  // Never inlined: the optimiser of Swift 6.3.1 crashes on this switch inside a mutating caller.
  @inline(never) private var nextAttempt: Instant? {
    if case .waiting(let wait) = state { wait.until } else { nil }
  }
}

extension Stream {
  fileprivate var publicState: StreamState {
    switch self {
    case .off: .off
    case .notOffered: .notOffered
    case .waiting: .waiting
    case .opening: .opening
    case .open: .open
    }
  }
}

extension Turn {
  /// Adds an event about a session as it is now.
  mutating func emit(
    _ kind: EventKind, _ level: EventLevel, _ session: Session, error: SessionError? = nil,
    attempt: Int? = nil, next: Duration? = nil, session id: String? = nil, command: CommandNumber? = nil,
    closed: Moment? = nil, _ message: Sentence
  ) {
    let identity = session.identity
    var event = Event(
      time: now, kind: kind, level: level, server: session.key.server, user: session.key.user,
      session: id ?? identity?.id?.masked, state: session.publicState, sessionKind: identity?.kind,
      protocolVersion: identity?.revision.rawValue, error: error, attempt: attempt, nextAttempt: next,
      message: message, command: command)
    event.closedSince = closed
    actions.append(.event(event))
  }
}
