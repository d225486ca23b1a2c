import MCPSessions

// Times in few characters.

/// A length of time in at most six characters: `0s`, `59s`, `4m12s`, `2h14m`, `1d03h`, `412d`.
func age(_ duration: Duration) -> String {
  let seconds = max(0, duration.components.seconds)
  switch seconds {
  case ..<60: return "\(seconds)s"
  case ..<3_600: return "\(seconds / 60)m\(two(seconds % 60))s"
  case ..<86_400: return "\(seconds / 3_600)h\(two(seconds % 3_600 / 60))m"
  case ..<8_640_000: return "\(seconds / 86_400)d\(two(seconds % 86_400 / 3_600))h"
  default: return "\(seconds / 86_400)d"
  }
}

/// The same in minutes, for what is well: figures that nobody waits for need not tick, and every tick is sent
/// over somebody's line.
func calmAge(_ duration: Duration) -> String {
  let seconds = max(0, duration.components.seconds)
  switch seconds {
  case ..<60: return "<1m"
  case ..<3_600: return "\(seconds / 60)m"
  default: return age(duration)
  }
}

/// How long ago something was; `-` when it never was.
func age(of moment: Moment?, at now: Moment, calm: Bool = false) -> String {
  guard let moment else { return "-" }
  let duration = now.instant - moment.instant
  return calm ? calmAge(duration) : age(duration)
}

/// `next in 6s`, rounded up so that a countdown ends at 1s; `next now` when it is due.
func countdown(to instant: Instant, at now: Moment) -> String {
  let left = instant - now.instant
  return left > .zero ? "next in \(age(left + .milliseconds(999)))" : "next now"
}

/// A setting as a person would write it: `500ms`, `30s`, `1h`, `1h30m`.
func span(_ duration: Duration) -> String {
  let milliseconds = duration.inMilliseconds
  guard milliseconds % 1_000 == 0 else {
    return milliseconds < 1_000 ? "\(milliseconds)ms" : "\(Double(milliseconds) / 1_000)s"
  }
  var rest = milliseconds / 1_000
  var text = ""
  for (unit, seconds) in [("d", Int64(86_400)), ("h", 3_600), ("m", 60), ("s", 1)] where rest >= seconds {
    text += "\(rest / seconds)\(unit)"
    rest %= seconds
  }
  return text.isEmpty ? "0s" : text
}

/// Milliseconds in at most five characters: `0.4ms`, `12ms`, `2.4s`, `118s`; `-` when nothing was measured.
func latency(_ milliseconds: Double?) -> String {
  guard let milliseconds, milliseconds.isFinite else { return "-" }
  switch max(0, milliseconds) {
  case ..<0.95: return "\((milliseconds * 10).rounded() / 10)ms"
  case ..<999.5: return "\(Int(saturating: milliseconds.rounded()))ms"
  case ..<9_950: return "\((milliseconds / 100).rounded() / 10)s"
  case ..<9_999_500: return "\(Int(saturating: (milliseconds / 1_000).rounded()))s"
  default: return "long"
  }
}

/// `1 tool`, `14 tools`.
func counted(_ number: Int, _ thing: String) -> String { "\(number) \(thing)\(number == 1 ? "" : "s")" }

private func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
