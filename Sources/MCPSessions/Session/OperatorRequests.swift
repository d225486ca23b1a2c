import MCPWire

// What an operator wants of a session. One that is left alone shows what its server does without us.

extension Session {
  mutating func act(_ action: OperatorAction, _ by: Operator, _ turn: inout Turn) {
    switch action {
    case .reconnect: reconnect(by, &turn)
    case .terminate: terminate(by, &turn)
    case .pause: pause(by, &turn)
    case .resume: resume(by, &turn)
    }
  }

  private mutating func pause(_ by: Operator, _ turn: inout Turn) {
    switch state {
    case .unmonitored(let why): return refuse("pause", by, why, &turn)
    case .broken(let error): return refuse("pause", by, error.detail, &turn)
    case .idle, .closing, .closed: return refuse("pause", by, "it is not connected", &turn)
    default: break
    }
    guard !isPaused else {
      // It stays the first one's pause; this one wants to know that it is so.
      return turn.emit(
        .operatorAction, .info, self, command: by.command,
        "\(EventText.operatorAction("pause", by)): it was paused already")
    }
    held = (by, turn.now)
    turn.emit(.operatorAction, .info, self, command: by.command, EventText.operatorAction("pause", by))
    switch state {
    case .live(var live):
      if case .inFlight(let exchange) = live.probe { turn.actions.append(.cancel(exchange.transfer)) }
      live.probe = .off
      state = .live(live)
    case .queued(let approach):
      state = .waiting(Wait(until: turn.now.instant, approach: approach))
    default:
      break  // what is under way may come to its end
    }
  }

  private mutating func resume(_ by: Operator, _ turn: inout Turn) {
    guard isPaused else { return refuse("resume", by, "it is not paused", &turn) }
    held = nil
    turn.emit(.operatorAction, .info, self, command: by.command, EventText.operatorAction("resume", by))
    switch state {
    case .live(var live):
      // Whatever time it slept through is not held against it before it is asked.
      live.probe = firstProbe(&turn)
      state = .live(live)
    case .waiting(let wait): queue(wait.approach, atOnce: true, &turn)
    default: break
    }
  }
}
