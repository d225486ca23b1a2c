import MCPWire

/// One request of ours and what has come back so far; boils down to a single outcome.
struct Exchange: Hashable, Sendable {
  private(set) var transfer: TransferID
  let purpose: Purpose
  /// The JSON-RPC id of a request; absent for notifications, answers and bodiless requests.
  let requestID: Int64?
  let sent: Instant
  /// Set when the answer comes on another transfer, that is a stream: how long it is waited for.
  private(set) var answerDue: Instant?
  /// The request was taken without an answer, which may be said on the stream beside it.
  private var isDeferred = false
  /// The stream of the answer ended behind an event with an id: the rest is to be asked for.
  private(set) var rest: Rest?
  /// When the answer came in, where that was earlier than it was read.
  private(set) var arrived: Instant?
  /// It is known to have gone out.
  private(set) var isSent = false
  private var head: ResponseHead?
  private var failure: RPCError?
  private var flaw: Sentence?
  private var retry: Duration?
  private var polls = 0
  /// How a GET for the rest was refused.
  private var pollRefusal: ResponseHead?

  /// Where the rest of an answer begins, and when it may be asked for.
  struct Rest: Hashable, Sendable {
    let due: Instant
    let lastEventID: String
  }

  /// How often, and how long after the request, the rest of an answer is asked for.
  private static let pollLimit = 20
  private static let restLimit = Duration.seconds(30)
  /// The wait before the first poll where the server asks for none, and the shortest of all.
  private static let pollPause = Duration.milliseconds(500)

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
    case status(ResponseHead, RPCError?, excerpt: CutText)
    /// No answer that can be used: the transfer failed, or what came is not MCP.
    case broken(SessionError, ResponseHead?)

    /// The head of the answer, if one came.
    var head: ResponseHead? {
      switch self {
      case .result(_, let head), .accepted(let head), .rejected(_, let head), .status(let head, _, _): head
      case .broken(_, let head): head
      }
    }

    /// What JSON-RPC says of a refusal.
    var refusal: RPCError? {
      switch self {
      case .rejected(let error, _), .status(_, let error?, _): error
      default: nil
      }
    }

    /// An answer came, and is none to what was asked.
    var isNonsense: Bool {
      if case .broken(let error, let head?) = self {
        error.type == .protocolError && head.isSuccess
      } else {
        false
      }
    }

    /// It was taken, and nothing was said: an answer to a notification.
    var isTakenOnly: Bool { isNonsense && head?.status == 202 }

    /// The server, or what stands before it, answered that it will not do what was asked.
    var isRefusal: Bool {
      if case .status = self { true } else { false }
    }
  }

  /// The id under which the server keeps what it has to say on, once the head is known.
  var givenIDs: [String] { head.flatMap { $0.isSuccess ? $0.sessionIDs : nil } ?? [] }

  /// When it wants to be looked at, whatever comes; absent while only news can change it.
  var deadline: Instant? { [answerDue, rest?.due].compactMap { $0 }.min() }

  /// Whether a message that came on another transfer, at any time, is what was asked for.
  func isAnswered(by message: Message) -> Bool {
    guard requestID != nil else { return false }
    return switch message.content {
    case .result, .failure: message.id.map { $0 != .null && isOurs($0) } ?? false
    case .request, .notification: false
    }
  }

  /// The answer may come on a stream that other things come on, until then.
  mutating func wait(onStreamUntil due: Instant) { (answerDue, isDeferred) = (due, true) }

  /// The rest is asked for by another transfer.
  mutating func follow(_ transfer: TransferID) {
    self.transfer = transfer
    rest = nil
    polls += 1
  }

  /// Takes in what happened at `now`; returns the outcome once it is certain.
  mutating func take(_ event: TransferEvent, _ gate: Gate, at now: Instant) -> Outcome? {
    switch event {
    case .head(let head) where polls > 0:
      // The answer has its head; this one only tells whether the rest is to be had.
      if !head.isSuccess { pollRefusal = head }
      return nil
    case .head(let head):
      self.head = head
      // The status line of the answer to what asks for none is the answer, whatever follows or does not end.
      return requestID == nil && head.isSuccess ? .accepted(head) : nil
    case .item(.message(let message)):
      return take(message)
    case .item(.complaint(let words)):
      guard requestID != nil, let head, head.isSuccess else { return nil }
      return .rejected(RPCError(code: 0, message: words), head)
    case .item(.malformed(let error)):
      flaw = flaw ?? "\(error)"
      return nil
    case .item(.tooLarge):
      if let head, head.isRefusal { return .status(head.withoutBody, failure, excerpt: "") }
      return .broken(
        SessionError(.responseTooLarge, status: head?.status, detail: "the answer is too large"), head)
    case .item(.retry(let milliseconds)):
      retry = .milliseconds(milliseconds)
      return nil
    case .item(.comment), .item(.endpoint):
      return nil
    case .sent(let isAtServer):
      isSent = isAtServer
      return nil
    case .heldBack:
      return nil
    case .arrived(let instant):
      arrived = instant
      return nil
    case .ended(let end):
      return conclude(end, gate, at: now)
    }
  }

  /// One request a POST, so its answer is the one with our id, or one whose sender lost the id.
  private mutating func take(_ message: Message) -> Outcome? {
    // What comes on a stream of its own may overtake the head of the POST.
    let head = answerDue == nil ? head : ResponseHead(status: 200)
    guard let head else { return nil }
    switch message.content {
    case .request, .notification:
      return nil
    case .result(let result):
      guard requestID != nil else { return nil }
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
      if head.isSuccess { return requestID == nil ? nil : .rejected(error, head) }
      failure = error
      return nil
    }
  }

  private func isOurs(_ id: RequestID?) -> Bool {
    switch id {
    case nil, .null: answerDue == nil
    case .number(let number): number == requestID
    case .digits, .tooLong: false
    case .string(let text): text == requestID.map(String.init)
    }
  }

  private mutating func conclude(_ end: TransferEnd, _ gate: Gate, at now: Instant) -> Outcome? {
    let head = polls > 0 ? head : end.head ?? head
    if isDeferred {
      let why: Sentence = "202 instead of an answer, and none on the stream"
      return .broken(SessionError(.protocolError, status: head?.status, detail: why), head)
    }
    if let cut = end.failure {
      guard let head, head.isRefusal else { return .broken(SessionError(cut, gate), head) }
      return .status(head.withoutBody, failure, excerpt: end.excerpt)
    }
    if let pollRefusal {
      let why: Sentence = "the rest of the answer is refused with \(pollRefusal.status)"
      return .broken(SessionError(.protocolError, status: pollRefusal.status, detail: why), head)
    }
    guard let head else {
      return .broken(SessionError(.emptyReply, detail: "the connection ended without an answer"), nil)
    }
    guard head.isSuccess else { return .status(head, failure, excerpt: end.excerpt) }
    guard requestID != nil else { return .accepted(head) }
    guard answerDue == nil else { return nil }
    // The sessionless revision has no such thing.
    if purpose != .discover, !end.lastEventID.isEmpty, polls < Self.pollLimit, now - sent < Self.restLimit {
      let pause = max(retry ?? Self.pollPause, Self.pollPause)
      rest = Rest(due: now + min(pause, Self.restLimit), lastEventID: end.lastEventID)
      return nil
    }
    if let instead = insteadOfAnswer(head, end.excerpt, gate) { return .broken(instead, head) }
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
      detail: Sentence(gate.text(of: failure)),
      hint: failure.flaw.map { .connection($0) })
    retryAfter = failure.retryAfter
  }
}
