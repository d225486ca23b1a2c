import CTopCurl
package import MCPSessions
import Synchronization
package import TopPlatform

/// How an engine is to run.
package struct EnginePlan: Sendable {
  package var servers: [Server]
  package var limits: Limits
  /// Where is written which sessions are open, so that the next engine with the same folder ends what this
  /// one may leave; absent: nothing is written, and no sign-in is kept.
  package var stateFolder: String?
  /// When a browser may be opened.
  package var signIn: SignInPolicy
  /// Which browser, among other things.
  package var environment: [String: String]
  /// What children begin with.
  package var inherited: Inheritance

  package init(
    servers: [Server], limits: Limits = Limits(), stateFolder: String? = nil, signIn: SignInPolicy = .never,
    environment: [String: String] = [:], inherited: Inheritance = Inheritance()
  ) {
    self.servers = servers
    self.limits = limits
    self.stateFolder = stateFolder
    self.signIn = signIn
    self.environment = environment
    self.inherited = inherited
  }
}

/// The thread that keeps the sessions, and the doors to it.
///
/// What it has to say it says to one listener, on its own thread, which must return at once.
final class EngineThread: Sendable {
  private let commands: Mailbox<CommandQueue>
  let known: Known

  /// With `isAsked` it knows all sessions at any time, for whoever asks; who takes every report needs no
  /// second copy of them. Throws when the process is out of descriptors.
  init(isAsked: Bool) throws(ErrorNumber) {
    known = Known(isAsked: isAsked)
    commands = try Mailbox()
  }

  /// To be called once. Throws the errno that kept it from starting.
  func start(_ plan: EnginePlan, tell: @escaping @Sendable (EngineReport) -> Void) throws(ErrorNumber) {
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    let (commands, known) = (commands, known)
    try startThread(named: "engine", usesLibraries: true) {
      let journal = Journal(folder: plan.stateFolder, at: Moment.now)
      let repeats = Repeats()
      let credentials = try? Credentials(
        stateFolder: plan.stateFolder, policy: plan.signIn, environment: plan.environment, repeats: repeats)
      let watched = [commands.descriptor, credentials?.descriptor, journal.descriptor].compactMap { $0 }
      guard let credentials, let transfers = Transfers(watching: watched, repeats: repeats) else {
        var report = EngineReport()
        report.stopped = true
        return tell(report)
      }
      let now = Moment.now
      credentials.serve(plan.servers)
      var seeds = SystemRandomNumberGenerator()
      let fleet = Fleet(servers: plan.servers, limits: plan.limits, seed: seeds.next(), at: now)
      var loop = Loop(
        plan: plan, transfers: transfers, fleet: fleet, journal: journal, commands: commands, tell: tell,
        known: known, credentials: credentials, at: now.instant)
      loop.run()
    }
  }

  /// Asks for something; the engine answers by its reports. After `.stop` it ends every session, within five
  /// seconds, and says `stopped` as its last word.
  func send(_ command: Command) { commands.post(CommandQueue(command)) }
}

/// What is known of all sessions, for whoever asks from another thread.
final class Known: Sendable {
  struct Contents: Sendable {
    var sessions: [SessionKey: SessionReport] = [:]
    var statistics = Statistics()
  }

  private let isAsked: Bool
  private let contents = Mutex(Contents())
  /// Nanoseconds of the clock of all instants.
  private let lastTurn = Atomic(Moment.now.instant.nanoseconds)

  init(isAsked: Bool) {
    self.isAsked = isAsked
  }

  /// When the thread was seen at work last.
  var seen: Instant { Instant(nanoseconds: lastTurn.load(ordering: .relaxed)) }

  func note(_ turn: Instant) { lastTurn.store(turn.nanoseconds, ordering: .relaxed) }

  var now: Contents { contents.withLock { $0 } }

  func take(_ report: EngineReport) {
    let isChange = !report.sessions.isEmpty || !report.removed.isEmpty || report.statistics != nil
    guard isAsked, isChange else { return }
    contents.withLock { contents in
      for key in report.removed { contents.sessions[key] = nil }
      contents.sessions.merge(report.sessions) { _, new in new }
      contents.statistics = report.statistics ?? contents.statistics
    }
  }

  func session(_ key: SessionKey) -> SessionReport? { contents.withLock { $0.sessions[key] } }
}
