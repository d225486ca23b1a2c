import Sessions

/// A length of time in at most five characters: `0s`, `59s`, `4m12s`, `2h14m`, `1d03h`, `412d`.
func age(_ duration: Duration) -> String {
  let seconds = max(0, duration.components.seconds)
  func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
  switch seconds {
  case ..<60: return "\(seconds)s"
  case ..<3_600: return "\(seconds / 60)m\(two(seconds % 60))s"
  case ..<86_400: return "\(seconds / 3_600)h\(two(seconds % 3_600 / 60))m"
  case ..<8_640_000: return "\(seconds / 86_400)d\(two(seconds % 86_400 / 3_600))h"
  default: return "\(seconds / 86_400)d"
  }
}

/// How long ago something was; `-` when it never was.
func age(of moment: Moment?, at now: Moment) -> String {
  moment.map { age(now.instant - $0.instant) } ?? "-"
}

/// The time until an instant, rounded up, so that a countdown ends at 1s and not at 0s.
func countdown(to instant: Instant, at now: Moment) -> String {
  let left = instant - now.instant
  return left <= .zero ? "now" : age(left + .milliseconds(999))
}

/// Milliseconds in four characters or so: `0.4ms`, `12ms`, `2.4s`.
func latency(_ milliseconds: Double?) -> String {
  guard let milliseconds else { return "-" }
  switch milliseconds {
  case ..<1: return "\((milliseconds * 10).rounded() / 10)ms"
  case ..<999.5: return "\(Int(milliseconds.rounded()))ms"
  case ..<9_950: return "\((milliseconds / 100).rounded() / 10)s"
  default: return "\(Int((milliseconds / 1_000).rounded()))s"
  }
}
