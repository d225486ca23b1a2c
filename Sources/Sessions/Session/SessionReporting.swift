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
    return traffic.flood == nil && tools.shrunk == nil && slow == nil ? .ready : .degraded
  }

  /// Why the session is not simply ready.
  var cause: SessionError? {
    switch state {
    case .broken(let error): error
    case .live(let live): live.lastMiss ?? tools.failure
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
    report.tools = tools.count
    report.hasMoreTools = !tools.isComplete
    report.toolsFingerprint = tools.fingerprint?.description
    report.oddities = history.oddities
    (report.lastGood, report.lastValid) = (history.lastGood, history.lastValid)
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

  /// What a person can do where waiting does not help.
  private var advice: Sentence? {
    if case .live(let live) = state { return remark(live) }
    if case .unmonitored(let why) = state { return why }
    guard let cause else { return nil }
    switch cause.hint {
    case .hostName: return "let the server, or the proxy before it, take the Host name of the configured url"
    case .botCheck: return "let this machine pass the bot check that stands in front of the server"
    case .signInPage:
      return
        "a sign-in stands in front of the server: send what it accepts in headers, or use an address behind it"
    case .downgrade: return "ask the server's owner for its https url"
    case .sessionHeader:
      return "what stands between here and the server drops the header Mcp-Session-Id: let it pass"
    case .webPage where publicState == .failed:
      return "a web page is at this url: ask for the path of the MCP endpoint"
    case .webPage, nil: break
    }
    switch (publicState, cause.type) {
    case (.failed, .configError): return "correct the entry in the configuration"
    case (.failed, .redirectRefused): return "ask the server's owner for the url that answers by itself"
    case (.failed, .tlsError): return "check the server's certificate and the trusted authorities"
    case (.failed, .proxyError): return "check the proxy and its credentials"
    case (.failed, .sessionInvalid):
      return "new ids are refused as well: check what stands between here and the server"
    case (.failed, .httpError): return "check the url"
    case (.failed, _): return "check that the url is that of an MCP server this client can speak with"
    case (.unauthorized, .signInNeeded), (.unauthorized, .insufficientScope): return "sign in to the server"
    case (.unauthorized, .issuerUnavailable): return "wait until the issuer is back; it is asked again"
    case (.unauthorized, .tokenRefused), (.unauthorized, .signInFailed):
      return "check what issuer and scopes the server wants, then sign in again"
    case (.unauthorized, .authError) where server.mayBeSignedInTo:
      return "sign in: the key o in the dashboard, or sessiontop login"
    case (.unauthorized, _): return "check the credentials in the server's headers, then reconnect"
    case (.unstable, _):
      return "requests reach different replicas (check sticky routing), or another client takes the session:"
        + " some servers keep one at a time"
    default: return nil
    }
  }

  /// What there is to say of a session that lives.
  private func remark(_ live: Live) -> Sentence? {
    if let since = live.heldSince {
      return "not probed since \(Self.clock(since)), the way to its server is closed"
    }
    if let floodWords { return floodWords }
    if tools.failure?.type == .authError { return "the list of tools wants other credentials than the rest" }
    if let shrunk = tools.shrunk, let count = tools.count, tools.failure == nil {
      return "\(count) tools, there were \(shrunk.count)"
    }
    return nil
  }

  /// A time of day for people, in UTC.
  static func clock(_ moment: Moment) -> Sentence {
    "\(ForeignText(local: moment.wall.clock(), limit: 20)) UTC"
  }

  mutating func announceState(_ turn: inout Turn) {
    let state = publicState
    let isBad = state.severity >= SessionState.degraded.severity
    turn.emit(
      .stateChanged, isBad ? .info : .debug, self, error: cause,
      attempt: trouble.attempts > 0 ? trouble.attempts : nil,
      next: nextAttempt.map { $0 - turn.now.instant },
      EventText.stateChanged(state, cause, slow?.words ?? (isBad ? advice : nil)))
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
