import MCPWire
import Testing

@testable import MCPSessions

/// A fleet, virtual time and unreliable servers, all from one seed. Nothing waits: time jumps to what is due
/// next.
struct World {
  /// How a simulated server is at the moment.
  enum Mode: Hashable {
    case well
    /// A program that speaks JSON-RPC and knows no method of ours.
    case foreign
    /// Connections are refused.
    case refusing
    /// Nothing is ever answered.
    case silent
    /// Every request to it gets this status.
    case status(Int, body: String)
    /// Everything takes up to so many seconds.
    case slow(Double)
    /// Everything takes exactly so many seconds.
    case lagging(Double)
    /// One in three requests or answers is lost on the way.
    case lossy
    /// Answers that are wrong in one of many ways.
    case lying
  }

  enum News {
    case transfer(TransferEvent)
    case process(ProcessEvent)
  }

  /// One answer out of a script.
  enum Scripted: Sendable {
    case status(Int, String)
    case html(Int, String)
    case head(ResponseHead, String)
    /// The body is cut off.
    case cut(ResponseHead, String)
    case rejected(Int, String)
    /// 400 that names the only version it speaks.
    case refusedVersion(String)
    case tools([Tool], next: String?)
    case silence
    case hangUp
    case broken(TransferFailure)
  }

  struct Release {
    let version: String
    let tools: [Tool]
  }

  struct Machine {
    var mode = Mode.well
    var keepsSessions = true
    var offersStream = true
    /// Says its answers on the GET stream, and 202 where it was asked.
    var saysOnStream = false
    /// Seconds that handshakes take.
    var handshakeLag = 0.0
    /// Sessions that it has room for; a handshake too many gets 503.
    var room = Int.max
    /// Speaks the sessionless revision only.
    var isModern = false
    /// Speaks HTTP+SSE of revision 2024-11-05 only.
    var isOverStream = false
    /// What such a server names in its endpoint event, where that is no address.
    var reference: String?
    /// What such a server says to a POST at the address of its stream.
    var refusal = (status: 405, words: "Method Not Allowed")
    var sessions: Set<String> = []
    var nextID = 1
    var spoken: String?
    /// A process: takes `server/discover` for the end of the conversation.
    var diesOfDiscovery = false
    /// A process: the revisions that it names when it is asked, although it shakes hands.
    var discovered: [String]?
    /// A process: does not answer `initialize` at all.
    var knowsNoHandshake = false
    /// A process: the version that is installed.
    var release = Release(version: "1.0", tools: World.tools(3))
    /// The same id for everybody, which no server should give.
    var givenID: String?
    /// What it answers where it does not answer well; nothing means that it does.
    var script: (@Sendable (TransferRequest) -> Scripted?)?
    /// Ids that the client was told are gone, by answers that reached it.
    var dead: Set<String> = []
    /// Requests that were answered so last.
    var calledGoneBy: Set<Purpose> = []
  }

  var fleet: Fleet
  var now = Moment(instant: .zero, wall: WallTime(milliseconds: 1_795_428_000_000))
  var machines: [String: Machine]
  /// What the wire saw, as text a person can read.
  var wire: [String] = []
  /// Requests are answered only while no stream is open.
  var blocksWhileStreaming = false
  /// Requests are answered like this while a stream is open.
  var refusesWhileStreaming: Scripted?
  private(set) var events: [Event] = []
  private(set) var store = Store()
  var attempts = 0
  /// What was written down of open sessions.
  private(set) var journal: [String] = []
  var random: SeededGenerator
  var coming: [(at: Instant, id: TransferID, event: News)] = []
  /// Processes that run or start.
  var running: [TransferID: SessionKey] = [:]
  /// Methods that each server was asked as a process, in order.
  var lines: [String] = []
  var open: [TransferID: TransferRequest] = [:]
  /// The stream of each session over HTTP+SSE, by server and id.
  var channels: [String: TransferID] = [:]
  var openOf: [SessionKey: [TransferID: Purpose]] = [:]
  /// How often the fleet was woken without time passing, which must end.
  private var wakes = 0
  /// Sessions were taken out of the configuration: what they counted is in the sums and in no row.
  var hasRemoved = false
  /// When each session's requests of the last second went out.
  var launchesOf: [SessionKey: [Instant]] = [:]
  var sentOf: [SessionKey: [Instant]] = [:]
  var steps = 0
  /// Sessions that were sent something, ever.
  var hasSent: Set<SessionKey> = []

  init(
    _ names: [String], seed: UInt64 = 1, sameOrigin: Bool = false,
    settings: SessionSettings = SessionSettings(),
    machine: Machine = Machine(), processes: Set<String> = []
  ) throws {
    random = SeededGenerator(seed: seed)
    machines = Dictionary(uniqueKeysWithValues: names.map { ($0, machine) })
    let servers = try names.map {
      processes.contains($0)
        ? Self.process($0, settings: settings)
        : try Self.server($0, sameOrigin: sameOrigin, settings: settings)
    }
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
        switch first.event {
        case .transfer(let event): deliver(first.id, event)
        case .process(let event): deliver(first.id, event)
        }
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
    if case .head(let head) = event { noteDeath(request, head) }
    noteDoubt(request, event)
    if case .ended = event { close(id) }
    obey(fleet.transfer(id, event, at: now))
  }

  private mutating func deliver(_ id: TransferID, _ event: ProcessEvent) {
    guard running[id] != nil else { return }
    if case .ended = event { running[id] = nil }
    obey(fleet.process(id, event, at: now))
  }

  private mutating func close(_ id: TransferID) {
    guard let request = open.removeValue(forKey: id) else { return }
    openOf[request.session]?[id] = nil
  }

  /// The process stands still; what servers said meanwhile is heard late, as a time-out if it took too long.
  mutating func standStill(_ seconds: Double) {
    advance(to: now.instant + .seconds(seconds))
    fleet.slept(for: .seconds(seconds), at: now)
    for (id, request) in open where request.timeout.map({ $0.inSeconds < seconds }) == true {
      coming.removeAll { $0.id == id }
      tell(
        id, .ended(TransferEnd(failure: TransferFailure(.sessionTimeout, curlCode: 28, words: "late"))),
        after: 0)
    }
  }

  /// Somebody sets the clock on the wall; the monotonic one does not hear of it.
  mutating func setClock(forward hours: Int) {
    let wall = WallTime(milliseconds: now.wall.milliseconds + Int64(hours) * 3_600_000)
    now = Moment(instant: now.instant, wall: wall)
  }

  mutating func adopt(_ leftovers: [OpenSession]) {
    obey(fleet.adopt(leftovers, at: now).orders)
  }

  mutating func giveUp() {
    fleet.giveUp(at: now)
    obey([])
  }

  mutating func command(_ command: Command) {
    obey(fleet.command(command, at: now))
  }

  /// The server forgets every session and ends its streams.
  mutating func forget(_ name: String) {
    machines[name]?.sessions = []
    endProcesses(name)
    endStreams(name)
  }

  /// A server's streams end, as when its process dies.
  mutating func endStreams(_ name: String, cut failure: TransferFailure? = nil) {
    for (id, request) in open
    where request.session.server == name && [.stream, .attach].contains(request.purpose) {
      tell(id, .ended(TransferEnd(head: ResponseHead(status: 200), failure: failure)), after: 0.001)
    }
  }

  /// A server's streams bring so many comments.
  mutating func beat(_ name: String, times: Int, every seconds: Double) {
    for (id, request) in open where request.session.server == name && request.purpose == .stream {
      for beat in 1...times { tell(id, .item(.comment), after: Double(beat) * seconds) }
    }
  }

  /// A server's streams bring this.
  mutating func say(_ name: String, _ item: ReplyReader.Item, times: Int = 1, every seconds: Double = 0.5) {
    let streams: Set<Purpose> = [.stream, .attach]
    for (id, request) in open where request.session.server == name && streams.contains(request.purpose) {
      for number in 1...times { tell(id, .item(item), after: Double(number) * seconds) }
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

  mutating func obey(_ orders: [Fleet.Order]) {
    for order in orders {
      switch order {
      case .send(let request): receive(request)
      case .cancel(let id), .release(let id): close(id)
      case .launch(let request):
        hasSent.insert(request.session)
        launch(request)
      case .write(let id, let line): read(line, id)
      case .endProcess(let id): endProcess(id)
      case .journal(let line): journal.append(line.text)
      }
    }
    let report = fleet.takeReport(at: now)
    events += report.events
    hasRemoved = hasRemoved || report.events.contains { $0.kind == .configReloaded }
    checkGrowth(report)
    store.fold(report, at: now)
    check(report)
  }
}
