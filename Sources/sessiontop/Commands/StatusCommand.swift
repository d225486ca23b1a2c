import ArgumentParser
import TopConfiguration
import TopDisplay
import Glibc
import TopPlatform
import TopReports
import SessionEngine
import MCPSessions

/// `status`: wait until every session has come to something, then one table.
struct Status: ProgramCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print how all are, and exit with 1 if something is not well.",
    discussion: """
      A running instance that watches the same files answers; otherwise, and with --fresh, it connects to all.
      On a terminal it prints a table, into a pipe a line for each session with tabs between its fields. --plugin is \
      for monitoring systems: one line with figures, and 0 (ok), 1 (warning), 2 (critical) or 3 (unknown) as exit code.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, tsv, json
  }

  @OptionGroup var source: Source

  @OptionGroup var signingIn: SigningIn

  @Option(help: "table (on a terminal), tsv (elsewhere): nothing is cut; json: the snapshot.")
  var format: Format?

  @Flag(help: "The same as --format json.")
  var json = false

  @Option(help: "Only these sessions, such as 'server:git* !user:bot'.")
  var filter: String?

  @Option(
    name: .customLong("fail-on"),
    help: "Not well are these states alone, separated by commas, such as down,failed,unverified.",
    completion: .states,
    transform: { words in
      var failing = FailingStates()
      for word in words.split(separator: ",") where !failing.add(String(word)) {
        let known = FailingStates.allWords.joined(separator: ", ")
        throw ValidationError("no state is called \(word); there are: \(known)")
      }
      return failing
    })
  var failing: FailingStates?

  @Flag(help: "One line for a monitoring system, and its exit codes.")
  var plugin = false

  @Flag(help: "Connect anew, whatever instance is running on the same files.")
  var fresh = false

  @Option(name: .customLong("for"), help: "The longest time to wait for servers to answer.")
  var duration = Span(.seconds(10))

  func validate() throws {
    if let objection = filter.flatMap({ SessionChoice($0).objection }) {
      throw ValidationError("--filter: \(objection)")
    }
    if failing?.isEmpty == true { throw ValidationError("--fail-on needs a state, such as down") }
    if plugin, json || format != nil { throw ValidationError("--plugin has a form of its own") }
    if json, format.map({ $0 != .json }) == true {
      throw ValidationError("--json is not --format \(format?.rawValue ?? "")")
    }
  }

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let signals = try Signals.screenless()
    if !fresh, source.isUnsaid, source.places.readToRun().watched.isEmpty, let answer = answerOfTheOnlyOne() {
      return tell(answer)
    }
    guard let loaded = load(source.places) else {
      guard plugin else { return ExitCode.configuration }
      return tell(pluginLine(unknown: "the configuration cannot be used; sessiontop check tells why"))
    }
    if !fresh, let answer = answerOfInstance(loaded) { return tell(answer) }
    var settling = Settling(expectsSessions: !loaded.servers.isEmpty)
    var last = try runHeadless(
      loaded, signIn: signingIn.policy, for: duration.duration, signals: signals, output: &settling)
    settling.settled?.countLeftBehind(by: last)
    last.endWaiting(after: duration.duration)
    return tell(query.answer(settling.settled ?? last, at: settling.time ?? Moment.now))
  }

  private func tell(_ answer: (text: String, note: String?, code: Int32)) -> Int32 {
    if let note = answer.note { complain(note) }
    writeLine(answer.text)
    return answer.code
  }

  private var query: StatusQuery {
    let usual: StatusQuery.Format = isatty(1) == 1 ? .table : .tsv
    let chosen =
      plugin ? .plugin : json ? .json : format.flatMap { StatusQuery.Format(rawValue: $0.rawValue) }
    return StatusQuery(format: chosen ?? usual, filter: filter, failing: failing, width: outputWidth())
  }

  /// What an instance says that watches the same files; absent when there is none, or it does not answer.
  private func answerOfInstance(_ loaded: Loaded) -> (
    text: String, note: String?, code: Int32
  )? {
    let (living, others) = Instances.look()
    guard let running = living.first(where: { $0.watches(loaded) }) else {
      Instances.warn(of: others, thus: "the servers are connected to anew")
      return nil
    }
    return ask(running)
  }

  /// Where no configuration is named or in its place, the one instance that runs is meant.
  private func answerOfTheOnlyOne() -> (text: String, note: String?, code: Int32)? {
    let living = Instances.look().living
    return living.count == 1 ? ask(living[0]) : nil
  }

  private func ask(_ running: Instance) -> (text: String, note: String?, code: Int32)? {
    guard case .status(_, let text, let note, let code)? = try? running.ask(.status(number: 1, query)).answer
    else { return nil }
    return (text, note, code)
  }

  private func tell(_ result: (line: String, status: PluginStatus)) -> Int32 {
    writeLine(result.line)
    return result.status.rawValue
  }
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
    if ending { time = time ?? now }
    guard settled == nil, !ending else { return true }
    guard !store.sessions.isEmpty || !expectsSessions, store.sessions.values.allSatisfy(\.hasSettled) else {
      return true
    }
    settled = store
    time = now
    return false
  }
}
