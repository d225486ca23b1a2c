import MCPWire
@_exported public import MCPSessions
import TopPlatform

/// Keeps a session with every server of a list, for as long as it lives: it notices when one dies, recovers
/// it, and tells what happens.
///
/// ```swift
/// import SessionEngine
///
/// let engine = try SessionEngine(
///   servers: [Server(name: "ledger", url: "https://ledger.example/mcp")],
///   clientName: "night-watch", clientVersion: "1.0")
/// for await report in engine.reports {
///   for event in report.events { print(event.time.wall.rfc3339, event.text) }
///   if engine.session(server: "ledger")?.state == .ready { break }
/// }
/// await engine.stop()
/// ```
///
/// It works on threads of its own, from the moment it is made, and never waits for whoever uses it. What is
/// known can be asked at any time and from every thread. An engine that nobody holds any more stops.
public final class SessionEngine: Sendable {
  private let thread: EngineThread
  private let audience: Audience
  private let client: ClientIdentity

  /// Makes an engine and lets it begin.
  ///
  /// - Parameters:
  ///   - servers: What to watch, each under a name of its own; none is fine, `watch(_:)` can bring them
  ///     later.
  ///   - clientName: Who asks, as servers see it in `clientInfo` and `User-Agent`: 1 to 100 letters, digits
  ///     and marks such as `-`, `_` and `.`, no blanks.
  ///   - clientVersion: Its version, written in the same way.
  ///   - limits: What the engine may use.
  ///   - stateFolder: Where is written which sessions are open, so that the next engine with the same folder
  ///     ends what a crash of this one leaves; it is made when it is missing, for its owner alone. Absent:
  ///     nothing is written.
  /// - Throws: `EngineError` of any kind; nothing has been started then.
  public init(
    servers: [Server], clientName: String, clientVersion: String, limits: Limits = Limits(),
    stateFolder: String? = nil
  ) throws(EngineError) {
    for text in [clientName, clientVersion] {
      guard HeaderRules.isToken(text), text.utf8.count <= 100 else {
        throw .invalidClient(problem: "is not 1 to 100 letters, digits and dashes")
      }
    }
    client = ClientIdentity(name: clientName, version: clientVersion)
    try limits.check()
    let plan = EnginePlan(
      servers: try Self.checked(servers, client), limits: limits, stateFolder: stateFolder)
    do throws(ErrorNumber) {
      thread = try EngineThread(isAsked: true)
      audience = Audience(thread.known)
      try thread.start(plan, tell: audience.tell)
    } catch {
      throw .system(code: error.rawValue, problem: error.description)
    }
  }

  deinit { thread.send(.stop) }

  /// What happens, from now on and with all that is known already: as many readers as want to, each with a
  /// sequence of its own.
  public var reports: EngineReports { EngineReports(audience: audience) }

  /// The session of a user with a server as it is now; nil when no such session is kept, or the engine has
  /// not come to it yet.
  public func session(server: String, user: String = SessionKey.sharedUser) -> SessionReport? {
    thread.known.session(SessionKey(server: server, user: user))
  }

  /// All sessions that can be used now (`ready` and `degraded`), in the order of their servers and users.
  public var activeSessions: [SessionReport] {
    thread.known.now.sessions.values.filter(\.state.isLive).sorted { $0.key < $1.key }
  }

  /// Counts over all sessions since the engine began.
  public var statistics: Statistics { thread.known.now.statistics }

  /// Does something to sessions, as an operator would. Sessions that are not kept are passed over; what comes
  /// of it is told by reports.
  ///
  /// - Parameters:
  ///   - action: What to do.
  ///   - keys: The sessions to do it to.
  ///   - operatorName: Who asks; told with the event that this is.
  public func perform(_ action: OperatorAction, on keys: [SessionKey], by operatorName: String) {
    thread.send(.act(action, on: keys, by: Operator(user: operatorName)))
  }

  /// Watches these servers from now on: begins with what is new, ends what is gone, and begins anew with what
  /// is reached in another way. The sessions of servers that are the same live on.
  ///
  /// - Throws: `EngineError.invalidServer` and `.duplicateServer`; everything stays as it is then.
  public func watch(_ servers: [Server]) throws(EngineError) {
    thread.send(.apply(try Self.checked(servers, client), note: nil))
  }

  /// Ends every session politely and stops the engine; returns when it has, within five seconds, or as soon
  /// as the task is cancelled: the engine stops all the same. Asked for twice, it stops once.
  public func stop() async {
    thread.send(.stop)
    for await _ in reports {}
  }

  /// The servers with our name, if they can be watched together.
  private static func checked(
    _ servers: [Server], _ client: ClientIdentity
  ) throws(EngineError) -> [Server] {
    var names: Set<ExactText> = []
    for server in servers {
      try server.check()
      guard names.insert(ExactText(server.name)).inserted else {
        throw .duplicateServer(name: server.name)
      }
    }
    return servers.map { $0.known(as: client) }
  }
}

extension Limits {
  fileprivate func check() throws(EngineError) {
    for (name, limit) in [
      ("connecting", connecting), ("startingProcesses", startingProcesses),
      ("initializePerSecond", initializePerSecond), ("headBytes", headBytes), ("bodyBytes", bodyBytes),
      ("eventBytes", eventBytes),
    ] where limit < 1 {
      throw .invalidLimit(name: name)
    }
  }
}
