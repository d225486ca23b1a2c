import CLinux
import Configuration
import Console
import Display
import Engine
import Glibc
import MCP
import Sessions
import Threading

/// What a dashboard is opened on.
struct DashboardPlan {
  let servers: [Server]
  let limits: Limits
  let host: String
  let themes: [Theme]
  let isReadOnly: Bool
  let glyphs: GlyphChoice
  /// Time between looks at the clock.
  let refresh: Duration
  let duration: Duration?
  /// Where events and figures are kept; absent means nowhere.
  let keeping: Configuration.Settings?
  /// Absent when there are no files to follow.
  let reloader: Reloader?
}

/// The live screen: waits on the keyboard, the engine and the signals; folds, draws, obeys.
@MainActor
struct Interactive: ~Copyable {
  private var terminal: Terminal
  private let engine: SessionEngine
  private let plan: DashboardPlan
  private var store: Store
  private var log: EventLog
  private var metrics: Metrics
  private var view = ViewState()
  private var reloader: Reloader?
  private var themeIndex = 0
  private let hasColor: Bool
  /// A newer picture than the one on the screen exists.
  private var isDirty = true
  /// The terminal took nothing last time; wait until it does.
  private var isLineSlow = false
  private var lastFrame = Instant.zero
  private var isSuspended = false
  private var lastProblem: String?

  private let opened = Moment.now.instant

  /// Engine news are drawn at most so often, and keys at once. While the screen fills, which an operator
  /// waits for, news are not held back as long.
  private func frameGap(at now: Moment) -> Duration {
    now.instant - opened < .milliseconds(500) ? .milliseconds(10) : .milliseconds(50)
  }

  init(_ plan: DashboardPlan, engine: SessionEngine, metrics: Metrics) throws(Terminal.Unusable) {
    self.plan = plan
    self.engine = engine
    reloader = plan.reloader
    hasColor = (environment["NO_COLOR"] ?? "").isEmpty
    terminal = try Terminal(theme: plan.themes[0], hasColor: hasColor, termName: environment["TERM"])
    store = Store(eventCapacity: plan.limits.events)
    log = EventLog(plan.keeping?.log)
    self.metrics = metrics
  }

  /// Runs until the operator, a signal or the end of the terminal ends it.
  mutating func run(signals: Signals) {
    let end = plan.duration.map { Moment.now.instant + $0 }
    while true {
      draw()
      let ready = wait(
        reading: [0, engine.output.descriptor, signals.descriptor] + (reloader?.descriptors ?? []),
        writing: isLineSlow ? [1] : [], milliseconds: pause(until: end))
      for command in reloader?.look(ready, at: Moment.now.instant) ?? [] { engine.send(command) }
      var goesOn = true
      if ready.isEmpty { isDirty = true }  // the clock moves on
      for one in ready {
        switch one.descriptor {
        case 0:
          // A terminal that hung up stays readable for ever: leave instead of spinning.
          if one.isGone { return }
          goesOn = handleKeys()
        case 1: isLineSlow = false
        case signals.descriptor: goesOn = handle(signals)
        case engine.output.descriptor: takeIn(engine.output.drain())
        default: break
        }
        guard goesOn else { return }
      }
      if let end, end <= Moment.now.instant { return }
    }
  }

  /// Ends the screen and then every session; the terminal is given back first, so that nobody waits for
  /// servers.
  consuming func close() {
    let engine = engine
    engine.send(.stop)
    discard(terminal)
    waitUntilStopped(engine, &log)
  }

  private mutating func draw() {
    let now = Moment.now
    guard isDirty, !isLineSlow, !isSuspended,
      now.instant - lastFrame >= frameGap(at: now) || lastFrame == .zero
    else { return }
    isDirty = false
    lastFrame = now.instant
    let frame = render(store, view, at: now, size: terminal.size, context: context(now))
    switch terminal.show(frame) {
    case .shown: break
    case .skipped:
      isLineSlow = true
      isDirty = true
    case .gone: kill(getpid(), SIGHUP)
    }
  }

  /// Until the next frame, or until the clock on the screen moves on.
  private func pause(until end: Instant?) -> Int32 {
    let now = Moment.now
    let period = max(1, plan.refresh.inMilliseconds)
    var pause = Duration.milliseconds(period - now.wall.milliseconds % period + 1)
    if isDirty, !isLineSlow, !isSuspended {
      pause = min(pause, max(.zero, lastFrame + frameGap(at: now) - now.instant))
    }
    for due in [end, reloader?.deadline].compactMap({ $0 }) {
      pause = min(pause, max(.zero, due - now.instant))
    }
    return Int32(clamping: pause.inMilliseconds + 1)
  }

  private mutating func takeIn(_ report: EngineReport) {
    guard !report.isEmpty else { return }
    store.fold(report, at: Moment.now)
    if let news = log.write(report.events, at: Moment.now) { store.fold(news, at: Moment.now) }
    if let problem = metrics.take(store, at: Moment.now) { note(problem) }
    isDirty = true
    // Whatever pane is open, what became of an edited file is seen.
    let told = report.events.last { $0.kind == .configReloaded || $0.kind == .configProblem }
    if let told { view.say(told.message) }
  }

  /// Shows a trouble of our own among the events, once until it changes.
  private mutating func note(_ problem: String) {
    guard problem != lastProblem else { return }
    lastProblem = problem
    var report = EngineReport()
    report.events = [
      Event(time: Moment.now, kind: .configProblem, level: .warning, message: PrintableText.line(problem))
    ]
    store.fold(report, at: Moment.now)
  }

  private mutating func handleKeys() -> Bool {
    let keys = terminal.keys()
    guard !keys.isEmpty else { return true }
    view.size = terminal.size
    for key in keys {
      let now = Moment.now
      for effect in view.handle(key, store: store, now: now, context: context(now)) {
        switch effect {
        case .quit: return false
        case .command(let command): engine.send(command)
        case .reload: reload()
        case .redraw: terminal.redraw()
        case .cycleTheme: cycleTheme()
        case .suspend: suspend()
        }
      }
    }
    isDirty = true
    lastFrame = .zero  // a key is answered at once
    return true
  }

  private mutating func reload() {
    guard reloader != nil else { return view.say("there is no configuration to read anew") }
    for command in reloader?.reload() ?? [] { engine.send(command) }
  }

  private mutating func handle(_ signals: Signals) -> Bool {
    while let signal = signals.next() {
      switch signal {
      case SIGWINCH: resize()
      case SIGTSTP: suspend()
      case SIGCONT:
        isSuspended = false
        terminal.resume()
        resize()
      case SIGUSR2: reload()
      case SIGINT, SIGTERM, SIGHUP, SIGQUIT: return false
      default: break
      }
      isDirty = true
      lastFrame = .zero
    }
    return true
  }

  private mutating func resize() {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard clinux_terminal_size(1, &columns, &rows) == 0, columns > 0, rows > 0 else { return }
    terminal.resize(to: Size(columns: Int(columns), rows: Int(rows)))
  }

  private mutating func cycleTheme() {
    themeIndex = (themeIndex + 1) % plan.themes.count
    terminal.use(plan.themes[themeIndex], hasColor: hasColor)
    terminal.redraw()
  }

  private mutating func suspend() {
    isSuspended = true
    terminal.suspend()
    kill(getpid(), SIGSTOP)
  }

  private func context(_ now: Moment) -> Context {
    let isASCII =
      switch (plan.glyphs, plan.themes[themeIndex].glyphs) {
      case (.ascii, _), (.automatic, .ascii): true
      case (.utf8, _), (.automatic, .utf8): false
      case (.automatic, .automatic): !terminal.isUTF8
      }
    return Context(
      host: plan.host, operator: operatorIdentity, readOnly: plan.isReadOnly,
      utcOffset: utcOffset(at: now.wall), ascii: isASCII, themeName: plan.themes[themeIndex].name,
      version: Outgoing.clientVersion)
  }
}

/// Ends a value's life here.
private func discard(_ terminal: consuming Terminal) {}

/// Opens the dashboard; returns the exit code.
@MainActor
func dashboard(_ plan: DashboardPlan, signals: Signals) -> Int32 {
  do {
    let metrics = try Metrics(plan.keeping?.metrics)
    let engine = try SessionEngine(
      servers: plan.servers, limits: plan.limits, journalFolder: plan.keeping == nil ? nil : stateFolder)
    do throws(Terminal.Unusable) {
      var interactive = try Interactive(plan, engine: engine, metrics: metrics)
      do {
        try engine.start()
      } catch {
        interactive.close()
        complain("the engine cannot start: \(error)")
        return ExitCode.internalError
      }
      interactive.run(signals: signals)
      interactive.close()
    } catch {
      complain("the dashboard cannot open: \(error)")
      return ExitCode.terminal
    }
  } catch let failure as Metrics.Failure {
    complain("\(failure)")
    return ExitCode.configuration
  } catch {
    complain("the engine cannot start: \(error)")
    return ExitCode.internalError
  }
  return ExitCode.done
}

/// The engine ends all sessions within five seconds and then says so.
private func waitUntilStopped(_ engine: SessionEngine, _ log: inout EventLog) {
  let limit = Moment.now.instant + .seconds(5)
  while Moment.now.instant < limit {
    let left = (limit - Moment.now.instant).inMilliseconds
    _ = wait(reading: [engine.output.descriptor], milliseconds: Int32(clamping: left))
    let report = engine.output.drain()
    _ = log.write(report.events, at: Moment.now)
    if report.stopped { return }
  }
}
