import Glibc
import TopPlatform
import TopReports
import MCPSessions

/// Runs the operator's program for alerts: the event as one line of JSON on its standard input, no shell, ten
/// seconds at most, four at once; others wait for their turn. The screen never waits.
struct AlertHooks: ~Copyable {
  private let words: [String]
  private let thread: ProcessThread?
  private let mark = randomName()
  private var waiting: [Event] = []
  private var starting: [UInt64: Event] = [:]
  private var running: [UInt64: (child: ChildProcess, end: Instant)] = [:]
  private var lastNumber: UInt64 = 0
  /// Alerts for which no program was run; told and forgotten by `takeNews`.
  private var lost = 0
  private var lastFailure: String?

  private static let limit = 4
  /// More alerts than this do not wait: of one server only the newest then.
  private static let waitingLimit = 1_000
  private static let patience = Duration.seconds(10)

  /// No words: nothing is run.
  init(_ words: [String], inherited: Inheritance) {
    self.words = words
    thread = words.isEmpty ? nil : try? ProcessThread(inherited: inherited)
  }

  deinit {
    for (number, one) in running { Self.end(one.child, mark: "\(mark)-\(number)") }
  }

  /// Readable when `act` has something to do.
  var descriptors: [Int32] {
    (thread.map { [$0.results.descriptor] } ?? []) + running.values.map(\.child.end)
  }

  /// When `act` has something to do though nothing is readable.
  var deadline: Instant? { running.values.map(\.end).min() }

  /// Has the program run for an alert, now or when it is its turn.
  mutating func run(for event: Event) {
    guard thread != nil else { return }
    if waiting.count >= Self.waitingLimit {
      lost += 1
      if let place = waiting.firstIndex(where: {
        $0.server.map { ExactText($0) } == event.server.map { ExactText($0) }
      }) {
        waiting.remove(at: place)
      } else {
        return
      }
    }
    waiting.append(event)
  }

  /// Collects what ended, ends what takes too long, and runs what waits. What an operator should know comes
  /// back.
  mutating func act(at now: Instant) -> String? {
    guard let thread else { return nil }
    for (number, result) in thread.results.drain().started { begin(number, result, now) }
    for (number, one) in running where one.end <= now || one.child.peekAtEnd() != nil {
      running[number] = nil
      // What it started in the background ends with it.
      one.child.signalGroup(SIGKILL)
      one.child.reap()
      one.child.closeAll(except: [one.child.input])
      thread.sweep(mark: "\(mark)-\(number)")
    }
    while !waiting.isEmpty, running.count + starting.count < Self.limit {
      let event = waiting.removeFirst()
      lastNumber += 1
      starting[lastNumber] = event
      var variables = environment
      variables[processMark] = "\(mark)-\(lastNumber)"
      thread.start(
        ChildCommand(program: words[0], arguments: Array(words.dropFirst()), environment: variables),
        number: lastNumber)
    }
    return takeNews()
  }

  private mutating func begin(
    _ number: UInt64, _ result: Swift.Result<ChildProcess, ChildProcess.Failure>, _ now: Instant
  ) {
    guard let event = starting.removeValue(forKey: number) else { return }
    switch result {
    case .success(let child):
      running[number] = (child, now + Self.patience)
      // A pipe holds the few hundred bytes whether they are read or not.
      let bytes = Array((eventLine(event) + "\n").utf8)
      _ = bytes.withUnsafeBytes { write(child.input, $0.baseAddress, $0.count) }
      child.closeInput()
    case .failure(let failure):
      lost += 1
      lastFailure = "\(failure)"
    }
  }

  private mutating func takeNews() -> String? {
    guard lost > 0 else { return nil }
    defer { (lost, lastFailure) = (0, nil) }
    let why = lastFailure ?? "too many waited"
    return "ui.onAlert: for \(lost) alerts the program was not run: \(why)"
  }

  private static func end(_ child: ChildProcess, mark: String) {
    child.signalGroup(SIGKILL)
    endProcesses(marked: mark)
    child.reap()
  }
}
