import TopConfiguration
import SessionEngine
import NIOCore
import NIOHTTP1
import NIOPosix
import TopReports
import MCPSessions
import Synchronization
import TopPlatform

/// Gives what is known to Prometheus: over HTTP at `metrics.listen`, in the file `metrics.file`, or neither.
struct Metrics {
  /// Why nobody is listened to, if so: another program has the address.
  private(set) var problem: String?
  private let known: Known?
  private let file: String?
  private var nextWrite: Instant?
  private var nextShow: Instant?
  private var lastShown = Instant.zero

  /// How often the file is written anew, whether or not anything happened: what it says is what is so.
  private static let pause = Duration.seconds(15)
  private static let showPause = Duration.seconds(1)

  /// Starts to listen, if that is wanted. Without settings nothing is given out. An address that cannot be
  /// had is a `problem`, and no reason not to watch.
  init(_ settings: MetricsSettings?) {
    file = settings?.file
    nextWrite = file == nil ? nil : Moment.now.instant
    guard let address = settings?.listen else {
      known = nil
      return
    }
    let known = Known()
    do {
      try listen(at: address, known)
      self.known = known
    } catch {
      self.known = nil
      problem =
        "metrics.listen: \(address) cannot be had (\(error)); nothing is served there, choose another address or null"
    }
  }

  /// When `act` has something to do.
  var deadline: Instant? { [nextWrite, nextShow].compactMap { $0 }.min() }

  /// Something changed. Whoever asks is shown it within a second: a picture of everything costs a copy of it.
  mutating func noteChange(at now: Instant) {
    guard known != nil else { return }
    nextShow = nextShow ?? max(now, lastShown + Self.showPause)
  }

  /// Does what is due: shows the listener what is known, writes the file. Returns why it cannot be written,
  /// if it cannot.
  mutating func act(_ store: Store, at now: Moment) -> String? {
    if let due = nextShow, due <= now.instant, let known {
      // Of the events nothing is exported.
      let figures = store.withoutEvents
      known.store.withLock { $0 = figures }
      (nextShow, lastShown) = (nil, now.instant)
    }
    guard let file, let due = nextWrite, due <= now.instant else { return nil }
    nextWrite = now.instant + Self.pause
    do {
      try replaceFile(file, with: prometheusText(metricFamilies(store, at: now)), mode: 0o644)
      return nil
    } catch {
      return "metrics.file: \(file) cannot be written: \(error)"
    }
  }
}

/// What the listener's thread may read.
private final class Known: Sendable {
  let store = Mutex(Store(eventCapacity: 1))
  let readers = Mutex(Readers())
}

/// The connections of readers, within a bound. One more than that ends the one that has been idle longest:
/// who connects and asks nothing, or keeps a connection for later, keeps nobody from asking.
private struct Readers: ~Copyable {
  private var readers: [ObjectIdentifier: Reader] = [:]
  private var order: UInt64 = 0

  private struct Reader {
    let channel: any Channel
    /// When its idle time began, among those of all; absent while it is answered.
    var idle: UInt64?
  }

  /// So many at once.
  private static let limit = 16

  /// A connection came. Returns the one that is to end for it, which is itself when all are being answered.
  mutating func join(_ channel: any Channel) -> (any Channel)? {
    var leaving: (any Channel)?
    if readers.count >= Self.limit {
      let idle = readers.values.filter { $0.idle != nil }
      guard let longest = idle.min(by: { ($0.idle ?? 0) < ($1.idle ?? 0) }) else { return channel }
      leaving = longest.channel
      leave(longest.channel)
    }
    order += 1
    readers[ObjectIdentifier(channel)] = Reader(channel: channel, idle: order)
    return leaving
  }

  /// It asked something whole, or was answered.
  mutating func note(_ channel: any Channel, isAnswered: Bool) {
    order += 1
    readers[ObjectIdentifier(channel)]?.idle = isAnswered ? order : nil
  }

  mutating func leave(_ channel: any Channel) { readers[ObjectIdentifier(channel)] = nil }
}

private func listen(at address: String, _ known: Known) throws {
  let colon = address.lastIndex(of: ":") ?? address.endIndex
  var host = address[..<colon]
  if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
  let port = Int(address[colon...].dropFirst()) ?? 0
  // Lives as long as the process, like the one thread that serves it.
  _ = try ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
        try channel.pipeline.syncOperations.addHandlers(
          [IdleStateHandler(allTimeout: Answering.patience), Answering(known)])
      }
    }
    .bind(host: host.isEmpty ? "0.0.0.0" : String(host), port: port).wait()
}

/// One reader's connection.
private final class Answering: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let known: Known
  private var request: HTTPRequestHead?

  /// How long a reader is waited for.
  static let patience = TimeAmount.seconds(10)

  init(_ known: Known) {
    self.known = known
  }

  func channelActive(context: ChannelHandlerContext) {
    let leaving = known.readers.withLock { $0.join(context.channel) }
    leaving?.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    known.readers.withLock { $0.leave(context.channel) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): request = head
    case .body: break
    case .end:
      known.readers.withLock { $0.note(context.channel, isAnswered: false) }
      answer(context)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func answer(_ context: ChannelHandlerContext) {
    guard let request else { return }
    let isAsked = request.uri.prefix { $0 != "?" } == "/metrics"
    let isRead = request.method == .GET || request.method == .HEAD
    let status: HTTPResponseStatus = !isAsked ? .notFound : isRead ? .ok : .methodNotAllowed
    let wanted = request.headers["Accept"].joined(separator: ",").lowercased()
    let isOpen = wanted.contains("application/openmetrics-text")
    let (text, type): (String, String)
    if status != .ok {
      (text, type) = ("\(status.code): ask for /metrics\n", "text/plain; charset=utf-8")
    } else if isOpen {
      text = openMetricsText(metricFamilies(known.store.withLock { $0 }, at: Moment.now))
      type = "application/openmetrics-text; version=1.0.0; charset=utf-8"
    } else {
      text = prometheusText(metricFamilies(known.store.withLock { $0 }, at: Moment.now))
      type = "text/plain; version=0.0.4; charset=utf-8"
    }
    var headers = HTTPHeaders()
    headers.add(name: "Content-Type", value: type)
    headers.add(name: "Content-Length", value: "\(text.utf8.count)")
    if !request.isKeepAlive { headers.add(name: "Connection", value: "close") }
    context.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
      promise: nil)
    if request.method != .HEAD {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
    }
    let isLast = !request.isKeepAlive
    let (channel, known) = (context.channel, known)
    // Who takes the answer in drops is not waited for.
    let limit = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
      limit.cancel()
      known.readers.withLock { $0.note(channel, isAnswered: true) }
      if isLast { channel.close(promise: nil) }
    }
  }
}
