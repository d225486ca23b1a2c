import CTopLinux
import MCPSessions
import TopPlatform

/// The engine's thread: waits, tells the fleet what happened, does what it says. It decides nothing.
struct Loop: ~Copyable {
  private let transfers: Transfers
  /// Absent before the first one is to start, and while this process lacks what it takes.
  private var processes: Processes?
  private let inherited: Inheritance
  /// Where is written down what must not outlive us; absent means nowhere.
  private let folder: String?
  private let commands: Mailbox<CommandQueue>
  /// Whoever listens.
  private let report: @Sendable (EngineReport) -> Void
  private let known: Known
  private let credentials: Credentials
  private let limits: Limits
  private var fleet: Fleet
  private var journal: Journal
  /// What people were told last of the journal.
  private var toldTrouble: String?
  /// When free memory is given back next: after the rush of the start, and then once an hour, so that weeks
  /// of outages leave nothing behind.
  private var tidying: Instant
  /// Set by a stop: what is not ended by then is left.
  private var giveUp: Instant?
  private var standstill: Standstill

  /// The longest that ending all sessions may take.
  private static let farewellLimit = Duration.milliseconds(4_500)
  /// The longest wait, so that who looks at it knows that it still turns.
  private static let beat = Duration.seconds(1)
  /// How long an answered transfer may take to end by itself.
  private static let releaseLimit = Duration.seconds(1)

  init(
    plan: EnginePlan, transfers: Transfers, fleet: consuming Fleet, journal: consuming Journal,
    commands: Mailbox<CommandQueue>, tell: @escaping @Sendable (EngineReport) -> Void, known: Known,
    credentials: Credentials, at now: Instant
  ) {
    tidying = now + .seconds(5)
    standstill = Standstill(at: now)
    self.credentials = credentials
    self.known = known
    self.transfers = transfers
    inherited = plan.inherited
    folder = plan.stateFolder
    self.fleet = fleet
    self.journal = journal
    limits = plan.limits
    self.commands = commands
    report = tell
  }

  mutating func run() {
    obey(fleet.start(at: time()))
    while true {
      tell()
      let now = time().instant
      if fleet.isAtRest || giveUp.map({ $0 <= now }) == true { break }
      known.note(now)
      let dues = [
        fleet.deadline, giveUp, transfers.deadline(at: now), processes?.deadline(at: now), journal.deadline,
        tidying, now + Self.beat, credentials.deadline, fleet.reportDue,
      ]
      let waited = transfers.run(until: dues.compactMap { $0 }.min())
      _ = time(after: waited)
      let mail = commands.drain()
      if mail.dropped > 0 {
        let words: Sentence =
          "\(mail.dropped) commands came faster than they can be done and were dropped"
        fleet.announce(.configProblem, .warning, words, at: time())
      }
      for command in mail.commands {
        if command == .stop, giveUp == nil { giveUp = time().instant + Self.farewellLimit }
        switch command {
        case .apply(let servers, _): credentials.serve(servers)
        case .signIn(let order, let key, _): credentials.act(order, on: key)
        default: break
        }
        obey(fleet.command(command, at: time()))
      }
      takeCredentials()
      for (request, events) in transfers.takeNews(at: time().instant) { take(events, of: request) }
      for (id, event) in processes?.takeNews(at: time().instant) ?? [] {
        obey(fleet.process(id, event, at: time()))
      }
      transfers.act(at: time().instant)
      takeLeftovers()
      obey(fleet.wake(at: time()))
      if tidying <= time().instant {
        clinux_give_back_memory()
        tidying = time().instant + .seconds(3_600)
      }
    }
    fleet.giveUp(at: time())
    processes?.close()
    credentials.stop()
    journal.close(until: giveUp)
    var last = fleet.takeReport(at: time())
    last.stopped = true
    known.take(last)
    report(last)
  }

  /// The time, for whatever is done next. There is no other way to it here, so that no stretch in which this
  /// process stood still goes unseen before the fleet is told what is late.
  private mutating func time(after wait: Duration = .zero) -> Moment {
    let now = Moment.now
    if let pause = standstill.look(at: now.instant, after: wait) { fleet.slept(for: pause, at: now) }
    return now
  }

  private mutating func obey(_ orders: [Fleet.Order]) {
    for order in orders {
      switch order {
      case .send(let request): pass(credentials.pass(request, at: time()), request)
      case .release(let id):
        transfers.release(id, until: time().instant + Self.releaseLimit)
      case .cancel(let id):
        credentials.drop(id)
        transfers.remove(id)
      case .launch, .write, .endProcess:
        obeyProcess(order)
      case .journal(let line):
        journal.write(line)
      }
    }
  }

  private mutating func openProcesses() {
    let mark = randomName()
    let ledger = folder.map { ProcessLedger.Place(folder: $0, mark: mark) }
    guard
      let opened = Processes(inherited: inherited, mark: mark, lineLimit: limits.bodyBytes, ledger: ledger),
      transfers.watch(opened.descriptor)
    else { return }
    processes = opened
  }

  private mutating func obeyProcess(_ order: Fleet.Order) {
    let now = time().instant
    switch order {
    case .launch(let request):
      if processes == nil { openProcesses() }
      guard let processes else {
        let words = "no descriptor or thread is left"
        return obey(fleet.process(request.id, .ended(.notStarted(words)), at: time()))
      }
      processes.start(request)
    case .write(let id, let line):
      for event in processes?.write(line, to: id, at: now) ?? [] {
        obey(fleet.process(id, event, at: time()))
      }
    case .endProcess(let id): processes?.end(id, at: now)
    case .send, .release, .cancel, .journal: break
    }
  }

  private mutating func pass(_ passage: Credentials.Passage, _ request: TransferRequest) {
    let failure: TransferFailure?
    switch passage {
    case .send(let request): failure = transfers.add(request, limits: limits)
    case .wait: failure = nil
    case .fail(let why): failure = why
    }
    guard let failure else { return }
    obey(fleet.transfer(request.id, .ended(TransferEnd(failure: failure)), at: time()))
  }

  /// What came in of a transfer. A refusal that another credential may cure is nobody's business yet.
  private mutating func take(_ events: [TransferEvent], of request: TransferRequest) {
    for event in events {
      if case .head(let head) = event, credentials.refused(head, request, at: time()) {
        transfers.remove(request.id)
        return obey(fleet.transfer(request.id, .sent(false), at: time()))
      }
      if case .ended = event { credentials.drop(request.id) }
      obey(fleet.transfer(request.id, event, at: time()))
    }
  }

  /// What became of credentials, and of the requests that waited for them.
  private mutating func takeCredentials() {
    let news = credentials.takeNews(at: time())
    fleet.learn(news.secrets)
    for (keys, report) in news.reports { fleet.note(report, of: keys) }
    for (key, what) in news.happenings {
      fleet.tell(what.kind, what.level, of: key, error: what.error, what.message, at: time())
    }
    for (request, passage) in news.ready { pass(passage, request) }
    if !news.changed.isEmpty { obey(fleet.credentialChanged(of: news.changed, at: time())) }
  }

  /// What earlier runs left, once it is known: what this configuration can end is ended.
  private mutating func takeLeftovers() {
    guard let leftovers = journal.takeNews(at: time().instant) else { return }
    let (orders, taken) = fleet.adopt(leftovers, at: time())
    journal.adopt(taken)
    obey(orders)
  }

  private mutating func tell() {
    journal.act(at: time().instant)
    if journal.trouble != toldTrouble {
      let words: Sentence =
        journal.trouble.map { "\(ForeignText(local: $0))" } ?? "the journal of open sessions is written again"
      fleet.announce(.configProblem, journal.trouble == nil ? .info : .warning, words, at: time())
      toldTrouble = journal.trouble
    }
    let ended = journal.takeEndedProcesses()
    if ended > 0 {
      let words: Sentence = "\(ended) processes that an earlier run left behind were ended"
      fleet.announce(.configProblem, .warning, words, at: time())
    }
    let forgotten = journal.takeForgotten()
    if forgotten > 0 {
      let words: Sentence =
        "\(forgotten) sessions that earlier runs left open are given up: for a day no run had their servers in its"
        + " configuration"
      fleet.announce(.configProblem, .warning, words, at: time())
    }
    guard let due = fleet.reportDue, due <= time().instant else { return }
    let news = fleet.takeReport(at: time())
    guard !news.isEmpty else { return }
    known.take(news)
    report(news)
  }
}

/// Commands that wait for the engine, in order.
struct CommandQueue: Mail {
  /// More than this nobody types between two turns of the loop; what is over it is not done.
  private static let limit = 1_024
  private(set) var commands: [Command]
  /// How many were over the limit.
  private(set) var dropped = 0

  init() {
    commands = []
  }

  init(_ command: Command) {
    commands = [command]
  }

  var isEmpty: Bool { commands.isEmpty }

  mutating func merge(_ later: CommandQueue) {
    for command in later.commands {
      // A stop is never lost.
      if commands.count < Self.limit || command == .stop { commands.append(command) } else { dropped += 1 }
    }
    dropped += later.dropped
  }
}
