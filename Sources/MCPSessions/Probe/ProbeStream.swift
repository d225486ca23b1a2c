import MCPWire

// The stream on which a server speaks by itself.

/// The stream is asked for, or open.
struct Listening: Sendable {
  let transfer: TransferID
  let sent: Instant
  /// Absent until the server has taken it.
  var opened: Instant?
  var due: Instant
}

extension ServerProbe {
  /// How long the answer may take, and how long an open stream is listened to: whoever does not want it cuts
  /// it at once.
  private static let headPatience = Duration.seconds(5)
  private static let listening = Duration.milliseconds(400)

  mutating func listen() {
    begin(.stream)
    let transfer: TransferID
    if identity?.isModern == true {
      let requestID = newRequestID()
      post(
        .stream, .stream, Outgoing.listen(id: requestID, client: server.client), requestID: requestID,
        as: identity)
      guard case .asking(let question) = state else { return }
      transfer = question.exchange.transfer
    } else {
      transfer = get(.stream, as: identity)
    }
    state = .listening(
      Listening(transfer: transfer, sent: now.instant, due: now.instant + Self.headPatience))
  }

  mutating func heard(_ event: TransferEvent, _ listening: Listening) {
    var listening = listening
    switch event {
    case .head(let head) where head.isSuccess && head.isEventStream:
      listening.opened = now.instant
      listening.due = now.instant + Self.listening
      state = .listening(listening)
    case .sent, .head, .arrived, .heldBack: break
    case .item(.message(let message)):
      answer(message)
      if case .failure(let error) = message.content, identity?.isModern == true {
        orders.append(.cancel(listening.transfer))
        record(.stream, .note, "subscriptions/listen is refused with error code \(error.code)")
        advance()
      }
    case .item: break
    case .ended(let end): streamEnded(end, listening)
    }
  }

  private mutating func streamEnded(_ end: TransferEnd, _ listening: Listening) {
    let took = now.instant - listening.sent
    if let opened = listening.opened {
      let lasted = (now.instant - opened).inMilliseconds
      record(
        .stream, .note, "opened, and closed by the server after \(lasted) ms", took: took,
        remedy: "if it is closed at once each time, a proxy may not let streams through: switch its buffering"
          + " off, and raise its time limit")
      return advance()
    }
    if let failure = end.failure {
      fail(.stream, SessionError(failure, gate), took: took)
      return advance()
    }
    guard let head = end.head else {
      fail(.stream, SessionError(.emptyReply, detail: "the connection ended without an answer"), took: took)
      return advance()
    }
    switch head.status {
    case 405: record(.stream, .ok, "not offered (405), which is allowed", took: took)
    case 200..<300:
      let type = gate.text(whole: head.contentType, limit: 60)
      record(.stream, .note, "no event stream: \(head.status) \(type)", took: took)
    default:
      let outcome = Exchange.Outcome.status(head, nil, excerpt: end.excerpt)
      let seen = judge(outcome, carriedID: false, gate).error
      record(
        .stream, .note, "refused: \(seen ?? SessionError(.httpError, status: head.status, detail: .empty))",
        took: took, error: seen, remedy: remedyOfRefusedStream(outcome))
    }
    advance()
  }

  /// A session that was just asked and is unknown now was looked for somewhere else.
  private func remedyOfRefusedStream(_ outcome: Exchange.Outcome) -> Sentence {
    if identity?.id != nil, case .lost = judge(outcome, carriedID: true, gate) {
      return
        "the session was answered until here: the stream may reach another replica, which new connections"
        + " tell; a server without a stream answers 405"
    }
    return "a server without a stream answers 405; what it tells by itself is not heard"
  }

  mutating func listenedEnough(_ listening: Listening) {
    orders.append(.cancel(listening.transfer))
    if let opened = listening.opened {
      record(.stream, .ok, "open", took: opened - listening.sent)
    } else {
      record(
        .stream, .note, "no answer within \((now.instant - listening.sent).inMilliseconds) ms",
        remedy: "a proxy may hold the head of the stream back: switch its buffering off for this path")
    }
    advance()
  }
}
