import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// All of one server that lives on the event loop: the peer, the port's listener, the connections, the
/// timers.
final class Service {
  private let loop: any EventLoop
  private let port: HeldPort
  private let log: RequestLog
  private let script: Script
  private let started = NIODeadline.now()

  var peer: Peer
  private var door: Door
  private var listener: (any Channel)?
  private var connections: [Int: Connection] = [:]
  private var connectionCount = 0
  private var requestCount = 0
  private var restartIsPlanned = false
  private var restarts = 0
  private var isStopped = false

  init(loop: any EventLoop, port: HeldPort, log: RequestLog, behavior: Behavior, script: @escaping Script) {
    self.loop = loop
    self.port = port
    self.log = log
    self.script = script
    peer = Peer(behavior)
    door = behavior.door
  }

  private var now: Duration { Duration(NIODeadline.now() - started) }

  // MARK: The port

  func start() -> EventLoopFuture<Void> {
    if case .afterStart(let delay)? = peer.behavior.restart?.begin { planRestart(after: delay) }
    return door == .refusing ? loop.makeSucceededVoidFuture() : listen()
  }

  func stop() -> EventLoopFuture<Void> {
    isStopped = true
    for connection in connections.values { connection.close() }
    defer { listener = nil }
    // The listener's last word comes a turn after the close, when the port is free.
    return listener?.close() ?? loop.makeSucceededVoidFuture()
  }

  /// Changes what is behind the port; connections that are open see what they would see of a real outage.
  func setDoor(_ next: Door) {
    guard !isStopped, next != door else { return }
    let previous = door
    door = next
    // The port first: a client must not slip in between its reset and the refusal.
    if next == .refusing {
      listener?.close(promise: nil)
      listener = nil
    } else if listener == nil {
      listenAgain()
    }
    switch next {
    case .refusing, .resetting:
      for connection in connections.values { connection.reset() }
    case .answering:
      for connection in connections.values { connection.endStream() }
    case .open where previous == .silent:
      for connection in connections.values { connection.reset() }
    case .open, .silent:
      break
    }
  }

  /// An outage now, after which nobody is known.
  func restart(_ outage: Door, lasts: Duration, then: (() -> Void)? = nil) {
    setDoor(outage)
    loop.assumeIsolated().scheduleTask(in: TimeAmount(lasts)) {
      self.peer.forgetAll()
      _ = self.peer.takeOrphans()
      self.setDoor(.open)
      then?()
    }
  }

  private func planRestart(after delay: Duration) {
    guard !restartIsPlanned, let plan = peer.behavior.restart else { return }
    restartIsPlanned = true
    loop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) {
      guard !self.isStopped else { return }
      self.restart(plan.door, lasts: plan.lasts) {
        guard !plan.again.isEmpty, !self.isStopped else { return }
        let again = plan.again[self.restarts % plan.again.count]
        self.restarts += 1
        self.restartIsPlanned = false
        self.planRestart(after: again)
      }
    }
  }

  private func listen() -> EventLoopFuture<Void> {
    let bound = NIOLoopBound(self, eventLoop: loop)
    return ServerBootstrap(group: loop)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 1_024)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try bound.value.accept(channel) }
      }
      .bind(host: "127.0.0.1", port: port.number)
      .map { listener in
        if bound.value.isStopped { return listener.close(promise: nil) }
        bound.value.listener = listener
      }
  }

  /// The port is held, so binding fails only while the kernel still takes the old listener apart.
  private func listenAgain() {
    listen().assumeIsolated().whenFailure { _ in
      self.loop.assumeIsolated().scheduleTask(in: .milliseconds(20)) {
        if !self.isStopped, self.listener == nil, self.door != .refusing { self.listenAgain() }
      }
    }
  }

  private func accept(_ channel: any Channel) throws {
    connectionCount += 1
    log.appendConnection(at: now)
    let connection = Connection(number: connectionCount, channel: channel, service: self)
    guard door != .resetting else { return connection.reset() }
    connections[connection.number] = connection
    try channel.pipeline.syncOperations.addHandlers([
      ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)), connection,
    ])
  }

  // MARK: Requests

  func request(
    connection: Int, method: String, target: String, headers: [Request.Header], body: [UInt8]
  ) -> Request {
    requestCount += 1
    let request = Request(
      number: requestCount, connection: connection, time: now, method: method, target: target,
      headers: headers, body: body)
    log.append(request)
    return request
  }

  func answer(_ request: Request) -> Reply {
    switch door {
    case .open, .refusing, .resetting:
      break
    case .silent:
      return Reply([.silence])
    case .answering(let status):
      return .text(status, "the backend is not there")
    }
    peer.now = now
    peer.note(request.kind)
    let openedBefore = peer.opened
    let reply = script(request, &peer)
    endOrphans()
    if peer.opened > openedBefore { sessionOpened() }
    return reply
  }

  private func sessionOpened() {
    if case .afterFirstSession(let delay)? = peer.behavior.restart?.begin { planRestart(after: delay) }
    guard let next = peer.sessions.values.compactMap(\.ends).max() else { return }
    let lifetime = max(.zero, next - now)
    // Requests would notice by themselves; this ends the stream of a session that sends none.
    loop.assumeIsolated().scheduleTask(in: TimeAmount(lifetime)) {
      self.peer.now = self.now
      self.peer.expire()
      self.endOrphans()
    }
  }

  func endOrphans() {
    for number in peer.takeOrphans() { connections[number]?.endStream() }
  }

  func told(_ head: Reply.Head, _ number: Int) { log.note(number) { $0.head = head } }

  func sent(_ bytes: Int, _ number: Int) { log.note(number) { $0.bytesSent += bytes } }

  func finished(_ number: Int) {
    let time = now
    log.note(number) { $0.finished = time }
  }

  func closed(_ connection: Connection) {
    connections[connection.number] = nil
    peer.connectionClosed(connection.number)
  }

  // MARK: Streams

  func push(_ bytes: [UInt8]) {
    for connection in connections.values { connection.push(bytes) }
  }

  func streamOpened(_ connection: Connection) {
    if let pause = peer.behavior.keepAlive {
      keepAlive(connection, every: TimeAmount(pause))
    }
    if let pause = peer.behavior.chatter {
      chatter(connection, pause: pause, line: 0)
    }
  }

  private func keepAlive(_ connection: Connection, every pause: TimeAmount) {
    loop.assumeIsolated().scheduleTask(in: pause) { [weak connection] in
      guard let connection, connection.isStream, !self.isStopped else { return }
      connection.push(Array(": ping\n\n".utf8))
      self.keepAlive(connection, every: pause)
    }
  }

  private func chatter(_ connection: Connection, pause: Duration, line: Int) {
    // Not quite regular, as in life: half to one and a half of the mean.
    let waits = [2, 3, 1, 2, 2, 3, 1]
    let wait = TimeAmount(pause * waits[line % waits.count] / 2)
    loop.assumeIsolated().scheduleTask(in: wait) { [weak connection] in
      guard let connection, connection.isStream, !self.isStopped else { return }
      connection.push(Reply.event(chatterLine(line)))
      self.chatter(connection, pause: pause, line: line + 1)
    }
  }
}
