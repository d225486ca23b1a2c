import CTopLinux
import Glibc
import TopPlatform
import MCPSessions

/// All children that are servers; owned by the engine's thread, never shared.
///
/// It has an epoll of its own, which the engine watches as one descriptor beside its sockets.
final class Processes {
  /// Readable when a child started, ended, wrote or can be written to.
  let descriptor: Int32
  private let thread: ProcessThread
  private let lineLimit: Int
  /// The value of the mark that children carry, so that what they leave is found.
  private let mark: String
  /// Something was started that `close` has not seen to.
  private var hasStarted = false
  /// When children are measured next.
  private var measuring = Instant.zero
  /// How long the end waits for the disk that the ledger is on; one that stays, the next run clears away.
  private static let forgettingLimit: Int32 = 250
  private static let measureInterval = Duration.seconds(5)
  /// Commands that are being started; those that are not wanted any more are ended once they have.
  private var starting: [UInt64: (request: ProcessRequest, isWanted: Bool)] = [:]
  private var conduits: [UInt64: ProcessConduit] = [:]
  /// Which child a descriptor belongs to, and what epoll watches it for.
  private var watched: [Int32: (number: UInt64, mask: UInt32)] = [:]

  /// `lineLimit` bounds a line of a child, in bytes; `mark` is this run's own word. Absent when the process
  /// lacks descriptors or threads.
  init?(inherited: Inheritance, mark: String, lineLimit: Int, ledger: ProcessLedger.Place? = nil) {
    descriptor = clinux_epoll_create()
    guard descriptor >= 0 else { return nil }
    guard let thread = try? ProcessThread(inherited: inherited, ledger: ledger) else {
      Glibc.close(descriptor)
      return nil
    }
    self.thread = thread
    self.lineLimit = lineLimit
    self.mark = mark
    _ = clinux_epoll_set(descriptor, EPOLL_CTL_ADD, thread.results.descriptor, EPOLLIN.rawValue, 0)
  }

  deinit {
    close()
    Glibc.close(descriptor)
  }

  /// Ends with SIGKILL whatever is left of all children and of what they started; to be called before this
  /// process ends, for who left its parent's session has nobody else to end it.
  func close() {
    for conduit in conduits.values {
      conduit.child.signalGroup(SIGKILL)
      conduit.child.reap()
    }
    conduits = [:]
    guard hasStarted else { return }
    hasStarted = false
    endProcesses(ofRun: mark)
    // What is only just being started ends with the thread that starts it.
    thread.forgetLedger(milliseconds: Self.forgettingLimit)
  }

  /// Whether no child is left and none is on its way.
  var isEmpty: Bool { conduits.isEmpty && starting.isEmpty }

  func start(_ request: ProcessRequest) {
    hasStarted = true
    starting[request.id.number] = (request, true)
    var environment = request.environment.mapValues(\.revealed)
    environment[processMark] = mark(of: request.id)
    thread.start(
      ChildCommand(
        program: request.program, arguments: request.arguments.map(\.revealed),
        environment: environment, folder: request.folder),
      number: request.id.number)
  }

  /// Sends a line to a child; what it does not read waits, within a bound.
  func write(_ line: String, to id: TransferID, at now: Instant) -> [ProcessEvent] {
    guard let conduit = conduits[id.number] else { return [] }
    defer { watch(conduit, id.number, now) }
    return conduit.write(line)
  }

  /// Begins to end a child: its input is closed, SIGTERM and SIGKILL follow. Its last word is told when it
  /// has ended.
  func end(_ id: TransferID, at now: Instant) {
    starting[id.number]?.isWanted = false
    guard let conduit = conduits[id.number] else { return }
    conduit.end(at: now)
    _ = conduit.act(at: now)
    watch(conduit, id.number, now)
  }

  private func mark(of id: TransferID) -> String { "\(mark)-\(id.number)" }

  /// When `takeNews` is to be called although the descriptor says nothing.
  func deadline(at now: Instant) -> Instant? {
    let own = conduits.values.compactMap { $0.deadline(at: now) }.min()
    return conduits.isEmpty ? own : min(own ?? measuring, measuring)
  }

  /// What happened since the last call.
  func takeNews(at now: Instant) -> [(TransferID, ProcessEvent)] {
    var news: [(TransferID, ProcessEvent)] = []
    let results = thread.results.drain()
    for (number, result) in results.started { begin(number, result, now, &news) }
    for (number, usage) in results.measured.sorted(by: { $0.key < $1.key }) {
      guard let conduit = conduits[number] else { continue }
      news.append((conduit.request.id, .measured(ServerUsage(usage, unread: conduit.unread))))
    }
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    let count = epoll_wait(descriptor, &events, Int32(events.count), 0)
    var ready: [UInt64: Set<Int32>] = [:]
    for index in 0..<max(0, Int(count)) {
      let file = clinux_event_descriptor(&events[index])
      if let number = watched[file]?.number { ready[number, default: []].insert(file) }
    }
    for (number, files) in ready.sorted(by: { $0.key < $1.key }) {
      guard let conduit = conduits[number] else { continue }
      serve(conduit, files, now, &news)
    }
    for (number, conduit) in conduits where conduit.deadline(at: now).map({ $0 <= now }) == true {
      news += conduit.act(at: now).map { (conduit.request.id, $0) }
      watch(conduit, number, now)
    }
    measure(at: now)
    return news
  }

  private func measure(at now: Instant) {
    guard !conduits.isEmpty, measuring <= now else { return }
    measuring = now + Self.measureInterval
    thread.measure(conduits.mapValues(\.child.id))
  }

  private func begin(
    _ number: UInt64, _ result: Swift.Result<ChildProcess, ChildProcess.Failure>, _ now: Instant,
    _ news: inout [(TransferID, ProcessEvent)]
  ) {
    guard let (request, isWanted) = starting.removeValue(forKey: number) else { return }
    switch result {
    case .success(let child):
      let conduit = ProcessConduit(request, child: child, lineLimit: lineLimit)
      conduits[number] = conduit
      news.append((request.id, .started(process: child.id)))
      if !isWanted {
        conduit.end(at: now)
        _ = conduit.act(at: now)
      }
      watch(conduit, number, now)
    case .failure(let failure):
      news.append((request.id, .ended(Self.ending(failure))))
    }
  }

  /// Reads what is there before the end is told: last words are why a process died.
  private func serve(
    _ conduit: ProcessConduit, _ ready: Set<Int32>, _ now: Instant, _ news: inout [(TransferID, ProcessEvent)]
  ) {
    let id = conduit.request.id
    let hasEnded = ready.contains(conduit.child.end)
    var events: [ProcessEvent] = []
    if hasEnded || ready.contains(conduit.child.errors) {
      events += conduit.readErrors(at: now, toTheEnd: hasEnded)
    }
    if hasEnded || ready.contains(conduit.child.output) {
      events += conduit.readOutput(at: now, toTheEnd: hasEnded)
    }
    if ready.contains(conduit.child.input) { conduit.flush() }
    if hasEnded, let ending = conduit.conclude() {
      events.append(.ended(ending))
      // Whoever left its group and its session still carries the mark.
      thread.sweep(mark: mark(of: id))
      forget(id.number)
    } else {
      watch(conduit, id.number, now)
    }
    news += events.map { (id, $0) }
  }

  private func forget(_ number: UInt64) {
    conduits[number] = nil
    // Closed descriptors have left the epoll by themselves.
    watched = watched.filter { $0.value.number != number }
  }

  /// Brings the epoll to what a child is to be watched for now.
  private func watch(_ conduit: ProcessConduit, _ number: UInt64, _ now: Instant) {
    let child = conduit.child
    let readable = Set(conduit.readable(at: now))
    for file in [child.end, child.output, child.errors, child.input] {
      let mask =
        readable.contains(file) ? EPOLLIN.rawValue : conduit.writable == file ? EPOLLOUT.rawValue : 0
      let old = watched[file]?.number == number ? watched[file]?.mask ?? 0 : 0
      guard mask != old else { continue }
      if mask == 0 {
        watched[file] = nil
        _ = clinux_epoll_set(descriptor, EPOLL_CTL_DEL, file, 0, 0)
      } else {
        watched[file] = (number, mask)
        _ = clinux_epoll_set(descriptor, old == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, file, mask, 0)
      }
    }
  }

  private static func ending(_ failure: ChildProcess.Failure) -> ProcessEnding {
    switch failure {
    case .notFound(let path): .notFound(path: path)
    case .notExecutable(let error): .notExecutable(error.description)
    case .folder(let error): .badFolder(error.description)
    case .system(let error): .notStarted(error.description)
    }
  }
}

extension ServerUsage {
  fileprivate init(_ usage: ProcessUsage, unread: Int) {
    self.init(
      processes: usage.processes, threads: usage.threads, memory: Int64(clamping: usage.memory),
      processorTime: .milliseconds(Int64(clamping: usage.processorTime)), unread: unread)
  }
}

/// One thread has it.
@available(*, unavailable)
extension Processes: Sendable {}
