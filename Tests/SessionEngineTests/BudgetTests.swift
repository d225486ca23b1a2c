import MCPSessions
import Testing

@testable import SessionEngine

/// How much is read of one session in its turn and in a second.
@Suite struct `A budget` {
  private let start = Instant.zero + .seconds(100)

  @Test func `lets a rush through, then only so much in a second`() {
    var budget = Budget(at: start)
    var taken = 0
    while budget.hasRoom(at: start) {
      budget.take(bytes: 64, items: 8)
      taken += 8
    }
    #expect(taken == 2_000)
    // A minute of a server that never stops, asked for whenever there is something to take.
    var now = start
    var later = 0
    while now < start + .seconds(60) {
      now = max(budget.next(at: now), now + .milliseconds(1))
      guard budget.hasRoom(at: now) else { continue }
      budget.take(bytes: 64, items: 8)
      later += 8
    }
    #expect((58_000...62_000).contains(later))
  }

  @Test func `counts bytes as well, and says when there is room again`() {
    var budget = Budget(at: start)
    budget.take(bytes: 12_000_000, items: 1)
    let hasRoom = budget.hasRoom(at: start)
    let next = budget.next(at: start)
    #expect(!hasRoom && next - start >= .seconds(1) && next - start < .milliseconds(1_100))
    let (hasRoomThen, soonest) = (budget.hasRoom(at: next), budget.next(at: next))
    #expect(hasRoomThen && soonest == next)
  }

  @Test func `saves nothing over its burst, however long it was quiet`() {
    var budget = Budget(at: start)
    let later = start + .seconds(1_000_000)
    var taken = 0
    while budget.hasRoom(at: later) {
      budget.take(bytes: 0, items: 1)
      taken += 1
    }
    #expect(taken == 2_000)
  }

  @Test func `tells once a second that it bites, and only while it does`() {
    var budget = Budget(at: start)
    let isToldAtOnce = budget.takeNotice(at: start)
    #expect(!isToldAtOnce)
    var told: [Int] = []
    for step in 0..<500 {
      let now = start + .milliseconds(10 * step)
      // A flood of bytes for two seconds, then quiet.
      if step < 200 { while budget.hasRoom(at: now) { budget.take(bytes: 65_536, items: 1) } }
      if budget.takeNotice(at: now) { told.append(step) }
    }
    #expect(told == [0, 100, 200], "\(told)")
  }

  @Test func `Commands over the queue's limit are counted, and a stop is never one of them`() {
    var queue = CommandQueue()
    for _ in 0..<1_030 { queue.merge(CommandQueue(.reportConfigurationProblem("x"))) }
    queue.merge(CommandQueue(.stop))
    #expect(queue.commands.count == 1_025 && queue.commands.last == .stop && queue.dropped == 6)
  }
}
