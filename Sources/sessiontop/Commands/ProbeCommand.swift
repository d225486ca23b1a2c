import ArgumentParser
import TopConfiguration
import Glibc
import MCPWire
import TopPlatform
import TopReports
import SessionEngine
import MCPSessions

/// `probe`: the steps as they come, or all of them as one object.
struct ProbeCommand: ProgramCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Look at one server step by step: which step fails, why, and what to do.",
    discussion: """
      Name, TCP, TLS, HTTP, authorization, era, handshake, session, ping, tools, stream, an unknown id, new \
      connections, the end of the session and another one after it; of a process its command, start, words and end. \
      Every session that it opens is ended, also on Ctrl-C. It ends with 0 when no step failed, and with 1 otherwise.
      """)

  @OptionGroup var source: Source

  @Argument(
    help: "A server of the configuration, an address, or - for an address that is read from standard input.",
    completion: .configuredServers)
  var server: String

  @Option(help: "The user of the configuration whose session is looked at.")
  var user: String?

  @Flag(help: "Print what was found as one JSON object.")
  var json = false

  @Option(name: .customLong("for"), help: "The longest time that all steps may take.")
  var duration = Span(.seconds(120))

  @Option(help: "Call this tool, once.")
  var call: String?

  @Option(help: "The arguments of the tool as a JSON object.")
  var arguments: String?

  @OptionGroup var signingIn: SigningIn

  func validate() throws {
    guard let arguments else { return }
    guard call != nil else { throw ValidationError("--arguments are those of a tool: name it with --call") }
    guard case .object? = try? JSONValue.read(arguments.utf8) else {
      throw ValidationError("--arguments must be a JSON object, such as '{\"city\": \"Bern\"}'")
    }
  }

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let target = try ProbeTarget(server, user: user, source)
    let signals = try Signals.screenless()
    var run = try probeRun(target, signals)
    var printer = ProbePrinter(isJSON: json)
    let end = Moment.now.instant + duration.duration
    printer.begin(run.report)
    run.start()
    while !run.isOver {
      run.turn(within: printer.isLive ? .milliseconds(500) : .seconds(1))
      while let signal = signals.next() {
        guard [SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains(signal) else { continue }
        // Whoever asks twice does not want to wait for the server.
        if run.report.interruption != nil {
          run.close()
          throw CannotRun(description: "interrupted", exitCode: 128 + signal)
        }
        run.stop("interrupted")
      }
      if Moment.now.instant >= end { run.stop("the time that it may take (--for) is over") }
      for message in run.takeMessages() { printer.say(message) }
      printer.show(run.report, signIn: run.authorization)
    }
    printer.finish(run.report)
    let isWell = run.report.isWell
    run.close()
    return isWell ? ExitCode.done : ExitCode.notWell
  }

  private func probeRun(_ target: ProbeTarget, _ signals: Signals) throws(CannotRun) -> ProbeRun {
    do {
      return try ProbeRun(
        target.server, key: target.key,
        call: call.map { ServerProbe.Call(name: $0, arguments: arguments ?? "{}") }, stateFolder: stateFolder,
        signIn: signingIn.policy, environment: environment, inherited: inheritance,
        watching: [signals.descriptor])
    } catch {
      throw CannotRun(description: "the probe cannot start: \(error)", exitCode: ExitCode.internalError)
    }
  }
}

extension ProbeReport {
  /// What is tried at present. The first request goes the whole way, whose times are known when it is over.
  fileprivate var doing: String? { current == .name ? "the way there, and a first answer" : current?.words }
}

/// Prints steps as they are done; on a terminal also what is tried at present, on a line that is taken back.
private struct ProbePrinter {
  let isJSON: Bool
  /// Somebody looks on: what is tried is shown.
  let isLive: Bool
  private let width: Int
  private var shown = 0
  private var hint = ""
  private var prompt: SignInPrompt?

  init(isJSON: Bool) {
    self.isJSON = isJSON
    isLive = isatty(2) == 1 && environment["TERM"] != "dumb"
    width = outputWidth(elsewhere: 160)
  }

  mutating func begin(_ report: ProbeReport) {
    if !isJSON { writeLine(probeHeading(report)) }
  }

  mutating func show(_ report: ProbeReport, signIn: AuthorizationReport?) {
    if let next = signIn?.prompt, next != prompt { say(next) }
    prompt = signIn?.prompt
    if !isJSON, report.steps.count > shown {
      clear()
      for step in report.steps[shown...] {
        for line in probeLines(step, width: width) { writeLine(line) }
      }
      shown = report.steps.count
    }
    guard isLive else { return }
    let doing = signIn?.step.map { "\($0.words)" } ?? report.doing
    let text = doing.map { "  ...  \($0)" } ?? ""
    guard text != hint else { return }
    clear()
    hint = text
    _ = writeAll(text, to: 2)
  }

  /// A message to the person, beside what is printed.
  mutating func say(_ message: String) {
    clear()
    complain(message)
  }

  private mutating func say(_ prompt: SignInPrompt) {
    say(prompt.isOpened ? "a browser was opened; if none is seen, go to:" : "go to this address and sign in:")
    _ = writeAll("\(prompt.address.text)\n", to: 2)
    if let code = prompt.code { say("and type the code \(code.text)") }
  }

  mutating func finish(_ report: ProbeReport) {
    clear()
    if isJSON {
      writeLine(probeLine(report))
    } else {
      for line in probeConclusion(report, width: width) { writeLine(line) }
    }
  }

  private mutating func clear() {
    guard !hint.isEmpty else { return }
    hint = ""
    _ = writeAll("\r\u{1B}[K", to: 2)
  }
}
