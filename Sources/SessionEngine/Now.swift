package import MCPSessions
import TopPlatform

extension Moment {
  /// The present moment by both clocks.
  package static var now: Moment {
    let reading = ClockReading()
    return Moment(
      instant: Instant(nanoseconds: reading.monotonic), wall: WallTime(milliseconds: reading.wall))
  }
}

/// Nanoseconds of the clock of all instants.
func monotonic() -> Int64 { ClockReading().monotonic }
