import MCPWire

// What a server says and asks on its own account.

extension Session {
  mutating func serverSpoke(_ message: Message, _ turn: inout Turn) {
    switch message.content {
    case .request(let method, _):
      serverAsked(method, message.id ?? .null, &turn)
    case .notification("notifications/message", let parameters):
      let logger = parameters.logger.map { gate(turn).text($0, limit: 60) }
      let words = (parameters.data ?? parameters.message).map { gate(turn).text($0) }
      turn.emit(
        .serverMessage, level(parameters.level), self,
        Sentence.joined([logger.map(Sentence.init), words.map(Sentence.init)], separator: ": "))
    case .notification(let method, let parameters):
      let name = gate(turn).text(whole: method, limit: 60)
      let words = parameters.message.map { gate(turn).text($0) }
      let isChange = method.hasSuffix("list_changed")
      if method == "notifications/tools/list_changed", case .live(var live) = state {
        // Many in a row are one reason to ask, soon; who says so after each answer is asked ever more seldom.
        if !live.wantsList { live.changes.noted(at: turn.now.instant) }
        live.wantsList = true
        hastenProbe(&live, notBefore: live.changes.due, &turn)
        state = .live(live)
      }
      turn.emit(
        .serverNotification, isChange ? .info : .debug, self,
        Sentence.joined([Sentence(name), words.map(Sentence.init)], separator: ": "))
    case .result, .failure:
      break  // an answer to nothing that we asked here
    }
  }

  private mutating func serverAsked(_ method: String, _ id: RequestID, _ turn: inout Turn) {
    let isPing = method == "ping"
    turn.emit(
      .serverRequest, isPing ? .debug : .info, self,
      "The server asked: \(gate(turn).text(whole: method, limit: 60))")
    // Revision 2026-07-28 lets servers ask nothing, and clients send no answers.
    if identity?.isModern == true { return }
    // Who asks for no answer, or under no name, gets none.
    guard id != .null else { return }
    guard id != .tooLong else {
      return dropRequest(
        "The server asks under ids over \(RequestID.limit) bytes: these get no answer", &turn)
    }
    if !replies.append(isPing ? Outgoing.emptyResult(for: id) : Outgoing.methodNotFound(for: id)) {
      dropRequest(
        "The server asks more than it takes answers: some of its questions are not answered", &turn)
    }
    sendDueReply(&turn)
  }

  /// Told once, then counted: who floods us is not to fill the log with it.
  private mutating func dropRequest(_ why: Sentence, _ turn: inout Turn) {
    history.droppedRequests += 1
    if history.droppedRequests == 1 { turn.emit(.serverRequest, .warning, self, why) }
  }

  /// Sends the next answer, if one waits and it is its time.
  mutating func sendDueReply(_ turn: inout Turn) {
    guard let identity = speaker(turn) else { return replies.clear() }
    guard let body = replies.next(at: turn.now.instant) else { return }
    let exchange = post(.reply, body, requestID: nil, identity: identity, &turn)
    // Nothing answers a line that is an answer.
    replies.sent(pipe == nil ? exchange : nil, at: turn.now.instant)
  }

  /// As whom the server's questions are answered: it may ask pings before the session is one (specification
  /// 2025-11-25, "Initialization"), and wait for the answers.
  private func speaker(_ turn: Turn) -> Identity? {
    switch state {
    case .live(let live): live.identity
    case .initializing(let handshake): provisionalIdentity(handshake, turn)
    case .confirming(let confirmation): confirmation.identity
    case .resuming(let resumption): resumption.live.identity
    default: nil
    }
  }

  mutating func replyAnswered(_ id: TransferID, _ event: TransferEvent, _ turn: inout Turn) {
    if replies.take(event, gate(turn), at: turn.now.instant) { sendDueReply(&turn) }
  }

  private func level(_ name: String?) -> EventLevel {
    switch name {
    case "debug": .debug
    case "warning": .warning
    case "error", "critical", "alert", "emergency": .error
    default: .info
    }
  }
}

/// Answers to a server's requests, in order, one at a time and eight a second: a server that floods us gets
/// bounded work out of us (at most 12 requests a second for one session).
struct ReplyQueue: Hashable, Sendable {
  static let limit = 64
  /// How much may wait, in bytes.
  static let byteLimit = 32 * 1_024
  static let spacing = Duration.milliseconds(125)

  private var waiting: [String] = []
  private var bytes = 0
  private var inFlight: Exchange?
  private var notBefore = Instant.zero

  /// When the next answer may go out; absent when none waits or one is on its way.
  var deadline: Instant? {
    inFlight == nil && !waiting.isEmpty ? notBefore : nil
  }

  /// False when the queue is full and the answer is dropped.
  mutating func append(_ body: String) -> Bool {
    guard waiting.count < Self.limit, body.utf8.count <= Self.byteLimit - bytes else { return false }
    waiting.append(body)
    bytes += body.utf8.count
    return true
  }

  mutating func next(at now: Instant) -> String? {
    guard let deadline, deadline <= now else { return nil }
    let body = waiting.removeFirst()
    bytes -= body.utf8.count
    return body
  }

  mutating func sent(_ exchange: Exchange?, at now: Instant) {
    inFlight = exchange
    notBefore = now + Self.spacing
  }

  func isInFlight(_ id: TransferID) -> Bool { inFlight?.transfer == id }

  /// Takes in what happened to the answer on its way; true when it is done.
  mutating func take(_ event: TransferEvent, _ gate: Gate, at now: Instant) -> Bool {
    guard inFlight?.take(event, gate, at: now) != nil else { return false }
    inFlight = nil
    return true
  }

  mutating func clear() {
    (waiting, bytes) = ([], 0)
    inFlight = nil
  }
}
