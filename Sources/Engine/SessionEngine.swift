import CCurl
public import Sessions
public import Threading

/// Keeps a session with every server and tells what happens: the public door of the engine.
///
///     let engine = try SessionEngine(servers: servers)
///     try engine.start()
///     while !wait(reading: [engine.output.descriptor], milliseconds: -1).isEmpty {
///       let report = engine.output.drain()
///       for event in report.events { print(event.message) }
///       if report.stopped { break }
///     }
///
/// It runs on a thread of its own and never waits for its reader: reports merge until they are taken.
public final class SessionEngine: Sendable {
  /// What the engine has to say; its descriptor is readable while there is something.
  public let output: Mailbox<EngineReport>
  private let commands: Mailbox<CommandQueue>
  private let servers: [Server]
  private let limits: Limits
  private let journalFolder: String?

  /// Throws when the process is out of descriptors. In `journalFolder` is written which sessions are open, so
  /// that the next engine with the same folder ends what this one may leave; without it nothing is written.
  public init(
    servers: [Server], limits: Limits = Limits(), journalFolder: String? = nil
  ) throws(ErrorNumber) {
    output = try Mailbox()
    commands = try Mailbox()
    self.servers = servers
    self.limits = limits
    self.journalFolder = journalFolder
  }

  /// Starts the engine's thread; to be called once. Throws the errno that kept it from starting.
  public func start() throws(ErrorNumber) {
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    let (output, commands, servers, limits) = (output, commands, servers, limits)
    let journalFolder = journalFolder
    try startThread(named: "engine") {
      guard let multi = Multi(watching: commands.descriptor) else {
        var report = EngineReport()
        report.stopped = true
        return output.post(report)
      }
      let now = Moment.now
      var seeds = SystemRandomNumberGenerator()
      let fleet = Fleet(servers: servers, limits: limits, seed: seeds.next(), at: now)
      var loop = Loop(
        multi: multi, fleet: fleet, journal: Journal(folder: journalFolder, at: now), limits: limits,
        commands: commands, output: output)
      loop.run()
    }
  }

  /// Asks for something; the engine answers by its output. After `.stop` it ends every session, within five
  /// seconds, and says `stopped` as its last word.
  public func send(_ command: Command) {
    commands.post(CommandQueue(command))
  }
}

extension EngineReport: Mail {}
