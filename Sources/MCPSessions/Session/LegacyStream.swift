import MCPWire

// HTTP+SSE of revision 2024-11-05: one GET stream that names the address for requests and carries every
// answer. The session lives and dies with it (specification 2024-11-05, "HTTP with SSE").

extension Session {
  /// How long the `endpoint` event may take: a server of another kind may hold the stream open and be silent.
  private static let endpointLimit = Duration.seconds(5)

  mutating func attach(_ turn: inout Turn) {
    let limit = server.settings.initTimeout ?? Self.endpointLimit
    let transfer = openChannel(&turn)
    state = .attaching(Attachment(transfer: transfer, due: turn.now.instant + limit))
  }

  mutating func attaching(_ attachment: Attachment, _ event: TransferEvent, _ turn: inout Turn) {
    switch event {
    case .item(.endpoint(let reference)):
      guard let address = server.endpoint else { return }
      let endpoint: Endpoint
      do {
        endpoint = try address.resolving(reference)
      } catch {
        turn.actions.append(.cancel(attachment.transfer))
        // What is no address may hold the id all the same.
        for word in keys(in: reference) { turn.known.see(word, of: key) }
        return lose(
          endpointError(error, reference, gate(turn)), approach: anew, remedy: .person, &turn)
      }
      history.lastReachable = turn.now
      noteEndpoint(endpoint, &turn)
      channel = Channel(stream: attachment.transfer, endpoint: endpoint, since: turn.now)
      initialize(.v2024_11_05, &turn)
    case .head(let head) where head.isSuccess && head.contentType.lowercased().contains("html"):
      break  // a web page: its title says what is there
    case .head(let head) where head.isSuccess && !head.isEventStream:
      turn.actions.append(.cancel(attachment.transfer))
      let detail: Sentence = "GET is answered with \(typeName(head, turn)), not an event stream"
      isNotOverStream(SessionError(.protocolError, status: head.status, detail: detail), &turn)
    case .item(.tooLarge):
      turn.actions.append(.cancel(attachment.transfer))
      flawed(SessionError(.responseTooLarge, detail: "an event of the stream is too large"), &turn)
    case .sent, .head, .item, .arrived, .heldBack:
      break
    case .ended(let end):
      attachEnded(end, &turn)
    }
  }

  private mutating func attachEnded(_ end: TransferEnd, _ turn: inout Turn) {
    let again = Approach.attach
    if let failure = end.failure {
      let error = SessionError(failure, gate(turn))
      // It was refused before, in words.
      if trouble.refusal != nil, error.isHangUp { return isNotOverStream(error, &turn) }
      return lose(error, approach: again, &turn)
    }
    if let head = end.head, head.isSuccess, let page = Page(end.excerpt, contentType: head.contentType) {
      let front = front(head, end.excerpt)
      let words = Sentence.joined(
        [standing(front, head), "GET brings \(page.words(gate(turn)))"], separator: ": ")
      return isNotOverStream(
        SessionError(.httpError, status: head.status, detail: words, hint: front ?? .webPage), &turn)
    }
    guard let head = end.head, !head.isSuccess else {
      let detail: Sentence = "the stream ended before its endpoint event"
      return flawed(SessionError(.protocolError, status: end.head?.status, detail: detail), &turn)
    }
    if isOutage(head, end.excerpt),
      let error = judge(.status(head, nil, excerpt: end.excerpt), carriedID: false, gate(turn)).error
    {
      return lose(
        asOutage(error), approach: again, remedy: .backoff, retryAfter: head.retryAfter, &turn)
    }
    let saysNo = trouble.refusal != nil && mayKeepChannel(head, nil, end.excerpt)
    if saysNo || [400, 404, 405, 406, 501].contains(head.status) {
      return isNotOverStream(sessionError(.httpError, head, nil, end.excerpt, gate(turn)), &turn)
    }
    wayRefused(.status(head, nil, excerpt: end.excerpt), head, approach: again, &turn)
  }

  /// The stream is open, or nothing came at all: no server of this kind.
  mutating func noEndpoint(_ attachment: Attachment, _ turn: inout Turn) {
    turn.actions.append(.cancel(attachment.transfer))
    let detail: Sentence =
      "no endpoint event came within \((server.settings.initTimeout ?? Self.endpointLimit).inMilliseconds) ms"
    if let refusal = trouble.refusal { return lose(refusal, approach: anew, remedy: .person, &turn) }
    lose(SessionError(.sessionTimeout, detail: detail), approach: anew, &turn)
  }

  /// What comes on the stream is the answer that is waited for, or the server's own word.
  mutating func channelSpoke(_ channel: Channel, _ event: TransferEvent, _ turn: inout Turn) {
    history.lastReachable = turn.now
    if case .item(let item) = event { self.channel?.rhythm.take(item, at: turn.now.instant) }
    switch event {
    case .item(.message(let message)):
      switch message.content {
      case .result, .failure:
        guard let awaited else { return }
        transfer(awaited.transfer, event, &turn)
      case .request, .notification:
        serverSpoke(message, &turn)
      }
    case .item(.malformed(let error)): odd("\(error)", &turn)
    case .item(.complaint(let words)): odd("\(gate(turn).text(words))", &turn)
    case .item(.tooLarge):
      channelLost(SessionError(.responseTooLarge, detail: "an event of the stream is too large"), &turn)
    case .sent, .head, .item, .arrived, .heldBack:
      break
    case .ended(let end):
      self.channel = nil
      let detail: Sentence = "the event stream that carries the session ended"
      channelLost(
        end.failure.map { SessionError($0, gate(turn)) } ?? SessionError(.sessionTerminated, detail: detail),
        &turn)
    }
  }

  /// An event that is no message: told once, then counted.
  private mutating func odd(_ words: Sentence, _ turn: inout Turn) {
    history.counts.oddities += 1
    guard channel?.reportedOddity == false else { return }
    channel?.reportedOddity = true
    let detail: Sentence = "an event that is no message (\(words)); more of them are only counted"
    tell(SessionError(.protocolError, detail: detail, request: .stream), &turn)
  }

  private mutating func channelLost(_ error: SessionError, _ turn: inout Turn) {
    history.counts.streamCuts += 1
    cancelTransfers(&turn)
    guard case .live(let live) = state else {
      return lose(error, approach: anew, &turn)
    }
    turn.emit(.streamClosed, .debug, self, EventText.streamClosed(error))
    // Cut or closed, the session went with it; an outage shows at the next attempt.
    if error.type == .sessionTerminated || error.isHangUp {
      sessionLost(error, established: live.identity.established, &turn)
    } else {
      lose(error, approach: anew, &turn)
    }
  }

  /// What of the address names the session is as good as an id: the values of its query, and a last part of
  /// its path that is longer than a word.
  private func noteEndpoint(_ endpoint: Endpoint, _ turn: inout Turn) {
    for secret in endpoint.secrets { turn.known.see(secret.revealed, of: key) }
    let path = endpoint.url.revealed.prefix { $0 != "?" }
    guard let name = path.split(separator: "/").last, name.utf8.count >= 16,
      server.endpoint?.url.revealed.contains(name) != true
    else { return }
    turn.known.see(String(name), of: key)
  }

  mutating func dropChannel(_ turn: inout Turn) {
    dropPipe(&turn)
    guard let stream = channel?.stream else { return }
    channel = nil
    turn.actions.append(.cancel(stream))
  }

  /// The request whose answer is waited for, as far as the state knows one.
  var awaited: Exchange? {
    switch state {
    case .initializing(let handshake): handshake.exchange
    case .discovering(let exchange): exchange
    case .resuming(let resumption): resumption.exchange
    case .live(let live):
      if case .inFlight(let exchange) = live.probe { exchange } else { nil }
    default: nil
    }
  }

  /// An answer that is to come on the stream has its own limit, since its POST is long over.
  mutating func answerIsOverdue(_ turn: inout Turn) -> Bool {
    guard let awaited, let due = awaited.answerDue, due <= turn.now.instant else { return false }
    let waited = turn.now.instant - awaited.sent
    if pipe == nil { turn.actions.append(.cancel(awaited.transfer)) }
    // It may be another version by now, that has no handshake and does not even say so.
    if pipe != nil, case .initializing = state { pipeEra = .unknown }
    let failure =
      silence(waited)
      ?? TransferFailure(.sessionTimeout, words: "no answer on the stream within \(waited.inMilliseconds) ms")
    transfer(awaited.transfer, .ended(TransferEnd(failure: failure)), &turn)
    return true
  }
}

/// What is wrong with the address that an `endpoint` event names.
func endpointError(_ problem: Endpoint.ReferenceProblem, _ reference: String, _ gate: Gate) -> SessionError {
  let flaw: Sentence =
    switch problem {
    case .otherOrigin: "names another origin"
    case .noReference: "is no address"
    }
  return SessionError(
    .protocolError,
    detail: Sentence.joined(
      ["the endpoint event \(flaw)", Sentence(gate.reference(reference))], separator: ": "))
}

extension Session {
  /// HTTP+SSE is not what the server speaks: its first refusal is what counts.
  private mutating func isNotOverStream(_ error: SessionError, _ turn: inout Turn) {
    let wasLearnt = speaksOverStream
    speaksOverStream = false
    if let refusal = trouble.refusal {
      let pages: Set<SessionError.Hint> = [.webPage, .signInPage, .botCheck]
      // What the first refusal was told of is not told twice.
      let hint = error.hint.flatMap { pages.contains($0) && $0 != refusal.hint ? $0 : nil }
      let seen = hint.map { refusal.adding(error.detail, hint: $0) } ?? refusal
      return lose(asOutage(seen), approach: anew, remedy: patience, &turn)
    }
    // What held before may hold no more: asked from the beginning, once.
    if wasLearnt, anew != .attach, mayFallBack { return fallBack(to: anew, &turn) }
    lose(asOutage(error), approach: anew, remedy: patience, &turn)
  }

  /// What answers like a wrong address needs a person, unless it was right before.
  private var patience: Remedy { history.lastGood == nil ? .person : .backoff }

  /// A status that says nothing of the way of speaking.
  private mutating func wayRefused(
    _ outcome: Exchange.Outcome, _ head: ResponseHead, approach: Approach, _ turn: inout Turn
  ) {
    switch judge(outcome, carriedID: false, gate(turn)) {
    case .refused(let error), .lost(let error):
      lose(
        asOutage(error), approach: approach, remedy: error.type == .authError ? .credentials : patience,
        &turn)
    case .trouble(let error) where (400..<500).contains(head.status):
      lose(asOutage(error), approach: approach, remedy: patience, &turn)
    case .conflict(let error), .busy(let error), .trouble(let error):
      lose(error, approach: approach, retryAfter: head.retryAfter, &turn)
    case .good, .methodFailed:
      flawed(SessionError(.protocolError, status: head.status, detail: "no answer that can be used"), &turn)
    }
  }
}

extension ResponseHead {
  var isEventStream: Bool { contentType.lowercased().hasPrefix("text/event-stream") }
}
