import ArgumentParser
import Configuration
import Platform
import Reports
import SessionEngine
import Sessions

/// `status`: wait until every session has come to something, then one table.
struct Status: ProgramCommand {
  static let configuration = CommandConfiguration(
    abstract: "Connect to all, print one table (or JSON), and exit with 1 if something is not well.")

  @OptionGroup var source: Source

  @OptionGroup var signingIn: SigningIn

  @Flag(help: "Print the snapshot as JSON.")
  var json = false

  @Option(name: .customLong("for"), help: "The longest time to wait for servers to answer.")
  var duration = Span(.seconds(10))

  @MainActor
  func perform() throws(CannotRun) -> Int32 {
    let signals = try Signals.screenless()
    guard let loaded = load(source.places) else { return ExitCode.configuration }
    var settling = Settling(expectsSessions: !loaded.servers.isEmpty)
    let last = try runHeadless(
      loaded, signIn: signingIn.policy, for: duration.duration, signals: signals, output: &settling)
    settling.settled?.countEnded(by: last)
    let store = settling.settled ?? last
    let settledAt = settling.time ?? Moment.now
    writeLine(json ? snapshotLine(store, at: settledAt) : statusTable(store, at: settledAt, width: 120))
    let isWell = store.sessions.values.allSatisfy { [.ready, .idle, .unmonitored].contains($0.state) }
    return isWell ? ExitCode.done : ExitCode.notWell
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
