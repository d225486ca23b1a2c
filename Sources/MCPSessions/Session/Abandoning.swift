import MCPWire

// A handshake that nobody wants any more: the server may make its session all the same, so its answer is
// awaited and what it made is ended.

extension Session {
  /// How long the answer is awaited at least where something else is to follow, and at most; a stop of the
  /// program has a limit of its own.
  private static let shortestGrace = Duration.seconds(2)
  static let longestGrace = Duration.seconds(60)

  /// How long the answer is awaited from now on. Who asks for short handshakes is told of failures early,
  /// and the server has the usual time all the same; one that answers later still is waited for longer each
  /// time, so that few sessions are left with it.
  private func grace(_ handshake: Handshake, at now: Instant) -> Duration {
    let usual = handshake.exchange.sent + StepLimit.initialize - now
    let grown = Self.shortestGrace * (1 << min(trouble.unanswered, 5))
    return min(max(usual, grown), Self.longestGrace)
  }

  /// Lets a handshake that is under way come to its end, outside of the session's life.
  mutating func abandon(_ handshake: Handshake, isOverdue: Bool = false, _ turn: inout Turn) {
    guard !endByHead(handshake, &turn) else { return }
    // An operator does not wait for what may never come; a stop has a limit of its own.
    let pause = isOverdue || isRetired ? grace(handshake, at: turn.now.instant) : Self.shortestGrace
    let due = turn.now.instant + (isStopping ? .seconds(3_600) : pause)
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
    abandon(handshake, isOverdue: true, &turn)
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
        answeredLate(&turn)
        return abandonedIsOver(&turn)
      }
      abandoned[id] = entry
      return
    }
    finish(entry.handshake.exchange, outcome, event, &turn)
    abandoned[id] = nil
    if let head = outcome.head, head.isSuccess, !head.sessionIDs.isEmpty {
      answeredLate(&turn)
      endHalfSession(head, entry.handshake, &turn)
    }
    trouble.unanswered = 0
    abandonedIsOver(&turn)
  }

  /// Ends what a handshake made as soon as its id is known: the rest of the answer may never come.
  private mutating func endByHead(_ handshake: Handshake, _ turn: inout Turn) -> Bool {
    let ids = handshake.exchange.givenIDs
    guard ids.contains(where: { SessionID($0) != nil }) else { return false }
    turn.actions.append(.cancel(handshake.exchange.transfer))
    endHalfSession(ResponseHead(status: 200, sessionIDs: ids), handshake, &turn)
    return true
  }

  /// Those whose time is over are given up: what became of them nobody knows.
  mutating func dropAbandoned(_ turn: inout Turn) {
    let over = abandoned.filter { $0.value.due <= turn.now.instant }
    guard !over.isEmpty else { return }
    for id in over.keys.sorted(by: { $0.number < $1.number }) {
      guard let entry = abandoned.removeValue(forKey: id) else { continue }
      trouble.unanswered += 1
      turn.actions.append(.cancel(id))
      if case .closing = state {
        leaveBehind(entry, &turn)
      } else if entry.handshake.exchange.isSent {
        trouble.unheard += 1
      }
    }
    abandonedIsOver(&turn)
  }

  /// A handshake was answered after its limit, so those before it that nobody waited for made sessions, too.
  private mutating func answeredLate(_ turn: inout Turn) {
    defer { (trouble.unanswered, trouble.unheard) = (0, 0) }
    guard trouble.unheard > 0 else { return }
    history.opened += trouble.unheard
    history.leftBehind += trouble.unheard
    turn.emit(.sessionTerminated, .warning, self, EventText.unheard(trouble.unheard))
  }

  /// Nobody waits any longer for a handshake that went out: what it makes is left with the server, under an
  /// id that is not known.
  mutating func leaveBehind(_ entry: Abandoned, _ turn: inout Turn) {
    guard entry.handshake.exchange.isSent else { return }
    history.opened += 1
    history.leftBehind += 1
    turn.emit(.sessionTerminated, .warning, self, EventText.unanswered)
  }

  /// The next attempt is due at `instant`: until then handshakes that were given up may be answered.
  mutating func extendAbandoned(until instant: Instant) {
    for (id, entry) in abandoned {
      let latest = entry.handshake.exchange.sent + handshakeLimit + Self.longestGrace
      abandoned[id]?.due = max(entry.due, min(instant, latest))
    }
  }

  /// Somebody waits for what is to follow.
  mutating func hastenAbandoned(at now: Instant) {
    for (id, entry) in abandoned { abandoned[id]?.due = min(entry.due, now + Self.shortestGrace) }
  }

  private mutating func abandonedIsOver(_ turn: inout Turn) {
    guard abandoned.isEmpty else { return }
    switch state {
    case .queued(let approach): queue(approach, atOnce: true, &turn)
    case .closing where farewells.isEmpty && putOff.isEmpty: state = .closed
    default: break
    }
  }
}

/// A handshake whose answer is awaited only to end what it made.
struct Abandoned: Hashable, Sendable {
  var handshake: Handshake
  var due: Instant
}
