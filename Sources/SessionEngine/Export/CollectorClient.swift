import CTopCurl
import MCPSessions
package import TopPlatform

/// Sends documents to collectors, on a thread and a connection of its own: whoever hands them over never
/// waits.
package final class CollectorClient: Sendable {
  /// What people should know of it; its descriptor is readable while there is something.
  package let news: Mailbox<ExportNews>
  private let queue: Mailbox<ExportQueue>

  /// Throws the errno that kept the thread from starting.
  package init(_ collectors: [Collector]) throws(ErrorNumber) {
    news = try Mailbox()
    queue = try Mailbox()
    let (news, queue) = (news, queue)
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    try startThread(named: "telemetry", usesLibraries: true) {
      var thread = ExportThread(collectors, queue, news)
      thread?.run()
    }
  }

  /// Has a document sent; over the bound it is lost, counted and told.
  package func send(_ parcel: Parcel, as signal: Collector.Signal) {
    var mail = ExportQueue()
    mail.queues[signal, default: ParcelQueue()].append(parcel)
    queue.post(mail)
  }

  /// Waits until all is sent, at most so many milliseconds. Nothing may be handed over after it.
  package func finish(milliseconds limit: Int32) {
    var mail = ExportQueue()
    mail.isLast = true
    queue.post(mail)
    let end = ClockReading().monotonic + Int64(limit) * 1_000_000
    while !news.drain().isDone {
      let left = (end - ClockReading().monotonic) / 1_000_000
      guard left > 0 else { return }
      _ = wait(reading: [news.descriptor], milliseconds: Int32(clamping: left))
    }
  }
}

/// What people should know of exporting.
package struct ExportNews: Mail {
  /// Sentences, at most a few between two looks.
  package fileprivate(set) var words: [Sentence] = []
  package fileprivate(set) var isDone = false

  package init() {}

  package var isEmpty: Bool { words.isEmpty && !isDone }

  package mutating func merge(_ later: ExportNews) {
    words = Array((words + later.words).suffix(16))
    isDone = isDone || later.isDone
  }
}

/// What waits for the thread.
private struct ExportQueue: Mail {
  var queues: [Collector.Signal: ParcelQueue] = [:]
  var isLast = false

  var isEmpty: Bool { !isLast && queues.values.allSatisfy(\.isEmpty) }

  mutating func merge(_ later: ExportQueue) {
    for (signal, queue) in later.queues { queues[signal, default: ParcelQueue()].merge(queue) }
    isLast = isLast || later.isLast
  }
}

/// The thread that waits for collectors: it does what the deliveries say and decides nothing.
private struct ExportThread: ~Copyable {
  private var deliveries: [Collector.Signal: Delivery]
  private let queue: Mailbox<ExportQueue>
  private let news: Mailbox<ExportNews>
  private let handle: UnsafeMutableRawPointer
  private var running: [ExportTransfer] = []
  private let proxies = ProxyEnvironment.current
  private var random: SeededGenerator

  /// Absent when the process lacks memory.
  init?(_ collectors: [Collector], _ queue: Mailbox<ExportQueue>, _ news: Mailbox<ExportNews>) {
    guard let handle = curl_multi_init() else { return nil }
    self.handle = handle
    (self.queue, self.news) = (queue, news)
    deliveries = Dictionary(
      collectors.map { ($0.signal, Delivery($0)) }, uniquingKeysWith: { first, _ in first })
    var seeds = SystemRandomNumberGenerator()
    random = SeededGenerator(seed: seeds.next())
    // One for each signal, kept between documents.
    _ = ccurl_multi_setopt_long(handle, CURLMOPT_MAXCONNECTS, 2)
  }

  deinit {
    for transfer in running { curl_multi_remove_handle(handle, transfer.easy) }
    curl_multi_cleanup(handle)
  }

  mutating func run() {
    var isLast = false
    while true {
      waitForNews()
      let taken = queue.drain()
      let now = Moment.now
      for (signal, parcels) in taken.queues { deliveries[signal]?.take(parcels, at: now.instant) }
      if taken.isLast {
        isLast = true
        for signal in deliveries.keys { deliveries[signal]?.hurry() }
      }
      collect(at: now)
      start(at: now)
      var told = ExportNews()
      for signal in deliveries.keys { told.words += deliveries[signal]?.takeNews() ?? [] }
      // At the end everything is tried once; what fails then stays behind.
      told.isDone = isLast && running.isEmpty
      news.post(told)
      if told.isDone { return }
    }
  }

  private func waitForNews() {
    let due = deliveries.values.compactMap(\.deadline).min()
    let pause = due.map { Int32(clamping: max(0, ($0 - Moment.now.instant).inMilliseconds + 1)) } ?? 600_000
    var extra = [curl_waitfd(fd: queue.descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)]
    var count: Int32 = 0
    _ = curl_multi_poll(handle, &extra, 1, pause, &count)
  }

  private mutating func collect(at now: Moment) {
    var left: Int32 = 0
    curl_multi_perform(handle, &left)
    var code = CURLE_OK
    while let easy = ccurl_next_done(handle, &code) {
      guard let place = running.firstIndex(where: { $0.easy == easy }) else { continue }
      let transfer = running.remove(at: place)
      curl_multi_remove_handle(handle, easy)
      deliveries[transfer.signal]?.answered(transfer.answer(code), at: now, using: &random)
    }
  }

  private mutating func start(at now: Moment) {
    for signal in deliveries.keys {
      guard let collector = deliveries[signal]?.collector,
        let parcel = deliveries[signal]?.next(at: now.instant)
      else { continue }
      let trust: TrustFiles.Content
      do throws(TrustFileProblem) {
        trust = try TrustFiles.Content(
          caFile: collector.caFile, clientCertificate: collector.clientCertificate,
          clientKey: collector.clientKey)
      } catch {
        let failure = TransferFailure(.configError, words: error.words)
        deliveries[signal]?.answered(.failed(failure), at: now, using: &random)
        continue
      }
      let transfer = ExportTransfer(
        parcel.bytes(collector.encoding), to: collector, trust: trust, proxies: proxies)
      if let transfer, curl_multi_add_handle(handle, transfer.easy) == CURLM_OK {
        running.append(transfer)
        var left: Int32 = 0
        curl_multi_perform(handle, &left)
      } else {
        let failure = TransferFailure(.resourceError, words: "no memory for another transfer")
        deliveries[signal]?.answered(.failed(failure), at: now, using: &random)
      }
    }
  }
}
