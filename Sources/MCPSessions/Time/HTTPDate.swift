/// How long a `Retry-After` header asks to wait (RFC 9110 section 10.2.3), at least half a second, at most an
/// hour.
///
/// Absent when the header is neither a number of seconds nor an HTTP date. Some senders write parts of
/// seconds, or the unit; what a proxy made of two headers asks for the longer time.
func retryAfter(_ header: String?, now: WallTime) -> Duration? {
  guard let text = header?.drop(while: { $0 == " " }).prefix(while: { $0 != ";" }) else { return nil }
  let asked: Duration
  let parts = text.split { $0 == "," || $0 == " " }
  if !parts.isEmpty, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) {
    asked = .seconds(parts.map { Int64($0) ?? .max / 2 }.max() ?? 0)
  } else if let first = text.utf8.first, (0x30...0x39).contains(first), let span = seconds(inSpan: text) {
    asked = .seconds(min(span.rounded(.up), 3_600))
  } else if let date = httpDate(text) {
    asked = .milliseconds(date.milliseconds.subtractingSaturated(now.milliseconds))
  } else {
    return nil
  }
  return min(max(asked, .milliseconds(500)), .seconds(3_600))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, and the two older forms that are to be read as well (RFC 9110 section
/// 5.6.7): `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
private func httpDate(_ text: Substring) -> WallTime? {
  var words = text.split { $0 == " " || $0 == "," }.flatMap { word in
    word.contains(":") ? [word] : word.split(separator: "-", omittingEmptySubsequences: false)
  }
  let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  if words.count == 5 { words = [words[0], words[2], words[1], words[4], words[3], "GMT"] }
  guard words.count == 6, ["GMT", "UTC", "+0000"].contains(words[5]), let day = Int64(words[1]),
    let written = Int64(words[3]), let month = months.firstIndex(of: String(words[2])).map({ Int64($0) + 1 })
  else { return nil }
  // Two digits mean the century that is nearer.
  let year = words[3].utf8.count != 2 ? written : written < 70 ? 2_000 + written : 1_900 + written
  guard (1...31).contains(day), (1970...9999).contains(year) else { return nil }
  let clock = words[4].split(separator: ":").compactMap { Int64($0) }
  guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]),
    (0...60).contains(clock[2])
  else { return nil }
  let seconds = WallTime.days(year, month, day) * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
  return WallTime(milliseconds: seconds * 1_000)
}

/// What a server asked for, and what it comes to: all that waits because of it is decided here.
struct Patience {
  private let asked: Duration?

  init(_ header: String?, now: WallTime) { asked = retryAfter(header, now: now) }

  /// What a stream asked for in `retry`; nil when it did not.
  init(asked: Duration?) { self.asked = asked }

  /// Before the next attempt after a loss, which by itself would wait `own`: never sooner than asked, and up
  /// to a fifth later, so that sessions drift apart.
  func afterLoss(own: Duration, using random: inout some RandomNumberGenerator) -> Duration {
    asked.map { max(own, stretched($0, using: &random)) } ?? own
  }

  /// Before a stream is asked for again, which by itself would wait `own`: as asked, at first; repeated cuts
  /// still slow us down.
  func beforeStream(attempts: Int, own: Duration) -> Duration {
    asked.map { attempts <= 1 ? $0 : max($0, own) } ?? own
  }
}
