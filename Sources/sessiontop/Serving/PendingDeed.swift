import MCPSessions
import TopReports

/// A command whose sessions have not all come to something. What came of it is read from the events of this
/// command alone: others may want something of the same sessions at the same time.
struct PendingDeed {
  let client: Int
  /// In the answer.
  let number: Int
  let action: OperatorAction
  let due: Instant
  /// In the events of the engine.
  private let command: UInt64
  private let keys: [SessionKey]
  private var fates: [SessionKey: Fate] = [:]

  private enum Fate {
    /// The engine does it, and the session has not come to anything.
    case taken
    case over(ActionOutcome)
  }

  init(
    client: Int, number: Int, command: UInt64, _ action: OperatorAction, _ keys: [SessionKey],
    _ store: Store, due: Instant
  ) {
    (self.client, self.number, self.command, self.action) = (client, number, command, action)
    (self.keys, self.due) = (keys, due)
    for key in keys where store.sessions[key] == nil {
      fates[key] = .over(ActionOutcome(key: key, state: nil, isDone: false, why: "there is no such session"))
    }
  }

  var isDone: Bool { keys.allSatisfy { if case .over = fates[$0] { true } else { false } } }

  mutating func take(_ report: EngineReport, _ store: Store) {
    for event in report.events where event.kind == .operatorAction {
      guard let server = event.server, let user = event.user else { continue }
      take(event, SessionKey(server: server, user: user), store)
    }
    for key in keys {
      guard case .taken = fates[key] else { continue }
      guard let session = store.sessions[key] else {
        // It went with its server: what was to be ended is.
        settle(key, nil, isDone: action == .terminate, "there is no such session any more")
        continue
      }
      guard hasCome(session) else { continue }
      let isDone =
        switch action {
        case .reconnect: session.state.isLive
        case .terminate: session.state == .closed
        case .pause, .resume: true
        }
      settle(key, session.state, isDone: isDone, isDone ? "" : session.cause?.summary ?? "")
    }
  }

  private mutating func take(_ event: Event, _ key: SessionKey, _ store: Store) {
    let state = store.sessions[key]?.state
    if event.command == command {
      if event.level == .warning {
        settle(key, state, isDone: false, event.message.text)
      } else {
        fates[key] = .taken
      }
    } else if case .taken = fates[key], event.level != .warning {
      // Someone wanted something else before it came to an end: only a new session was still to come.
      settle(key, state, isDone: action != .reconnect, "then \(event.message)")
    }
  }

  private mutating func settle(_ key: SessionKey, _ state: SessionState?, isDone: Bool, _ why: String) {
    fates[key] = .over(ActionOutcome(key: key, state: state, isDone: isDone, why: why))
  }

  private func hasCome(_ session: SessionReport) -> Bool {
    switch action {
    case .reconnect: hasSettled(session)
    case .terminate: session.state != .closing
    case .pause, .resume: true
    }
  }

  /// Of every session that was meant, also of those that have come to nothing yet.
  func outcomes(_ store: Store) -> [ActionOutcome] {
    keys.map { key in
      if case .over(let outcome) = fates[key] { return outcome }
      return ActionOutcome(
        key: key, state: store.sessions[key]?.state, isDone: false, why: "it has come to nothing yet")
    }
  }
}
