import MCPWire

/// One request of ours and what has come back so far; boils down to a single outcome.
struct Exchange: Hashable, Sendable {
  let transfer: TransferID
  let purpose: Purpose
  /// The JSON-RPC id of a request; absent for notifications, answers and bodiless requests.
  let requestID: Int64?
  let sent: Instant
  /// Set when the answer comes on another transfer, HTTP+SSE's stream: how long it is waited for.
  let answerDue: Instant?
  /// When the answer came in, where that was earlier than it was read.
  private(set) var arrived: Instant?
  private var head: ResponseHead?
  private var failure: RPCError?
  private var flaw: Sentence?

  init(
    transfer: TransferID, purpose: Purpose, requestID: Int64?, sent: Instant, answerDue: Instant? = nil
  ) {
    self.transfer = transfer
    self.purpose = purpose
    self.requestID = requestID
    self.sent = sent
    self.answerDue = answerDue
  }

  /// What a request led to.
  enum Outcome: Hashable, Sendable {
    /// The answer that was asked for.
    case result(Result, ResponseHead)
    /// Taken without an answer, as is due for notifications.
    case accepted(ResponseHead)
    /// HTTP went well, the method did not.
    case rejected(RPCError, ResponseHead)
    /// Any status that is not 2xx, with the JSON-RPC error or the beginning of the text in its body.
    case status(ResponseHead, RPCError?, excerpt: String)
    /// No answer that can be used: the transfer failed, or what came is not MCP.
    case broken(SessionError, ResponseHead?)

    /// The head of the answer, if one came.
    var head: ResponseHead? {
      switch self {
      case .result(_, let head), .accepted(let head), .rejected(_, let head), .status(let head, _, _): head
      case .broken(_, let head): head
      }
    }
  }

  /// Takes in what happened; returns the outcome once it is certain.
  mutating func take(_ event: TransferEvent, _ gate: Gate) -> Outcome? {
    switch event {
    case .head(let head):
      self.head = head
      return nil
    case .item(.message(let message)):
      return take(message)
    case .item(.malformed(let error)):
      flaw = flaw ?? "\(error)"
      return nil
    case .item(.tooLarge):
      return .broken(
        SessionError(.responseTooLarge, status: head?.status, detail: "the answer is too large"), head)
    case .item(.comment), .item(.retry), .item(.endpoint):
      return nil
    case .arrived(let instant):
      arrived = instant
      return nil
    case .ended(let end):
      return conclude(end, gate)
    }
  }

  /// One request a POST, so its answer is the one with our id, or one whose sender lost the id.
  private mutating func take(_ message: Message) -> Outcome? {
    // What comes on a stream of its own may overtake the head of the POST.
    let head = answerDue == nil ? head : ResponseHead(status: 200)
    guard requestID != nil, let head else { return nil }
    switch message.content {
    case .request, .notification:
      return nil
    case .result(let result):
      guard isOurs(message.id) else {
        flaw = flaw ?? "the answer has another id"
        return nil
      }
      return head.isSuccess ? .result(result, head) : nil
    case .failure(let error):
      guard isOurs(message.id) || message.id == .string("server-error") else {
        flaw = flaw ?? "the answer has another id"
        return nil
      }
      if head.isSuccess { return .rejected(error, head) }
      failure = error
      return nil
    }
  }

  private func isOurs(_ id: RequestID?) -> Bool {
    switch id {
    case nil, .null: answerDue == nil
    case .number(let number): number == requestID
    case .string(let text): text == requestID.map(String.init)
    }
  }

  private func conclude(_ end: TransferEnd, _ gate: Gate) -> Outcome? {
    let head = end.head ?? head
    if let failure = end.failure { return .broken(SessionError(failure, gate), head) }
    guard let head else {
      return .broken(SessionError(.emptyReply, detail: "the connection ended without an answer"), nil)
    }
    guard head.isSuccess else { return .status(head, failure, excerpt: end.excerpt) }
    guard requestID != nil else { return .accepted(head) }
    guard answerDue == nil else { return nil }
    let why: Sentence =
      flaw ?? (head.status == 202 ? "202 instead of an answer" : "the answer ended before it was complete")
    return .broken(SessionError(.protocolError, status: head.status, detail: why), head)
  }
}

extension SessionError {
  /// What the engine says of a transfer, with words that may be shown.
  init(_ failure: TransferFailure, _ gate: Gate) {
    self.init(
      failure.type, status: failure.status, curlCode: failure.curlCode,
      detail: Sentence(gate.text(failure.words)))
  }
}
