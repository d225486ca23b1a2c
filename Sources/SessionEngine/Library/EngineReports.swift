public import MCPSessions
import Synchronization

/// What an engine has to say, one report after the other, until it has stopped.
///
/// Every iteration stands for itself: it begins with all sessions as they are then, and goes on with what
/// changes. The engine never waits for a reader. What a reader has not taken merges into one report of
/// bounded size: of each session the newest state wins, and of events the newest 4096 are kept;
/// `eventsDropped` says how many were not. An iteration ends once the engine has stopped, and when its task
/// is cancelled.
public struct EngineReports: AsyncSequence, Sendable {
  let audience: Audience

  /// Begins to listen; whoever stops iterating is forgotten.
  public func makeAsyncIterator() -> Iterator { Iterator(seat: audience.join()) }

  /// One reader's place in the reports.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let seat: Seat

    /// What changed since the report before, as soon as something did; nil after the last one, and when the
    /// task is cancelled.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> EngineReport? {
      await seat.next()
    }
  }
}

/// All who listen to an engine.
final class Audience: Sendable {
  private struct Contents {
    var seats: [UInt64: Reference] = [:]
    var next: UInt64 = 0
    var hasStopped = false
  }

  private struct Reference {
    weak var seat: Seat?
  }

  private let contents = Mutex(Contents())
  private let known: Known

  init(_ known: Known) { self.known = known }

  /// A new place, with all that is known already.
  func join() -> Seat {
    contents.withLock { contents in
      // Whatever is said from here on is said to this seat as well; what it learns twice is the same.
      let now = known.now
      var first = EngineReport()
      first.sessions = now.sessions
      if !now.sessions.isEmpty { first.statistics = now.statistics }
      first.stopped = contents.hasStopped
      let number = contents.next
      contents.next += 1
      let seat = Seat(first) { [weak self] in self?.leave(number) }
      contents.seats[number] = Reference(seat: seat)
      return seat
    }
  }

  /// Says it to all; to be called on one thread. Nobody is waited for.
  func tell(_ report: EngineReport) {
    let seats = contents.withLock { contents in
      if report.stopped { contents.hasStopped = true }
      return contents.seats.values.compactMap(\.seat)
    }
    for seat in seats { seat.post(report) }
  }

  private func leave(_ number: UInt64) { contents.withLock { $0.seats[number] = nil } }
}

/// What waits for one reader.
final class Seat: Sendable {
  private struct Contents {
    var waiting: EngineReport
    var reader: CheckedContinuation<EngineReport?, Never>?
    var isOver = false

    /// What is to be handed over now; absent while there is nothing.
    mutating func take() -> EngineReport? {
      guard !waiting.isEmpty else { return nil }
      let report = waiting
      waiting = EngineReport()
      isOver = report.stopped
      return report
    }
  }

  private let contents: Mutex<Contents>
  private let leave: @Sendable () -> Void

  init(_ first: EngineReport, leave: @escaping @Sendable () -> Void) {
    contents = Mutex(Contents(waiting: first))
    self.leave = leave
  }

  deinit { leave() }

  func post(_ report: EngineReport) {
    let ready = contents.withLock { contents in
      contents.waiting.merge(report)
      guard let reader = contents.reader, let report = contents.take() else {
        return nil as (CheckedContinuation<EngineReport?, Never>, EngineReport)?
      }
      contents.reader = nil
      return (reader, report)
    }
    if let (reader, report) = ready { reader.resume(returning: report) }
  }

  func next() async -> EngineReport? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { reader in
        let (answer, isDue) = contents.withLock { contents -> (EngineReport?, Bool) in
          if contents.isOver || Task.isCancelled { return (nil, true) }
          if let report = contents.take() { return (report, true) }
          contents.reader = reader
          return (nil, false)
        }
        if isDue { reader.resume(returning: answer) }
      }
    } onCancel: {
      let reader = contents.withLock { contents in
        let reader = contents.reader
        contents.reader = nil
        return reader
      }
      reader?.resume(returning: nil)
    }
  }
}
