// The longest file of its folder: what goes with a request, and what its refusal means, is read beside what
// it is decided by, which nobody else may change.
import Glibc
import MCPWire
import TopPlatform
import MCPSessions

/// The engine's side of credentials: what goes with a request is asked here as it is sent, and a refusal is
/// looked at here before a session hears of it. A session never learns that its token was renewed.
///
/// Requests wait here while a credential is got that needs no person; the desk, a thread of its own, gets it.
/// For servers that want no credential nothing is done, started or said.
final class Credentials {
  private let policy: SignInPolicy
  private let store: CredentialStore?
  private let environment: [String: String]
  private let orders: Mailbox<DeskOrders>
  private let mail: Mailbox<DeskNews>
  private var isRunning = false
  /// The store was read, or nobody waits for that.
  private var isReady = false
  private var subjects: [SignIn.Subject: Int] = [:]
  private var numbers: [SessionKey: Int] = [:]
  private var keys: [Int: [SessionKey]] = [:]
  private var ways: [Int: IssuerWay] = [:]
  private var standings: [Int: DeskNews.Standing] = [:]
  private var waiting: [TransferID: Waiting] = [:]
  /// With which token requests went out that are not answered yet.
  private var sent: [TransferID: Sent] = [:]
  /// What proves that tokens are ours, for those that are bound to a key.
  private var possessions: [Int: Possession] = [:]
  private let repeats: Repeats
  private var nextNumber = 0
  /// Other sessions share a sign-in now: they are to be told how it stands.
  private var isRetelling = false
  /// What servers said last, for the person who signs in later.
  private var demands: [Int: SignIn.Demand] = [:]
  private var accepted: [Int: Accepted] = [:]
  /// The last token with which each session got what it asked for; what was opened with it is ended with it.
  private var lastGood: [SessionKey: Credential] = [:]
  /// Sign-ins that need no person.
  private var sourced: Set<Int> = []

  /// A renewal may ask in six places, ten seconds each at the worst; a session has its own patience.
  private static let patience = Duration.seconds(30)
  /// How long the first requests wait for the store.
  private static let startPatience = Duration.seconds(2)

  /// Throws when the process is out of descriptors.
  init(
    stateFolder: String?, policy: SignInPolicy, environment: [String: String], repeats: Repeats
  ) throws(ErrorNumber) {
    (self.policy, self.repeats) = (policy, repeats)
    self.environment = environment
    store = stateFolder.map { CredentialStore(stateFolder: $0) }
    orders = try Mailbox()
    mail = try Mailbox()
  }

  /// Readable when `takeNews` has something.
  var descriptor: Int32 { mail.descriptor }

  /// When `takeNews` has something to do though nothing is readable.
  var deadline: Instant? { waiting.values.map { $0.notBefore ?? $0.until }.min() }

  // MARK: - Who signs in where

  /// These servers are watched from now on.
  func serve(_ servers: [Server]) {
    let old = subjects
    // Those that are gone now are still to be ended; those that were gone before have been.
    let leaving = Set(numbers.keys)
    subjects = [:]
    isRetelling = true
    sourced = []
    numbers = [:]
    keys = [:]
    let watched = Set(servers.flatMap { server in server.sessions.map { $0.0 } })
    repeats.keep(watched.contains)
    var hasSources = false
    for (key, server) in servers.flatMap(\.sessions) {
      guard let subject = Self.subject(key, server) else { continue }
      if subject.settings != CredentialSettings() { hasSources = true }
      let number = subjects[subject] ?? old[subject] ?? newNumber()
      subjects[subject] = number
      numbers[key] = number
      if subject.settings.worksAlone { sourced.insert(number) }
      keys[number, default: []].append(key)
      ways[number] = IssuerWay(server)
    }
    lastGood = lastGood.filter { leaving.contains($0.key) || numbers[$0.key] != nil }
    if isRunning || hasSources || store?.exists == true { serveDesk() } else { isReady = true }
  }

  private func newNumber() -> Int {
    nextNumber += 1
    return nextNumber
  }

  /// Absent for servers that are no address, or that are given a credential as it is written.
  private static func subject(_ key: SessionKey, _ server: Server) -> SignIn.Subject? {
    guard let endpoint = server.endpoint, server.transport.isHTTP else { return nil }
    let settings = server.settings.credentials
    let isWritten = server.headers.contains { $0.name.lowercased() == "authorization" }
    guard !isWritten || settings != CredentialSettings() else { return nil }
    return SignIn.Subject(server: endpoint, user: key.user, settings: settings)
  }

  private func serveDesk() {
    if !isRunning {
      isRunning = true
      let (orders, mail, store, policy, environment) = (orders, mail, store, policy, environment)
      try? startThread(named: "credentials", usesLibraries: true) {
        Desk(store: store, policy: policy, environment: environment, orders: orders, output: mail)?.run()
      }
    }
    let customers = subjects.map { subject, number in
      DeskCustomer(number: number, subject: subject, way: ways[number] ?? IssuerWay(proxy: nil, caFile: nil))
    }
    orders.post(DeskOrders(.serve(customers.sorted { $0.number < $1.number })))
  }

  // MARK: - Requests

  /// A request is about to go out.
  func pass(_ request: TransferRequest, at now: Moment) -> Passage {
    guard isRunning else { return .send(request) }
    guard request.purpose != .delete else { return passFarewell(request, at: now) }
    guard let number = numbers[request.session] else { return .send(request) }
    guard isReady else { return wait(request, number, now, Self.startPatience) }
    switch standings[number]?.standing {
    case .credential(let credential) where credential.isGood(at: now.wall):
      return .send(carrying(credential, request, number))
    case .credential, .working:
      orders.post(DeskOrders(.tell(number, .wanted)))
      return wait(request, number, now, Self.patience)
    case .refused(_, let held):
      // The server may be open by now, or to this request, or take again what it refused. Only its answer is
      // a reason to tell a failure, and to ask for a credential once more.
      return .send(carrying(held, request, number, at: now))
    case nil, .some(.none):
      guard sourced.contains(number) else { return .send(request) }
      orders.post(DeskOrders(.tell(number, .wanted)))
      return wait(request, number, now, Self.patience)
    }
  }

  /// The end of a session goes out with a token, if there is one or was one: an old one may still be good for
  /// that. Where a better one can be had it is waited for, for a moment, and so is what an earlier run left.
  private func passFarewell(_ request: TransferRequest, at now: Moment) -> Passage {
    guard let number = numbers[request.session] else { return .send(lastWord(request)) }
    let standing = standings[number]?.standing
    if case .refused = standing { return .send(lastWord(request)) }
    if let last = lastCredential(request), last.isGood(at: now.wall) {
      return .send(carrying(last, request, number))
    }
    guard !isReady || canRenew(number) else { return .send(lastWord(request)) }
    if isReady { orders.post(DeskOrders(.tell(number, .wanted))) }
    return wait(request, number, now, Self.startPatience)
  }

  private func lastCredential(_ request: TransferRequest) -> Credential? {
    if let number = numbers[request.session], case .credential(let held) = standings[number]?.standing {
      return held
    }
    return lastGood[request.session]
  }

  /// The end of a session with what there is.
  private func lastWord(_ request: TransferRequest) -> TransferRequest {
    guard let last = lastCredential(request) else { return request }
    return request.carrying(last, numbers[request.session].flatMap { possessions[$0] })
  }

  /// Whether a token can be had without a person.
  private func canRenew(_ number: Int) -> Bool {
    sourced.contains(number) || standings[number]?.report?.isRenewable == true
  }

  private func wait(_ request: TransferRequest, _ number: Int, _ now: Moment, _ patience: Duration) -> Passage
  {
    waiting[request.id] = Waiting(
      request: request, number: number, since: now.instant, until: now.instant + patience, refused: nil,
      isForStore: !isReady)
    return .wait
  }

  private func carrying(
    _ credential: Credential, _ request: TransferRequest, _ number: Int, isSecond: Bool = false
  ) -> TransferRequest {
    sent[request.id] = Sent(
      number: number, credential: credential, purpose: request.purpose, isSecond: isSecond)
    return request.carrying(credential, possessions[number])
  }

  /// The same with what is held, if it is still good.
  private func carrying(
    _ held: Credential?, _ request: TransferRequest, _ number: Int, at now: Moment
  ) -> TransferRequest {
    guard let held, held.isGood(at: now.wall) else { return request }
    return carrying(held, request, number)
  }

  /// A request is nobody's matter any more.
  func drop(_ id: TransferID) {
    waiting[id] = nil
    sent[id] = nil
  }

  /// The server has answered. True when the answer is about the credential and the request waits for another
  /// one: the transfer is to be ended then, and nobody told.
  func refused(_ head: ResponseHead, _ request: TransferRequest, at now: Moment) -> Bool {
    let sent = sent.removeValue(forKey: request.id)
    guard let number = sent?.number ?? numbers[request.session] else { return false }
    let demand = SignIn.Demand(
      status: head.status, challenges: head.challenges.flatMap(Challenge.read), purpose: request.purpose,
      version: sent?.credential.version ?? 0)
    if let nonce = head.proofNonce { possessions[number]?.take(nonce: nonce) }
    if demand.wantsNonce, head.proofNonce != nil, let sent, !sent.isSecond {
      waitForSecond(request, number, now)
      return true
    }
    guard request.purpose != .delete else { return false }
    guard head.status == 401 && demand.concernsTokens || demand.wantsMore else {
      guard head.status < 400, let sent else { return false }
      lastGood[request.session] = sent.credential
      let version = sent.credential.version
      if accepted[number, default: Accepted(version: 0)].note(version, sent.purpose) {
        orders.post(DeskOrders(.tell(number, .accepted(version: version, sent.purpose))))
      }
      return false
    }
    demands[number] = demand
    accepted[number] = nil
    // Without a token and without leave to get one there is nothing to wait for.
    guard sent != nil || policy == .auto || canRenew(number) else { return false }
    if !isRunning {
      isReady = true
      serveDesk()
    }
    waiting[request.id] = Waiting(
      request: sent == nil ? request : request.withoutCredential, number: number, since: now.instant,
      until: now.instant + Self.patience, refused: demand.version, isForStore: false,
      notBefore: repeats.next(of: request.session, at: now.instant))
    standings[number] = nil
    orders.post(DeskOrders(.tell(number, .refused(demand))))
    return true
  }

  /// The proof lacked the server's number, which is known now: the same once more, at most once a second.
  private func waitForSecond(_ request: TransferRequest, _ number: Int, _ now: Moment) {
    waiting[request.id] = Waiting(
      request: request.withoutCredential, number: number, since: now.instant,
      until: now.instant + Self.patience, refused: nil, isForStore: false,
      notBefore: repeats.next(of: request.session, at: now.instant), isSecond: true)
  }

  /// What a person wants of a sign-in.
  func act(_ order: SignInOrder, on key: SessionKey) {
    guard let number = numbers[key] else { return }
    if !isRunning {
      isReady = true
      serveDesk()
    }
    if order == .forget { for key in keys[number] ?? [] { lastGood[key] = nil } }
    orders.post(DeskOrders(.tell(number, .act(order, demands[number]))))
  }

  func stop() {
    if isRunning { orders.post(DeskOrders(.stop)) }
  }

  // MARK: - News

  /// What the desk has to say, and what became of requests that waited.
  func takeNews(at now: Moment) -> News {
    var news = News()
    let mail = mail.drain()
    isReady = isReady || mail.isReady
    news.secrets = mail.secrets
    for (number, standing) in mail.standings.sorted(by: { $0.key < $1.key }) {
      let old = standings.updateValue(standing, forKey: number)
      if let key = standing.proofKey, possessions[number]?.key != key {
        possessions[number] = Possession(key)
      }
      let keys = keys[number] ?? []
      news.reports.append((keys, standing.report))
      if case .credential(let credential) = standing.standing, old?.version != credential.version {
        news.changed += keys
      }
    }
    if isRetelling {
      isRetelling = false
      for (number, standing) in standings { news.reports.append((keys[number] ?? [], standing.report)) }
    }
    for happening in mail.happenings {
      if let key = keys[happening.number]?.first { news.happenings.append((key, happening)) }
    }
    for (id, one) in waiting.sorted(by: { $0.key.number < $1.key.number }) {
      guard let passage = resolve(id, one, at: now) else { continue }
      waiting[id] = nil
      news.ready.append((one.request, passage))
    }
    return news
  }

  /// What a request that waits is to do now; absent when it goes on waiting.
  private func resolve(_ id: TransferID, _ one: Waiting, at now: Moment) -> Passage? {
    if !isReady, one.until <= now.instant { isReady = true }
    if let notBefore = one.notBefore {
      guard notBefore <= now.instant else { return nil }
      waiting[id]?.notBefore = nil
    }
    guard isReady else { return nil }
    let isLast = one.request.purpose == .delete
    var one = one
    one.notBefore = nil
    if one.isForStore, !isLast {
      // From here on it waits for a token, which takes its own time.
      (one.isForStore, one.until) = (false, max(one.until, one.since + Self.patience))
      waiting[id] = one
    }
    switch standings[one.number]?.standing {
    case .credential(let credential)
    where credential.version > one.refused ?? 0 && credential.isGood(at: now.wall):
      return .send(carrying(credential, one.request, one.number, isSecond: one.isSecond))
    case .refused where isLast: return .send(lastWord(one.request))
    case .refused(let error, let held):
      if one.refused == nil { return .send(carrying(held, one.request, one.number, at: now)) }
      return .fail(failure(error))
    case nil, .some(.none):
      if one.refused == nil, !sourced.contains(one.number) { return .send(one.request) }
      if one.refused == nil, !one.hasAsked {
        orders.post(DeskOrders(.tell(one.number, .wanted)))
        waiting[id]?.hasAsked = true
      }
    case .credential, .working: break
    }
    guard one.until <= now.instant else { return nil }
    guard !isLast else { return .send(lastWord(one.request)) }
    return .fail(
      TransferFailure(
        .issuerUnavailable, words: "no token came within \((now.instant - one.since).components.seconds) s")
    )
  }

  private func failure(_ error: SessionError) -> TransferFailure {
    TransferFailure(error.type, status: error.status, words: error.detail.text)
  }
}

/// One thread has it.
@available(*, unavailable)
extension Credentials: Sendable {}
