import MCPWire
import Testing

@testable import MCPSessions

// What simulated servers answer.

extension World {
  mutating func receive(_ request: TransferRequest) {
    let name = request.session.server
    let id = Self.sessionID(request)
    wire.append(
      [request.method.rawValue, request.purpose.rawValue, id].compactMap { $0 }.joined(separator: " "))
    open[request.id] = request
    openOf[request.session, default: [:]][request.id] = request.purpose
    if [.initialize, .attach, .discover, .ping, .list].contains(request.purpose) { attempts += 1 }
    checkRequest(request, id)
    guard let machine = machines[name] else { return }
    if request.grace > .zero, machine.mode != .refusing { tell(request.id, .sent(true), after: 0) }
    let delay = Double.random(in: 0.001...0.05, using: &random)
    let isStreaming = openOf[request.session]?.values.contains(.stream) == true
    if blocksWhileStreaming, isStreaming, request.timeout != nil { return lose(request) }
    if let refusal = refusesWhileStreaming, isStreaming, [.ping, .list].contains(request.purpose) {
      return answer(request, refusal, after: delay)
    }
    switch machine.mode {
    case .refusing:
      tell(
        request.id,
        .ended(TransferEnd(failure: TransferFailure(.connectRefused, curlCode: 7, words: "refused"))),
        after: delay)
    case .silent:
      lose(request)
    case .status(let status, let body):
      answer(request.id, ResponseHead(status: status, contentType: "text/plain"), nil, body, after: delay)
    case .well:
      answerWell(request, id, after: request.purpose == .initialize ? machine.handshakeLag + delay : delay)
    case .foreign:
      answer(request, .rejected(RPCError.methodNotFound, "Method not found"), after: delay)
    case .slow(let longest):
      let pause = Double.random(in: 0.1...longest, using: &random)
      if let limit = patience(request), limit < pause { return lose(request) }
      answerWell(request, id, after: pause)
    case .lagging(let pause):
      if let limit = patience(request), limit < pause { return lose(request) }
      answerWell(request, id, after: pause)
    case .lossy:
      switch Int.random(in: 0..<6, using: &random) {
      case 0: lose(request)  // never arrived
      case 1:
        // It was done, and nobody will know: the answer comes too late to be taken.
        answerWell(request, id, after: (patience(request) ?? 60) + 1)
        lose(request)
      default: answerWell(request, id, after: delay)
      }
    case .lying:
      lie(request, id, after: delay)
    }
  }

  private mutating func lose(_ request: TransferRequest) {
    guard let limit = patience(request) else { return }
    let failure = TransferFailure(.sessionTimeout, curlCode: 28, words: "no answer")
    tell(request.id, .ended(TransferEnd(failure: failure)), after: limit)
  }

  /// How many seconds an answer is awaited on the wire.
  private func patience(_ request: TransferRequest) -> Double? {
    request.timeout.map { ($0 + request.grace).inSeconds }
  }

  private mutating func lie(_ request: TransferRequest, _ id: String?, after delay: Double) {
    let json = ResponseHead(status: 200, contentType: "application/json")
    let number = number(request)
    switch Int.random(in: 0..<12, using: &random) {
    case 0: answer(request.id, ResponseHead(status: 202), nil, "", after: delay)
    case 1: answer(request.id, json, Message(id: .number(-7), content: .result(Result())), "", after: delay)
    case 2:
      let error = RPCError(code: -32_000, message: "Server not initialized")
      answer(request.id, json, Message(id: number, content: .failure(error)), "", after: delay)
    case 3:
      var head = json
      head.sessionIDs = ["liar-1", "liar-2"]
      answer(request.id, head, Message(id: number, content: .result(Result())), "", after: delay)
    case 4:
      tell(request.id, .head(json), after: delay)
      tell(request.id, .item(.malformed(.notJSON)), after: delay)
      tell(request.id, .ended(TransferEnd(head: json, excerpt: "<html>")), after: delay)
    case 5:
      // The same answer three times.
      tell(request.id, .head(json), after: delay)
      for _ in 0..<3 {
        tell(request.id, .item(.message(Message(id: number, content: .result(Result())))), after: delay)
      }
      tell(request.id, .ended(TransferEnd(head: json)), after: delay)
    case 6: tell(request.id, .ended(TransferEnd(head: json)), after: delay)
    case 7:
      let head = ResponseHead(status: 200, contentType: "text/event-stream")
      tell(request.id, .head(head), after: delay)
      tell(request.id, .item(.endpoint("http://elsewhere/messages")), after: delay)
      tell(request.id, .item(.retry(0)), after: delay)
      tell(request.id, .item(.tooLarge), after: delay)
      tell(request.id, .ended(TransferEnd(head: head)), after: delay * 2)
    default: answerWell(request, id, after: delay)
    }
  }

  private mutating func answer(_ request: TransferRequest, _ scripted: Scripted, after delay: Double) {
    let json = ResponseHead(status: 200, contentType: "application/json")
    switch scripted {
    case .status(let status, let words):
      answer(request.id, ResponseHead(status: status, contentType: "text/plain"), nil, words, after: delay)
    case .html(let status, let page):
      answer(request.id, ResponseHead(status: status, contentType: "text/html"), nil, page, after: delay)
    case .head(let head, let body):
      answer(request.id, head, nil, body, after: delay)
    case .cut(let head, let body):
      let failure = TransferFailure(.connectionReset, curlCode: 18, words: "cut")
      tell(request.id, .head(head), after: delay)
      tell(
        request.id, .ended(TransferEnd(head: head, excerpt: CutText(whole: body), failure: failure)),
        after: delay)
    case .rejected(let code, let words):
      let error = RPCError(code: code, message: CutText(whole: words))
      answer(request.id, json, Message(id: number(request), content: .failure(error)), "", after: delay)
    case .refusedVersion(let version):
      let error = RPCError(
        code: RPCError.unsupportedVersion, message: "unsupported", supportedVersions: [version])
      answer(
        request.id, ResponseHead(status: 400, contentType: "application/json"),
        Message(id: number(request), content: .failure(error)), "", after: delay)
    case .tools(let tools, let next):
      var result = Result()
      (result.tools, result.nextCursor) = (tools, next)
      answer(request.id, json, Message(id: number(request), content: .result(result)), "", after: delay)
    case .silence: lose(request)
    case .broken(let failure):
      tell(request.id, .ended(TransferEnd(failure: failure)), after: delay)
    case .hangUp:
      tell(
        request.id,
        .ended(TransferEnd(failure: TransferFailure(.emptyReply, curlCode: 52, words: "empty"))), after: delay
      )
    }
  }

  mutating func answerWell(_ request: TransferRequest, _ id: String?, after delay: Double) {
    let name = request.session.server
    guard var machine = machines[name] else { return }
    if let scripted = machine.script?(request) { return answer(request, scripted, after: delay) }
    defer { machines[name] = machine }
    if machine.isModern { return answerModern(request, after: delay) }
    if machine.isOverStream { return answerOnStream(request, &machine, after: delay) }
    // A GET without a session, as those of HTTP+SSE are.
    guard request.purpose != .attach else {
      return answer(request.id, ResponseHead(status: 400), nil, "Missing session ID", after: delay)
    }
    let isKnown = !machine.keepsSessions || id.map { machine.sessions.contains($0) } == true
    if request.purpose != .initialize, !isKnown {
      let error = RPCError(code: -32_600, message: "Session not found")
      return answer(
        request.id, ResponseHead(status: 404, contentType: "application/json"),
        Message(id: .null, content: .failure(error)), "", after: delay)
    }
    var head = ResponseHead(status: 200, contentType: "application/json")
    var result = Result()
    switch request.purpose {
    case .initialize where machine.sessions.count >= machine.room:
      return answer(
        request.id, ResponseHead(status: 503, contentType: "text/plain"), nil, "Too many sessions",
        after: delay)
    case .initialize:
      machine.spoken = Self.revision(offeredBy: request)
      result.protocolVersion = machine.spoken
      result.offersTools = true
      if machine.keepsSessions {
        let new = machine.givenID ?? "\(name)-session-\(machine.nextID)"
        machine.nextID += 1
        machine.sessions.insert(new)
        head.sessionIDs = [new]
      }
    case .initialized, .reply:
      return answer(request.id, ResponseHead(status: 202), nil, "", after: delay)
    case .poll: return answer(request.id, ResponseHead(status: 405), nil, "", after: delay)
    case .stream:
      guard machine.offersStream else {
        return answer(request.id, ResponseHead(status: 405), nil, "", after: delay)
      }
      return tell(
        request.id, .head(ResponseHead(status: 200, contentType: "text/event-stream")), after: delay)
    case .delete:
      if let id { machine.sessions.remove(id) }
      return answer(request.id, ResponseHead(status: 200), nil, "", after: delay)
    case .list: result.tools = Self.tools(3)
    case .ping, .call, .attach: break
    case .discover:
      let error = RPCError(code: -32_600, message: "Missing session ID")
      return answer(
        request.id, ResponseHead(status: 400, contentType: "application/json"),
        Message(id: .null, content: .failure(error)), "", after: delay)
    }
    let message = Message(id: number(request), content: .result(result))
    if machine.saysOnStream, sayOnStream(message, insteadOf: request, after: delay) { return }
    answer(request.id, head, message, "", after: delay)
  }

  mutating func answerModern(_ request: TransferRequest, after delay: Double) {
    var result = Result()
    switch request.purpose {
    case .discover:
      result.supportedVersions = ["2026-07-28"]
      result.hasCapabilities = true
      result.offersTools = true
      result.tellsListChanges = true
      result.serverName = "modern"
    case .list: result.tools = Self.tools(3)
    case .stream:
      return tell(
        request.id, .head(ResponseHead(status: 200, contentType: "text/event-stream")), after: delay)
    case .initialize, .attach, .initialized, .ping, .call, .reply, .poll, .delete:
      let error = RPCError(
        code: RPCError.unsupportedVersion, message: "Unsupported protocol version",
        supportedVersions: ["2026-07-28"])
      return answer(
        request.id, ResponseHead(status: 400, contentType: "application/json"),
        Message(id: .null, content: .failure(error)), "", after: delay)
    }
    let head = ResponseHead(status: 200, contentType: "application/json")
    answer(request.id, head, Message(id: number(request), content: .result(result)), "", after: delay)
  }

  /// So many tools.
  static func tools(_ count: Int) -> [Tool] {
    (0..<count).map { Tool(name: "tool-\($0)", definition: .object(["name": .text("tool-\($0)")])) }
  }

  /// The JSON-RPC id of a request.
  func number(_ request: TransferRequest) -> RequestID? {
    let id = request.body.firstRange(of: "\"id\":")
    return id.flatMap { Int64(request.body[$0.upperBound...].prefix { $0.isNumber }) }.map { .number($0) }
  }

  mutating func answer(
    _ id: TransferID, _ head: ResponseHead, _ message: Message?, _ excerpt: String, after delay: Double
  ) {
    tell(id, .head(head), after: delay)
    if let message { tell(id, .item(.message(message)), after: delay) }
    tell(id, .ended(TransferEnd(head: head, excerpt: CutText(whole: excerpt))), after: delay)
  }

  mutating func tell(_ id: TransferID, _ event: TransferEvent, after delay: Double) {
    tell(id, .transfer(event), after: delay)
  }

  mutating func tell(_ id: TransferID, _ event: News, after delay: Double) {
    let at = now.instant + .seconds(delay)
    // The next to come is the last of the array; of two at the same time, the one told first.
    var low = 0
    var high = coming.count
    while low < high {
      let middle = (low + high) / 2
      if coming[middle].at < at { high = middle } else { low = middle + 1 }
    }
    while low > 0, coming[low - 1].at == at { low -= 1 }
    coming.insert((at, id, event), at: low)
  }
}
