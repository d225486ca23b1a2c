/// A time of day in UTC, for people and files; never used to decide when something is due.
public struct WallTime: Comparable, Hashable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public let milliseconds: Int64

  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  public static func < (left: WallTime, right: WallTime) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// RFC 3339 in UTC with milliseconds: `2026-11-23T10:00:00.123Z`.
  public var rfc3339: String {
    let day = date
    return "\(day.year)-\(twoDigits(day.month))-\(twoDigits(day.day))T\(clock).\(threeDigits)Z"
  }

  /// The time of day alone: `10:00:00`, shifted by `offset` seconds east of UTC.
  public func clock(offset: Int = 0) -> String {
    WallTime(milliseconds: milliseconds + Int64(offset) * 1_000).clock
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
  public let instant: Instant
  public let wall: WallTime

  public init(instant: Instant, wall: WallTime) {
    self.instant = instant
    self.wall = wall
  }
}

private func floorRemainder(_ value: Int64, _ divisor: Int64) -> Int64 {
  let remainder = value % divisor
  return remainder < 0 ? remainder + divisor : remainder
}

private func twoDigits(_ value: some BinaryInteger) -> String {
  value < 10 ? "0\(value)" : "\(value)"
}
