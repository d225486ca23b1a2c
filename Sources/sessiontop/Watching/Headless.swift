import Configuration
import SessionEngine
import Glibc
import Reports
import Sessions
import Platform

/// What a command without a screen does with what the engine says.
protocol Headless: ~Copyable {
  /// Readable when `tick` has something to learn, beside the engine's reports.
  var descriptor: Int32? { get }
  /// Takes a report together with the store that has taken it in; false ends the run. When it is `ending`,
  /// what the store shows is our own leaving.
  mutating func take(_ report: EngineReport, _ store: Store, _ now: Moment, ending: Bool) -> Bool
  /// Something became readable; false ends the run.
  mutating func tick() -> Bool
  /// SIGUSR1 asks for a snapshot.
  mutating func showSnapshot(_ store: Store, _ now: Moment)
}

/// Runs the engine without a screen and hands out what it says.
///
/// Returns what was known when the end came, before we ended the sessions ourselves, with the final counts of
/// what was ended and what was left behind. It ends by itself after `duration`, at a signal, and when
/// `output` has enough; at a second signal at once. With a `reloader` the servers follow their files.
func runHeadless<Output: Headless & ~Copyable>(
  _ loaded: Loaded, keeping settings: Configuration.Settings? = nil, signIn: SignInPolicy = .never,
  for duration: Duration?,
  signals: Signals, reloader: Reloader? = nil, output: inout Output
) throws(CannotRun) -> Store {
  var reloader = reloader
  var store = Store(eventCapacity: loaded.limits.events)
  var log = EventLog(settings?.log)
  var atEnd: Store?
  do {
    var metrics = Metrics(settings?.metrics)
    if let problem = metrics.problem { complain(problem) }
    let engine = try SessionEngine(
      servers: loaded.servers, limits: loaded.limits, journalFolder: stateFolder, signIn: signIn,
      environment: environment, inherited: inheritance)
    try engine.start()
    var end = duration.map { Moment.now.instant + $0 }
    while true {
      let now = Moment.now
      if let due = end, due <= now.instant {
        end = nil
        if atEnd == nil { engine.send(.stop) }
        atEnd = atEnd ?? store
      }
      let next = [end, reloader?.deadline, metrics.deadline].compactMap { $0 }.min()
      let pause = next.map { Int32(clamping: max(0, ($0 - now.instant).inMilliseconds + 1)) } ?? -1
      let others = [output.descriptor, log.descriptor].compactMap { $0 } + (reloader?.descriptors ?? [])
      let ready = wait(
        reading: [engine.output.descriptor, signals.descriptor] + others, milliseconds: pause)
      for command in reloader?.look(ready, at: Moment.now.instant) ?? [] { engine.send(command) }
      while let signal = signals.next() {
        switch signal {
        case SIGUSR1: output.showSnapshot(store, Moment.now)
        case SIGUSR2: for command in reloader?.reload() ?? [] { engine.send(command) }
        case SIGINT, SIGTERM, SIGHUP, SIGQUIT:
          // Whoever asks twice does not want to wait for servers.
          if atEnd != nil, signal == SIGINT {
            throw CannotRun(description: "interrupted", exitCode: 128 + SIGINT)
          }
          end = Moment.now.instant
        default: break
        }
      }
      if !output.tick(), atEnd == nil { end = Moment.now.instant }
      var report = engine.output.drain()
      if let news = log.write(report.events, at: Moment.now) { report.merge(news) }
      if !report.isEmpty {
        store.fold(report, at: Moment.now)
        metrics.noteChange(at: Moment.now.instant)
        if !output.take(report, store, Moment.now, ending: atEnd != nil), atEnd == nil {
          end = Moment.now.instant
        }
      }
      if let problem = metrics.act(store, at: Moment.now) { complain(problem) }
      if report.stopped {
        log.close()
        atEnd?.countEnded(by: store)
        return atEnd ?? store
      }
    }
  } catch let error as CannotRun {
    throw error
  } catch {
    throw CannotRun(
      description: "the engine cannot start: \(error)", exitCode: ExitCode.internalError)
  }
}
