/// All sessions: routes what happened to the one it concerns, keeps the limits that they share, and collects
/// what is to be told. Pure like the sessions: time comes in, requests come out.
public struct Fleet: Sendable {
  /// What the fleet asks of the engine.
  public enum Order: Sendable {
    case send(TransferRequest)
    /// Let it end by itself within a moment; its further news do not matter.
    case release(TransferID)
    case cancel(TransferID)
    case launch(ProcessRequest)
    /// Send a message to a process.
    case write(TransferID, line: String)
    /// Begin to end a process; its last word is still wanted.
    case endProcess(TransferID)
    /// To be written down, so that a later run can end what this one leaves.
    case journal(JournalLine)
  }

  var servers: [Server]
  let limits: Limits
  /// A slot for each session; those of sessions that are gone are used again.
  var sessions: [Session]
  /// The slots of the sessions that are configured; others are on their way out.
  var indexes: [SessionKey: Int]
  /// Slots whose sessions are no longer configured and not yet at rest.
  var retired: Set<Int> = []
  var vacant: [Int] = []
  var owners: [TransferID: Int] = [:]
  var admissions: [Origin: Admission] = [:]
  var deadlines = DeadlineHeap()
  /// The deadline that was pushed last for each session, so that nothing is pushed twice.
  var pushed: [Instant?]
  var coalescer = EventCoalescer()
  var random: SeededGenerator
  var nextTransfer: UInt64 = 1
  var nextSequence: UInt64 = 1
  var connecting = 0
  /// Those of them that are processes.
  var startingProcesses = 0
  /// Until then time-outs are put down to our own standing still.
  var forgivesUntil = Instant.zero
  private(set) var isStopping = false
  var orders: [Order] = []
  var report = EngineReport()
  /// What must not be shown in any session's texts.
  var known = KnownSecrets()
  var statistics = Statistics()
  /// What each session contributed to the sums.
  var counted: [Statistics]
  var liveOfUser: [String: Int] = [:]
  /// Which session holds which id.
  private var holders = IDHolders()
  /// Origins where somebody waits for a turn.
  var awaited: Set<Origin> = []
  /// Work that follows from work, in order: never by recursion.
  var pending: [(index: Int, input: Session.Input)] = []
  var touched: Set<Int> = []

  /// Servers are watched in the order given; `seed` decides all jitter.
  public init(servers: [Server], limits: Limits, seed: UInt64, at now: Moment) {
    self.servers = servers
    self.limits = limits
    random = SeededGenerator(seed: seed)
    sessions = servers.flatMap(\.watched).map { Session(key: $0.key, server: $0.server, at: now) }
    indexes = Dictionary(zip(sessions.map(\.key), sessions.indices), uniquingKeysWith: { first, _ in first })
    pushed = Array(repeating: nil, count: sessions.count)
    counted = Array(repeating: Statistics(), count: sessions.count)
    report.servers = servers.map(ServerReport.init)
    known.learn(servers)
  }

  /// Starts every server that is to be watched.
  public mutating func start(at now: Moment) -> [Order] {
    for index in sessions.indices { pending.append((index, .start)) }
    touched = Set(sessions.indices)
    return settle(now)
  }

  /// Ends sessions that an earlier run left, where the same server is watched at the same origin; the result
  /// names them. Others stay in the journal of that run.
  public mutating func adopt(_ leftovers: [OpenSession], at now: Moment) -> (
    orders: [Order], taken: [OpenSession]
  ) {
    guard !isStopping else { return ([], []) }
    var taken: [OpenSession] = []
    for leftover in leftovers {
      guard let index = indexes[leftover.key],
        sessions[index].server.endpoint?.origin.description == leftover.origin
      else { continue }
      switch sessions[index].state {
      case .unmonitored, .broken: continue
      default:
        pending.append((index, .leftover(leftover)))
        taken.append(leftover)
      }
    }
    return (settle(now), taken)
  }

  /// Tells that the process stood still (stopped by a signal, or suspended) until now.
  public mutating func slept(for pause: Duration, at now: Moment) {
    forgivesUntil = now.instant + .seconds(1)
    announce(.stateChanged, .debug, EventText.slept(pause), at: now)
  }

  /// Tells something of the engine itself.
  public mutating func announce(_ kind: EventKind, _ level: EventLevel, _ message: Sentence, at now: Moment) {
    publish(Event(time: now, kind: kind, level: level, message: message))
  }

  /// Tells what happened to a transfer; late news of forgotten ones are dropped.
  public mutating func transfer(_ id: TransferID, _ event: TransferEvent, at now: Moment) -> [Order] {
    guard let index = owners[id] else { return [] }
    if case .ended = event { owners[id] = nil }
    pending.append((index, .transfer(id, event)))
    return settle(now)
  }

  /// Does what the operator asks.
  public mutating func command(_ command: Command, at now: Moment) -> [Order] {
    switch command {
    case .act(let action, let keys, let by):
      for key in keys { if let index = indexes[key] { pending.append((index, .act(action, by))) } }
    case .apply(let servers, let note): apply(servers, note, at: now)
    case .reportConfigurationProblem(let why):
      publish(
        Event(time: now, kind: .configProblem, level: .error, message: EventText.notReloaded(why)))
    case .stop:
      isStopping = true
      for index in sessions.indices { pending.append((index, .stop)) }
    }
    return settle(now)
  }

  /// Does what is due at `now`.
  public mutating func wake(at now: Moment) -> [Order] {
    while let (instant, index) = deadlines.pop(dueAt: now.instant) {
      if pushed[index] == instant { pushed[index] = nil }
      if let deadline = sessions[index].deadline, deadline <= now.instant { pending.append((index, .timer)) }
      touched.insert(index)
    }
    return settle(now)
  }

  /// When `wake` is due next; absent when only news from outside can change anything.
  public var deadline: Instant? {
    let admission = awaited.compactMap { admissions[$0]?.deadline }.min()
    return [deadlines.earliest, admission, coalescer.deadline].compactMap { $0 }.min()
  }

  /// Whether a stop was asked for and every session is ended.
  public var isAtRest: Bool { isStopping && sessions.allSatisfy(\.isAtRest) }

  /// All that changed since the last call.
  public mutating func takeReport(at now: Moment) -> EngineReport {
    guard !touched.isEmpty || !report.isEmpty else { return report }
    for index in touched {
      if isConfigured(index) { report.sessions[sessions[index].key] = row(index) }
      recount(index)
    }
    if !touched.isEmpty {
      report.statistics = statistics
      report.origins = origins
    }
    touched.removeAll(keepingCapacity: true)
    defer { report = EngineReport() }
    return report
  }

  // MARK: - One round

  mutating func settle(_ now: Moment) -> [Order] {
    repeat {
      while !pending.isEmpty {
        let batch = pending
        pending.removeAll(keepingCapacity: true)
        for (index, input) in batch { handle(index, input, now) }
      }
      admit(now)
    } while !pending.isEmpty
    for event in coalescer.flush(at: now.instant) { publish(event) }
    defer { orders.removeAll(keepingCapacity: true) }
    return orders
  }

  mutating func handle(_ index: Int, _ input: Session.Input, _ now: Moment) {
    var turn = Turn(
      now: now, hasSlept: now.instant < forgivesUntil, random: random, nextTransfer: nextTransfer,
      known: known)
    // The turn alone holds it now, so that what it learns is not learnt by a copy.
    known = KnownSecrets()
    let wasConnecting = sessions[index].isConnecting
    sessions[index].handle(input, &turn)
    random = turn.random
    nextTransfer = turn.nextTransfer
    swap(&known, &turn.known)
    let change = (sessions[index].isConnecting ? 1 : 0) - (wasConnecting ? 1 : 0)
    connecting += change
    if sessions[index].server.process != nil { startingProcesses += change }
    touched.insert(index)
    obey(turn.actions, index, now)
    leaveQueue(index, wasConnecting: wasConnecting)
    schedule(index)
    vacate(index)
  }

  mutating func obey(_ actions: [Action], _ index: Int, _ now: Moment) {
    guard let entrance = sessions[index].server.entrance else {
      for case .event(let event) in actions { tell(event, index) }
      return
    }
    // The way is judged first: events that tell of the next attempt need its time.
    for action in actions {
      switch action {
      case .wayFailed(let way, let error):
        admissions[entrance.origin]?.fail(way, url: entrance.url, error, at: now.instant, &random)
      case .wayAnswered(let status, let guest):
        if admissions[entrance.origin]?.answered(url: entrance.url, guest, status: status) == true {
          touchWaiting()
        }
      default: break
      }
    }
    for action in actions {
      switch action {
      case .send(let request): send(request, index, entrance)
      case .release(let id):
        owners[id] = nil
        orders.append(.release(id))
      case .cancel(let id):
        owners[id] = nil
        orders.append(.cancel(id))
      case .requestTurn(let atOnce, let guest):
        admissions[
          entrance.origin, default: Admission(perSecond: limits.initializePerSecond, at: now.instant)
        ]
        .append(index, url: entrance.url, guest, atOnce: atOnce, now: now.instant)
        awaited.insert(entrance.origin)
      case .event(let event): tell(event, index)
      case .launch, .write, .endProcess: obeyProcess(action, index)
      case .opened(let session):
        orders.append(.journal(.opened(session)))
        if holders.take(session, index) { pending.append((index, .sharesID)) }
      case .ended(let session):
        orders.append(.journal(.ended(session)))
        holders.drop(session, index)
      case .wayFailed, .wayAnswered: break
      }
    }
  }

  /// While a way is closed, what is not an attempt to connect fails at once, without touching the network.
  mutating func send(_ request: TransferRequest, _ index: Int, _ entrance: (origin: Origin, url: Secret)) {
    let isProbe = request.purpose == .ping || request.purpose == .list || request.purpose == .stream
    if isProbe, !sessions[index].isConnecting,
      let error = admissions[entrance.origin]?.holds(url: entrance.url, sessions[index].guest)
    {
      pending.append((index, .transfer(request.id, .ended(TransferEnd(failure: TransferFailure(error))))))
      return
    }
    owners[request.id] = index
    orders.append(.send(request))
  }

  mutating func admit(_ now: Moment) {
    // In the order of servers, not of a hash, so that a seed gives the same run every time.
    for origin in awaited.sorted(by: { $0.description < $1.description }) {
      let room = limits.connecting - connecting
      let share = origin == .processes ? min(room, limits.startingProcesses - startingProcesses) : room
      guard let turns = admissions[origin]?.admit(room: share, at: now.instant)
      else { continue }
      // Counted when handled; the next origin must not give away the same room.
      for index in turns { handle(index, .turn, now) }
      if admissions[origin]?.waiting == 0 { awaited.remove(origin) }
    }
  }

  /// A session that stopped waiting, or stopped probing for others, must not hold anyone up.
  mutating func leaveQueue(_ index: Int, wasConnecting: Bool) {
    guard let entrance = sessions[index].server.entrance else { return }
    if case .queued = sessions[index].state { return }
    guard !sessions[index].isConnecting else { return }
    admissions[entrance.origin]?.remove(index)
  }

  mutating func schedule(_ index: Int) {
    guard let deadline = sessions[index].deadline, pushed[index] != deadline else { return }
    pushed[index] = deadline
    deadlines.push(deadline, index)
  }
}

extension TransferFailure {
  /// What is known of the way already, told to one who did not get to try it.
  fileprivate init(_ error: SessionError) {
    self.init(error.type, status: error.status, curlCode: error.curlCode, words: error.detail.text)
  }
}
