import MCP
import Testing

@testable import Sessions

/// A fleet, virtual time and unreliable servers, all from one seed. Nothing waits: time jumps to what is due
/// next.
struct World {
  /// How a simulated server is at the moment.
  enum Mode: Hashable {
    case well
    /// Connections are refused.
    case refusing
    /// Nothing is ever answered.
    case silent
    /// Every request to it gets this status.
    case status(Int, body: String)
  }

  struct Machine {
    var mode = Mode.well
    var keepsSessions = true
    var offersStream = true
    var sessions: Set<String> = []
    var nextID = 1
    /// Ids that the client was told are gone, by answers that reached it.
    var dead: Set<String> = []
  }

  var fleet: Fleet
  var now = Moment(instant: .zero, wall: WallTime(milliseconds: 1_795_428_000_000))
  var machines: [String: Machine]
  /// What the wire saw, as text a person can read.
  private(set) var wire: [String] = []
  private(set) var events: [Event] = []
  private(set) var store = Store()
  private(set) var attempts = 0
  private var random: SeededGenerator
  private var coming: [(at: Instant, id: TransferID, event: TransferEvent)] = []
  private var open: [TransferID: TransferRequest] = [:]
  private var openOf: [SessionKey: [TransferID: Purpose]] = [:]
  /// How often the fleet was woken without time passing, which must end.
  private var wakes = 0
  /// Sessions were taken out of the configuration: what they counted is in the sums and in no row.
  private var hasRemoved = false

  init(
    _ names: [String], seed: UInt64 = 1, sameOrigin: Bool = false,
    settings: SessionSettings = SessionSettings(),
    machine: Machine = Machine()
  ) throws {
    random = SeededGenerator(seed: seed)
    machines = Dictionary(uniqueKeysWithValues: names.map { ($0, machine) })
    let servers = try names.map { try Self.server($0, sameOrigin: sameOrigin, settings: settings) }
    fleet = Fleet(servers: servers, limits: Limits(), seed: seed, at: now)
    obey(fleet.start(at: now))
  }

  /// A server of this world as a configuration has it.
  static func server(
    _ name: String, key: String = "k", sameOrigin: Bool = false,
    settings: SessionSettings = SessionSettings(),
    availability: Availability = .automatic, users: [String] = []
  ) throws -> Server {
    let url = try Endpoint(sameOrigin ? "http://h/\(name)" : "http://\(name)/mcp")
    let headers = [Header(name: "X-Key", value: key)]
    return Server(
      name: name, transport: .streamableHTTP, endpoint: url, headers: headers, settings: settings,
      availability: availability,
      accounts: users.map { Account(user: $0, endpoint: url, headers: headers, secrets: []) })
  }

  /// Lets time pass until `seconds` later.
  mutating func run(_ seconds: Double) {
    let end = now.instant + .seconds(seconds)
    while let next = [coming.last?.at, fleet.deadline].compactMap({ $0 }).min(), next <= end {
      wakes = next > now.instant ? 0 : wakes + 1
      guard wakes < 10_000 else {
        Issue.record("time stands still: due at \(next), now \(now.instant)")
        return
      }
      advance(to: max(next, now.instant))
      if let first = coming.last, first.at <= now.instant {
        coming.removeLast()
        deliver(first.id, first.event)
      } else {
        obey(fleet.wake(at: now))
      }
    }
    advance(to: end)
    recount()
  }

  private mutating func deliver(_ id: TransferID, _ event: TransferEvent) {
    // What was cancelled is told no more.
    guard let request = open[id] else { return }
    if case .head(let head) = event, head.status == 404, request.purpose != .stream,
      let sent = Self.sessionID(request)
    {
      machines[request.session.server]?.dead.insert(sent)
    }
    if case .ended = event { close(id) }
    obey(fleet.transfer(id, event, at: now))
  }

  private mutating func close(_ id: TransferID) {
    guard let request = open.removeValue(forKey: id) else { return }
    openOf[request.session]?[id] = nil
  }

  mutating func command(_ command: Command) {
    obey(fleet.command(command, at: now))
  }

  /// The server forgets every session and ends its streams.
  mutating func forget(_ name: String) {
    machines[name]?.sessions = []
    endStreams(name)
  }

  /// A server's streams end, as when its process dies.
  mutating func endStreams(_ name: String) {
    for (id, request) in open where request.session.server == name && request.purpose == .stream {
      tell(id, .ended(TransferEnd(head: ResponseHead(status: 200))), after: 0.001)
    }
  }

  func state(_ name: String) -> SessionState? { store.sessions[SessionKey(server: name)]?.state }
  func row(_ name: String) -> SessionReport? { store.sessions[SessionKey(server: name)] }
  var eventKinds: [EventKind] { events.map(\.kind).filter { $0 != .stateChanged } }
  mutating func forgetWire() {
    wire = []
    events = []
  }

  private mutating func advance(to instant: Instant) {
    let passed = (instant - now.instant).inMilliseconds
    now = Moment(instant: instant, wall: WallTime(milliseconds: now.wall.milliseconds + passed))
  }

  private mutating func obey(_ orders: [Fleet.Order]) {
    for order in orders {
      switch order {
      case .send(let request): receive(request)
      case .cancel(let id), .release(let id): close(id)
      }
    }
    let report = fleet.takeReport(at: now)
    events += report.events
    hasRemoved = hasRemoved || events.contains { $0.kind == .configReloaded }
    store.fold(report, at: now)
    check(report)
  }

  // MARK: - The servers

  private mutating func receive(_ request: TransferRequest) {
    let name = request.session.server
    let id = Self.sessionID(request)
    wire.append(
      [request.method.rawValue, request.purpose.rawValue, id].compactMap { $0 }.joined(separator: " "))
    open[request.id] = request
    openOf[request.session, default: [:]][request.id] = request.purpose
    if [.initialize, .ping, .list].contains(request.purpose) { attempts += 1 }
    checkRequest(request, id)
    guard let machine = machines[name] else { return }
    let delay = Double.random(in: 0.001...0.05, using: &random)
    switch machine.mode {
    case .refusing:
      tell(
        request.id,
        .ended(TransferEnd(failure: SessionError(.connectRefused, curlCode: 7, detail: "refused"))),
        after: delay)
    case .silent:
      guard let timeout = request.timeout else { return }
      let failure = SessionError(.sessionTimeout, curlCode: 28, detail: "no answer")
      tell(request.id, .ended(TransferEnd(failure: failure)), after: timeout.inSeconds)
    case .status(let status, let body):
      answer(request.id, ResponseHead(status: status, contentType: "text/plain"), nil, body, after: delay)
    case .well:
      answerWell(request, id, after: delay)
    }
  }

  private mutating func answerWell(_ request: TransferRequest, _ id: String?, after delay: Double) {
    let name = request.session.server
    guard var machine = machines[name] else { return }
    defer { machines[name] = machine }
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
    case .initialize:
      result.protocolVersion = "2025-11-25"
      result.offersTools = true
      if machine.keepsSessions {
        let new = "\(name)-session-\(machine.nextID)"
        machine.nextID += 1
        machine.sessions.insert(new)
        head.sessionIDs = [new]
      }
    case .initialized, .reply:
      return answer(request.id, ResponseHead(status: 202), nil, "", after: delay)
    case .stream:
      guard machine.offersStream else {
        return answer(request.id, ResponseHead(status: 405), nil, "", after: delay)
      }
      return tell(
        request.id, .head(ResponseHead(status: 200, contentType: "text/event-stream")), after: delay)
    case .delete:
      if let id { machine.sessions.remove(id) }
      return answer(request.id, ResponseHead(status: 200), nil, "", after: delay)
    case .list: result.toolCount = 3
    case .ping: break
    }
    let number = request.body.firstRange(of: "\"id\":").flatMap {
      Int64(request.body[$0.upperBound...].prefix { $0.isNumber })
    }
    answer(
      request.id, head, Message(id: number.map { .number($0) }, content: .result(result)), "", after: delay)
  }

  private mutating func answer(
    _ id: TransferID, _ head: ResponseHead, _ message: Message?, _ excerpt: String, after delay: Double
  ) {
    tell(id, .head(head), after: delay)
    if let message { tell(id, .item(.message(message)), after: delay) }
    tell(id, .ended(TransferEnd(head: head, excerpt: excerpt)), after: delay)
  }

  private mutating func tell(_ id: TransferID, _ event: TransferEvent, after delay: Double) {
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

  // MARK: - What must hold after every step

  private func checkRequest(_ request: TransferRequest, _ id: String?) {
    let name = request.session.server
    if request.purpose == .initialize {
      #expect(id == nil, "an initialize never carries an id")
      #expect(countOpen(request) == 1, "one initialize in flight for a session")
    } else {
      #expect(
        request.headers.contains { $0.name == "MCP-Protocol-Version" && $0.value.revealed == "2025-11-25" })
    }
    #expect(request.headers.contains { $0.name == "X-Key" }, "configured headers go with every request")
    if let id, request.purpose != .delete {
      #expect(machines[name]?.dead.contains(id) != true, "a dead id was sent: \(request.purpose)")
    }
    if [Purpose.ping, .list, .stream, .reply].contains(request.purpose) {
      #expect(countOpen(request) == 1, "one transfer of a kind a session: \(request.purpose)")
    }
  }

  private func countOpen(_ request: TransferRequest) -> Int {
    openOf[request.session]?.values.count { $0 == request.purpose } ?? 0
  }

  private static func sessionID(_ request: TransferRequest) -> String? {
    request.headers.first { $0.name == "Mcp-Session-Id" }?.value.revealed
  }

  private func check(_ report: EngineReport) {
    for row in report.sessions.values {
      let isWaiting = [.recovering, .unstable, .unauthorized, .failed, .connecting].contains(row.state)
      guard isWaiting else { continue }
      let hasTransfer = openOf[row.key]?.isEmpty == false
      let time = row.nextAttempt ?? fleet.deadline
      #expect(hasTransfer || time != nil, "\(row.key.server) is \(row.state) and nothing will happen")
    }
  }

  private func recount() {
    let statistics = store.statistics
    let live = store.sessions.values.count { $0.state.isLive }
    #expect(statistics.activeSessions == live, "statistics equal a recount")
    guard !hasRemoved else { return }
    let errors = store.sessions.values.reduce(0) { $0 + $1.errors.values.reduce(0, +) }
    #expect(statistics.sessionErrors.values.reduce(0, +) == errors, "counters equal a recount")
  }
}
