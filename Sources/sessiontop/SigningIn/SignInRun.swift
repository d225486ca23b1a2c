import TopDisplay
import Glibc
import TopPlatform
import SessionEngine
import MCPSessions

/// `login` and `logout`: one sign-in, told step by step, that takes the pasted address as well as the
/// browser's own return.
struct SignInRun {
  private let engine: PolledEngine
  private let target: SignInTarget
  private let isTerminal = isatty(1) == 1
  private var input = LineInput()
  private var step: SignInStep?
  private var shown: SignInPrompt?
  /// The token that was held before.
  private var before: WallTime?
  private var phase = Phase.looking
  private var latest: SessionReport?
  /// Why the sign-in ends with this run.
  private var notKept: String?

  private enum Phase {
    /// What the server says to a stranger is waited for: its challenge tells where to go.
    case looking
    case signingIn
    /// The token is there; what the server says to it is waited for until then.
    case proving(until: Instant)
    case signingOut

    var limit: Instant? { if case .proving(let until) = self { until } else { nil } }
  }

  /// How long a server may take to say what it wants, and how long a farewell may take.
  private static let lookLimit = Duration.seconds(10)

  init(_ target: SignInTarget, opensBrowser: Bool) throws(CannotRun) {
    guard let stateFolder else {
      throw CannotRun(
        description: "there is no home to keep a sign-in in; set XDG_STATE_HOME", exitCode: ExitCode.usage)
    }
    var around = environment
    if !opensBrowser { for name in ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY"] { around[name] = nil } }
    do {
      engine = try PolledEngine(
        EnginePlan(servers: [target.server], stateFolder: stateFolder, signIn: .ask, environment: around))
      try engine.start()
    } catch {
      throw CannotRun(description: "the engine cannot start: \(error)", exitCode: ExitCode.internalError)
    }
    self.target = target
  }

  /// Signs in; returns the exit code.
  mutating func signIn(_ manner: SignInManner, signals: Signals) -> Int32 {
    defer { stop() }
    let limit = Moment.now.instant + Self.lookLimit
    while true {
      guard wait(until: isLooking ? limit : phase.limit, signals) else {
        writeLine("left")
        return ExitCode.notWell
      }
      let report = engine.output.drain()
      let row = report.sessions[target.key]
      if isLooking {
        let hasAnswered = row.map { $0.state != .connecting && $0.state != .idle } ?? false
        guard hasAnswered || Moment.now.instant >= limit else { continue }
        before = row?.authorization?.renewed
        phase = .signingIn
        engine.send(.signIn(.begin(manner), on: target.key, by: operatorIdentity))
        continue
      }
      if let line = input.line, line.contains(where: { !$0.isWhitespace }) {
        engine.send(.signIn(.paste(Secret(line)), on: target.key, by: operatorIdentity))
      }
      input.line = nil
      for event in report.events where event.kind == .signInNeeded { writeLine(event.message.text) }
      for event in report.events where event.kind == .configProblem { notKept = event.message.text }
      latest = row ?? latest
      if let authorization = latest?.authorization, let result = tell(authorization) { return result }
    }
  }

  private var isLooking: Bool { if case .looking = phase { true } else { false } }

  /// Signs out; returns the exit code.
  mutating func signOut(signals: Signals) -> Int32 {
    defer { stop() }
    phase = .signingOut
    engine.send(.signIn(.forget, on: target.key, by: operatorIdentity))
    let limit = Moment.now.instant + Self.lookLimit
    while Moment.now.instant < limit, wait(until: limit, signals) {
      let report = engine.output.drain()
      guard let event = report.events.first(where: { $0.kind == .signInNeeded }) else { continue }
      writeLine(event.message.text)
      return ExitCode.done
    }
    complain("the issuer did not answer; the sign-in is forgotten here all the same")
    return ExitCode.notWell
  }

  /// What is new; the exit code when it is over.
  private mutating func tell(_ authorization: AuthorizationReport) -> Int32? {
    if let now = authorization.step, now != step { writeLine("\(now.words)…") }
    step = authorization.step
    if let prompt = authorization.prompt, prompt != shown { show(prompt) }
    shown = authorization.prompt
    guard authorization.step == nil else { return nil }
    if let why = authorization.why {
      complain(why.summary)
      return ExitCode.notWell
    }
    guard let renewed = authorization.renewed, renewed != before else { return nil }
    let isAsked = !authorization.isProven && latest?.state != .idle
    if isAsked {
      guard let limit = phase.limit else {
        phase = .proving(until: Moment.now.instant + Self.lookLimit)
        return nil
      }
      guard Moment.now.instant >= limit else { return nil }
    }
    if let notKept {
      complain(notKept)
      return ExitCode.notWell
    }
    let issuer = authorization.issuer?.text ?? ""
    let scopes = authorization.scopes.map { ", good for \($0.text)" } ?? ""
    let ends = authorization.expires.map { ", until \($0.rfc3339)" } ?? ""
    let renewal = authorization.isRenewable ? ", and is renewed by itself" : ""
    let doubt = isAsked ? "; the server has not answered to the token yet" : ""
    writeLine("signed in at \(issuer)\(scopes)\(ends)\(renewal)\(doubt)")
    return ExitCode.done
  }

  private mutating func show(_ prompt: SignInPrompt) {
    let address = prompt.address.text
    writeLine(
      prompt.isOpened ? "A browser was opened. If none is seen, go to:" : "Go to this address and sign in:")
    writeLine("")
    // A line of its own, so that a double click or a triple one takes all of it, however it is wrapped.
    let link =
      isTerminal ? "\u{1B}]8;;\(address)\u{1B}\\\(address)\u{1B}]8;;\u{1B}\\" : address
    writeLine(link)
    writeLine("")
    if isTerminal, let copy = clipboardSequence(address, inTmux: environment["TMUX"] != nil) {
      write(copy)
    }
    if let code = prompt.code {
      writeLine("and type the code \(code.text)")
    } else {
      writeLine("If the browser is on another machine it ends at a page that cannot be opened:")
      writeLine("paste the address of that page here. It is not shown. Ctrl-C leaves.")
      if isTerminal { input.hide() }
    }
  }

  /// False when the person wants to leave.
  private mutating func wait(until limit: Instant?, _ signals: Signals) -> Bool {
    let pause = limit.map { Int32(clamping: max(0, ($0 - Moment.now.instant).inMilliseconds + 1)) } ?? -1
    let ready = TopPlatform.wait(
      reading: [engine.output.descriptor, signals.descriptor] + input.descriptors, milliseconds: pause)
    while let signal = signals.next() {
      if [SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains(signal) { return false }
    }
    if ready.contains(where: { $0.descriptor == 0 }) { input.read() }
    return true
  }

  private mutating func stop() {
    input.close()
    engine.send(.stop)
    let limit = Moment.now.instant + .seconds(6)
    while Moment.now.instant < limit {
      _ = TopPlatform.wait(reading: [engine.output.descriptor], milliseconds: 200)
      if engine.output.drain().stopped { return }
    }
  }
}

/// Lines that a person types or pastes, until the input ends.
private struct LineInput {
  var line: String?
  private var bytes: [UInt8] = []
  private var isOpen = true
  private var before: termios?

  /// More than this nobody pastes, in bytes.
  private static let limit = 65_536

  var descriptors: [Int32] { isOpen ? [0] : [] }

  mutating func read() {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = Glibc.read(0, &buffer, buffer.count)
    guard count > 0, bytes.count + count <= Self.limit else {
      isOpen = false
      return
    }
    bytes += buffer.prefix(count)
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return }
    line = String(decoding: bytes[..<end], as: UTF8.self)
    bytes.removeFirst(end + 1)
  }

  /// What is typed from now on is not shown.
  mutating func hide() {
    var state = termios()
    guard before == nil, isatty(0) == 1, tcgetattr(0, &state) == 0 else { return }
    before = state
    state.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(0, TCSANOW, &state)
  }

  mutating func close() {
    if var before { tcsetattr(0, TCSANOW, &before) }
    before = nil
  }
}
