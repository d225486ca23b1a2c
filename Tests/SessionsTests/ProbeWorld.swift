import MCPWire

@testable import MCPSessions

/// A server in virtual time, and the one look that is taken at it.
struct ProbeWorld {
  /// How the server is; a good one with sessions where nothing is said.
  struct Kind: Sendable {
    var isStateful = true
    var isModern = false
    /// HTTP+SSE: the POST gets 405, the GET an `endpoint` event.
    var isOld = false
    /// What every request gets instead of an answer.
    var refusal: ResponseHead?
    var failure: TransferFailure?
    var route: Route?
    /// The answer to an id that it does not know; 200 is none.
    var unknown = 404
    var delete = 200
    /// It says that it ends sessions, and goes on to serve them.
    var keepsEnded = false
    /// So many replicas, none of which knows the others' sessions; each new connection reaches the next one.
    var replicas = 1
    /// Requests reach the next replica each time, whatever connection they come by.
    var isRandom = false
    var stream = 200
    var knowsPing = true
    /// The answer to every ping and list, whatever connection it comes by.
    var refusesUse: Int?
    /// What stands in the endpoint event, where that is no address of its own.
    var endpoint: String?
    /// The answer to a handshake comes in two parts, of which the second is to be asked for with its id.
    var resumes = false
    var failsLists = false
    /// After so many it takes no more.
    var sessionLimit = Int.max
    var drops = false
    /// It gives the same id to everybody.
    var givesOneID = false
    /// Of the handshake with this number only the head ever comes.
    var stalledHandshake: Int?
    var versions = ["2025-11-25", "2025-06-18"]
    /// So many offers are refused with a list that has what was offered, the others of it first.
    var refusals = 0
  }

  var probe: ServerProbe
  let kind: Kind
  var now = Moment(
    instant: Instant(nanoseconds: 1_000_000_000), wall: WallTime(milliseconds: 1_795_000_000_000))
  /// What went over the wire: `initialize`, `DELETE`.
  var wire: [String] = []
  /// Sessions that a replica holds, by id.
  var sessions: [String: Int] = [:]
  var given = 0
  var place = 0
  var lists = 0
  var refused = 0
  var streams: [TransferID] = []
  var asked: [String] = []
  var hasStopped = false
  /// What is still to come of a handshake's answer.
  private var rest: Message?

  init(_ kind: Kind = Kind(), settings: SessionSettings = SessionSettings(), call: ServerProbe.Call? = nil)
    throws
  {
    self.kind = kind
    let server = Server(
      name: "ledger", transport: .streamableHTTP,
      endpoint: try Endpoint("https://ledger.example/mcp?key=sesame-sesame"), settings: settings)
    guard let strange = SessionID("0123456789abcdef0123456789abcdef") else { throw Endpoint.Problem.noHost }
    probe = ServerProbe(server, key: SessionKey(server: "ledger"), call: call, strangeID: strange, at: now)
  }

  /// Runs to the end; is broken off before the request with the number `stop`, if there is one.
  mutating func run(stop: Int? = nil) {
    var orders = probe.start(at: now)
    var turns = 0
    while !probe.isOver, turns < 1_000 {
      turns += 1
      if let stop, wire.count >= stop, !hasStopped {
        hasStopped = true
        orders += probe.stop("interrupted", at: now)
      }
      guard !orders.isEmpty else {
        guard let due = probe.deadline else { return }
        now = Moment(instant: max(due, now.instant), wall: now.wall)
        orders = probe.wake(at: now)
        continue
      }
      let order = orders.removeFirst()
      switch order {
      case .send(let request):
        now = Moment(instant: now.instant + .milliseconds(3), wall: now.wall)
        for event in answer(request) { orders += probe.transfer(request.id, event, at: now) }
        orders += carried
        carried = []
      case .ask(let request):
        asked.append(request.url)
        let body = request.url.hasSuffix("/mcp") ? metadata : []
        orders += probe.answer(
          request.number, .answer(ResponseHead(status: body.isEmpty ? 404 : 200), body: body), at: now)
      case .cancel(let id): streams.removeAll { $0 == id }
      case .release, .launch, .write, .endProcess, .journal: break
      }
    }
  }

  /// What follows from answers that came by another transfer.
  private var carried: [ServerProbe.Order] = []
  private let metadata = Array(
    #"{"resource":"https://ledger.example/mcp","authorization_servers":["https://login.example"],"scopes_supported":["read"]}"#
      .utf8)

  private mutating func answer(_ request: TransferRequest) -> [TransferEvent] {
    let body = try? JSONValue.read(request.body.utf8)
    let method = body?["method"]?.text ?? request.method.rawValue
    wire.append(request.isHandshakeOnly ? "handshake" : method)
    if request.isHandshakeOnly { return [ended(nil)] }
    if let failure = kind.failure {
      var end = TransferEnd(failure: failure)
      end.route = kind.route
      return [.ended(end)]
    }
    if let refusal = kind.refusal { return [.head(refusal), ended(refusal)] }
    if request.freshConnection || kind.isRandom { place = (place + 1) % kind.replicas }
    let id = body?["id"]?.whole
    let given = request.headers.first { $0.name == "Mcp-Session-Id" }?.value.revealed
    switch (request.method, method) {
    case (.get, _): return get(request)
    case (.delete, _): return delete(given)
    case (.post, "initialize"), (.post, "server/discover"): return handshake(method, body, id)
    default: break
    }
    if kind.isStateful, !kind.isModern, !kind.isOld {
      guard let given else { return status(400, "Missing session ID") }
      guard sessions[given] == place, !kind.drops else {
        return kind.unknown == 200 ? result(id, Result()) : status(kind.unknown, "Session not found")
      }
    }
    if let refusal = kind.refusesUse, ["ping", "tools/list"].contains(method) {
      return status(refusal, "no")
    }
    switch method {
    case "ping" where !kind.knowsPing: return failure(id, -32_601)
    case "tools/list" where kind.failsLists: return failure(id, 0)
    case "tools/list":
      var page = Result()
      page.tools = [Tool(name: "add", definition: .object([:])), Tool(name: "now", definition: .object([:]))]
      return result(id, page)
    case "tools/call":
      var answer = Result()
      answer.content = ["3"]
      return result(id, answer)
    case "notifications/initialized": return status(202, "")
    default: return result(id, Result())
    }
  }

  private mutating func handshake(_ method: String, _ body: JSONValue?, _ id: Int?) -> [TransferEvent] {
    var answer = Result()
    answer.hasCapabilities = true
    answer.offersTools = true
    answer.serverName = "ledger"
    if method == "server/discover" {
      guard kind.isModern else { return status(400, "what?") }
      if refused < kind.refusals {
        refused += 1
        return failure(id, -32_022, supported: ["2026-07-28"])
      }
      answer.supportedVersions = ["2026-07-28"]
      return result(id, answer)
    }
    if kind.isModern { return failure(id, -32_022, supported: ["2026-07-28"]) }
    if kind.isOld, streams.isEmpty { return status(405, "Method Not Allowed") }
    let offer = body?["params"]?["protocolVersion"]?.text ?? ""
    if refused < kind.refusals {
      refused += 1
      return failure(id, -32_602, supported: kind.versions)
    }
    guard kind.isOld || kind.versions.contains(offer) else {
      return failure(id, -32_602, supported: kind.versions)
    }
    answer.protocolVersion = offer
    guard kind.isStateful, !kind.isOld else { return result(id, answer) }
    guard given < kind.sessionLimit else { return status(503, "too many sessions") }
    given += 1
    let session = kind.givesOneID ? "session-0-4711" : "session-\(given)-4711"
    sessions[session] = place
    var head = ResponseHead(status: 200, contentType: "application/json", sessionIDs: [session])
    head.route = kind.route
    if kind.stalledHandshake == given { return [.head(head)] }
    if kind.resumes {
      rest = Message(id: .number(Int64(id ?? 0)), content: .result(answer))
      head.contentType = "text/event-stream"
      return [.head(head), .ended(TransferEnd(head: head, lastEventID: "1"))]
    }
    return result(id, answer, head)
  }

  private mutating func get(_ request: TransferRequest) -> [TransferEvent] {
    if let rest, request.headers.contains(where: { $0.name == "Last-Event-ID" }) {
      let id = request.headers.first { $0.name == "Mcp-Session-Id" }?.value.revealed
      guard let id, sessions[id] != nil else { return status(400, "Mcp-Session-Id header is required") }
      let head = ResponseHead(status: 200, contentType: "text/event-stream")
      return [.head(head), .item(.message(rest)), ended(head)]
    }
    if kind.isOld {
      streams.append(request.id)
      let head = ResponseHead(status: 200, contentType: "text/event-stream")
      return [.head(head), .item(.endpoint(kind.endpoint ?? "/messages?session=1"))]
    }
    guard kind.stream == 200 else { return status(kind.stream, "") }
    streams.append(request.id)
    return [.head(ResponseHead(status: 200, contentType: "text/event-stream"))]
  }

  private mutating func delete(_ given: String?) -> [TransferEvent] {
    guard let given, sessions[given] == place else { return status(404, "Session not found") }
    if kind.delete < 300, !kind.keepsEnded { sessions[given] = nil }
    return status(kind.delete, "")
  }

  // MARK: - Answers

  private mutating func result(_ id: Int?, _ result: Result, _ head: ResponseHead? = nil) -> [TransferEvent] {
    say(Message(id: .number(Int64(id ?? 0)), content: .result(result)), head)
  }

  private mutating func failure(_ id: Int?, _ code: Int, supported: [String] = []) -> [TransferEvent] {
    let error = RPCError(code: code, message: "unsupported protocol version", supportedVersions: supported)
    return say(Message(id: .number(Int64(id ?? 0)), content: .failure(error)), nil)
  }

  private mutating func say(_ message: Message, _ head: ResponseHead?) -> [TransferEvent] {
    if kind.isOld, let stream = streams.first {
      carried += probe.transfer(stream, .item(.message(message)), at: now)
      return status(202, "")
    }
    var head = head ?? ResponseHead(status: 200, contentType: "application/json")
    head.route = kind.route
    return [.head(head), .item(.message(message)), ended(head)]
  }

  private func status(_ status: Int, _ text: String) -> [TransferEvent] {
    let head = ResponseHead(status: status, contentType: "text/plain")
    return [.head(head), ended(head, text)]
  }

  private func ended(_ head: ResponseHead?, _ text: String = "") -> TransferEvent {
    var end = TransferEnd(head: head, excerpt: CutText(whole: text))
    end.route = kind.route
    return .ended(end)
  }
}
