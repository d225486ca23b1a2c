import CLinux
import Configuration
import SessionEngine
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Reports
import Sessions
import Synchronization
import Platform

/// Gives what is known to Prometheus: over HTTP at `metrics.listen`, in the file `metrics.file`, or neither.
struct Metrics {
  private let known: Known?
  private let file: String?
  private var nextWrite = Instant.zero

  /// How often the file is written anew.
  private static let pause = Duration.seconds(15)

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Starts to listen, if that is wanted. Without settings nothing is given out.
  init(_ settings: MetricsSettings?) throws(Failure) {
    file = settings?.file
    guard let address = settings?.listen else {
      known = nil
      return
    }
    let known = Known()
    self.known = known
    do {
      try listen(at: address, known)
    } catch {
      throw Failure(
        description: "metrics.listen: \(address) cannot be had (\(error)); choose another address or null")
    }
  }

  /// Takes in what is known now; returns why the file cannot be written, if it cannot.
  mutating func take(_ store: Store, at now: Moment) -> String? {
    known?.store.withLock { $0 = store }
    guard let file, now.instant >= nextWrite else { return nil }
    nextWrite = now.instant + Self.pause
    return replaceFile(file, with: prometheusText(store, at: now)).map {
      "metrics.file: \(file) cannot be written: \($0)"
    }
  }
}

/// What the listener's thread may read.
private final class Known: Sendable {
  let store = Mutex(Store(eventCapacity: 1))
  let connections = Atomic(0)
  /// More readers than this at once are turned away.
  static let limit = 16
}

/// Writes beside the file and renames, so that a reader sees the old text or the new one; returns what
/// failed.
private func replaceFile(_ path: String, with text: String) -> String? {
  let draft = path + ".new"
  // Holds no secret, and whoever collects it is another user.
  let descriptor = clinux_open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { return String(cString: strerror(errno)) }
  _ = fchmod(descriptor, 0o644)
  var isWritten = writeAll(text, to: descriptor)
  isWritten = close(descriptor) == 0 && isWritten
  guard isWritten, rename(draft, path) == 0 else {
    let reason = String(cString: strerror(errno))
    unlink(draft)
    return reason
  }
  return nil
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
          [IdleStateHandler(allTimeout: .seconds(10)), Answering(known)])
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

  init(_ known: Known) {
    self.known = known
  }

  func channelActive(context: ChannelHandlerContext) {
    let count = known.connections.add(1, ordering: .relaxed).newValue
    if count > Known.limit { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    known.connections.subtract(1, ordering: .relaxed)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): request = head
    case .body: break
    case .end: answer(context)
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
    let text =
      status == .ok
      ? prometheusText(known.store.withLock { $0 }, at: Moment.now) : "\(status.code): ask for /metrics\n"
    var headers = HTTPHeaders()
    headers.add(
      name: "Content-Type",
      value: status == .ok ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain; charset=utf-8")
    headers.add(name: "Content-Length", value: "\(text.utf8.count)")
    if !request.isKeepAlive { headers.add(name: "Connection", value: "close") }
    context.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
      promise: nil)
    if request.method != .HEAD {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
    }
    let isLast = !request.isKeepAlive
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
      if isLast { bound.value.close(promise: nil) }
    }
  }
}
