import TopConfiguration
import SessionEngine
import Glibc
import TopReports
import MCPSessions
import TopPlatform

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
  _ loaded: Loaded, keeping settings: TopConfiguration.Settings? = nil, signIn: SignInPolicy = .never,
  for duration: Duration?,
  signals: Signals, reloader: Reloader? = nil, control: ControlSocket? = nil, manager: ServiceManager? = nil,
  output: inout Output
) throws(CannotRun) -> Store {
  var atEnd: Store?
  do {
    let monitor = try Monitor(
      loaded.servers, limits: loaded.limits, keeping: settings, signIn: signIn, journalFolder: stateFolder,
      reloader: reloader, control: control, manager: manager)
    if let problem = try monitor.start() { complain(problem) }
    var end = duration.map { Moment.now.instant + $0 }
    while true {
      let now = Moment.now
      if let due = end, due <= now.instant {
        end = nil
        if atEnd == nil { monitor.send(.stop) }
        atEnd = atEnd ?? monitor.store
      }
      let next = [end, monitor.deadline].compactMap { $0 }.min()
      let pause = next.map { Int32(clamping: max(0, ($0 - now.instant).inMilliseconds + 1)) } ?? -1
      let others = [signals.descriptor] + [output.descriptor].compactMap { $0 }
      let ready = wait(reading: monitor.descriptors + others, milliseconds: pause)
      while let signal = signals.next() {
        switch signal {
        case SIGUSR1: output.showSnapshot(monitor.store, Moment.now)
        case SIGUSR2: _ = monitor.reload()
        case SIGINT, SIGTERM, SIGHUP, SIGQUIT:
          // Whoever asks twice does not want to wait for servers.
          if atEnd != nil, signal == SIGINT {
            throw CannotRun(description: "interrupted", exitCode: 128 + SIGINT)
          }
          end = Moment.now.instant
        default: break
        }
      }
      var goesOn = output.tick()
      let news = monitor.take(ready)
      for problem in news.problems { complain(problem) }
      if goesOn, !news.report.isEmpty {
        goesOn = output.take(news.report, monitor.store, Moment.now, ending: atEnd != nil)
      }
      if !goesOn, atEnd == nil { end = Moment.now.instant }
      if news.report.stopped {
        monitor.close()
        atEnd?.countEnded(by: monitor.store)
        return atEnd ?? monitor.store
      }
    }
  } catch let error as CannotRun {
    throw error
  } catch {
    throw CannotRun(
      description: "the engine cannot start: \(error)", exitCode: ExitCode.internalError)
  }
}
