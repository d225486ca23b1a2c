import ArgumentParser
import TopConfiguration
import TopPlatform
import TopReports
import SessionEngine
import MCPSessions

/// `watch`: each event as a line, the snapshot last.
struct Watch: ProgramCommand {
  static let configuration = CommandConfiguration(
    abstract: "No screen: events to standard output as they happen, and a snapshot at the end.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, jsonl
  }

  @OptionGroup var source: Source

  @OptionGroup var signingIn: SigningIn

  @OptionGroup var logging: Logging

  @Option(help: "text: log lines; jsonl: one JSON object a line.")
  var format = Format.text

  @Option(name: .customLong("for"), help: "End by itself after this time, such as 30s or 2m.")
  var duration: Span?

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let signals = try Signals.screenless()
    let places = source.places
    guard let loaded = load(places) else { return ExitCode.configuration }
    let reloader = Reloader(places, loaded)
    var printer: EventPrinter
    do {
      printer = try EventPrinter(format, loaded.logLevel)
    } catch {
      throw CannotRun(
        description: "standard output cannot be written: \(error)", exitCode: ExitCode.internalError)
    }
    let store = try runHeadless(
      loaded, keeping: logging.settings(loaded), signIn: signingIn.policy, for: duration?.duration,
      signals: signals, reloader: reloader, control: ControlSocket(as: "watch", loaded), output: &printer)
    printer.finish(store)
    return ExitCode.done
  }
}

/// Every event as a line.
struct EventPrinter: Headless, ~Copyable {
  private var output: StandardOutput
  private let format: Watch.Format
  private let level: EventLevel
  /// When the end came; what is shown last is how all was then.
  private var end: Moment?
  private let isJournal = TopPlatform.isJournal(1, environment: environment)

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
    if ending { end = end ?? now }
    for event in report.events {
      switch format {
      case .jsonl: output.write(eventLine(event))
      case .text where event.level < level: break
      case .text: output.write(isJournal ? journalLine(event) : logLine(event))
      }
    }
    return !output.isGone
  }

  mutating func showSnapshot(_ store: Store, _ now: Moment) { output.write(snapshotLine(store, at: now)) }

  mutating func finish(_ store: Store) {
    switch format {
    case .jsonl: output.write(snapshotLine(store, at: end ?? Moment.now))
    case .text: output.write(statusTable(store, at: end ?? Moment.now, width: 120))
    }
    output.finish()
  }
}
