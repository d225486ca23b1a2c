import TopConfiguration
import TopDisplay
import SessionEngine
import Glibc
import MCPSessions
import TopPlatform

/// `--plain`: the screen as lines of text, once the sessions have come to something; with a time to refresh,
/// again whenever it changed.
func printPlain(_ plan: DashboardPlan, loaded: Loaded, repeats: Duration?, signals: Signals) throws(CannotRun)
  -> Int32
{
  var printer: PlainPrinter
  do {
    printer = try PlainPrinter(filter: plan.filter ?? "", repeats: repeats)
  } catch {
    throw CannotRun(
      description: "standard output cannot be written: \(error)", exitCode: ExitCode.internalError)
  }
  let limit = plan.duration ?? (repeats == nil ? .seconds(10) : nil)
  let store = try runHeadless(loaded, keeping: plan.keeping, for: limit, signals: signals, output: &printer)
  printer.finish(store)
  return ExitCode.done
}

/// The screen as lines, whenever they changed and the time has come.
private struct PlainPrinter: Headless, ~Copyable {
  private var output: StandardOutput
  private let filter: String
  private let repeats: Duration?
  private var shown: [String] = []
  private var next = Instant.zero
  /// When the end came; what is shown last is how all was then.
  private var end: Moment?

  init(filter: String, repeats: Duration?) throws(ErrorNumber) {
    output = try StandardOutput()
    self.filter = filter
    self.repeats = repeats
  }

  var descriptor: Int32? { output.descriptor }

  mutating func tick() -> Bool {
    output.takeNews()
    return !output.isGone
  }

  mutating func take(_ report: EngineReport, _ store: Store, _ now: Moment, ending: Bool) -> Bool {
    if ending { end = end ?? now }
    guard !ending, repeats != nil || shown.isEmpty else { return true }
    guard !store.sessions.isEmpty, store.sessions.values.allSatisfy(\.hasSettled), now.instant >= next else {
      return true
    }
    next = now.instant + (repeats ?? .zero)
    print(store, now)
    return repeats != nil
  }

  mutating func showSnapshot(_ store: Store, _ now: Moment) { print(store, now) }

  mutating func finish(_ store: Store) {
    if shown.isEmpty { print(store, end ?? Moment.now) }
    output.finish()
  }

  private mutating func print(_ store: Store, _ now: Moment) {
    let lines = plainLines(store, filter: filter, at: now, utcOffset: utcOffset(at: now.wall))
    guard lines != shown else { return }
    if !shown.isEmpty { output.write("") }
    shown = lines
    for line in lines { output.write(line) }
  }
}
