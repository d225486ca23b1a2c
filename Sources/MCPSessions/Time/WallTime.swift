/// A time of day in UTC, for people and files; never used to decide when something is due.
public struct WallTime: Comparable, Hashable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public let milliseconds: Int64

  /// What is beyond the years that a calendar writes with four digits is their end: whoever says so, no sum
  /// with such a time leaves the range of its type.
  package init(milliseconds: Int64) {
    self.milliseconds = min(max(milliseconds, Self.first), Self.last)
  }

  /// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59.999Z.
  private static let (first, last) = (Int64(-62_167_219_200_000), Int64(253_402_300_799_999))

  package static func + (time: WallTime, duration: Duration) -> WallTime {
    WallTime(milliseconds: time.milliseconds.addingSaturated(duration.inMilliseconds))
  }

  package static func - (later: WallTime, earlier: WallTime) -> Duration {
    .milliseconds(later.milliseconds - earlier.milliseconds)
  }

  /// Whether the left one is earlier.
  public static func < (left: WallTime, right: WallTime) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// RFC 3339 in UTC with milliseconds: `2026-11-23T10:00:00.123Z`.
  public var rfc3339: String {
    let day = date
    return
      "\(twoDigits(day.year / 100))\(twoDigits(day.year % 100))-\(twoDigits(day.month))-\(twoDigits(day.day))T\(clock).\(threeDigits)Z"
  }

  /// Reads RFC 3339 as `rfc3339` writes it: `2026-11-23T10:00:00.123Z`, the fraction optional, or an offset
  /// such as `+01:00` at the end.
  package init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= bytes.count else { return nil }
      return bytes[range].reduce(Int64?(0)) { sum, byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          ? sum.map { $0 * 10 + Int64(byte & 0x0F) } : nil
      }
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      (1...12).contains(month), (1...31).contains(day), bytes[4] == UInt8(ascii: "-"),
      bytes[10] | 0x20 == UInt8(ascii: "t")
    else { return nil }
    var place = 19
    var fraction: Int64 = 0
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      var scale: Int64 = 100
      place += 1
      while place < bytes.count, let digit = number(place..<place + 1) {
        // The scale is zero behind the third digit, however many there are.
        fraction += digit * scale
        scale /= 10
        place += 1
      }
    }
    var offset: Int64 = 0
    switch place < bytes.count ? bytes[place] : 0 {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"): place += 1
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard let hours = number(place + 1..<place + 3), let minutes = number(place + 4..<place + 6) else {
        return nil
      }
      offset = (hours * 3_600 + minutes * 60) * (bytes[place] == UInt8(ascii: "-") ? -1 : 1)
      place += 6
    default: return nil
    }
    guard place == bytes.count else { return nil }
    let seconds = Self.days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
    self.init(milliseconds: seconds * 1_000 + fraction)
  }

  /// Days since 1970, by Howard Hinnant's `days_from_civil`.
  static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The time of day alone: `10:00:00`, shifted by `offset` seconds east of UTC.
  package func clock(offset: Int = 0) -> String {
    WallTime(milliseconds: milliseconds.addingSaturated(Int64(offset).multipliedSaturated(by: 1_000))).clock
  }

  private var clock: String {
    let second = Int(floorRemainder(milliseconds / 1_000 - (milliseconds % 1_000 < 0 ? 1 : 0), 86_400))
    return "\(twoDigits(second / 3_600)):\(twoDigits(second / 60 % 60)):\(twoDigits(second % 60))"
  }

  private var threeDigits: String {
    let text = String(floorRemainder(milliseconds, 1_000))
    return String(repeating: "0", count: 3 - text.count) + text
  }

  /// Year, month and day of the proleptic Gregorian calendar, by Howard Hinnant's `civil_from_days`.
  private var date: (year: Int64, month: Int64, day: Int64) {
    let days = (milliseconds - floorRemainder(milliseconds, 86_400_000)) / 86_400_000 + 719_468
    let era = (days - floorRemainder(days, 146_097)) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}

/// An instant as both clocks show it: the monotonic one decides, the wall clock is told to people.
public struct Moment: Hashable, Sendable {
  package let instant: Instant
  /// The time of day by the system's clock, which may be set.
  public let wall: WallTime

  package init(instant: Instant, wall: WallTime) {
    self.instant = instant
    self.wall = wall
  }

  /// The moment that lies so far before it.
  package func earlier(by duration: Duration) -> Moment {
    Moment(
      instant: instant - duration,
      wall: WallTime(milliseconds: wall.milliseconds.subtractingSaturated(duration.inMilliseconds)))
  }
}

private func floorRemainder(_ value: Int64, _ divisor: Int64) -> Int64 {
  let remainder = value % divisor
  return remainder < 0 ? remainder + divisor : remainder
}

private func twoDigits(_ value: some BinaryInteger) -> String {
  value < 10 ? "0\(value)" : "\(value)"
}
