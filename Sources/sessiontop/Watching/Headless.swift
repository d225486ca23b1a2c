import CLinux
import Configuration
import SessionEngine
import Glibc
import Reports
import Sessions
import Platform

/// Why nothing could be watched.
struct CannotRun: Error {
  let description: String
  let exitCode: Int32
}

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

/// Every event as a line.
private struct EventPrinter: Headless, ~Copyable {
  private var output: StandardOutput
  private let format: Watch.Format
  private let level: EventLevel

  init(_ format: Watch.Format, _ level: EventLevel) throws(ErrorNumber) {
    output = try StandardOutput()
    self.format = format
    self.level = level
  }

  var descriptor: Int32? { output.descriptor }

  mutating func tick() -> Bool {
    output.takeNews()
    return !output.isGone
  }

  mutating func take(_ report: EngineReport, _ store: Store, _ now: Moment, ending: Bool) -> Bool {
    for event in report.events {
      switch format {
      case .jsonl: output.write(eventLine(event))
      case .text: if event.level >= level { output.write(logLine(event)) }
      }
    }
    return !output.isGone
  }

  mutating func showSnapshot(_ store: Store, _ now: Moment) { output.write(snapshotLine(store, at: now)) }

  mutating func finish(_ store: Store) {
    switch format {
    case .jsonl: output.write(snapshotLine(store, at: Moment.now))
    case .text: output.write(statusTable(store, at: Moment.now, width: 120))
    }
    output.finish()
  }
}

/// `watch`: each event as a line, the snapshot last.
func watch(_ command: Watch, signals: Signals) throws(CannotRun) -> Int32 {
  let places = command.source.places
  guard let loaded = load(places) else { return ExitCode.configuration }
  let reloader = Reloader(places, loaded)
  var printer: EventPrinter
  do {
    printer = try EventPrinter(command.format, loaded.logLevel)
  } catch {
    throw CannotRun(
      description: "standard output cannot be written: \(error)", exitCode: ExitCode.internalError)
  }
  let store = try runHeadless(
    loaded, keeping: loaded.settings, signIn: command.signingIn.policy, for: command.duration?.duration,
    signals: signals, reloader: reloader, output: &printer)
  printer.finish(store)
  return ExitCode.done
}

/// `status`: wait until every session has come to something, then one table.
func status(_ command: Status, signals: Signals) throws(CannotRun) -> Int32 {
  guard let loaded = load(command.source.places) else { return ExitCode.configuration }
  var settling = Settling(expectsSessions: !loaded.servers.isEmpty)
  let last = try runHeadless(
    loaded, signIn: command.signingIn.policy, for: command.duration.duration, signals: signals,
    output: &settling)
  settling.settled?.countEnded(by: last)
  let store = settling.settled ?? last
  let settledAt = settling.time ?? Moment.now
  let text = command.json ? snapshotLine(store, at: settledAt) : statusTable(store, at: settledAt, width: 120)
  writeLine(text)
  let isWell = store.sessions.values.allSatisfy { [.ready, .idle, .unmonitored].contains($0.state) }
  return isWell ? ExitCode.done : ExitCode.notWell
}

/// Waits until every session has come to something.
private struct Settling: Headless {
  let expectsSessions: Bool
  private(set) var time: Moment?
  var settled: Store?

  init(expectsSessions: Bool) {
    self.expectsSessions = expectsSessions
  }

  var descriptor: Int32? { nil }
  func tick() -> Bool { true }
  func showSnapshot(_ store: Store, _ now: Moment) { writeLine(snapshotLine(store, at: now)) }

  mutating func take(_ report: EngineReport, _ store: Store, _ now: Moment, ending: Bool) -> Bool {
    guard settled == nil, !ending else { return true }
    guard !store.sessions.isEmpty || !expectsSessions, store.sessions.values.allSatisfy(hasSettled) else {
      return true
    }
    settled = store
    time = now
    return false
  }
}

/// A session that answered a probe, or that failed, has told what it can in a short time.
func hasSettled(_ session: SessionReport) -> Bool {
  guard session.authorization?.step == nil else { return false }
  return switch session.state {
  case .connecting: false
  case .ready where session.awaitsList: false
  case .ready: session.latency != nil || session.probes == 0 && session.nextProbe == nil
  default: true
  }
}
