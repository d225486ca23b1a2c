import CTopCurl
import Glibc
import MCPWire
package import TopPlatform
package import MCPSessions

/// Does what a look at one server asks for, on the thread of its owner: transfers, a process, a sign-in.
///
///     var run = try ProbeRun(probe, stateFolder: nil, watching: [])
///     run.start()
///     while !run.isOver { run.turn(within: .seconds(1)) }
///     for step in run.report.steps { print(step.name, step.finding) }
package struct ProbeRun: ~Copyable {
  private var probe: ServerProbe
  private let transfers: Transfers
  private let credentials: Credentials
  private var journal: Journal
  private var processes: Processes?
  /// What asks for documents about signing in; there is one only while one is asked for.
  private var issuers: IssuerPool?
  private let inherited: Inheritance
  private let way: IssuerWay
  private let folder: String?
  private let limits: Limits
  /// How a sign-in that is under way stands.
  package private(set) var authorization: AuthorizationReport?
  /// What is to be said of a sign-in, once.
  private var messages: [String] = []

  /// `stateFolder` is where sign-ins are kept, and where is written what a crash would leave open. `watching`
  /// are descriptors that end a turn when they are readable. Throws when the process is out of descriptors.
  package init(
    _ server: Server, key: SessionKey, call: ServerProbe.Call? = nil, limits: Limits = Limits(),
    stateFolder: String? = nil, signIn: SignInPolicy = .never, environment: [String: String] = [:],
    inherited: Inheritance = Inheritance(), watching others: [Int32] = []
  ) throws(ErrorNumber) {
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    // Nobody was ever given this one; it is as long as those of servers usually are.
    guard let strange = SessionID(randomName() + randomName()) else { throw ErrorNumber(EINVAL) }
    let repeats = Repeats()
    let credentials = try Credentials(
      stateFolder: stateFolder, policy: signIn, environment: environment, repeats: repeats)
    guard let transfers = Transfers(watching: others + [credentials.descriptor], repeats: repeats) else {
      throw ErrorNumber(EMFILE)
    }
    probe = ServerProbe(server, key: key, call: call, strangeID: strange, at: .now)
    journal = Journal(folder: stateFolder, at: .now)
    if let descriptor = journal.descriptor { _ = transfers.watch(descriptor) }
    (self.credentials, self.transfers) = (credentials, transfers)
    self.inherited = inherited
    self.limits = limits
    folder = stateFolder
    way = IssuerWay(server)
    credentials.serve([server])
  }

  /// What is found so far.
  package var report: ProbeReport { probe.report }
  package var isOver: Bool { probe.isOver }

  /// Begins; to be called once.
  package mutating func start() { obey(probe.start(at: .now)) }

  /// Breaks it off: what was opened is ended within four seconds.
  package mutating func stop(_ why: Sentence) { obey(probe.stop(why, at: .now)) }

  /// What has happened to a sign-in since the last call, in words for a person.
  package mutating func takeMessages() -> [String] {
    defer { messages = [] }
    return messages
  }

  /// Something that a person wants of the sign-in.
  package mutating func signIn(_ order: SignInOrder, for key: SessionKey) { credentials.act(order, on: key) }

  /// Waits for news, at most `limit`, and acts on them.
  package mutating func turn(within limit: Duration) {
    let now = Moment.now.instant
    let dues = [
      probe.deadline, transfers.deadline(at: now), processes?.deadline(at: now), journal.deadline,
      credentials.deadline, now + limit,
    ].compactMap { $0 }
    if let issuers {
      // Nothing else is in flight then.
      issuers.wait(reading: [], milliseconds: 50)
      for answer in issuers.act() {
        self.issuers = nil
        obey(probe.answer(answer.number, answer.answer, at: .now))
      }
      transfers.run(until: Moment.now.instant)
    } else {
      transfers.run(until: dues.min())
    }
    takeCredentials()
    for (request, events) in transfers.takeNews(at: Moment.now.instant) { take(events, of: request) }
    for (id, event) in processes?.takeNews(at: Moment.now.instant) ?? [] {
      obey(probe.process(id, event, at: .now))
    }
    transfers.act(at: Moment.now.instant)
    journal.act(at: Moment.now.instant)
    // What others left is the business of those who watch their servers.
    if journal.takeNews(at: Moment.now.instant) != nil { journal.adopt([]) }
    obey(probe.wake(at: .now))
  }

  /// Gives back all that it holds, and kills what is left of a process; to be called when it is over.
  package mutating func close() {
    processes?.close()
    credentials.stop()
    journal.close()
  }

  private mutating func obey(_ orders: [ServerProbe.Order]) {
    for order in orders {
      switch order {
      case .send(let request) where request.isHandshakeOnly: add(request)
      case .send(let request): pass(credentials.pass(request, at: .now), request)
      case .release(let id): transfers.release(id, until: Moment.now.instant + .seconds(1))
      case .cancel(let id):
        credentials.drop(id)
        transfers.remove(id)
      case .ask(let request): ask(request)
      case .launch(let request): launch(request)
      case .write(let id, let line):
        for event in processes?.write(line, to: id, at: Moment.now.instant) ?? [] {
          obey(probe.process(id, event, at: .now))
        }
      case .endProcess(let id): processes?.end(id, at: Moment.now.instant)
      case .journal(let line): journal.write(line)
      }
    }
  }

  private mutating func ask(_ request: IssuerRequest) {
    let pool = IssuerPool()
    issuers = pool
    let failure = pool.map { $0.start(request, form: nil, proof: nil, way: way, owner: 0) }
    guard let answer = failure ?? .failed(.resourceError, words: "no memory") else { return }
    issuers = nil
    obey(probe.answer(request.number, answer, at: .now))
  }

  private mutating func launch(_ request: ProcessRequest) {
    let mark = randomName()
    let ledger = folder.map { ProcessLedger.Place(folder: $0, mark: mark) }
    processes = Processes(inherited: inherited, mark: mark, lineLimit: limits.bodyBytes, ledger: ledger)
    guard let processes, transfers.watch(processes.descriptor) else {
      let words = "no descriptor or thread is left"
      return obey(probe.process(request.id, .ended(.notStarted(words)), at: .now))
    }
    processes.start(request)
  }

  private mutating func pass(_ passage: Credentials.Passage, _ request: TransferRequest) {
    switch passage {
    case .send(let request): add(request)
    case .wait: break
    case .fail(let why):
      obey(probe.transfer(request.id, .ended(TransferEnd(failure: why)), at: .now))
    }
  }

  private mutating func add(_ request: TransferRequest) {
    guard let failure = transfers.add(request, limits: limits) else { return }
    obey(probe.transfer(request.id, .ended(TransferEnd(failure: failure)), at: .now))
  }

  private mutating func take(_ events: [TransferEvent], of request: TransferRequest) {
    for event in events {
      if case .head(let head) = event, credentials.refused(head, request, at: .now) {
        probe.putAside(head, at: .now)
        return transfers.remove(request.id)
      }
      if case .ended = event { credentials.drop(request.id) }
      obey(probe.transfer(request.id, event, at: .now))
    }
  }

  private mutating func takeCredentials() {
    let news = credentials.takeNews(at: .now)
    for (_, report) in news.reports { authorization = report }
    for (_, what) in news.happenings { messages.append(what.message.text) }
    let before = probe.note(authorization, isNew: false, secrets: news.secrets, at: .now)
    obey(before)
    for (request, passage) in news.ready { pass(passage, request) }
    if !news.changed.isEmpty { obey(probe.note(authorization, isNew: true, secrets: [], at: .now)) }
  }
}
