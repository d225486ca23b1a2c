import NIOCore
import NIOHTTP1

/// One connection: collects requests, performs replies. Lives on the event loop.
final class Connection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  /// Bytes of a request body; a monitor's requests are far below.
  private static let bodyLimit = 1_024 * 1_024
  /// Requests that may wait behind the one that is being answered.
  private static let queueLimit = 16

  private enum State {
    case ready
    case replying(Int, ArraySlice<Reply.Step>, isChunked: Bool)
    case holding(Int, isChunked: Bool)
    /// Keeps still for ever; the number is that of the request that is never answered.
    case silent(Int?)
    case closed
  }

  let number: Int
  private let channel: any Channel
  private let service: Service
  private var state = State.ready
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var queue: [Request] = []

  init(number: Int, channel: any Channel, service: Service) {
    self.number = number
    self.channel = channel
    self.service = service
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let part):
      guard body.count + part.readableBytes <= Self.bodyLimit else { return refuse(413) }
      body += part.readableBytesView
    case .end:
      guard let head else { return }
      self.head = nil
      take(
        service.request(
          connection: number, method: head.method.rawValue, target: head.uri,
          headers: head.headers.map { Request.Header($0.name, $0.value) }, body: body))
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A reset by the client comes here as well, and then nobody reads the status.
    refuse(400)
  }

  func channelInactive(context: ChannelHandlerContext) {
    if let number = unfinished { service.finished(number) }
    state = .closed
    queue = []
    service.closed(self)
  }

  /// Whether this connection is an open stream.
  var isStream: Bool {
    if case .holding = state { true } else { false }
  }

  /// Sends bytes on an open stream; does nothing when none is open.
  func push(_ bytes: [UInt8]) {
    guard case .holding(let number, let isChunked) = state else { return }
    write(isChunked ? chunk(bytes) : bytes, for: number)
  }

  /// Ends an open stream in order; the connection stays.
  func endStream() {
    guard case .holding(let number, let isChunked) = state else { return }
    state = .replying(number, isChunked ? [.finish] : [.close], isChunked: isChunked)
    proceed()
  }

  func close() {
    channel.close(promise: nil)
  }

  /// RST: the kernel drops what was not sent, and the client sees a connection that was reset.
  func reset() {
    guard let options = channel as? any SocketOptionProvider else { return close() }
    let channel = channel
    // A `struct linger` by its two members, on with 0 s, since the type comes from a module of NIO's own.
    let linger: (Int32, Int32) = (1, 0)
    options.unsafeSetSocketOption(level: .socket, name: .so_linger, value: linger)
      .whenComplete { _ in channel.close(promise: nil) }
  }

  private var unfinished: Int? {
    switch state {
    case .replying(let number, _, _), .holding(let number, _): number
    case .silent(let number): number
    case .ready, .closed: nil
    }
  }

  private func refuse(_ status: Int) {
    guard case .ready = state else { return close() }
    write(Reply.Head(status, [.init("Content-Length", "0"), .init("Connection", "close")]).bytes, for: nil)
    state = .silent(nil)
    close()
  }

  private func take(_ request: Request) {
    switch state {
    case .ready:
      perform(service.answer(request), for: request.number)
    case .replying, .holding:
      guard queue.count < Self.queueLimit else { return close() }
      queue.append(request)
    case .silent, .closed:
      break
    }
  }

  private func perform(_ reply: Reply, for number: Int) {
    if let head = reply.head { service.told(head, number) }
    state = .replying(number, reply.steps[...], isChunked: false)
    proceed()
  }

  /// Does the next steps, until one of them takes time.
  private func proceed() {
    guard case .replying(let number, var steps, var isChunked) = state else { return }
    var bytes: [UInt8] = []
    while let step = steps.first, let more = wire(step, &isChunked) {
      bytes += more
      steps.removeFirst()
    }
    guard bytes.isEmpty else {
      state = .replying(number, steps, isChunked: isChunked)
      return write(bytes, for: number) { $0.proceed() }
    }
    guard let step = steps.popFirst() else { return endReply(number) }

    state = .replying(number, steps, isChunked: isChunked)
    switch step {
    case .head, .body, .finish, .raw:
      break
    case .repeated(let part, let times, let pause):
      guard times > 0 else { return proceed() }
      state = .replying(
        number, [.repeated(part, times: times - 1, every: pause)] + steps, isChunked: isChunked)
      write(part, for: number) { connection in connection.proceed(after: pause) }
    case .pause(let time):
      proceed(after: time)
    case .hold:
      state = .holding(number, isChunked: isChunked)
      service.streamOpened(self)
    case .close:
      close()
    case .reset:
      reset()
    case .silence:
      state = .silent(number)
    }
  }

  /// The bytes of a step that is nothing but bytes.
  private func wire(_ step: Reply.Step, _ isChunked: inout Bool) -> [UInt8]? {
    switch step {
    case .head(let head):
      isChunked = head.isChunked
      return head.bytes
    case .body(let bytes): return isChunked ? chunk(bytes) : bytes
    case .finish: return isChunked ? Array("0\r\n\r\n".utf8) : []
    case .raw(let bytes): return bytes
    default: return nil
    }
  }

  private func endReply(_ number: Int) {
    service.finished(number)
    state = .ready
    guard !queue.isEmpty else { return }
    let next = queue.removeFirst()
    perform(service.answer(next), for: next.number)
  }

  private func proceed(after time: Duration) {
    let loop = channel.eventLoop.assumeIsolated()
    // A turn of the loop in between keeps an endless body from growing the stack.
    guard time > .zero else { return loop.execute { self.proceed() } }
    loop.scheduleTask(in: TimeAmount(time)) { self.proceed() }
  }

  /// Writes, and goes on when the kernel has taken it: a client that reads slowly slows the server down.
  private func write(_ bytes: [UInt8], for number: Int?, then next: ((Connection) -> Void)? = nil) {
    let written = channel.writeAndFlush(channel.allocator.buffer(bytes: bytes))
    written.assumeIsolated().whenSuccess {
      if let number { self.service.sent(bytes.count, number) }
      next?(self)
    }
  }
}

/// A chunk of a chunked body (RFC 9112 section 7.1); an empty one would end the body.
private func chunk(_ bytes: [UInt8]) -> [UInt8] {
  guard !bytes.isEmpty else { return [] }
  return Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
}
