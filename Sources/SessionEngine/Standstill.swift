import MCPSessions

/// Finds the stretches in which this process did not run: it was stopped, or the machine was suspended.
/// Time-outs of that time are nobody's fault.
struct Standstill {
  /// Work between two looks at the clock that takes this much longer than it waited was none.
  private static let limit = Duration.seconds(2)
  private var looked: Instant

  init(at now: Instant) {
    looked = now
  }

  /// Notes the time; returns how long nothing was done since the look before, beside what was waited on
  /// purpose, where that is too long to be work.
  mutating func look(at now: Instant, after wait: Duration = .zero) -> Duration? {
    let pause = now - looked - wait
    looked = now
    return pause > Self.limit ? pause : nil
  }
}
