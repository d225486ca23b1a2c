/// All sessions: routes what happened to the one it concerns, keeps the limits that they share, and collects
/// what is to be told. Pure like the sessions: time comes in, requests come out.
package struct Fleet: Sendable {
  /// What the fleet asks of the engine.
  package enum Order: Sendable {
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
  /// Who starts when the handshake of a retired session has come to its end.
  var successors: [Int: Int] = [:]
  var owners: [TransferID: Int] = [:]
  var ways = Ways()
  /// The way of each slot; absent for servers that are no address.
  var wayOf: [Int?]
  var paces: [Pace]
  /// Slots with requests that wait for their pace.
  var paced = DeadlineHeap()
  /// Requests that wait to go out, and those DELETEs that are on their way or wait.
  var held: [TransferID: TransferRequest] = [:]
  var heldLines: [TransferID: HeldLine] = [:]
  var deleting: [TransferID: Int] = [:]
  /// The time of the present round.
  var moment = Moment(instant: .zero, wall: WallTime(milliseconds: 0))
  var clock: Instant { moment.instant }
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
  /// Sessions that are not at rest.
  var restless = 0
  var orders: [Order] = []
  var report = EngineReport()
  /// What must not be shown in any session's texts.
  var known = KnownSecrets()
  /// How we are known to servers, where there is something to tell of it.
  var authorizations: [SessionKey: AuthorizationReport] = [:]
  var statistics = Statistics()
  var durations = Durations()
  /// What each session contributed to the sums.
  var counted: [Statistics]
  var liveOfUser: [ExactText: Int] = [:]
  /// Which session holds which id.
  private var holders = IDHolders()
  /// Work that follows from work, in order: never by recursion.
  var pending: [(index: Int, input: Session.Input)] = []
  var touched: Set<Int> = []
  /// When the oldest change came that is not told.
  private var touchedSince: Instant?
  private var toldLast = Instant.zero

  /// Servers are watched in the order given; `seed` decides all jitter.
  package init(servers: [Server], limits: Limits, seed: UInt64, at now: Moment) {
    self.servers = servers
    self.limits = limits
    random = SeededGenerator(seed: seed)
    sessions = servers.flatMap(\.watched).map { Session(key: $0.key, server: $0.server, at: now) }
    indexes = Dictionary(zip(sessions.map(\.key), sessions.indices), uniquingKeysWith: { first, _ in first })
    pushed = Array(repeating: nil, count: sessions.count)
    counted = Array(repeating: Statistics(), count: sessions.count)
    paces = Array(repeating: Pace(), count: sessions.count)
    wayOf = Array(repeating: nil, count: sessions.count)
    for index in sessions.indices {
      wayOf[index] = sessions[index].server.way.map {
        ways.take($0, perSecond: limits.initializePerSecond, at: now.instant)
      }
    }
    report.servers = servers.map(ServerReport.init)
    known.learn(servers)
  }

  /// Starts every server that is to be watched.
  package mutating func start(at now: Moment) -> [Order] {
    for index in sessions.indices { pending.append((index, .start)) }
    touched = Set(sessions.indices)
    return settle(now)
  }

  /// Ends sessions that an earlier run left, where the same server is watched at the same origin; the result
  /// names them. Others stay in the journal of that run.
  package mutating func adopt(_ leftovers: [OpenSession], at now: Moment) -> (
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
  package mutating func slept(for pause: Duration, at now: Moment) {
    forgivesUntil = now.instant + .seconds(1)
    announce(.stateChanged, .debug, EventText.slept(pause), at: now)
  }

  /// Tells something of the engine itself.
  package mutating func announce(_ kind: EventKind, _ level: EventLevel, _ message: Sentence, at now: Moment)
  {
    publish(Event(time: now, kind: kind, level: level, message: message))
  }

  /// Tells what happened to a transfer; late news of forgotten ones are dropped.
  package mutating func transfer(_ id: TransferID, _ event: TransferEvent, at now: Moment) -> [Order] {
    guard let index = owners[id] else { return [] }
    if case .ended = event { _ = close(id) }
    pending.append((index, .transfer(id, event)))
    return settle(now)
  }

  /// The time for ending sessions is over: what is not ended is told as left behind.
  package mutating func giveUp(at now: Moment) {
    for index in sessions.indices where !sessions[index].summary.isAtRest { pending.append((index, .giveUp)) }
    _ = settle(now)
  }

  /// Does what the operator asks.
  package mutating func command(_ command: Command, at now: Moment) -> [Order] {
    switch command {
    case .act(let action, let keys, let by):
      for key in keys { if let index = indexes[key] { pending.append((index, .act(action, by))) } }
    case .apply(let servers, let note): apply(servers, note, at: now)
    case .reportConfigurationProblem(let why):
      publish(
        Event(time: now, kind: .configProblem, level: .error, message: EventText.notReloaded(why)))
    case .signIn(let order, let key, let by): announce(order, key, by, at: now)
    case .stop:
      isStopping = true
      for index in sessions.indices { pending.append((index, .stop)) }
    }
    return settle(now)
  }

  /// Does what is due at `now`.
  package mutating func wake(at now: Moment) -> [Order] {
    moment = now
    sendPaced(at: now.instant)
    ways.wake(at: now.instant)
    while let (instant, index) = deadlines.pop(dueAt: now.instant) {
      if pushed[index] == instant { pushed[index] = nil }
      let deadline = sessions[index].summary.deadline
      if let deadline, deadline <= now.instant { pending.append((index, .timer)) }
      touched.insert(index)
    }
    return settle(now)
  }

  /// When `wake` is due next; absent when only news from outside can change anything.
  package var deadline: Instant? {
    return [deadlines.earliest, ways.deadline, paced.earliest, coalescer.deadline].compactMap { $0 }.min()
  }

  /// Whether a stop was asked for and every session is ended.
  package var isAtRest: Bool { isStopping && restless == 0 }

  /// All that changed since the last call.
  package mutating func takeReport(at now: Moment) -> EngineReport {
    guard !touched.isEmpty || !report.isEmpty || ways.hasNews else { return report }
    for index in touched {
      if isConfigured(index) { report.sessions[sessions[index].key] = row(index) }
      recount(index)
    }
    if !touched.isEmpty { report.statistics = statistics }
    report.durations = durations.takeChanges()
    if ways.hasNews { report.origins = ways.takeReports() }
    report.dropOldEvents()
    touched.removeAll(keepingCapacity: true)
    (touchedSince, toldLast) = (nil, now.instant)
    defer { report = EngineReport() }
    return report
  }

  /// When the next report is to be taken; absent while nothing changed. What a person would see happen is
  /// told at once, a storm of it in steps; rows in which only a time or a count moved wait for others.
  package var reportDue: Instant? {
    if !report.isEmpty { return max(clock, toldLast + Self.storyPause) }
    return touchedSince.map { $0 + Self.rowPause }
  }

  private static let storyPause = Duration.milliseconds(20)
  private static let rowPause = Duration.milliseconds(100)

  // MARK: - One round

  mutating func settle(_ now: Moment) -> [Order] {
    moment = now
    repeat {
      while !pending.isEmpty {
        let batch = pending
        pending.removeAll(keepingCapacity: true)
        for (index, input) in batch { handle(index, input, now) }
      }
      admit(now)
    } while !pending.isEmpty
    for event in coalescer.flush(at: now.instant) { publish(standing(event)) }
    if touchedSince == nil, !touched.isEmpty || ways.hasNews { touchedSince = now.instant }
    defer { orders.removeAll(keepingCapacity: true) }
    return orders
  }

  mutating func handle(_ index: Int, _ input: Session.Input, _ now: Moment) {
    var turn = Turn(
      now: now, hasSlept: now.instant < forgivesUntil, random: random, nextTransfer: nextTransfer,
      known: known)
    // The turn alone holds it now, so that what it learns is not learnt by a copy.
    known = KnownSecrets()
    let before = sessions[index].summary
    sessions[index].handle(input, &turn)
    random = turn.random
    nextTransfer = turn.nextTransfer
    swap(&known, &turn.known)
    let after = sessions[index].summary
    let change = (after.isConnecting ? 1 : 0) - (before.isConnecting ? 1 : 0)
    connecting += change
    if sessions[index].server.process != nil { startingProcesses += change }
    restless += (before.isAtRest ? 1 : 0) - (after.isAtRest ? 1 : 0)
    touched.insert(index)
    obey(turn.actions, index, now)
    leaveQueue(index, before)
    schedule(index)
    startSuccessor(of: index)
    vacate(index)
  }

  mutating func obey(_ actions: [Action], _ index: Int, _ now: Moment) {
    guard let way = wayOf[index] else {
      for case .event(let event) in actions { tell(event, index) }
      return
    }
    // The way is judged first: events that tell of the next attempt need its time.
    for action in actions {
      switch action {
      case .wayFailed(let error, let since, let notBefore):
        var random = random
        let isClosed = ways.change(way) {
          $0.fail(error, since: since, notBefore: notBefore, at: now.instant, &random)
        }
        self.random = random
        // Somebody was answered meanwhile: that session waits as for any trouble of its own.
        if !isClosed { pending.append((index, .backOff)) }
      case .wayAnswered:
        if ways.change(way, { $0.answered(at: now.instant) }) { touchWaiting(way) }
      default: break
      }
    }
    for action in actions {
      switch action {
      case .send(let request): send(request, index, way)
      case .release(let id):
        if close(id) { orders.append(.release(id)) }
      case .cancel(let id):
        if close(id) { orders.append(.cancel(id)) }
      case .requestTurn(let atOnce, let guest):
        ways.change(way) { $0.append(index, guest, atOnce: atOnce, now: now.instant) }
      case .event(let event): tell(event, index)
      case .launch, .write, .endProcess: obeyProcess(action, index)
      case .opened(let session):
        orders.append(.journal(.opened(session)))
        if holders.take(session, index) { pending.append((index, .sharesID)) }
      case .ended(let session):
        orders.append(.journal(.ended(session)))
        holders.drop(session, index)
      case .measured(let measurement): count(measurement, index, now)
      case .wayFailed, .wayAnswered: break
      }
    }
  }

  mutating func admit(_ now: Moment) {
    while let turns = ways.next(
      room: limits.connecting - connecting, forProcesses: limits.startingProcesses - startingProcesses,
      at: now.instant)
    {
      for index in turns { handle(index, .turn, now) }
    }
  }

  /// A session that stopped waiting, or stopped probing for others, must not hold anyone up.
  mutating func leaveQueue(_ index: Int, _ before: Session.Summary) {
    let after = sessions[index].summary
    guard let way = wayOf[index], before.isConnecting || before.isQueued, !after.isQueued, !after.isConnecting
    else { return }
    ways.change(way) { $0.remove(index) }
  }

  mutating func schedule(_ index: Int) {
    guard let deadline = sessions[index].summary.deadline, pushed[index] != deadline else { return }
    pushed[index] = deadline
    deadlines.push(deadline, index)
  }

  /// A way opened: the rows of all who wait for it changed.
  private mutating func touchWaiting(_ way: Int) {
    touched.formUnion(ways[way].waitingSessions)
  }
}
