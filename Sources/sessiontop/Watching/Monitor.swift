import TopConfiguration
import TopDisplay
import TopPlatform
import SessionEngine
import MCPSessions

/// What a dashboard needs of what it shows: an engine in this process, or another process that has one.
protocol Watching: AnyObject {
  /// What is known now.
  var store: Store { get }
  var descriptors: [Int32] { get }
  var deadline: Instant? { get }
  /// When it was last seen at work.
  var lastTurn: Instant? { get }
  /// Services that are to be seen and are away.
  var absences: [Absence] { get }
  /// Begins; what of our own does not work from the start comes back.
  func start() throws -> String?
  /// Takes in what is new; to be called after every wait.
  func take(_ ready: [Readiness]) -> Monitor.News
  /// Hands a command on; why nothing of it, or not all, could be handed on, comes back as a sentence.
  @discardableResult func send(_ command: Command) -> String?
  /// Reads the files now; false when there are none of ours.
  func reload() -> Bool
  /// Shows something of our own among the events.
  func note(_ event: Event)
  func stop()
}

/// What every way of watching has in common: an engine, what is known from it, and what is kept of that.
///
/// Whoever has one waits until one of `descriptors` is readable or `deadline` comes, and then lets it `take`.
final class Monitor: Watching {
  private let engine: PolledEngine
  /// What is known now.
  private(set) var store: Store
  private var log: EventLog
  private var metrics: Metrics
  private var telemetry: Telemetry
  private var reloader: Reloader?
  /// Who started this as a service; absent when nobody did.
  private let manager: ServiceManager?
  private var nextWord: Instant?
  /// Absent when nobody can be listened to.
  private let control: ControlSocket?

  /// What came since the last look.
  struct News {
    /// Already taken in by the store.
    var report: EngineReport
    /// What goes wrong with files and sockets of our own, in sentences.
    var problems: [String] = []
    /// What another process says became of what it was told to do.
    var outcomes: [CommandOutcome] = []
    /// Commands that were sent and will not be carried out, in sentences.
    var refusals: [String] = []
  }

  /// Prepares an engine for these servers; `start` lets it begin. With a `reloader` the servers follow their
  /// files. Throws what keeps an engine from being made.
  init(
    _ servers: [Server], limits: Limits, keeping settings: TopConfiguration.Settings?, signIn: SignInPolicy,
    journalFolder: String?, reloader: Reloader?, control: ControlSocket? = nil,
    manager: ServiceManager? = nil
  ) throws {
    self.manager = manager
    self.control = control
    store = Store(eventCapacity: limits.events)
    log = EventLog(settings?.log)
    metrics = Metrics(settings?.metrics)
    // Who keeps nothing, a demonstration or a question, tells nobody either.
    telemetry = Telemetry(settings == nil ? [:] : environment)
    self.reloader = reloader
    engine = try PolledEngine(
      EnginePlan(
        servers: servers, limits: limits, stateFolder: journalFolder, signIn: signIn,
        environment: environment, inherited: inheritance))
  }

  /// Begins; what of our own does not work from the start comes back. Throws when there can be no thread.
  func start() throws -> String? {
    try engine.start()
    manager?.tell("READY=1")
    if manager?.watchdog != nil { nextWord = Moment.now.instant }
    return metrics.problem
  }

  var descriptors: [Int32] {
    [engine.output.descriptor]
      + log.descriptors + [control?.descriptor, telemetry.descriptor].compactMap { $0 }
      + (reloader?.descriptors ?? [])
  }

  var deadline: Instant? {
    [reloader?.deadline, metrics.deadline, telemetry.deadline, control?.deadline, nextWord]
      .compactMap { $0 }.min()
  }

  /// When the engine last came round.
  var lastTurn: Instant? { engine.lastTurn }

  /// Takes in what the engine, the disk and the files say. To be called after every wait.
  func take(_ ready: [Readiness]) -> News {
    for command in reloader?.look(ready, at: Moment.now.instant) ?? [] { engine.send(command) }
    var news = News(report: engine.output.drain())
    if let told = log.write(news.report.events, at: Moment.now) { news.report.merge(told) }
    if !news.report.isEmpty {
      store.fold(news.report, at: Moment.now)
      metrics.noteChange(at: Moment.now.instant)
    }
    speakOfLife(at: Moment.now.instant)
    if let control {
      control.tell(news.report, store, at: Moment.now)
      for command in control.hear(store, at: Moment.now) { engine.send(command) }
    }
    if let problem = metrics.act(store, at: Moment.now) { news.problems.append(problem) }
    telemetry.note(news.report.events, at: Moment.now.instant)
    telemetry.act(store, at: Moment.now)
    news.problems += telemetry.takeNews()
    return news
  }

  /// Says that this process lives, as long as its engine does.
  private func speakOfLife(at now: Instant) {
    guard let pause = manager?.watchdog, let due = nextWord, due <= now else { return }
    nextWord = now + pause
    if now - engine.lastTurn < pause { manager?.tell("WATCHDOG=1\nSTATUS=\(standing)") }
  }

  /// For `systemctl status`.
  private var standing: String {
    let live = store.sessions.values.count { $0.state.isLive }
    return "\(store.servers.count) servers, \(live) of \(store.sessions.count) sessions live"
  }

  @discardableResult
  func send(_ command: Command) -> String? {
    if command == .stop { manager?.tell("STOPPING=1") }
    engine.send(command)
    return nil
  }

  var absences: [Absence] { [] }

  /// Reads the files now, changed or not; false when there are none.
  func reload() -> Bool {
    guard reloader != nil else { return false }
    for command in reloader?.reload() ?? [] { engine.send(command) }
    return true
  }

  /// Shows something of our own among the events.
  func note(_ event: Event) {
    var report = EngineReport()
    report.events = [event]
    store.fold(report, at: Moment.now)
  }

  /// Gives the disk, and collectors, a moment for what still waits; after the engine has stopped.
  func close() {
    log.close()
    telemetry.close(store, at: Moment.now)
  }

  /// Ends all sessions, which the engine does within five seconds, and keeps what it says of that.
  func stop() {
    send(.stop)
    let limit = Moment.now.instant + .seconds(5)
    while Moment.now.instant < limit {
      let left = (limit - Moment.now.instant).inMilliseconds
      let ready = wait(reading: [engine.output.descriptor], milliseconds: Int32(clamping: left))
      if take(ready).report.stopped { break }
    }
    close()
  }
}
