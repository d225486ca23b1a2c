internal import NIOCore
internal import NIOPosix

/// An MCP server on 127.0.0.1 that behaves well, or as badly as its script says.
///
///     let server = try LoopbackServer.start()
///     // connect to server.url ...
///     server.stop()
///
/// All servers of a process share one thread, which sleeps while nothing happens. Calls block until they took
/// effect; none may be made by a script, which runs on that thread.
package final class LoopbackServer: Sendable {
  /// The address of the endpoint.
  package let url: String
  package let port: Int
  /// What came so far.
  package let log: RequestLog
  private let service: NIOLoopBound<Service>

  private init(url: String, port: Int, log: RequestLog, service: NIOLoopBound<Service>) {
    self.url = url
    self.port = port
    self.log = log
    self.service = service
  }

  /// Starts a server on a port of its own, or on the given one, which remembers so many requests. Throws when
  /// the port cannot be had.
  package static func start(
    _ behavior: Behavior = Behavior(), port: Int = 0, remembering limit: Int = RequestLog.limit,
    script: @escaping Script = { request, peer in peer.answer(request) }
  ) throws(LoopbackError) -> LoopbackServer {
    let held = try HeldPort(port)
    let log = RequestLog(loop: loop, limit: limit)
    let starting = loop.flatSubmit {
      let service = Service(loop: loop, port: held, log: log, behavior: behavior, script: script)
      let bound = NIOLoopBound(service, eventLoop: loop)
      return service.start().map { bound }
    }
    do {
      return LoopbackServer(
        url: "http://127.0.0.1:\(held.number)\(behavior.path)", port: held.number, log: log,
        service: try starting.wait())
    } catch {
      throw LoopbackError(port: held.number, reason: "\(error)")
    }
  }

  /// Closes the port and every connection, and returns when the port is free.
  package func stop() {
    let service = service
    try? loop.flatSubmit { service.value.stop() }.wait()
  }

  /// An outage that begins now and ends by itself; afterwards no session is known. Returns at once.
  package func restart(_ door: Door = .refusing, lasts: Duration) {
    onLoop { $0.restart(door, lasts: lasts) }
  }

  /// Changes what is behind the port until it is changed again.
  package func setDoor(_ door: Door) {
    onLoop { $0.setDoor(door) }
  }

  /// Sends a message on every open stream.
  package func push(_ message: String) {
    onLoop { $0.push(Reply.event(message)) }
  }

  /// Forgets all sessions: their ids get 404 from now on, their streams end.
  package func forgetSessions() {
    onLoop {
      $0.peer.forgetAll()
      $0.endOrphans()
    }
  }

  /// The sessions that are known now.
  package var sessions: [Peer.Session] {
    onLoop { Array($0.peer.sessions.values) }
  }

  /// How many sessions are known now, how many of them have a stream, and how many pings came so far.
  package var counts: (sessions: Int, streams: Int, pings: Int) { onLoop { $0.peer.counts } }

  private func onLoop<Value: Sendable>(_ work: @escaping @Sendable (Service) -> Value) -> Value {
    let service = service
    do {
      return try loop.submit { work(service.value) }.wait()
    } catch {
      // The loop lives as long as the process and the work throws nothing.
      fatalError("the loop of the loopback servers is gone: \(error)")
    }
  }
}

/// One thread for all servers of the process; it is never shut down.
private let loop: any EventLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
