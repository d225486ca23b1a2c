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

/// Runs the engine without a screen and hands out what it says.
///
/// Returns what was known when the end came, before we ended the sessions ourselves, with the final counts of
/// what was ended and what was left behind. `tell` gets each report together with the store that has taken it
/// in and says whether to go on; it ends by itself after `duration`, at a signal, and when nobody reads the
/// output any more.
///
/// With a `reloader` the servers follow their files.
func runHeadless(
  _ loaded: Loaded, keeping settings: Configuration.Settings? = nil, for duration: Duration?,
  signals: Signals, reloader: Reloader? = nil, tell: (EngineReport, Store, Moment) -> Bool
) throws(CannotRun) -> Store {
  var reloader = reloader
  var store = Store(eventCapacity: loaded.limits.events)
  var log = EventLog(settings?.log)
  var atEnd: Store?
  do {
    var metrics = try Metrics(settings?.metrics)
    let engine = try SessionEngine(
      servers: loaded.servers, limits: loaded.limits, journalFolder: stateFolder)
    try engine.start()
    var end = duration.map { Moment.now.instant + $0 }
    while true {
      let now = Moment.now
      if let due = end, due <= now.instant {
        end = nil
        if atEnd == nil { engine.send(.stop) }
        atEnd = atEnd ?? store
      }
      let next = [end, reloader?.deadline].compactMap { $0 }.min()
      let pause = next.map { Int32(clamping: max(0, ($0 - now.instant).inMilliseconds + 1)) } ?? -1
      let ready = wait(
        reading: [engine.output.descriptor, signals.descriptor] + (reloader?.descriptors ?? []),
        milliseconds: pause)
      for command in reloader?.look(ready, at: Moment.now.instant) ?? [] { engine.send(command) }
      while let signal = signals.next() {
        switch signal {
        case SIGUSR1: writeLine(snapshotLine(store, at: Moment.now))
        case SIGUSR2: for command in reloader?.reload() ?? [] { engine.send(command) }
        case SIGINT, SIGTERM, SIGHUP, SIGQUIT: end = Moment.now.instant
        default: break
        }
      }
      var report = engine.output.drain()
      guard !report.isEmpty else { continue }
      if let news = log.write(report.events, at: Moment.now) { report.merge(news) }
      store.fold(report, at: Moment.now)
      if let problem = metrics.take(store, at: Moment.now) { complain(problem) }
      if !tell(report, store, Moment.now), atEnd == nil { end = Moment.now.instant }
      if report.stopped {
        atEnd?.countEnded(by: store)
        return atEnd ?? store
      }
    }
  } catch let failure as Metrics.Failure {
    throw CannotRun(description: "\(failure)", exitCode: ExitCode.configuration)
  } catch {
    throw CannotRun(
      description: "the engine cannot start: \(error)", exitCode: ExitCode.internalError)
  }
}

/// `watch`: each event as a line, the snapshot last.
func watch(_ command: Watch, signals: Signals) throws(CannotRun) -> Int32 {
  guard let loaded = load(command.source.config) else { return ExitCode.configuration }
  let reloader = Reloader(command.source.config, loaded)
  let store = try runHeadless(
    loaded, keeping: loaded.settings, for: command.duration?.duration, signals: signals, reloader: reloader
  ) { report, _, _ in
    for event in report.events {
      switch command.format {
      case .jsonl:
        guard writeLine(eventLine(event)) else { return false }
      case .text:
        guard event.level < loaded.logLevel || writeLine(logLine(event)) else { return false }
      }
    }
    return true
  }
  switch command.format {
  case .jsonl: writeLine(snapshotLine(store, at: Moment.now))
  case .text: writeLine(statusTable(store, at: Moment.now, width: 120))
  }
  return ExitCode.done
}

/// `status`: wait until every session has come to something, then one table.
func status(_ command: Status, signals: Signals) throws(CannotRun) -> Int32 {
  guard let loaded = load(command.source.config) else { return ExitCode.configuration }
  var settled: Store?
  var settledAt = Moment.now
  let last = try runHeadless(loaded, for: command.duration.duration, signals: signals) { _, store, now in
    guard settled == nil else { return true }
    guard !store.sessions.isEmpty || loaded.servers.isEmpty, store.sessions.values.allSatisfy(hasSettled)
    else { return true }
    settled = store
    settledAt = now
    return false
  }
  settled?.countEnded(by: last)
  let store = settled ?? last
  let text = command.json ? snapshotLine(store, at: settledAt) : statusTable(store, at: settledAt, width: 120)
  writeLine(text)
  let isWell = store.sessions.values.allSatisfy { [.ready, .idle, .unmonitored].contains($0.state) }
  return isWell ? ExitCode.done : ExitCode.notWell
}

/// A session that answered a probe, or that failed, has told what it can in a short time.
func hasSettled(_ session: SessionReport) -> Bool {
  switch session.state {
  case .connecting: false
  case .ready: session.latency != nil || session.probes == 0 && session.nextProbe == nil
  default: true
  }
}
