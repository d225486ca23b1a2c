import Glibc
import MCPWire
import TopPlatform
import MCPSessions

/// Where credentials are got and kept: a thread of its own, so that no disk, browser or issuer ever holds up
/// a session. It does what the sign-ins say and decides nothing but whose turn it is.
final class Desk {
  /// A sign-in with what it has in hand.
  final class Customer {
    var machine: SignIn
    let way: IssuerWay
    var listener: LoopbackListener?
    var program: TokenProgram?
    var lock: CredentialStore.Lock?
    /// When the store's lock is asked for again, and when no longer.
    var locking: (next: Instant, until: Instant)?
    var fileState: FileState?
    var told: (SignIn.Standing, AuthorizationReport?)?
    var prompt: SignInPrompt?

    init(_ machine: SignIn, _ way: IssuerWay) {
      (self.machine, self.way) = (machine, way)
    }
  }

  let store: CredentialStore?
  let environment: [String: String]
  let policy: SignInPolicy
  let pool: IssuerPool
  var customers: [Int: Customer] = [:]
  var news = DeskNews()
  private let orders: Mailbox<DeskOrders>
  private let output: Mailbox<DeskNews>
  private var random: SeededGenerator
  /// Who is with the person, and who waits for that.
  private var atPerson: Int?
  private var waiting: [Int] = []
  /// Our keys to the tokens of issuers, as PEM text.
  var proofKeys: [String: Secret] = [:]
  private var changes: FileChanges?
  private var hasStore = false
  private var isStopped = false
  /// What is to be told once what is being told has been taken in.
  private var pending: [(number: Int, input: SignIn.Input)] = []
  private var isTelling = false

  init?(
    store: CredentialStore?, policy: SignInPolicy, environment: [String: String], orders: Mailbox<DeskOrders>,
    output: Mailbox<DeskNews>
  ) {
    guard let pool = IssuerPool() else { return nil }
    self.pool = pool
    (self.store, self.policy, self.environment) = (store, policy, environment)
    (self.orders, self.output) = (orders, output)
    var seeds = SystemRandomNumberGenerator()
    random = SeededGenerator(seed: seeds.next())
  }

  func run() {
    while !isStopped {
      let now = Moment.now.instant
      let pause = deadline.map { Int32(clamping: max(0, ($0 - now).inMilliseconds + 1)) } ?? 60_000
      pool.wait(reading: descriptors, milliseconds: min(60_000, pause))
      for order in orders.drain().orders { obey(order) }
      for (owner, number, answer) in pool.act() { tell(owner, .answered(number, answer)) }
      lookAround(at: Moment.now.instant)
      for (number, customer) in customers
      where customer.machine.deadline.map({ $0 <= Moment.now.instant }) == true {
        tell(number, .timer)
      }
      output.post(news)
      news = DeskNews()
    }
  }

  private var descriptors: [Int32] {
    [orders.descriptor] + (changes.map { [$0.descriptor] } ?? [])
      + customers.values.flatMap { ($0.listener?.descriptors ?? []) + ($0.program?.descriptors ?? []) }
  }

  private var deadline: Instant? {
    customers.values.flatMap { [$0.machine.deadline, $0.program?.end, $0.locking?.next] }.compactMap { $0 }
      .min()
  }

  // MARK: - Orders

  private func obey(_ order: DeskOrder) {
    switch order {
    case .serve(let wanted): serve(wanted)
    case .tell(let number, .wanted): tell(number, .wanted)
    case .tell(let number, .refused(let demand)):
      tell(number, .refused(demand))
      // The request waits for an answer, whether or not anything changed.
      customers[number]?.told = nil
      report(number)
    case .tell(let number, .accepted(let version, let purpose)):
      tell(number, .accepted(version: version, purpose))
    case .tell(let number, .act(let order, let demand)):
      switch order {
      case .begin(let manner): tell(number, .begin(manner, demand))
      case .leave: tell(number, .leave)
      case .paste(let text): tell(number, .pasted(text.revealed))
      case .forget: tell(number, .forget)
      }
    case .stop: isStopped = true
    }
  }

  private func serve(_ wanted: [DeskCustomer]) {
    let numbers = Set(wanted.map(\.number))
    for number in customers.keys where !numbers.contains(number) {
      leaveTurn(number)
      pool.cancel(owner: number)
      customers[number] = nil
    }
    let new = wanted.filter { customers[$0.number] == nil }
    for one in new {
      customers[one.number] = Customer(SignIn(one.subject, policy: policy), one.way)
    }
    recallGrants(of: new.map(\.number))
    changes = nil
    watchFiles()
    news.isReady = true
  }

  /// What earlier runs, or other processes, left in the store.
  private func recallGrants(of numbers: [Int]) {
    guard let store, store.exists, !numbers.isEmpty else { return }
    let grants = store.grants()
    for number in numbers {
      guard let subject = customers[number]?.machine.subject else { continue }
      guard let grant = grants.first(where: { $0.isFor(subject) }) else { continue }
      let registration = grant.grant.origin.flatMap { store.registration(at: $0.issuer) }
      if let token = registration?.management?.token { tell(number, .known(token)) }
      tell(number, .stored(grant))
    }
  }

  /// Learns of changes to tokens in files, and of what other processes keep.
  func watchFiles() {
    let isWatchingStore = changes != nil && store?.exists == hasStore
    guard !isWatchingStore else { return }
    hasStore = store?.exists ?? false
    var paths = customers.values.compactMap { customer in
      if case .file(let path) = customer.machine.subject.settings.source { path } else { String?.none }
    }
    if let store, store.exists { paths.append(store.probe) }
    changes = paths.isEmpty ? nil : try? FileChanges(around: paths)
    for customer in customers.values {
      if case .file(let path) = customer.machine.subject.settings.source {
        customer.fileState = FileState(path)
      }
    }
  }

  // MARK: - Around

  private func lookAround(at now: Instant) {
    if let changes, !wait(reading: [changes.descriptor], milliseconds: 0).isEmpty {
      changes.drain()
      filesChanged()
    }
    for (number, customer) in customers {
      for query in customer.listener?.act() ?? [] { tell(number, .returned(query)) }
      if let provided = customer.program?.act(at: now) {
        customer.program = nil
        tell(number, .provided(provided))
      }
      if let locking = customer.locking, locking.next <= now {
        tryLock(number, customer, locking.until, at: now)
      }
    }
  }

  private func filesChanged() {
    for (number, customer) in customers {
      guard case .file(let path) = customer.machine.subject.settings.source else { continue }
      let state = FileState(path)
      guard state != nil, state != customer.fileState else { continue }
      customer.fileState = state
      tell(number, .changed)
    }
    recallGrants(of: customers.keys.sorted())
  }

  // MARK: - The machines

  func tell(_ number: Int, _ input: SignIn.Input) {
    pending.append((number, input))
    guard !isTelling else { return }
    isTelling = true
    defer { isTelling = false }
    while !pending.isEmpty {
      let (number, input) = pending.removeFirst()
      guard let customer = customers[number] else { continue }
      var turn = SignIn.Turn(now: Moment.now, random: random)
      customer.machine.handle(input, &turn)
      random = turn.random
      for action in turn.actions { perform(action, number, customer) }
      report(number)
    }
  }

  /// Tells the engine how a sign-in stands, if that has changed.
  func report(_ number: Int) {
    guard let customer = customers[number] else { return }
    let standing = customer.machine.standing(at: Moment.now.wall)
    if customer.machine.step != .waitingForPerson { customer.prompt = nil }
    var report = customer.machine.report
    if let prompt = customer.prompt { report?.prompt = prompt }
    if let told = customer.told, told == (standing, report) { return }
    customer.told = (standing, report)
    var key: Secret?
    if case .credential(let credential) = standing { key = credential.boundBy.flatMap(proofKey) }
    news.standings[number] = DeskNews.Standing(
      standing: standing, report: report, version: customer.machine.tokenVersion, proofKey: key)
  }

  // MARK: - One browser at a time

  func requestTurn(_ number: Int) {
    guard atPerson != number, !waiting.contains(number) else { return }
    waiting.append(number)
    nextTurn()
  }

  func leaveTurn(_ number: Int) {
    waiting.removeAll { $0 == number }
    guard atPerson == number else { return }
    atPerson = nil
    nextTurn()
  }

  private func nextTurn() {
    guard atPerson == nil, !waiting.isEmpty else { return }
    let number = waiting.removeFirst()
    atPerson = number
    tell(number, .turn)
  }
}

/// One thread has it.
@available(*, unavailable)
extension Desk: Sendable {}
