import ArgumentParser
import Configuration
import Display
import Glibc
import Platform
import Reports
import SessionEngine
import Sessions

/// `status`: wait until every session has come to something, then one table.
struct Status: ProgramCommand {
  static let configuration = CommandConfiguration(
    abstract: "Connect to all, print how they are, and exit with 1 if something is not well.",
    discussion: """
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
    help: "Not well are these states alone, separated by commas, such as down,failed,unauthorized.",
    transform: { words in
      try Set(
        words.split(separator: ",").map { word in
          guard let state = SessionState(rawValue: String(word)) else {
            let states = SessionState.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("no state is called \(word); there are: \(states)")
          }
          return state
        })
    })
  var failing: Set<SessionState>?

  @Flag(help: "One line for a monitoring system, and its exit codes.")
  var plugin = false

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
    guard let loaded = load(source.places) else {
      guard plugin else { return ExitCode.configuration }
      return tell(pluginLine(unknown: "the configuration cannot be used; sessiontop check tells why"))
    }
    var settling = Settling(expectsSessions: !loaded.servers.isEmpty)
    let last = try runHeadless(
      loaded, signIn: signingIn.policy, for: duration.duration, signals: signals, output: &settling)
    settling.settled?.countEnded(by: last)
    let settledAt = settling.time ?? Moment.now
    return tell(settling.settled ?? last, at: settledAt)
  }

  private func tell(_ all: Store, at now: Moment) -> Int32 {
    let store = filter.map { all.limited(to: Set(SessionChoice($0).keys(in: all, at: now.instant))) } ?? all
    if plugin { return tell(pluginLine(store, failing: failing)) }
    switch json ? .json : format ?? (isatty(1) == 1 ? .table : .tsv) {
    case .json: writeLine(snapshotLine(store, at: now))
    case .table: writeLine(statusTable(store, at: now, width: outputWidth()))
    case .tsv: writeLine(statusRows(store, at: now))
    }
    if store.sessions.isEmpty, !all.sessions.isEmpty { complain("no session is meant by --filter") }
    let isWell =
      store.sessions.isEmpty == all.sessions.isEmpty
      && store.sessions.values.allSatisfy { session in
        failing.map { !$0.contains(session.state) } ?? [.ready, .idle, .unmonitored].contains(session.state)
      }
    return isWell ? ExitCode.done : ExitCode.notWell
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
    guard settled == nil, !ending else { return true }
    guard !store.sessions.isEmpty || !expectsSessions, store.sessions.values.allSatisfy(hasSettled) else {
      return true
    }
    settled = store
    time = now
    return false
  }
}

/// A session that answered a probe, or that failed, has told what it can in a short time.
func hasSettled(_ session: SessionReport) -> Bool {
  guard session.authorization?.step == nil else { return false }
  return switch session.state {
  case .connecting: false
  case .ready where session.awaitsList: false
  case .ready: session.latency != nil || session.probes == 0 && session.nextProbe == nil
  default: true
  }
}
