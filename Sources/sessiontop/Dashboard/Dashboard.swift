import TopConfiguration
import TopConsole
import TopDisplay
import SessionEngine
import Glibc
import MCPWire
import MCPSessions
import TopPlatform

/// The live screen: waits on the keyboard, the engine and the signals; folds, draws, obeys.
@MainActor
struct Dashboard: ~Copyable {
  var terminal: Terminal
  let plan: DashboardPlan
  /// Absent when a recording is shown.
  let monitor: (any Watching)?
  /// Absent when it is live.
  var replay: Replay?
  var view = ViewState()
  private var hooks: AlertHooks
  private var bell = Bell()
  var theme: Theme
  /// As it was asked for.
  var themeName: String
  let hasColor: Bool
  var refresh: Duration
  var usesMouse = false
  /// A newer picture than the one on the screen exists.
  var isDirty = true
  /// The terminal took nothing last time; wait until it does.
  private var isLineSlow = false
  private var lastFrame = Instant.zero
  /// When the last picture was drawn that no key asked for.
  private var lastNews = Instant.zero
  private var isSuspended = false
  private var lastProblem: String?
  /// News came of which nobody was told yet.
  private var alertsDue: Instant?
  /// A sequence of the terminal is unfinished; it is given up then.
  private var sequenceDue: Instant?

  /// How old what is known may become before the screen says so.
  private static let staleAfter = Duration.seconds(5)
  /// What happens within this is told at once.
  private static let alertGap = Duration.milliseconds(200)
  private let opened = Moment.now.instant

  init(_ plan: DashboardPlan, _ monitor: (any Watching)?) throws(Terminal.Unusable) {
    self.plan = plan
    replay = plan.recording.map { Replay($0, capacity: plan.limits.events) }
    replay?.play(at: plan.speed)
    hooks = AlertHooks(plan.onAlert, inherited: inheritance)
    hasColor = (environment["NO_COLOR"] ?? "").isEmpty
    theme = plan.theme
    themeName = plan.themeNames.first ?? plan.theme.name
    refresh = plan.refresh
    terminal = try Terminal(theme: theme, hasColor: hasColor, termName: environment["TERM"])
    self.monitor = monitor
    view.size = terminal.size
    view.columns = plan.columns
    if let greeting = plan.greeting { view.say(greeting) }
    if let filter = plan.filter { view.start(filter: filter) }
  }

  /// What is shown: of a recording what it has told so far.
  var store: Store { replay?.store ?? monitor?.store ?? Store(eventCapacity: 1) }

  /// Lets the engine begin; to be called once, before `run`.
  mutating func start() throws {
    if let problem = try monitor?.start() ?? nil { note(problem) }
  }

  /// Runs until the operator, a signal or the end of the terminal ends it.
  mutating func run(signals: Signals) {
    let end = plan.duration.map { Moment.now.instant + $0 }
    while true {
      draw()
      let ready = wait(
        reading: [0, signals.descriptor] + (monitor?.descriptors ?? []) + hooks.descriptors,
        writing: isLineSlow ? [1] : [], milliseconds: pause(until: end))
      if let problem = hooks.act(at: Moment.now.instant) { note(problem) }
      takeIn(ready)
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
        default: break
        }
        guard goesOn else { return }
      }
      if let due = sequenceDue, due <= Moment.now.instant, !handle(terminal.finishKeys()) { return }
      if let due = alertsDue, due <= Moment.now.instant { tell(at: now) }
      if let end, end <= Moment.now.instant { return }
    }
  }

  /// Ends the screen and then every session; the terminal is given back first, so that nobody waits for
  /// servers.
  consuming func close() {
    let monitor = monitor
    discard(terminal)
    monitor?.stop()
  }

  /// The time that is shown: of a recording its own.
  var now: Moment { replay?.now ?? Moment.now }

  private mutating func draw() {
    let real = Moment.now.instant
    if replay?.advance(to: real) ?? false { isDirty = true }
    guard isDirty, !isLineSlow, !isSuspended, terminal.busyUntil(at: real - opened) == nil,
      real - lastFrame >= frameGap(at: real) || lastFrame == .zero
    else { return }
    isDirty = false
    if lastFrame != .zero { lastNews = real }
    lastFrame = real
    let now = now
    tell(at: now)
    let context = context(now)
    let frame = render(store, view, at: now, size: terminal.size, context: context)
    switch terminal.show(frame, at: real - opened) {
    case .shown:
      view.drew(frame)
      if plan.hasTitle { terminal.show(title: view.title(store, at: now, context: context)) }
    case .skipped:
      isLineSlow = true
      isDirty = true
    case .gone: kill(getpid(), SIGHUP)
    }
  }

  /// Tells what became worse or well, whether it can be drawn or not.
  private mutating func tell(at now: Moment) {
    alertsDue = nil
    let alerts = view.watch(store, at: now)
    guard replay == nil else { return }
    for alert in alerts { hooks.run(for: alert.event(at: now)) }
    if let problem = hooks.act(at: Moment.now.instant) { note(problem) }
    guard plan.rings, !view.isMuted, bell.rings(for: alerts, at: now.instant) else { return }
    terminal.ring()
  }

  /// News are drawn at most so often, and keys at once. While the screen fills, which an operator waits for,
  /// news are not held back as long; in a storm they are held back longer, for nobody reads twenty pictures a
  /// second, and as long as an operator with a slow line says.
  private func frameGap(at now: Instant) -> Duration {
    if now - opened < .milliseconds(500) { return .milliseconds(10) }
    if refresh > .seconds(1) { return refresh }
    return now - lastNews < .milliseconds(900) ? .milliseconds(250) : .milliseconds(50)
  }

  /// Until the next frame, or until the clock on the screen moves on.
  private func pause(until end: Instant?) -> Int32 {
    let now = Moment.now
    // On the beat of the wall clock, so that its seconds are not shown late.
    let beat = max(100, refresh.inMilliseconds)
    var pause = Duration.milliseconds(beat - now.wall.milliseconds % beat + 1)
    if isDirty, !isLineSlow, !isSuspended, terminal.busyUntil(at: now.instant - opened) == nil {
      pause = min(pause, max(.zero, lastFrame + frameGap(at: now.instant) - now.instant))
    }
    if let next = replay?.untilNext { pause = min(pause, max(next, .milliseconds(20))) }
    let busy = isDirty ? terminal.busyUntil(at: now.instant - opened).map { opened + $0 } : nil
    let dues = [end, monitor?.deadline, hooks.deadline, alertsDue, sequenceDue, busy]
    for due in dues.compactMap({ $0 }) { pause = min(pause, max(.zero, due - now.instant)) }
    return Int32(clamping: pause.inMilliseconds + 1)
  }

  private mutating func takeIn(_ ready: [Readiness]) {
    guard let news = monitor?.take(ready) else { return }
    for problem in news.problems { note(problem) }
    let report = news.report
    for outcome in news.outcomes { view.take(outcome) }
    if !news.outcomes.isEmpty { isDirty = true }
    guard !report.isEmpty else { return }
    isDirty = true
    if let store = monitor?.store { view.take(report, store) }
    alertsDue = alertsDue ?? Moment.now.instant + Self.alertGap
    // Whatever pane is open, what became of an edited file is seen.
    let told = report.events.last { $0.kind == .configReloaded || $0.kind == .configProblem }
    if let told { view.say(told.message.text) }
    for refusal in news.refusals { view.takeBack(saying: refusal) }
  }

  /// Shows a trouble of our own among the events, once until it changes.
  private mutating func note(_ problem: String) {
    guard problem != lastProblem else { return }
    lastProblem = problem
    monitor?.note(
      Event(
        time: Moment.now, kind: .configProblem, level: .warning,
        message: Sentence(ForeignText(local: problem))))
    isDirty = true
  }

  private mutating func handleKeys() -> Bool {
    handle(terminal.keys())
  }

  private mutating func handle(_ keys: [Key]) -> Bool {
    sequenceDue = terminal.keyPatience.map { Moment.now.instant + $0 }
    guard !keys.isEmpty else { return true }
    view.size = terminal.size
    for key in keys {
      let now = now
      for effect in view.handle(key, store: store, now: now, context: context(now)) {
        if effect == .suspend {
          suspend()
        } else if !carryOut(effect) {
          return false
        }
      }
    }
    isDirty = true
    lastFrame = .zero  // a key is answered at once
    return true
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
        if usesMouse { terminal.useMouse(true) }
      case SIGUSR2: _ = monitor?.reload()
      case SIGINT, SIGTERM, SIGHUP, SIGQUIT: return false
      default: break
      }
      isDirty = true
      lastFrame = .zero
    }
    return true
  }

  private mutating func resize() {
    guard let size = terminalSize(of: 1) else { return }
    terminal.resize(to: Size(columns: size.columns, rows: size.rows))
    view.size = terminal.size
  }

  /// Stops as ctrl-z stops every program, unless nobody is there who could let it go on.
  private mutating func suspend() {
    isSuspended = true
    terminal.suspend()
    let before = Moment.now.instant
    Signals.actAsUsual(SIGTSTP)
    isSuspended = false
    terminal.resume()
    resize()
    if usesMouse { terminal.useMouse(true) }
    isDirty = true
    lastFrame = .zero
    if Moment.now.instant - before < .milliseconds(20) {
      view.say("nobody here could let it go on: it cannot be suspended")
    }
  }

  func context(_ now: Moment) -> Context {
    let isASCII =
      switch plan.glyphs == .automatic ? theme.glyphs : plan.glyphs {
      case .ascii: true
      case .utf8: false
      case .automatic: !terminal.isUTF8
      }
    var context = Context(
      host: plan.host, operator: operatorIdentity, readOnly: plan.isReadOnly,
      utcOffset: utcOffset(at: now.wall), ascii: isASCII, themeName: theme.name,
      version: Outgoing.clientVersion,
      staleAfter: replay == nil ? Self.staleAfter : nil)
    context.lastTurn = monitor?.lastTurn
    context.absences = monitor?.absences ?? []
    context.keys = plan.keys
    context.filters = plan.filters
    context.themeNames = plan.themeNames
    context.refresh = refresh
    context.invocation = plan.invocation
    context.replay = replay?.status
    return context
  }
}

/// Ends a value's life here.
private func discard(_ terminal: consuming Terminal) {}
