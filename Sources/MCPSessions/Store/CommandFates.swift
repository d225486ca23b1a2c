/// What became of each session that a command was for, read from the events of this command alone: others may
/// want something of the same sessions at the same time, and a session that is gone was not ended by it.
package struct CommandFates: Hashable, Sendable {
  package enum Fate: Hashable, Sendable {
    /// Nothing was heard of it.
    case sent
    /// The engine does it, and the session has not come to anything.
    case taken
    case over(isDone: Bool, SessionState?, why: String)
  }

  package let command: CommandNumber
  package let action: OperatorAction
  package let keys: [SessionKey]
  private var fates: [SessionKey: Fate] = [:]

  package init(_ action: OperatorAction, on keys: [SessionKey], command: CommandNumber, _ store: Store) {
    (self.action, self.keys, self.command) = (action, keys, command)
    for key in keys where store.sessions[key] == nil {
      settle(key, nil, isDone: false, "there is no such session")
    }
  }

  package subscript(key: SessionKey) -> Fate { fates[key] ?? .sent }

  package var isOver: Bool { keys.allSatisfy { if case .over = fates[$0] { true } else { false } } }

  /// Takes in what the engine said; `store` has taken it in already.
  package mutating func take(_ report: EngineReport, _ store: Store) {
    guard !isOver else { return }
    for event in report.events where event.kind == .operatorAction {
      guard let server = event.server, let user = event.user else { continue }
      take(event, SessionKey(server: server, user: user), store)
    }
    for key in keys {
      let fate = self[key]
      if case .over = fate { continue }
      guard let session = store.sessions[key] else {
        // It went with its server: what was being ended is.
        let isDone = fate == .taken && action.ends && !action.connects
        settle(key, nil, isDone: isDone, "there is no such session any more")
        continue
      }
      guard fate == .taken, let isDone = action.isDone(session) else { continue }
      settle(key, session.state, isDone: isDone, isDone ? "" : session.cause?.summary ?? "")
    }
  }

  /// Takes in what another process says of one that it carried out.
  package mutating func settle(_ key: SessionKey, _ state: SessionState?, isDone: Bool, _ why: String) {
    guard keys.contains(key) else { return }
    fates[key] = .over(isDone: isDone, state, why: why)
  }

  private mutating func take(_ event: Event, _ key: SessionKey, _ store: Store) {
    let state = store.sessions[key]?.state
    if event.command == command {
      if event.level == .warning {
        settle(key, state, isDone: false, event.message.text)
      } else if keys.contains(key), self[key] == .sent {
        fates[key] = .taken
      }
    } else if case .taken = fates[key], event.level != .warning {
      // Someone wanted something else before it came to an end: only a new session was still to come.
      settle(key, state, isDone: !action.connects, "then \(event.message)")
    }
  }
}

extension SessionReport {
  /// What is to be said of one that was waited for in vain for so long: that it is not known to be ready. Of
  /// what was not asked yet nothing is said.
  package func waitedFor(_ time: Duration) -> SessionReport {
    // The list is asked for behind the first ping.
    let isAsked = latency == nil ? counts.probes > 0 : counts.probes > 1
    guard state == .ready, !hasSettled, isAsked else { return self }
    var report = self
    report.state = .degraded
    report.cause = SessionError(
      .sessionTimeout, detail: "no answer within \(time.inMilliseconds) ms",
      request: latency == nil && kind?.hasPing != false ? .ping : .list)
    return report
  }

  /// A session that answered a probe, or that failed, has told what it can in a short time.
  package var hasSettled: Bool {
    guard authorization?.step == nil else { return false }
    return switch state {
    case .connecting: false
    case .ready where awaitsList: false
    case .ready: latency != nil || counts.probes == 0 && nextProbe == nil
    default: true
    }
  }
}
