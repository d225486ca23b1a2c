/// A well-behaved MCP server as a value: what it knows, and what it says to a request. It opens no socket and
/// reads no clock.
///
/// Source: specification 2025-11-25, "Transports" and "Lifecycle".
package struct Peer: Sendable {
  /// One session that this server knows.
  package struct Session: Sendable {
    package let id: String
    /// The revision that was agreed on.
    package let version: String
    /// Counts the sessions since the start from 1; a restart does not begin anew.
    package let ordinal: Int
    /// Time of `initialize` since the server's start.
    package let opened: Duration
    /// When it is forgotten, used or not; absent means never.
    package let ends: Duration?
    /// The connection that holds the stream; absent while none is open.
    package internal(set) var stream: Int?
  }

  package var behavior: Behavior
  /// Time since the server's start.
  package internal(set) var now = Duration.zero
  package private(set) var sessions: [String: Session] = [:]
  /// How many sessions were opened since the start.
  package private(set) var opened = 0
  /// Connections whose stream is to be ended: their session is gone.
  private(set) var orphans: [Int] = []
  /// The sessions whose streams connections hold, or held.
  private var streams: [Int: String] = [:]
  private var seen: [String: Int] = [:]

  package init(_ behavior: Behavior = Behavior()) {
    self.behavior = behavior
  }

  /// How many requests of a kind came so far, the present one among them.
  package func count(_ kind: String) -> Int { seen[kind] ?? 0 }

  /// How many sessions are known, how many of them have a stream, and how many pings came so far.
  package var counts: (sessions: Int, streams: Int, pings: Int) {
    (sessions.count, sessions.values.count { $0.stream != nil }, count("ping"))
  }

  /// The session whose id a request carries, if it is known.
  package func session(of request: Request) -> Session? {
    request.sessionID.flatMap { sessions[$0] }
  }

  /// Opens a session. The id may be one that the protocol forbids.
  @discardableResult
  package mutating func open(id: String, version: String) -> Session {
    let lifetimes = behavior.sessionLifetimes
    let lifetime = lifetimes.isEmpty ? nil : lifetimes[opened % lifetimes.count]
    opened += 1
    let session = Session(
      id: id, version: version, ordinal: opened, opened: now, ends: lifetime.map { now + $0 })
    sessions[id] = session
    return session
  }

  /// Forgets a session as if it had never been.
  package mutating func forget(_ id: String) {
    guard let session = sessions.removeValue(forKey: id) else { return }
    if let stream = session.stream { orphans.append(stream) }
  }

  /// Forgets all, as a restart does.
  package mutating func forgetAll() {
    for id in Array(sessions.keys) { forget(id) }
  }

  /// Forgets the sessions whose time is up.
  mutating func expire() {
    guard !behavior.sessionLifetimes.isEmpty else { return }
    for session in sessions.values where session.ends.map({ $0 <= now }) ?? false { forget(session.id) }
  }

  mutating func note(_ kind: String) {
    seen[kind, default: 0] += 1
  }

  mutating func setStream(_ connection: Int?, of id: String) {
    sessions[id]?.stream = connection
    if let connection { streams[connection] = id }
  }

  mutating func connectionClosed(_ connection: Int) {
    guard let id = streams.removeValue(forKey: connection), sessions[id]?.stream == connection else { return }
    sessions[id]?.stream = nil
  }

  mutating func takeOrphans() -> [Int] {
    defer { orphans = [] }
    return orphans
  }
}

/// Decides what one request gets. The peer has counted the request already; `peer.answer(request)` is what a
/// well-behaved server says.
package typealias Script = @Sendable (_ request: Request, _ peer: inout Peer) -> Reply
