import CTopLinux
import Glibc

/// Does on a thread of its own what waits for a disk or looks through all processes: starts children,
/// measures them, ends what they left.
///
/// The thread lasts as long as this value does; when it ends, the kernel ends what it started.
package final class ProcessThread: Sendable {
  /// What became of the orders; its descriptor is readable while there is something.
  package let results: Mailbox<Results>
  private let orders: Mailbox<Orders>

  private enum Order: Sendable {
    case start(ChildCommand, number: UInt64)
    case measure([UInt64: Int32])
    case sweep(mark: String)
    case forgetLedger
    case stop
  }

  /// Orders that wait; over `limit` the newest are dropped, but not the last of all.
  private struct Orders: Mail {
    static let limit = 16_384
    var waiting: [Order] = []

    var isEmpty: Bool { waiting.isEmpty }

    mutating func merge(_ later: Orders) {
      for order in later.waiting {
        if waiting.count < Self.limit {
          waiting.append(order)
        } else if case .stop = order {
          waiting.append(order)
        }
      }
    }
  }

  /// What became of orders.
  package struct Results: Mail {
    /// Children that started, and why others did not, by the numbers of their orders.
    package fileprivate(set) var started:
      [(number: UInt64, child: Swift.Result<ChildProcess, ChildProcess.Failure>)] =
        []
    /// What the trees of children use, by number; the newest measurement only.
    package fileprivate(set) var measured: [UInt64: ProcessUsage] = [:]

    /// The ledger is gone from the disk.
    fileprivate var hasForgotten = false

    package init() {}

    package var isEmpty: Bool { started.isEmpty && measured.isEmpty && !hasForgotten }

    package mutating func merge(_ later: Results) {
      started += later.started
      measured.merge(later.measured) { $1 }
      hasForgotten = hasForgotten || later.hasForgotten
    }
  }

  /// Throws the errno that kept the thread from starting. `inherited` is what children begin with; they are
  /// written down in a ledger at `place`, which is made when the first one starts.
  package init(inherited: Inheritance, ledger place: ProcessLedger.Place? = nil) throws(ErrorNumber) {
    results = try Mailbox()
    orders = try Mailbox()
    let (results, orders) = (results, orders)
    try startThread(named: "processes") {
      var ledger: ProcessLedger?
      while true {
        _ = wait(reading: [orders.descriptor], milliseconds: -1)
        for order in orders.drain().waiting {
          switch order {
          case .stop: return
          case .start: ledger = ledger ?? place.flatMap { try? ProcessLedger($0) }
          case .measure, .sweep, .forgetLedger: break
          }
          results.post(Self.carryOut(order, inherited, ledger))
        }
      }
    }
  }

  deinit {
    post(.stop)
  }

  /// Has a command started; the result carries `number`.
  package func start(_ command: ChildCommand, number: UInt64) { post(.start(command, number: number)) }

  /// Has the trees of processes measured, whose roots are given by number.
  package func measure(_ roots: [UInt64: Int32]) { post(.measure(roots)) }

  /// Ends with SIGKILL whatever carries a mark in its environment.
  package func sweep(mark: String) { post(.sweep(mark: mark)) }

  /// Nothing is left to remember; waits until that is on the disk, but not longer than `milliseconds`. To be
  /// called last: other results are lost.
  package func forgetLedger(milliseconds: Int32) {
    post(.forgetLedger)
    let limit = ClockReading().monotonic + Int64(milliseconds) * 1_000_000
    while !results.drain().hasForgotten {
      let left = (limit - ClockReading().monotonic) / 1_000_000
      guard left > 0 else { return }
      _ = wait(reading: [results.descriptor], milliseconds: Int32(clamping: left))
    }
  }

  private func post(_ order: Order) {
    var box = Orders()
    box.waiting = [order]
    orders.post(box)
  }

  private static func carryOut(_ order: Order, _ inherited: Inheritance, _ ledger: ProcessLedger?) -> Results
  {
    var results = Results()
    switch order {
    case .start(let command, let number):
      do throws(ChildProcess.Failure) {
        let child = try ChildProcess.start(command, inherited)
        ledger?.note(child)
        results.started = [(number, .success(child))]
      } catch {
        results.started = [(number, .failure(error))]
      }
    case .measure(let roots):
      let all = ProcessStatus.all()
      results.measured = roots.compactMapValues { ProcessUsage(of: ProcessStatus.tree(of: $0, in: all)) }
    case .sweep(let mark):
      endProcesses(marked: mark)
    case .forgetLedger:
      ledger?.remove()
      results.hasForgotten = true
    case .stop: break
    }
    return results
  }
}

/// What a tree of processes uses.
package struct ProcessUsage: Hashable, Sendable {
  package let processes: Int
  package let threads: Int
  /// Memory that is present, in bytes; what processes share counts for each.
  package let memory: UInt64
  /// Processor time so far, in milliseconds.
  package let processorTime: UInt64

  /// Absent for a tree without processes.
  init?(of tree: [ProcessStatus]) {
    guard !tree.isEmpty else { return nil }
    processes = tree.count
    threads = tree.reduce(0) { $0 &+ $1.threads }
    memory = tree.reduce(0) { $0 &+ $1.memory }
    processorTime = tree.reduce(0) { $0 &+ $1.ticks } &* 1_000 / ticksPerSecond
  }
}

/// The variable by which a child and all that it starts are known again, whatever sessions and groups they
/// make.
package let processMark = "SESSIONTOP_PROCESS"

/// Ends with SIGKILL every process of this user whose environment has the mark with this value; says how
/// many.
///
/// Looked through again until nobody is found, for half a second at most: who starts others quickly may be
/// ahead of one look, one that ends during it may have left another just before, and one that is just
/// becoming another program shows no environment meanwhile.
@discardableResult
package func endProcesses(marked mark: String) -> Int {
  let entry = Array("\(processMark)=\(mark)".utf8)
  return endProcesses { $0.elementsEqual(entry) }
}

/// The same for all that carry a mark of a run, which `mark` and a hyphen begin.
@discardableResult
package func endProcesses(ofRun mark: String) -> Int {
  let entry = Array("\(processMark)=\(mark)-".utf8)
  return endProcesses { $0.starts(with: entry) }
}

private func endProcesses(_ isMark: (ArraySlice<UInt8>) -> Bool) -> Int {
  let limit = bootTicks() &+ ticksPerSecond / 2
  var ended: Set<Int32> = []
  // Two looks that find nothing to do: numbers come round, so a newcomer may have one that was passed
  // already.
  var clean = 0
  while clean < 2, case let now = bootTicks(), now < limit {
    var isUncertain = false
    for process in ProcessStatus.all() where !process.isZombie && process.id != getpid() {
      switch markState(of: process, isMark) {
      case .carried:
        kill(process.id, SIGKILL)
        ended.insert(process.id)
        isUncertain = true
      case .gone: isUncertain = true
      // Programs that were given no variables exist; only of a young one more is to be expected.
      case .unknown: isUncertain = isUncertain || process.started &+ 60 &* ticksPerSecond > now
      case .absent: break
      }
    }
    clean = isUncertain ? 0 : clean + 1
    if clean < 2 { _ = wait(reading: [], milliseconds: 5) }
  }
  return ended.count
}

private let ticksPerSecond = UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))

/// Clock ticks since the machine started, as processes' starts are counted.
private func bootTicks() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_BOOTTIME, &time)
  return UInt64(clamping: time.tv_sec) &* ticksPerSecond &+ UInt64(clamping: time.tv_nsec) &* ticksPerSecond
    / 1_000_000_000
}

/// What a look at the variables of a process says of a mark.
private enum MarkState {
  case carried, absent
  /// It shows no variables: it is just becoming another program, or has none.
  case unknown
  /// It ended between being seen and being looked at.
  case gone
}

private func markState(of process: ProcessStatus, _ isMark: (ArraySlice<UInt8>) -> Bool) -> MarkState {
  // Threads of the kernel have none, ever.
  if process.id == 2 || process.parent == 2 { return .absent }
  let descriptor = open("/proc/\(process.id)/environ", O_RDONLY | O_CLOEXEC)
  // A process of somebody else cannot be looked at, and is none of ours.
  guard descriptor >= 0 else { return [ENOENT, ESRCH].contains(errno) ? .gone : .absent }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  // The kernel bounds an environment only by the stack; ours are far smaller.
  while bytes.count < 1 << 20 {
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0, errno == ESRCH { return .gone }
    guard count > 0 else { break }
    bytes += buffer.prefix(count)
  }
  if bytes.isEmpty { return .unknown }
  return bytes.split(separator: 0).contains(where: isMark) ? .carried : .absent
}
