import MCPWire

// A handshake that nobody wants any more: the server may make its session all the same, so its answer is
// awaited and what it made is ended.

extension Session {
  /// How long the answer is awaited where something else is to follow; a stop of the program has a limit of
  /// its own.
  static let abandonedLimit = Duration.seconds(2)

  /// Lets a handshake that is under way come to its end, outside of the session's life.
  mutating func abandon(_ handshake: Handshake, _ turn: inout Turn) {
    guard !endByHead(handshake, &turn) else { return }
    let due = turn.now.instant + (isStopping ? .seconds(3_600) : Self.abandonedLimit)
    abandoned[handshake.exchange.transfer] = Abandoned(handshake: handshake, due: due)
  }

  /// No answer came within the limit: the attempt failed, and what the answer will have made is ended.
  mutating func handshakeIsOverdue(_ handshake: Handshake, _ turn: inout Turn) {
    // What came while the process stood still is still to be read.
    if turn.hasSlept {
      var handshake = handshake
      handshake.due = turn.now.instant + handshakeLimit
      return state = .initializing(handshake)
    }
    (turn.request, turn.sent) = (.initialize, handshake.exchange.sent)
    abandon(handshake, &turn)
    let milliseconds = handshakeLimit.inMilliseconds
    let length: Sentence = milliseconds < 1_000 ? "\(milliseconds) ms" : "\((milliseconds + 500) / 1_000) s"
    lose(SessionError(.sessionTimeout, detail: "no answer within \(length)"), approach: anew, &turn)
  }

  /// How long the answer to a handshake is awaited.
  var handshakeLimit: Duration { server.settings.initTimeout ?? StepLimit.initialize }

  /// Takes in what happened to an abandoned handshake.
  mutating func abandonedAnswered(_ id: TransferID, _ event: TransferEvent, _ turn: inout Turn) {
    guard var entry = abandoned[id] else { return }
    guard let outcome = entry.handshake.exchange.take(event, gate(turn), at: turn.now.instant) else {
      if endByHead(entry.handshake, &turn) {
        abandoned[id] = nil
        return abandonedIsOver(&turn)
      }
      abandoned[id] = entry
      return
    }
    finish(entry.handshake.exchange, outcome, event, &turn)
    abandoned[id] = nil
    if let head = outcome.head { endHalfSession(head, entry.handshake.offered, &turn) }
    abandonedIsOver(&turn)
  }

  /// Ends what a handshake made as soon as its id is known: the rest of the answer may never come.
  private mutating func endByHead(_ handshake: Handshake, _ turn: inout Turn) -> Bool {
    let ids = handshake.exchange.givenIDs
    guard ids.contains(where: { SessionID($0) != nil }) else { return false }
    turn.actions.append(.cancel(handshake.exchange.transfer))
    endHalfSession(ResponseHead(status: 200, sessionIDs: ids), handshake.offered, &turn)
    return true
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
