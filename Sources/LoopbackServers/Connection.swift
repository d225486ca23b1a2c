import MCP
import NIOCore
import NIOHTTP1

/// One connection: takes requests, gives the answers of the server's behaviour.
final class Connection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let server: LoopbackServer
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  /// The largest request that is read; ours are a few hundred bytes.
  private static let bodyLimit = 1_048_576

  init(_ server: LoopbackServer) {
    self.server = server
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let part):
      body += part.readableBytesView
      if body.count > Self.bodyLimit { context.close(promise: nil) }
    case .end:
      guard let head else { return }
      let request = RecordedRequest(
        method: head.method.rawValue,
        headers: Dictionary(
          head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { "\($0), \($1)" }),
        body: String(decoding: body, as: UTF8.self))
      server.record(request)
      answer(request, context)
    }
  }

  private func answer(_ request: RecordedRequest, _ context: ChannelHandlerContext) {
    let reply = server.reply(to: request)
    let channel = context.channel
    let server = server
    guard server.behaviour.delay > .zero, request.method == "POST" else {
      return reply.send(to: channel, server)
    }
    _ = context.eventLoop.scheduleTask(in: TimeAmount(server.behaviour.delay)) { reply.send(to: channel, server) }
  }
}

/// What a request is answered with.
struct Reply: Sendable {
  let status: HTTPResponseStatus
  var headers: [(String, String)] = []
  var body = ""
  /// The session whose stream this opens: the answer does not end.
  var streamOf: String?

  func send(to channel: any Channel, _ server: LoopbackServer) {
    var fields = HTTPHeaders(headers)
    guard let session = streamOf else {
      fields.add(name: "Content-Length", value: String(body.utf8.count))
      channel.write(HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: status, headers: fields)), promise: nil)
      channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
      channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
      return
    }
    guard server.holdStream(channel, for: session) else {
      return Reply.failure(.conflict, "Only one SSE stream is allowed per session").send(to: channel, server)
    }
    channel.writeAndFlush(
      HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: status, headers: fields)), promise: nil)
    Self.keepAlive(channel)
    if let interval = server.behaviour.messageInterval { Self.chatter(channel, every: interval) }
  }

  /// A JSON-RPC error beside an HTTP status, as SDK servers send it.
  static func failure(_ status: HTTPResponseStatus, _ message: String, headers: [(String, String)] = []) -> Reply {
    var writer = JSONWriter()
    writer.object {
      $0.member("jsonrpc", "2.0")
      $0.member("id", "server-error")
      $0.object("error") {
        $0.member("code", -32_600)
        $0.member("message", message)
      }
    }
    return Reply(status: status, headers: headers + [("Content-Type", "application/json")], body: writer.text)
  }

  private static func keepAlive(_ channel: any Channel) {
    let task = channel.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(15), delay: .seconds(15)) { _ in
      send(": keepalive\n\n", channel)
    }
    channel.closeFuture.whenComplete { _ in task.cancel() }
  }

  /// Log notifications of every level, one after the other.
  private static func chatter(_ channel: any Channel, every interval: Duration) {
    let lines = [
      ("info", "cache warmed: 1204 entries"), ("debug", "refresh of index 7 begins"),
      ("notice", "a new revision of the price list is here"), ("warning", "answering slowly: 812 ms"),
      ("error", "upstream refused the connection, trying the replica"),
    ]
    let start = NIODeadline.now()
    let amount = TimeAmount(interval)
    let task = channel.eventLoop.scheduleRepeatedTask(initialDelay: amount, delay: amount) { _ in
      let number = Int((NIODeadline.now() - start).nanoseconds / max(1, amount.nanoseconds))
      let (level, text) = lines[number % lines.count]
      var writer = JSONWriter()
      writer.object {
        $0.member("jsonrpc", "2.0")
        $0.member("method", "notifications/message")
        $0.object("params") {
          $0.member("level", level)
          $0.member("logger", "chatty")
          $0.member("data", text)
        }
      }
      send("event: message\ndata: \(writer.text)\n\n", channel)
    }
    channel.closeFuture.whenComplete { _ in task.cancel() }
  }

  private static func send(_ text: String, _ channel: any Channel) {
    channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))), promise: nil)
  }
}
