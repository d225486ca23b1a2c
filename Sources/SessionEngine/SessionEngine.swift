import CTopCurl
@_exported public import MCPSessions
internal import Synchronization
package import TopPlatform

/// Keeps a session with every server and tells what happens: the public door of the engine.
///
///     let servers = [
///       Server(name: "ledger", transport: .streamableHTTP, endpoint: try Endpoint("https://host/mcp"))
///     ]
///     let engine = try SessionEngine(servers: servers)
///     try engine.start()
///     while !wait(reading: [engine.output.descriptor], milliseconds: -1).isEmpty {
///       let report = engine.output.drain()
///       for event in report.events { print(event.message) }
///       if let session = engine.session(server: "ledger"), session.state == .ready { engine.send(.stop) }
///       if report.stopped { break }
///     }
///     print(engine.statistics.totalSessions, engine.statistics.sessionErrors)
///
/// It runs on a thread of its own and never waits for its reader: reports merge until they are taken. What is
/// known at any time can be asked from every thread: `session(server:user:)`, `activeSessions`, `statistics`.
public final class SessionEngine: Sendable {
  /// What the engine has to say; its descriptor is readable while there is something.
  package let output: Mailbox<EngineReport>
  private let commands: Mailbox<CommandQueue>
  private let servers: [Server]
  private let limits: Limits
  private let journalFolder: String?
  private let credentials: CredentialPlan
  private let known = Known()
  /// What children begin with: taken before this process changes its own limits.
  private let inherited: Inheritance

  /// Throws when the process is out of descriptors. In `journalFolder` is written which sessions are open, so
  /// that the next engine with the same folder ends what this one may leave; without it nothing is written,
  /// and no sign-in is kept. `signIn` says whether a browser may be opened, and `environment` which one.
  package init(
    servers: [Server], limits: Limits = Limits(), journalFolder: String? = nil, signIn: SignInPolicy = .never,
    environment: [String: String] = [:], inherited: Inheritance = Inheritance()
  ) throws(ErrorNumber) {
    self.inherited = inherited
    credentials = CredentialPlan(policy: signIn, environment: environment)
    output = try Mailbox()
    commands = try Mailbox()
    self.servers = servers
    self.limits = limits
    self.journalFolder = journalFolder
  }

  /// Starts the engine's thread; to be called once. Throws the errno that kept it from starting.
  package func start() throws(ErrorNumber) {
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    let (output, commands, servers, limits) = (output, commands, servers, limits)
    let (journalFolder, known, inherited, plan) = (journalFolder, known, inherited, credentials)
    try startThread(named: "engine") {
      let journal = Journal(folder: journalFolder, at: Moment.now)
      let credentials = try? Credentials(
        stateFolder: journalFolder, policy: plan.policy, environment: plan.environment)
      let watched = [commands.descriptor, credentials?.descriptor, journal.descriptor].compactMap { $0 }
      guard let credentials, let transfers = Transfers(watching: watched) else {
        var report = EngineReport()
        report.stopped = true
        return output.post(report)
      }
      let now = Moment.now
      credentials.serve(servers)
      var seeds = SystemRandomNumberGenerator()
      let fleet = Fleet(servers: servers, limits: limits, seed: seeds.next(), at: now)
      var loop = Loop(
        transfers: transfers, inherited: inherited, folder: journalFolder, fleet: fleet, journal: journal,
        limits: limits, commands: commands, output: output, known: known, credentials: credentials)
      loop.run()
    }
  }

  /// The session of a user with a server; absent when the configuration has none.
  public func session(server: String, user: String = SessionKey.sharedUser) -> SessionReport? {
    known.contents.withLock { $0.sessions[SessionKey(server: server, user: user)] }
  }

  /// All sessions that can be used now, in the order of servers and users.
  public var activeSessions: [SessionReport] {
    known.contents.withLock { $0.sessions.values.filter(\.state.isLive) }.sorted { $0.key < $1.key }
  }

  /// Counts over all sessions since the start.
  public var statistics: Statistics { known.contents.withLock { $0.statistics } }

  /// When the engine's thread was seen at work last. It looks up every second whatever happens, so that one
  /// that
  /// stands still can be told from one that has nothing to say.
  package var lastTurn: Instant { Instant(nanoseconds: known.lastTurn.load(ordering: .relaxed)) }

  /// Asks for something; the engine answers by its output. After `.stop` it ends every session, within five
  /// seconds, and says `stopped` as its last word.
  package func send(_ command: Command) {
    commands.post(CommandQueue(command))
  }
}

extension EngineReport: Mail {}

/// How credentials are got.
private struct CredentialPlan: Sendable {
  let policy: SignInPolicy
  let environment: [String: String]
}

/// What is known of all sessions, for whoever asks from another thread.
final class Known: Sendable {
  struct Contents: Sendable {
    var sessions: [SessionKey: SessionReport] = [:]
    var statistics = Statistics()
  }

  let contents = Mutex(Contents())
  /// Nanoseconds of the clock of all instants.
  let lastTurn = Atomic(Moment.now.instant.nanoseconds)

  func take(_ report: EngineReport) {
    guard !report.sessions.isEmpty || !report.removed.isEmpty || report.statistics != nil else { return }
    contents.withLock { contents in
      for key in report.removed { contents.sessions[key] = nil }
      contents.sessions.merge(report.sessions) { _, new in new }
      contents.statistics = report.statistics ?? contents.statistics
    }
  }
}
