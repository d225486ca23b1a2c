import MCPSessions
import Testing

@testable import SessionEngine

@Suite struct `A process that stands still` {
  private static func at(_ seconds: Double) -> Instant { .zero + .seconds(seconds) }

  /// Looks at the clock, in seconds, each with how long was waited before it.
  @Test(
    arguments: [
      ([(1, 1), (2, 1), (3.9, 0)], []),
      // Stopped while it waited.
      ([(1, 1), (6, 1)], [4]),
      // Stopped at work, wherever between two looks.
      ([(1, 1), (1.1, 0), (5.2, 0), (5.3, 0)], [4.1]),
      // Woken early by news, and stopped then.
      ([(1, 1), (3.6, 0.1)], [2.5]),
      ([(60, 60), (120, 60), (3_720, 60)], [3_540]),
    ] as [([(Double, Double)], [Double])]) func `is found out at the next look at the clock`(
      looks: [(Double, Double)], pauses: [Double]
    )
  {
    var standstill = Standstill(at: Self.at(0))
    let found = looks.compactMap { standstill.look(at: Self.at($0.0), after: .seconds($0.1)) }
    #expect(found.map { ($0.inSeconds * 10).rounded() / 10 } == pauses)
  }
}
