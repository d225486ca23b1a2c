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
    case .live(let live): live.listFailure == nil && live.slow == nil ? .ready : .degraded
    case .closing: .closing
    case .closed: .closed
    }
  }

  private var troubleState: SessionState {
    switch trouble.nature {
    case .recovering:
      outage?.isLong == true || history.created == 0 && history.lastReachable == nil ? .down : .recovering
    case .unstable: .unstable
    case .unauthorized: .unauthorized
    case .failed: .failed
    }
  }

  /// Why the session is not simply ready.
  var cause: SessionError? {
    switch state {
    case .broken(let error): error
    case .live(let live): live.lastMiss ?? live.listFailure
    case .closing, .closed, .idle, .unmonitored: nil
    default: trouble.cause
    }
  }

  func report() -> SessionReport {
    var report = SessionReport(key: key, state: publicState, since: since)
    report.cause = cause
    report.attempt = trouble.attempts
    report.errors = history.errors
    report.recoveries = history.recoveries
    report.streamCuts = history.streamCuts
    report.probes = history.probes
    report.missed = history.missed
    report.latency = history.latency.summary
    report.lastReachable = history.lastReachable
    report.tools = history.tools
    report.advice = isPaused ? nil : processAdvice ?? advice
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
      report.stream = live.stream.publicState
      if case .open(_, let since, _) = live.stream { report.streamSince = since }
      if let channel {
        report.stream = .open
        report.streamSince = channel.since
      }
      if case .due(let instant) = live.probe { report.nextProbe = instant }
    case .waiting(let wait):
      if !isPaused { report.nextAttempt = wait.until }
      if case .resume(let live) = wait.approach { report.lastGood = live.lastGood }
    case .queued(.resume(let live)):
      report.lastGood = live.lastGood
    case .resuming(let resumption):
      report.lastGood = resumption.live.lastGood
    default:
      break
    }
    return report
  }

  /// What a person can do where waiting does not help.
  private var advice: Sentence? {
    switch (publicState, cause?.type) {
    case (.unmonitored, _):
      if case .unmonitored(let why) = state { why } else { nil }
    case (.failed, .configError): "correct the entry in the configuration"
    case (.failed, .redirectRefused): "set the url that the server redirects to"
    case (.failed, .tlsError): "check the server's certificate and the trusted authorities"
    case (.failed, .sessionInvalid):
      "new ids are refused as well: check what stands between here and the server"
    case (.failed, .httpError): "check the url"
    case (.failed, _): "check that the url is that of an MCP server this client can speak with"
    case (.unauthorized, _): "check the credentials in the server's headers, then reconnect"
    case (.unstable, _): "requests seem to reach different replicas: check sticky routing"
    default: nil
    }
  }

  mutating func announceState(_ turn: inout Turn) {
    let state = publicState
    let isBad = state.severity >= SessionState.degraded.severity
    turn.emit(
      .stateChanged, isBad ? .info : .debug, self, error: cause,
      attempt: trouble.attempts > 0 ? trouble.attempts : nil,
      next: nextAttempt.map { $0 - turn.now.instant }, EventText.stateChanged(state, cause, slow))
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
    attempt: Int? = nil, next: Duration? = nil, session id: String? = nil, _ message: Sentence
  ) {
    let identity = session.identity
    actions.append(
      .event(
        Event(
          time: now, kind: kind, level: level, server: session.key.server, user: session.key.user,
          session: id ?? identity?.id?.masked, state: session.publicState,
          sessionKind: identity?.kind,
          protocolVersion: identity?.revision.rawValue, error: error, attempt: attempt, nextAttempt: next,
          message: message)))
  }
}
