internal import NIOCore
internal import Synchronization

/// What a server saw of its clients: bounded, readable from any thread, and something to wait for.
package final class RequestLog: Sendable {
  /// Most requests that are kept; later ones are counted only.
  package static let limit = 20_000

  /// One request and what became of it.
  package struct Entry: Sendable {
    package let request: Request
    /// The status and the headers that were told; absent when none were, or in raw bytes only.
    package internal(set) var head: Reply.Head?
    /// Bytes of the answer that the kernel took.
    package internal(set) var bytesSent = 0
    /// When the answer was complete, or the connection gone; absent while neither is so.
    package internal(set) var finished: Duration?

    package var status: Int? { head?.status }
  }

  /// What is known at an instant.
  package struct Contents: Sendable {
    package internal(set) var entries: [Entry] = []
    /// Time of each connection since the server's start, also of those that were reset at once.
    package internal(set) var connections: [Duration] = []
    /// Requests and connections over the limit.
    package internal(set) var dropped = 0

    /// The requests of one kind, as `Request.kind` tells them.
    package func requests(_ kind: String) -> [Entry] { entries.filter { $0.request.kind == kind } }
  }

  private typealias Condition = @Sendable (Contents) -> Bool
  private struct State {
    var contents = Contents()
    var waiting: [Int: (condition: Condition, promise: EventLoopPromise<Bool>)] = [:]
    var waiters = 0
  }

  private let state = Mutex(State())
  private let loop: any EventLoop

  private let limit: Int

  init(loop: any EventLoop, limit: Int) {
    self.loop = loop
    self.limit = limit
  }

  /// What came so far.
  package var contents: Contents { state.withLock { $0.contents } }

  /// Blocks until the condition holds, at most so long; tells whether it does. Not to be called by a script.
  package func wait(
    _ limit: Duration = .seconds(5), until condition: @escaping @Sendable (Contents) -> Bool
  ) -> Bool {
    let promise = loop.makePromise(of: Bool.self)
    let number: Int? = state.withLock { state in
      guard !condition(state.contents) else { return nil }
      state.waiters += 1
      state.waiting[state.waiters] = (condition, promise)
      return state.waiters
    }
    guard let number else {
      promise.succeed(true)
      return true
    }
    let deadline = loop.scheduleTask(in: TimeAmount(limit)) { self.giveUp(number) }
    defer { deadline.cancel() }
    return (try? promise.futureResult.wait()) ?? false
  }

  /// Forgets what came so far.
  package func clear() {
    state.withLock { $0.contents = Contents() }
  }

  func append(_ request: Request) {
    change { contents in
      guard contents.entries.count < limit else { return contents.dropped += 1 }
      contents.entries.append(Entry(request: request))
    }
  }

  func appendConnection(at time: Duration) {
    change { contents in
      guard contents.connections.count < limit else { return contents.dropped += 1 }
      contents.connections.append(time)
    }
  }

  func note(_ number: Int, _ update: (inout Entry) -> Void) {
    change { contents in
      // Numbers rise, so the entry is near the end.
      guard let index = contents.entries.lastIndex(where: { $0.request.number == number }) else { return }
      update(&contents.entries[index])
    }
  }

  private func change(_ update: (inout Contents) -> Void) {
    let met: [EventLoopPromise<Bool>] = state.withLock { state in
      update(&state.contents)
      let met = state.waiting.filter { $0.value.condition(state.contents) }
      for number in met.keys { state.waiting[number] = nil }
      return met.values.map(\.promise)
    }
    for promise in met { promise.succeed(true) }
  }

  private func giveUp(_ number: Int) {
    state.withLock { $0.waiting.removeValue(forKey: number) }?.promise.succeed(false)
  }
}
