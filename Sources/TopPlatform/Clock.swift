import CTopLinux
import Glibc

/// Reads both clocks, by which everything is due and told.
package struct ClockReading: Sendable {
  /// Nanoseconds of a clock that never goes back, and that goes on while the machine is suspended: what is
  /// shown as an age is one, and who slept sees it by the hour.
  package let monotonic: Int64
  /// Milliseconds since 1970 in UTC.
  package let wall: Int64

  /// Now.
  package init() {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    monotonic = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    clock_gettime(CLOCK_REALTIME, &time)
    wall = Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
