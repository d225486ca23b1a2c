extension Store {
  /// Takes in what an engine would have reported together with an event, as far as the event tells: the other
  /// way round from a session that tells of itself.
  package mutating func fold(recorded event: Event) {
    if let server = event.server, event.kind != .configReloaded, event.kind != .configProblem {
      let user = event.user ?? SessionKey.sharedUser
      let users = self.server(ExactText(server))?.users ?? []
      if !users.contains(user) { take(adding(SessionKey(server: server, user: user), users: users)) }
    }
    fold(report(of: event), at: event.time)
  }

  private func report(of event: Event) -> EngineReport {
    var report = EngineReport()
    report.events = [event]
    guard let server = event.server, event.kind != .configReloaded, event.kind != .configProblem else {
      return report
    }
    let key = SessionKey(server: server, user: event.user ?? SessionKey.sharedUser)
    var session =
      sessions[key] ?? SessionReport(key: key, state: event.state ?? .connecting, since: event.time)
    session.take(event)
    report.sessions[key] = session
    report.statistics = statistics.counting(event, of: session, in: self)
    return report
  }

  private func adding(_ key: SessionKey, users: [String]) -> ServerReport {
    let old = server(key.exactServer)
    return ServerReport(
      name: key.server, transport: old?.transport ?? .streamableHTTP, url: old?.url,
      users: users + [key.user],
      note: old?.note, settings: old?.settings ?? SessionSettings())
  }
}

extension SessionReport {
  fileprivate mutating func take(_ event: Event) {
    let before = state
    state = event.state ?? state
    switch event.kind {
    case .operatorAction where hold == nil && event.message.text.lowercased().hasPrefix("pause by "):
      hold = Hold(by: Sentence(ForeignText(local: name(in: event))), since: event.time, state: before)
      state = .paused
    case .operatorAction where event.message.text.lowercased().hasPrefix("resume by "):
      if state == .paused { state = hold?.state ?? .connecting }
      hold = nil
    default:
      if state != .paused { hold = nil }
    }
    if state != before, !(state.isOutage && before.isOutage) { since = event.time }
    kind = event.sessionKind ?? kind
    protocolVersion = event.protocolVersion ?? protocolVersion
    session = event.session ?? (state.isLive ? session : nil)
    if event.kind != .verificationChanged {
      cause = state.isLive && state != .degraded ? nil : event.error ?? cause
    }
    if event.kind == .stateChanged { noteReason(event) }
    if !state.isLive { (unverifiedSince, closedWay) = (nil, nil) }
    attempt = state.isLive ? 0 : event.attempt ?? attempt
    nextAttempt = event.nextAttempt.map { event.time.instant + $0 }
    switch event.kind {
    case .verificationChanged: noteVerification(event)
    case .sessionCreated:
      created = event.time
      noteGood(event.time)
      (unverifiedSince, closedWay, remark) = (nil, nil, nil)
    case .recoverySucceeded:
      recoveries += event.repeated
      noteGood(event.time)
    case .sessionError, .recoveryFailed:
      if let type = event.error?.type { errors[type, default: 0] += event.repeated }
    case .sessionTerminated, .sessionCleared:
      session = nil
      created = nil
    case .streamOpened:
      stream = .open
      streamSince = event.time
    case .streamClosed:
      stream = .waiting
      streamSince = nil
      counts.streamCuts += event.repeated
    default: break
    }
    if !state.isLive { (stream, streamSince) = (.off, nil) }
  }

  /// What it cannot be asked for, as its event has it; else it was answered.
  private mutating func noteVerification(_ event: Event) {
    guard let since = event.closedSince, let error = event.error else {
      (unverifiedSince, closedWay, remark) = (nil, nil, nil)
      return noteGood(event.time)
    }
    let known = lastValid ?? since
    unverifiedSince = known
    closedWay = ClosedWay(since: since, cause: error)
    remark = Self.notProbed(since: known)
  }

  /// Why a session is no more than degraded stands in words where no error is the reason.
  private mutating func noteReason(_ event: Event) {
    let words = event.message.text
    let head = "State: \(SessionState.degraded.rawValue) ("
    remark = nil
    guard state == .degraded, event.error == nil, words.hasPrefix(head), words.hasSuffix(")") else { return }
    let reason = String(words.dropFirst(head.count).dropLast())
    (cause, remark) = (nil, Sentence(ForeignText(recorded: reason, limit: 400)))
  }

  /// Who did what an event tells.
  private func name(in event: Event) -> String {
    let words = event.message.text
    return words.firstRange(of: " by ").map { String(words[$0.upperBound...]) } ?? ""
  }

  private mutating func noteGood(_ time: Moment) {
    (lastGood, lastReachable, lastValid) = (time, time, time)
  }
}

extension Statistics {
  fileprivate func counting(_ event: Event, of session: SessionReport, in store: Store) -> Statistics {
    var new = self
    switch event.kind {
    case .sessionCreated:
      new.totalSessions += 1
      new.opened += event.session == nil ? 0 : 1
    case .sessionTerminated: new.ended += 1
    case .recoveryStarted: new.recoveriesAttempted += 1
    case .recoverySucceeded: new.recoveriesSucceeded += 1
    case .sessionError:
      if let type = event.error?.type { new.sessionErrors[type, default: 0] += event.repeated }
    default: break
    }
    let before = store.sessions[session.key]?.state.isLive ?? false
    new.activeSessions += (session.state.isLive ? 1 : 0) - (before ? 1 : 0)
    return new
  }
}
