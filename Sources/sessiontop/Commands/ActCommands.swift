import ArgumentParser
import TopDisplay
import Glibc
import TopPlatform
import TopReports
import MCPSessions

// The operator's verbs from a script, on a running instance.

extension OperatorAction {
  /// The subcommand that does it.
  var command: any ParsableCommand.Type {
    switch self {
    case .reconnect: ReconnectCommand.self
    case .terminate: TerminateCommand.self
    case .pause: PauseCommand.self
    case .resume: ResumeCommand.self
    }
  }
}

/// One of them.
protocol ActCommand: ProgramCommand {
  static var action: OperatorAction { get }
  static var abstract: String { get }
  var deed: Deed { get }
}

extension ActCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: action.rawValue, abstract: "\(abstract), through a running instance.")
  }

  @MainActor func perform() throws(CannotRun) -> Int32 { try deed.perform(Self.action) }
}

struct ReconnectCommand: ActCommand {
  static let action = OperatorAction.reconnect
  static let abstract = "Drop sessions politely and connect anew at once"

  @OptionGroup var deed: Deed
}

struct TerminateCommand: ActCommand {
  static let action = OperatorAction.terminate
  static let abstract = "End sessions with DELETE and leave them closed"

  @OptionGroup var deed: Deed
}

struct PauseCommand: ActCommand {
  static let action = OperatorAction.pause
  static let abstract = "Leave sessions alone, without probes and attempts"

  @OptionGroup var deed: Deed
}

struct ResumeCommand: ActCommand {
  static let action = OperatorAction.resume
  static let abstract = "Go on with paused sessions"

  @OptionGroup var deed: Deed
}

/// What is to be done, to which sessions, and how it is told.
struct Deed: ParsableArguments {
  @Argument(help: "Servers whose sessions are meant.", completion: .watchedServers)
  var servers: [String] = []

  @Option(help: "Of these servers the sessions of this user alone.")
  var user: String?

  @Option(help: "All sessions that these words choose, such as 'server:git* state:down for>1h'.")
  var filter: String?

  @Option(
    help: "Which running instance is to do it, where there is more than one.", completion: .instances)
  var instance: String?

  @Flag(
    name: .customLong("dry-run"), help: "Only tell which sessions are meant, and what would be done to each.")
  var dryRun = false

  @Flag(name: [.short, .long], help: "Do not ask.")
  var yes = false

  @Flag(help: "Print what became of each session as one JSON object.")
  var json = false

  func validate() throws {
    guard servers.isEmpty != (filter == nil) else {
      throw ValidationError("say which sessions: names of servers, or --filter")
    }
    if servers.contains("") {
      throw ValidationError(
        "a server's name is empty; leave the word out, or see `sessiontop status` for the names")
    }
    if user != nil, servers.isEmpty {
      throw ValidationError("--user goes with names; a filter has user:NAME")
    }
    if let objection = filter.flatMap({ SessionChoice($0).objectionToActing }) {
      throw ValidationError("--filter: \(objection)")
    }
  }

  func perform(_ action: OperatorAction) throws(CannotRun) -> Int32 {
    let running = try Instances.one(named: instance)
    let meant = try choose(action, running)
    guard !meant.isEmpty else {
      complain("no session is meant")
      return ExitCode.notWell
    }
    let keys = meant.map(\.key)
    if dryRun {
      show(.result(number: 0, action, isDryRun: true, meant))
      return ExitCode.done
    }
    if !yes {
      guard try agrees(action, meant) else {
        complain("nothing was done")
        return ExitCode.notWell
      }
    }
    let request = ControlRequest.command(number: 1, action, .sessions(keys), isDryRun: false)
    let (answer, _) = try running.ask(request, within: .seconds(30))
    guard case .result(_, _, _, let outcomes) = answer else { return ExitCode.internalError }
    show(answer)
    return outcomes.allSatisfy { $0.isDone == true } ? ExitCode.done : ExitCode.notWell
  }

  /// The sessions that are meant now, as the running instance knows them.
  private func choose(_ action: OperatorAction, _ running: Instance) throws(CannotRun) -> [ActionOutcome] {
    let filters = filter.map { [$0] } ?? servers.map { SessionChoice(server: $0, user: user).words }
    var meant: [ActionOutcome] = []
    for (place, text) in filters.enumerated() {
      let request = ControlRequest.command(number: 0, action, .filter(text), isDryRun: true)
      guard case .result(_, _, _, let found) = try running.ask(request).answer else { continue }
      if found.isEmpty, filter == nil {
        throw CannotRun(
          description: "\(running.report.name) watches no server called "
            + PrintableText.line(servers[place], limit: 60)
            + (user.map { " for a user \(PrintableText.line($0, limit: 60))" } ?? ""),
          exitCode: ExitCode.usage)
      }
      meant += found.filter { one in !meant.contains { $0.key == one.key } }
    }
    return meant
  }

  /// Asks the person at the terminal; where there is none nothing is done unasked.
  private func agrees(_ action: OperatorAction, _ meant: [ActionOutcome]) throws(CannotRun) -> Bool {
    let starts = commands(meant)
    guard isatty(0) == 1, isatty(2) == 1 else {
      for line in starts { _ = writeAll("\(line)\n", to: 2) }
      throw CannotRun(
        description:
          "nobody can be asked here: say --yes to \(action.rawValue) \(count(meant)), or --dry-run",
        exitCode: ExitCode.usage)
    }
    for one in meant.prefix(20) { _ = writeAll("  \(words(one))\n", to: 2) }
    if meant.count > 20 { _ = writeAll("  and \(meant.count - 20) more\n", to: 2) }
    for line in starts { _ = writeAll("  \(line)\n", to: 2) }
    _ = writeAll("\(action.rawValue) \(count(meant))? [y/N] ", to: 2)
    return readLine()?.lowercased().hasPrefix("y") ?? false
  }

  /// What would be started on the machine of the instance, which is another person's program as often as not.
  private func commands(_ meant: [ActionOutcome]) -> [String] {
    var seen: Set<ExactText> = []
    return consentLines(
      meant.compactMap { one in
        guard let command = one.command, seen.insert(one.key.exactServer).inserted else { return nil }
        return (PrintableText.line(one.key.server, limit: 60), command)
      })
  }

  private func count(_ meant: [ActionOutcome]) -> String {
    meant.count == 1 ? "1 session" : "\(meant.count) sessions"
  }

  private func show(_ answer: ControlAnswer) {
    guard !json else { return _ = writeLine(answer.line) }
    guard case .result(_, _, _, let outcomes) = answer else { return }
    for one in outcomes { writeLine(words(one)) }
    for line in commands(outcomes) { writeLine(line) }
  }

  private func words(_ one: ActionOutcome) -> String {
    let user =
      one.key.user == SessionKey.sharedUser ? "" : " of \(PrintableText.line(one.key.user, limit: 60))"
    let state = one.state?.rawValue ?? "unknown"
    let failed = one.isDone == false ? ", not done" : ""
    let why = one.why.isEmpty ? "" : ": \(PrintableText.line(one.why, limit: 400))"
    return "\(PrintableText.line(one.key.server, limit: 60))\(user): \(state)\(failed)\(why)"
  }
}
