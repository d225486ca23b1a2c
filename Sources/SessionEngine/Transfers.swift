import CTopCurl
import CTopLinux
import Glibc
import MCPSessions
import TopPlatform

/// All transfers and the epoll that watches their sockets; owned by one thread, never shared.
///
/// Streams have a pool of their own: libcurl looks through all connections of a pool for one that is free,
/// and a thousand streams, which never are, would make every ping pay for that.
final class Transfers {
  private let epollOwner = Descriptor(clinux_epoll_create())
  private var epoll: Int32 { epollOwner.number }
  private var exchanges: Multi?
  private var streams: Multi?
  /// More streams than this would leave no descriptor for requests.
  private let streamLimit: Int
  private var openStreams = 0
  private var transfers: [TransferID: Transfer] = [:]
  private let noted = NewsList()
  private var shares: [SessionKey: SessionShare] = [:]
  /// Counts the turns in which news are taken.
  private var turn = 0
  private let proxies = ProxyEnvironment.current
  /// Transfers whose answer is known, in the order in which their time is over.
  private var released: [(until: Instant, id: TransferID)] = []
  /// Transfers that are sent once more, in the order in which they are.
  private var postponed: [(until: Instant, id: TransferID)] = []
  /// Transfers whose answer refuses, in the order in which the rest of it is waited for no more.
  private var refusing: [(until: Instant, id: TransferID)] = []
  /// Certificates and keys, and the requests that cannot go out before those have been read.
  private let trust: TrustFiles
  private var waiting: [(request: TransferRequest, limits: Limits)] = []
  private let repeats: Repeats
  private static let pauseBeforeSecondTry = Duration.milliseconds(250)
  /// What epoll says of the watched descriptor and of each pool's sockets.
  private enum Tag {
    static let watched: UInt32 = 0
    static let exchange: UInt32 = 1
    static let stream: UInt32 = 2
  }

  /// Watches the given descriptors beside the sockets. Absent when the process lacks descriptors or memory.
  init?(watching others: [Int32], repeats: Repeats) {
    self.repeats = repeats
    guard let trust = try? TrustFiles() else { return nil }
    self.trust = trust
    guard epollOwner.number >= 0 else { return nil }
    // Some for files and the terminal; of the rest a quarter for requests, which share connections.
    let descriptors = max(16, Int(clamping: min(clinux_descriptor_limit(), 1 << 20)) - 32)
    streamLimit = descriptors - descriptors / 4
    guard
      let exchanges = Multi(
        epoll: epollOwner.number, tag: Tag.exchange, spareLimit: 16, connectionLimit: descriptors / 4),
      // No spare ones: their small buffers would stay with them.
      let streams = Multi(
        epoll: epollOwner.number, tag: Tag.stream, spareLimit: 0, connectionLimit: streamLimit)
    else { return nil }
    self.exchanges = exchanges
    self.streams = streams
    for descriptor in others + [trust.descriptor] { guard watch(descriptor) else { return nil } }
  }

  deinit {
    for id in Array(transfers.keys) { remove(id) }
    // libcurl takes leave of its sockets, which needs the epoll.
    exchanges = nil
    streams = nil
  }

  /// Watches one more descriptor; false when the system lacks memory for that.
  func watch(_ descriptor: Int32) -> Bool {
    clinux_epoll_set(epoll, EPOLL_CTL_ADD, descriptor, EPOLLIN.rawValue, Tag.watched) == 0
  }

  private func pool(of request: TransferRequest) -> Multi? { request.isLasting ? streams : exchanges }

  /// Starts a transfer, at once or when the files that it needs have been read; or says what it lacks.
  func add(_ request: TransferRequest, limits: Limits) -> TransferFailure? {
    switch trust.content(for: request, at: Instant(nanoseconds: monotonic())) {
    case .ready(let content): return start(request, limits, content)
    case .unusable(let failure): return failure
    case .notYet:
      waiting.append((request, limits))
      return nil
    }
  }

  /// Starts what waited for files, as far as they are there; what came of the others.
  private func startWaiting(at now: Instant) -> [(TransferRequest, [TransferEvent])] {
    trust.act(at: now)
    var news: [(TransferRequest, [TransferEvent])] = []
    let all = waiting
    waiting = []
    for (request, limits) in all {
      guard let failure = add(request, limits: limits) else { continue }
      news.append((request, [.ended(TransferEnd(failure: failure))]))
    }
    return news
  }

  private func start(_ request: TransferRequest, _ limits: Limits, _ trust: TrustFiles.Content)
    -> TransferFailure?
  {
    guard !request.isLasting || openStreams < streamLimit else {
      return TransferFailure(
        .resourceError,
        words: "no descriptor for another stream: \(openStreams) are open; raise the limit of open files"
          + " (ulimit -n)")
    }
    let share = share(of: request.session)
    guard let pool = pool(of: request),
      let transfer = Transfer(
        request, handles: pool.handles, limits: limits, share: share, proxies: proxies,
        trust: trust, noted: noted),
      pool.start(transfer)
    else { return Self.noMemory }
    if request.isLasting { openStreams += 1 }
    transfers[request.id] = transfer
    return nil
  }

  private func share(of session: SessionKey) -> SessionShare {
    if let share = shares[session] { return share }
    let share = SessionShare(at: Instant(nanoseconds: monotonic()))
    shares[session] = share
    return share
  }

  private static let noMemory = TransferFailure(.resourceError, words: "no memory for another transfer")

  /// Ends a transfer, wherever it is.
  func remove(_ id: TransferID) {
    waiting.removeAll { $0.request.id == id }
    guard let transfer = transfers.removeValue(forKey: id), let pool = pool(of: transfer.request) else {
      return
    }
    if transfer.request.isLasting { openStreams -= 1 }
    pool.stop(transfer)
  }

  /// Gives a transfer until `instant` to end by itself, so that its connection can be kept.
  func release(_ id: TransferID, until instant: Instant) {
    guard let transfer = transfers[id] else { return }
    transfer.isReleased = true
    released.append((instant, id))
  }

  /// Waits for sockets, timers or the watched descriptor, at most until `deadline`; runs libcurl as far as it
  /// goes. Returns how long it waited, and no longer than it meant to: whatever else passed is no wait.
  @discardableResult
  func run(until deadline: Instant?) -> Duration {
    let due = [deadline?.nanoseconds, exchanges?.timer, streams?.timer].compactMap { $0 }.min()
    let start = monotonic()
    let pause = due.map { max(0, $0 - start) }
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    // Rounded up: waking a moment early would only mean to wait again.
    let milliseconds = pause.map { Int32(min(60_000, ($0 + 999_999) / 1_000_000)) } ?? 60_000
    let count = epoll_wait(epoll, &events, Int32(events.count), milliseconds)
    let waited = min(monotonic() - start, Int64(milliseconds) * 1_000_000)
    for index in 0..<max(0, Int(count)) {
      let (socket, mask) = (clinux_event_descriptor(&events[index]), clinux_event_mask(&events[index]))
      switch clinux_event_tag(&events[index]) {
      case Tag.exchange: exchanges?.act(on: socket, mask: mask)
      case Tag.stream: streams?.act(on: socket, mask: mask)
      default: break
      }
    }
    exchanges?.actOnTime()
    streams?.actOnTime()
    return .nanoseconds(waited)
  }

  /// What transfers received or came to since the last call, as far as each session's budget goes; those at
  /// their end are gone afterwards.
  func takeNews(at now: Instant) -> [(TransferRequest, [TransferEvent])] {
    for pool in [exchanges, streams] {
      var code = CURLE_OK
      while let transfer = pool?.nextDone(&code) { transfer.conclude(code) }
    }
    var news = startWaiting(at: now)
    let told = noted.ids
    noted.ids = []
    turn += 1
    // Whose last turn is longest ago comes first: a stream that takes all that its session may read keeps no
    // answer of the same session waiting for more than a turn.
    let order = told.compactMap { transfers[$0] }.enumerated().sorted {
      ($0.element.lastTurn, $0.offset) < ($1.element.lastTurn, $1.offset)
    }
    for (_, transfer) in order {
      let takings = transfer.share.budget.takings
      var events = transfer.news(at: now)
      if transfer.share.budget.takings != takings { transfer.lastTurn = turn }
      transfer.keepCookies()
      if transfer.beginsToRefuse(at: now) {
        refusing.append((now + TransferRequest.refusalLimit, transfer.request.id))
      }
      let last = takeEnd(of: transfer, at: now)
      events += last ?? []
      if !transfer.isReleased, !events.isEmpty { news.append((transfer.request, events)) }
    }
    return news
  }

  /// The last words of a transfer that is over and is not to be sent once more.
  private func takeEnd(of transfer: Transfer, at now: Instant) -> [TransferEvent]? {
    guard transfer.isOver else { return nil }
    let pool = pool(of: transfer.request)
    if transfer.redirect() {
      // Taken out and put in again, libcurl starts it anew.
      pool?.stop(transfer)
      postpone(transfer, until: repeats.next(of: transfer.request.session, at: now))
      return nil
    }
    if transfer.tryAgain() {
      pool?.stop(transfer)
      let next = repeats.next(of: transfer.request.session, at: now)
      postpone(transfer, until: max(next, now + Self.pauseBeforeSecondTry))
      return nil
    }
    let events = transfer.end()
    remove(transfer.request.id)
    return events
  }

  private func postpone(_ transfer: Transfer, until instant: Instant) {
    let place = postponed.firstIndex { $0.until > instant } ?? postponed.count
    postponed.insert((instant, transfer.request.id), at: place)
  }

  /// When `act` or `takeNews` is due next although no socket has news.
  func deadline(at now: Instant) -> Instant? {
    let unread = noted.ids.compactMap { transfers[$0]?.share.budget.next(at: now) }
    // A disk that does not answer has no news either.
    let late = waiting.isEmpty ? nil : now + .milliseconds(250)
    let own = [late, released.first?.until, postponed.first?.until, refusing.first?.until]
    return (own.compactMap { $0 } + unread).min()
  }

  /// Ends released transfers that did not end by themselves, and answers that refuse and do not end; sends
  /// again what was put off.
  func act(at now: Instant) {
    let over = released.prefix { $0.until <= now }
    for (_, id) in over { remove(id) }
    released.removeFirst(over.count)
    let refused = refusing.prefix { $0.until <= now }
    refusing.removeFirst(refused.count)
    for transfer in refused.compactMap({ transfers[$0.id] }) where transfer.isRefusing {
      // One that was sent on has another head by now, and a time of its own.
      guard let since = transfer.refusedSince, since + TransferRequest.refusalLimit <= now else { continue }
      transfer.cutOff()
      pool(of: transfer.request)?.stop(transfer)
    }
    let due = postponed.prefix { $0.until <= now }
    postponed.removeFirst(due.count)
    for transfer in due.compactMap({ transfers[$0.id] }) { _ = pool(of: transfer.request)?.start(transfer) }
  }
}

/// Transfers with something to tell, by name and in the order in which it came; one list for all.
final class NewsList {
  var ids: [TransferID] = []
}

/// One thread has it.
@available(*, unavailable)
extension Transfers: Sendable {}
