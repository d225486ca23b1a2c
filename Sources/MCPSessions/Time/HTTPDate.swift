/// How long a `Retry-After` header asks to wait (RFC 9110 section 10.2.3), at least half a second, at most an
/// hour.
///
/// Absent when the header is neither a number of seconds nor an HTTP date.
func retryAfter(_ header: String?, now: WallTime) -> Duration? {
  guard let text = header?.drop(while: { $0 == " " }).prefix(while: { $0 != ";" }) else { return nil }
  let asked: Duration
  if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
    asked = .seconds(Int64(text) ?? .max / 2)
  } else if let date = httpDate(text) {
    asked = .milliseconds(date.milliseconds.subtractingSaturated(now.milliseconds))
  } else {
    return nil
  }
  return min(max(asked, .milliseconds(500)), .seconds(3_600))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that senders may generate.
private func httpDate(_ text: Substring) -> WallTime? {
  let words = text.split(separator: " ")
  let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  guard words.count == 6, words[5] == "GMT", let day = Int64(words[1]), let year = Int64(words[3]),
    let month = months.firstIndex(of: String(words[2])).map({ Int64($0) + 1 }),
    (1...31).contains(day), (1970...9999).contains(year)
  else { return nil }
  let clock = words[4].split(separator: ":").compactMap { Int64($0) }
  guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]),
    (0...60).contains(clock[2])
  else { return nil }
  // Days since the epoch, by Howard Hinnant's `days_from_civil`.
  let shiftedYear = month <= 2 ? year - 1 : year
  let era = shiftedYear / 400
  let yearOfEra = shiftedYear - era * 400
  let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  let days = era * 146_097 + dayOfEra - 719_468
  let seconds = days * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
  return WallTime(milliseconds: seconds * 1_000)
}
