import ArgumentParser
import TopConfiguration
import TopPlatform
import TopReports
import SessionEngine
import MCPSessions

/// `serve`: the engine without a screen, for as long as it is wanted.
struct ServeCommand: ProgramCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Keep the sessions without a screen, as a service; others see and act through it.",
    discussion: """
      It listens at $XDG_RUNTIME_DIR/sessiontop/NAME.sock, for this user alone: `status` is answered by it, and \
      \(listed(OperatorAction.self, "and", quote: "`")) act through it. Log lines go to standard output.
      """)

  @OptionGroup var source: Source

  @OptionGroup var signingIn: SigningIn

  @OptionGroup var logging: Logging

  @Option(help: "Under which name it is found; otherwise serve.name, which is default.")
  var name: String?

  @Option(
    help:
      "Keep only this part of the servers, such as 2/3: the second of three services that share the files.",
    transform: { text in
      guard let shard = Shard(text) else {
        throw ValidationError("must be I/N, such as 2/3, with N up to \(Shard.limit)")
      }
      return shard
    })
  var shard: Shard?

  @Flag(name: .customLong("read-only"), help: "Take no commands: others may only look.")
  var readOnly = false

  @Option(name: .customLong("for"), help: "End by itself after this time, such as 30s or 2m.")
  var duration: Span?

  func validate() throws {
    guard name.map(Instances.isName) ?? true else {
      throw ValidationError("--name takes up to 40 letters, digits, '-', '_' and '.'")
    }
  }

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let signals = try Signals.screenless()
    var places = source.places
    places.shard = shard
    guard let loaded = load(places) else { return ExitCode.configuration }
    let name = name ?? loaded.settings.serve.name
    guard Instances.isName(name) else {
      throw CannotRun(
        description: "serve.name takes up to 40 letters, digits, '-', '_' and '.'",
        exitCode: ExitCode.configuration)
    }
    let control = try ControlSocket(
      InstanceReport(
        version: programVersion, process: processNumber, name: name, command: "serve",
        files: loaded.watched.map(wholePath), started: Moment.now.wall,
        isReadOnly: readOnly || loaded.settings.serve.readOnly,
        shard: shard))
    var printer: EventPrinter
    do {
      printer = try EventPrinter(.text, loaded.logLevel)
    } catch {
      throw CannotRun(
        description: "standard output cannot be written: \(error)", exitCode: ExitCode.internalError)
    }
    let store = try runHeadless(
      loaded, keeping: logging.settings(loaded), signIn: signingIn.policy, for: duration?.duration,
      signals: signals, reloader: Reloader(places, loaded), control: control,
      manager: ServiceManager(environment), output: &printer)
    printer.finish(store)
    return ExitCode.done
  }
}
