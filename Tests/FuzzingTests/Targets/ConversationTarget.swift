import MCPWire

@testable import MCPSessions

/// A server that answers every request with whatever is on the tape, in virtual time.
private struct Server {
  var fleet: Fleet
  var tape: Tape
  var now = Moment(instant: .zero, wall: WallTime(milliseconds: 1_795_428_000_000))
  /// Requests that wait for an answer, and since when.
  var open: [TransferID: (request: TransferRequest, since: Instant)] = [:]
  var sent: [Instant] = []

  init(_ bytes: [UInt8]) throws {
    tape = Tape(bytes)
    var settings = SessionSettings(pingInterval: .seconds(2), listEvery: 2)
    settings.stream = true
    fleet = Fleet(
      servers: [
        MCPSessions.Server(
          name: "a", transport: .streamableHTTP, endpoint: try Endpoint("https://a.example.org/mcp"),
          settings: settings)
      ], limits: Limits(), seed: UInt64(tape.next()), at: now)
  }

  mutating func obey(_ orders: [Fleet.Order]) throws(Broken) {
    for order in orders {
      switch order {
      case .send(let request):
        open[request.id] = (request, now.instant)
        sent.append(now.instant)
        let second = sent.suffix(13)
        if second.count == 13, let first = second.first {
          try promise(now.instant - first >= .milliseconds(999), "13 requests in a second")
        }
      case .cancel(let id), .release(let id): open[id] = nil
      case .launch, .write, .endProcess, .journal: break
      }
    }
  }

  private mutating func head() -> ResponseHead {
    let statuses = [200, 200, 200, 202, 204, 301, 400, 401, 403, 404, 404, 405, 409, 429, 500, 502, 503, 999]
    let types = ["application/json", "text/event-stream", "text/html", "", "application/json; charset=utf-8"]
    var head = ResponseHead(status: tape.pick(statuses), contentType: tape.pick(types))
    let choices = tape.next()
    if choices & 1 != 0 {
      head.sessionIDs = [tape.pick(["id-1", "id-2", "", "ä", String(Int(tape.next()))])]
    }
    if choices & 2 != 0 { head.retryAfter = tape.pick(["0", "1", "99999999999999999999", "x", tape.text()]) }
    if choices & 4 != 0 { head.challenges = [tape.pick(["Bearer", "Bearer error=\"x\"", tape.text()])] }
    if choices & 8 != 0 { head.location = tape.text() }
    return head
  }

  private mutating func item(for request: TransferRequest) -> ReplyReader.Item {
    let id = (try? Message.read(Array(request.body.utf8)))?.first?.id ?? .number(1)
    let versions = ["2025-11-25", "2024-11-05", "2026-07-28", "1999-01-01", tape.text()]
    let documents = [
      """
      {"jsonrpc":"2.0","id":\(id.json),"result":{"protocolVersion":\(JSONWriter.quoted(tape.pick(versions))),\
      "capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"a","version":"1"}}}
      """,
      #"{"jsonrpc":"2.0","id":\#(id.json),"result":{}}"#,
      #"{"jsonrpc":"2.0","id":\#(id.json),"result":{"tools":[{"name":"t"}],"nextCursor":"c"}}"#,
      #"{"jsonrpc":"2.0","id":\#(id.json),"error":{"code":-32601,"message":"Method not found"}}"#,
      #"{"jsonrpc":"2.0","id":\#(id.json),"error":{"code":-32001,"message":"Session not found"}}"#,
      """
      {"jsonrpc":"2.0","id":\(id.json),"error":{"code":-32022,"message":"v",\
      "data":{"supported":["2025-11-25"]}}}
      """,
      #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#,
      #"{"jsonrpc":"2.0","id":"x","method":"ping"}"#,
      tape.text(),
    ]
    switch tape.next() % 12 {
    case 0: return .comment
    case 1: return .retry(Int(tape.next()) * 100)
    case 2: return .endpoint(tape.text())
    case 3: return .complaint(CutText(whole: tape.text()))
    case 4: return .malformed(.notJSON)
    case 5: return .tooLarge
    default:
      let document = tape.pick(documents)
      do throws(MessageError) {
        return try Message.read(Array(document.utf8)).first.map { .message($0) } ?? .malformed(.notJSON)
      } catch {
        return .malformed(error)
      }
    }
  }

  private mutating func tell(_ id: TransferID, _ event: TransferEvent) throws(Broken) {
    try obey(fleet.transfer(id, event, at: now))
  }

  /// The request that was sent first.
  var first: TransferRequest? { open.values.min { $0.request.id.number < $1.request.id.number }?.request }

  /// Lets time pass until something is due: in the fleet, or the end of a request that was not answered.
  mutating func wait() throws(Broken) -> Bool {
    let limits = open.values.compactMap { entry in entry.request.timeout.map { entry.since + $0 } }
    guard let due = (limits + [fleet.deadline].compactMap { $0 }).min() else { return false }
    let pause = max(.milliseconds(1), due - now.instant)
    now = Moment(
      instant: now.instant + pause, wall: WallTime(milliseconds: now.wall.milliseconds + pause.inMilliseconds)
    )
    let late = open.values.filter { entry in
      entry.request.timeout.map { entry.since + $0 <= now.instant } ?? false
    }
    for entry in late.sorted(by: { $0.request.id.number < $1.request.id.number }) {
      guard open.removeValue(forKey: entry.request.id) != nil else { continue }
      let end = TransferEnd(failure: TransferFailure(.sessionTimeout, words: "silence"))
      try tell(entry.request.id, .ended(end))
    }
    try obey(fleet.wake(at: now))
    return true
  }

  /// Answers one request, with as much as the tape says.
  mutating func answer(_ request: TransferRequest) throws(Broken) {
    let failures: [TransferFailure?] = [
      nil, nil, nil, nil, nil, nil, TransferFailure(.connectionReset, words: "reset"),
      TransferFailure(.connectRefused, words: "refused"), TransferFailure(.sessionTimeout, words: "silence"),
    ]
    var end = TransferEnd(failure: tape.pick(failures))
    if end.failure?.type != .connectRefused {
      let head = head()
      end.head = head
      try tell(request.id, .head(head))
      for _ in 0..<tape.next() % 4 where open[request.id] != nil {
        try tell(request.id, .item(item(for: request)))
      }
    }
    guard open[request.id] != nil else { return }
    // A stream may stay, a request may hang until it is given up.
    if tape.next() % 8 == 0 { return }
    end.excerpt = CutText(
      whole: tape.pick(["", "Session not found", "<html><title>Log in</title>", tape.text()]))
    end.lastEventID = tape.pick(["", "", "7"])
    open[request.id] = nil
    try tell(request.id, .ended(end))
  }
}

extension FuzzTarget {
  /// A server that answers with anything: requests keep their pace, there is always something due or waited
  /// for, and all that was opened is ended, left, or live.
  static let conversations = FuzzTarget(name: "conversations") { (bytes) throws(Broken) in
    guard var server = try? Server(bytes) else { return }
    try server.obey(server.fleet.start(at: server.now))
    var store = Store(eventCapacity: 50)
    for _ in 0..<400 {
      store.fold(server.fleet.takeReport(at: server.now), at: server.now)
      if server.tape.isEmpty { break }
      if let request = server.first, server.tape.next() % 4 != 0 {
        try server.answer(request)
      } else if try !server.wait() {
        break
      }
    }
    store.fold(server.fleet.takeReport(at: server.now), at: server.now)
    let sum = store.statistics
    let held = server.fleet.sessions.reduce(0) { $0 + $1.held }
    try promise(
      sum.opened == sum.ended + sum.leftBehind + held,
      "opened \(sum.opened), ended \(sum.ended), left \(sum.leftBehind), held \(held)")
    for row in store.sessions.values where ![.ready, .failed, .paused].contains(row.state) {
      let isWaitedFor = !server.open.isEmpty || server.fleet.deadline != nil
      try promise(isWaitedFor, "\(row.state) and nothing will happen")
    }
  }
}

extension Session {
  /// Ids that it holds, or is about to end.
  fileprivate var held: Int {
    [identity?.id, trouble.doubted?.identity.id].compactMap { $0 }.count + farewells.count
  }
}
