import MCPWire
import MCPSessions

/// A fleet in virtual time whose servers answer from scripts. What is drawn of it is what the deciding half
/// of the engine made of the answers, not what a test believes that it makes of them.
struct ScriptedFleet {
  /// What a server answers where it does not answer well.
  enum Answer: Sendable {
    case status(Int, type: String = "text/plain", _ body: String, location: String? = nil)
    case failure(ErrorType, curlCode: Int, String)
    /// The server does not take our certificate.
    case refusedCertificate(String)
    case tools([String])
    /// Nothing, until our patience ends.
    case silence
  }

  /// Nothing means that it answers well; times are seconds before the picture, negative as in all tests here.
  typealias Script = @Sendable (_ request: TransferRequest, _ seconds: Double) -> Answer?

  private(set) var store = Store(eventCapacity: 1_000)
  private var fleet: Fleet
  private let scripts: [String: Script]
  private var seconds: Double
  private var coming: [(at: Instant, id: TransferID, event: TransferEvent)] = []
  private var open: Set<TransferID> = []
  private var sessions: Set<String> = []

  /// Starts `age` seconds before the picture and lets time pass until then.
  init(
    _ urls: KeyValuePairs<String, String>, age: Double, settings: SessionSettings = SessionSettings(),
    scripts: [String: Script]
  ) throws {
    let servers = try urls.map { name, url in
      Server(name: name, transport: .streamableHTTP, endpoint: try Endpoint(url), settings: settings)
    }
    seconds = -age
    self.scripts = scripts
    fleet = Fleet(servers: servers, limits: Limits(), seed: 1, at: moment(-age))
    obey(fleet.start(at: moment(seconds)))
    run()
  }

  /// Time jumps to what is due next, up to the picture.
  private mutating func run() {
    while let next = [coming.last?.at, fleet.deadline].compactMap({ $0 }).min(),
      next <= now.instant
    {
      seconds = max(seconds, (next - now.instant).inSeconds)
      if let first = coming.last, first.at <= moment(seconds).instant {
        coming.removeLast()
        guard open.contains(first.id) else { continue }
        if case .ended = first.event { open.remove(first.id) }
        obey(fleet.transfer(first.id, first.event, at: moment(seconds)))
      } else {
        // A millisecond on, as a clock that is read would be: what is due between two is not due twice.
        seconds = min(0, seconds + 0.001)
        obey(fleet.wake(at: moment(seconds)))
      }
    }
    seconds = 0
    obey(fleet.wake(at: now))
  }

  private mutating func obey(_ orders: [Fleet.Order]) {
    for order in orders {
      switch order {
      case .send(let request): answer(request)
      case .cancel(let id), .release(let id): open.remove(id)
      case .launch, .write, .endProcess, .journal: break
      }
    }
    store.fold(fleet.takeReport(at: moment(seconds)), at: moment(seconds))
  }

  private mutating func answer(_ request: TransferRequest) {
    open.insert(request.id)
    let json = ResponseHead(status: 200, contentType: "application/json")
    switch scripts[request.session.server]?(request, seconds) {
    case nil: answerWell(request)
    case .status(let status, let type, let body, let location):
      tell(request, ResponseHead(status: status, contentType: type, location: location), nil, body)
    case .failure(let type, let code, let words):
      let failure = TransferFailure(type, curlCode: code, words: words)
      tell(request.id, .ended(TransferEnd(failure: failure)), after: 0.003)
    case .refusedCertificate(let words):
      var failure = TransferFailure(.tlsError, curlCode: 56, words: words)
      failure.flaw = .wantsCertificate
      tell(request.id, .ended(TransferEnd(failure: failure)), after: 0.003)
    case .tools(let names):
      var result = Result()
      result.tools = names.map { Tool(name: $0, definition: .object(["name": .text($0)])) }
      tell(request, json, result)
    case .silence:
      guard let timeout = request.timeout else { return }
      let failure = TransferFailure(
        .sessionTimeout, curlCode: 28, words: "no answer within \(timeout.components.seconds) s")
      tell(request.id, .ended(TransferEnd(failure: failure)), after: timeout.inSeconds)
    }
  }

  private mutating func answerWell(_ request: TransferRequest) {
    var head = ResponseHead(status: 200, contentType: "application/json")
    var result = Result()
    let id = request.headers.first { $0.name == "Mcp-Session-Id" }?.value.revealed
    switch request.purpose {
    case .initialize:
      result.protocolVersion = "2025-11-25"
      result.offersTools = true
      (result.serverName, result.serverVersion) = ("\(request.session.server)-server", "1.4.2")
      let new = "\(sessions.count + 1)f0c77aa-\(request.session.server)"
      sessions.insert(new)
      head.sessionIDs = [new]
    case .initialized, .reply: return tell(request, ResponseHead(status: 202))
    case .stream:
      return tell(
        request.id, .head(ResponseHead(status: 200, contentType: "text/event-stream")), after: 0.002)
    case .delete:
      sessions.remove(id ?? "")
      return tell(request, ResponseHead(status: 200))
    case .list: result.tools = (1...14).map { Tool(name: "tool-\($0)", definition: .object([:])) }
    case .ping, .call: break
    case .discover, .attach, .poll: return tell(request, ResponseHead(status: 405))
    }
    tell(request, head, result)
  }

  private mutating func tell(
    _ request: TransferRequest, _ head: ResponseHead, _ result: Result? = nil, _ body: String = ""
  ) {
    tell(request.id, .head(head), after: 0.002)
    if let result, let number = Self.number(request) {
      tell(request.id, .item(.message(Message(id: number, content: .result(result)))), after: 0.002)
    }
    tell(request.id, .ended(TransferEnd(head: head, excerpt: CutText(whole: body))), after: 0.002)
  }

  /// The JSON-RPC id of a request.
  private static func number(_ request: TransferRequest) -> RequestID? {
    let id = request.body.firstRange(of: "\"id\":")
    return id.flatMap { Int64(request.body[$0.upperBound...].prefix { $0.isNumber }) }.map { .number($0) }
  }

  private mutating func tell(_ id: TransferID, _ event: TransferEvent, after delay: Double) {
    let at = moment(seconds).instant + .seconds(delay)
    // The next to come is the last; of two at one time, the one told first.
    let place = coming.firstIndex { $0.at <= at } ?? coming.endIndex
    coming.insert((at, id, event), at: place)
  }
}
