import MCPWire

// A handshake that nobody wants any more: the server may make its session all the same, so its answer is
// awaited and what it made is ended.

extension Session {
  /// How long the answer is awaited where something else is to follow; a stop of the program has a limit of
  /// its own.
  private static let abandonedLimit = Duration.seconds(2)

  /// Lets a handshake that is under way come to its end, outside of the session's life.
  mutating func abandon(_ handshake: Handshake, _ turn: inout Turn) {
    let due = turn.now.instant + (isStopping ? .seconds(3_600) : Self.abandonedLimit)
    abandoned[handshake.exchange.transfer] = Abandoned(handshake: handshake, due: due)
  }

  /// Takes in what happened to an abandoned handshake.
  mutating func abandonedAnswered(_ id: TransferID, _ event: TransferEvent, _ turn: inout Turn) {
    guard var entry = abandoned[id] else { return }
    guard let outcome = entry.handshake.exchange.take(event, gate(turn), at: turn.now.instant) else {
      abandoned[id] = entry
      return
    }
    finish(entry.handshake.exchange, outcome, event, &turn)
    abandoned[id] = nil
    if let head = outcome.head { endHalfSession(head, entry.handshake.offered, &turn) }
    abandonedIsOver(&turn)
  }

  /// Those whose time is over are given up: what became of them nobody knows.
  mutating func dropAbandoned(_ turn: inout Turn) {
    let over = abandoned.filter { $0.value.due <= turn.now.instant }
    guard !over.isEmpty else { return }
    for id in over.keys.sorted(by: { $0.number < $1.number }) {
      abandoned[id] = nil
      turn.actions.append(.cancel(id))
    }
    abandonedIsOver(&turn)
  }

  private mutating func abandonedIsOver(_ turn: inout Turn) {
    guard abandoned.isEmpty else { return }
    switch state {
    case .queued(let approach): queue(approach, atOnce: true, &turn)
    case .closing where farewells.isEmpty: state = .closed
    default: break
    }
  }
}

/// A handshake whose answer is awaited only to end what it made.
struct Abandoned: Hashable, Sendable {
  var handshake: Handshake
  let due: Instant
}
