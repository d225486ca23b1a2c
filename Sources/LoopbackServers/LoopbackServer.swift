import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A request as a server saw it.
public struct RecordedRequest: Sendable {
  public let method: String
  /// Lower-case names.
  public let headers: [String: String]
  public let body: String
}

/// An MCP server of streamable HTTP on 127.0.0.1, for the demo and for tests. All servers share one event loop, and
/// none costs anything while nothing happens.
public final class LoopbackServer: Sendable {
  /// Requests that are remembered; older ones are dropped.
  private static let requestLimit = 4_096
  static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  public let name: String
  public let port: Int
  public let behaviour: Behaviour
  private let state = Mutex(State())

  private struct State {
    var listener: (any Channel)?
    var connections: [ObjectIdentifier: any Channel] = [:]
    var sessions: [String: LoopbackSession] = [:]
    var requests: [RecordedRequest] = []
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0
    var restart: RepeatedTask?
    var isStopped = false
  }

  private struct Waiter {
    let condition: @Sendable (RecordedRequest) -> Bool
    let promise: EventLoopPromise<RecordedRequest?>
  }

  public var url: String { "http://127.0.0.1:\(port)/mcp" }

  /// Listens on `port`, or on any free one; throws when it is taken.
  public init(name: String, _ behaviour: Behaviour = Behaviour(), port: Int = 0) throws {
    self.name = name
    self.behaviour = behaviour
    // The port must be known before the first connection can ask for this server, so it is bound in two steps.
    let listener = try Self.bootstrap { nil }.bind(host: "127.0.0.1", port: port).wait()
    self.port = listener.localAddress?.port ?? port
    try listener.close().wait()
    try listen()
    if let interval = behaviour.restartInterval {
      let task = Self.group.next().scheduleRepeatedTask(
        initialDelay: TimeAmount(interval), delay: TimeAmount(interval)
      ) { [weak self] _ in self?.restart() }
      state.withLock { $0.restart = task }
    }
  }

  /// Closes everything, for good.
  public func stop() {
    let listener = state.withLock { state in
      state.isStopped = true
      state.restart?.cancel()
      return state.listener
    }
    try? listener?.close().wait()
    cutConnections()
  }

  /// Everybody's session is gone: 404 from now on. Streams end.
  public func forgetSessions() {
    let sessions = state.withLock { state in
      defer { state.sessions = [:] }
      return Array(state.sessions.values)
    }
    for session in sessions { session.stream?.close(promise: nil) }
  }

  /// Resets every connection; sessions stay known.
  public func cutConnections() {
    let connections = state.withLock { Array($0.connections.values) }
    for connection in connections {
      if let socket = connection as? any SocketOptionProvider {
        _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
      }
      connection.close(promise: nil)
    }
  }

  /// Refuses connections until `resume`.
  public func refuse() {
    let listener = state.withLock { state in
      defer { state.listener = nil }
      return state.listener
    }
    listener?.close(promise: nil)
    cutConnections()
  }

  /// Listens again after `refuse`; throws when the port was taken meanwhile.
  public func resume() throws {
    try listen()
  }

  public var sessionCount: Int { state.withLock { $0.sessions.count } }

  /// What came in, oldest first.
  public var requests: [RecordedRequest] { state.withLock { $0.requests } }

  /// The first request, past or to come, that fulfils the condition; absent when none does in time.
  public func waitForRequest(
    within limit: Duration, where condition: @escaping @Sendable (RecordedRequest) -> Bool
  ) -> RecordedRequest? {
    let loop = Self.group.next()
    let promise = loop.makePromise(of: RecordedRequest?.self)
    let known = state.withLock { state -> RecordedRequest? in
      if let request = state.requests.first(where: condition) { return request }
      let number = state.nextWaiter
      state.nextWaiter += 1
      state.waiters[number] = Waiter(condition: condition, promise: promise)
      _ = loop.scheduleTask(in: TimeAmount(limit)) { [weak self] in
        let isLate = self?.state.withLock { $0.waiters.removeValue(forKey: number) } != nil
        if isLate { promise.succeed(nil) }
      }
      return nil
    }
    if let known {
      promise.succeed(known)
    }
    return (try? promise.futureResult.wait()) ?? nil
  }

  // MARK: - For the connections

  func connected(_ channel: any Channel) {
    state.withLock { $0.connections[ObjectIdentifier(channel)] = channel }
    channel.closeFuture.whenComplete { [weak self] _ in
      self?.state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(channel)) }
    }
  }

  func record(_ request: RecordedRequest) {
    let ready = state.withLock { state in
      if state.requests.count >= Self.requestLimit { state.requests.removeFirst(Self.requestLimit / 4) }
      state.requests.append(request)
      let ready = state.waiters.filter { $0.value.condition(request) }
      for number in ready.keys { state.waiters[number] = nil }
      return ready.values.map(\.promise)
    }
    for promise in ready { promise.succeed(request) }
  }

  /// A new session's id.
  func openSession() -> String {
    let id = (0..<4).map { _ in String(UInt32.random(in: .min ... .max) | 0x1000_0000, radix: 16) }.joined()
    state.withLock { $0.sessions[id] = LoopbackSession() }
    if let lifetime = behaviour.lifetime {
      _ = Self.group.next().scheduleTask(in: TimeAmount(lifetime)) { [weak self] in _ = self?.closeSession(id) }
    }
    return id
  }

  func knows(_ id: String) -> Bool { state.withLock { $0.sessions[id] != nil } }

  /// Ends a session and its stream; false when there is none.
  func closeSession(_ id: String) -> Bool {
    let session = state.withLock { $0.sessions.removeValue(forKey: id) }
    session?.stream?.close(promise: nil)
    return session != nil
  }

  /// Makes `channel` the session's stream; false when it has one.
  func holdStream(_ channel: any Channel, for id: String) -> Bool {
    let isTaken = state.withLock { state in
      if state.sessions[id]?.stream?.isActive == true { return true }
      state.sessions[id]?.stream = channel
      return false
    }
    return !isTaken
  }

  private func restart() {
    refuse()
    forgetSessions()
    _ = Self.group.next().scheduleTask(in: TimeAmount(behaviour.restartPause)) { [weak self] in
      self?.listenLater()
    }
  }

  /// On the event loop nobody may wait, so the listener is kept when it is there.
  private func listenLater() {
    let bound = Self.bootstrap { [weak self] in self }.bind(host: "127.0.0.1", port: port)
    bound.whenSuccess { [weak self] listener in self?.keep(listener) }
  }

  private func listen() throws {
    keep(try Self.bootstrap { [weak self] in self }.bind(host: "127.0.0.1", port: port).wait())
  }

  private func keep(_ listener: any Channel) {
    let isStopped = state.withLock { state in
      state.listener = listener
      return state.isStopped
    }
    if isStopped { listener.close(promise: nil) }
  }

  private static func bootstrap(_ server: @escaping @Sendable () -> LoopbackServer?) -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 1_024)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let server = server() else { return channel.close(promise: nil) }
          server.connected(channel)
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
          try channel.pipeline.syncOperations.addHandler(Connection(server))
        }
      }
  }
}

/// A session as the server keeps it.
struct LoopbackSession: Sendable {
  var stream: (any Channel)?
}

extension TimeAmount {
  init(_ duration: Duration) {
    self = .nanoseconds(
      duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000)
  }
}
