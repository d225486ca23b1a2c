import MCPWire

// A configuration that changes how a session is kept, not which session it is.

extension Session {
  /// Takes other settings without a word to the server: limits and retries hold from the next time on, what
  /// is already planned is planned anew.
  mutating func adopt(_ new: Server, _ turn: inout Turn) {
    let old = server.settings
    server = new
    redactor.learn(new)
    commandLine = CommandReport(new)?.line ?? .empty
    switch state {
    case .idle: start(&turn)
    case .live(var live):
      if new.settings.pingInterval != old.pingInterval { planProbe(&live, &turn) }
      if new.settings.stream != old.stream { planStream(&live, &turn) }
      state = .live(live)
    default: break
    }
  }

  private func planProbe(_ live: inout Live, _ turn: inout Turn) {
    let next = nextProbe(&turn)
    switch (live.probe, next) {
    case (.inFlight, _): break  // its answer plans the next one
    // A probe that was due sooner anyway, as after a missed one, is not put off.
    case (.due(let instant), .due(let later)): live.probe = .due(min(instant, later))
    default: live.probe = next
    }
  }

  private func planStream(_ live: inout Live, _ turn: inout Turn) {
    switch live.stream {
    case .opening(let transfer, _), .open(let transfer, _, _): turn.actions.append(.cancel(transfer))
    case .off, .notOffered, .waiting: break
    }
    live.stream = firstStream(live.identity, &turn)
  }
}
