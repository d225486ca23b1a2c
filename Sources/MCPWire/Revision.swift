/// A revision of the Model Context Protocol (specification, "Versioning").
package enum Revision: String, CaseIterable, Comparable, Sendable {
  case v2024_11_05 = "2024-11-05"
  case v2025_03_26 = "2025-03-26"
  case v2025_06_18 = "2025-06-18"
  case v2025_11_25 = "2025-11-25"
  /// The sessionless revision: no handshake, no session, no ping, no GET stream.
  case v2026_07_28 = "2026-07-28"

  /// What we offer first over streamable HTTP.
  package static let newestWithSessions = Revision.v2025_11_25

  /// Whether it begins with `initialize`. Servers answer that over HTTP whatever way their revision foresaw.
  package var hasHandshake: Bool { self <= .newestWithSessions }

  /// Whether streamable HTTP of this revision can carry a session.
  package var hasSessions: Bool { self >= .v2025_03_26 && self <= .v2025_11_25 }

  /// The dates that a text names in the form of a revision, in its order, whether or not they are one.
  package static func dates(in text: String) -> [String] {
    let bytes = Array(text.utf8.prefix(65_536))
    var dates: [String] = []
    var place = 0
    while place + 10 <= bytes.count {
      let candidate = bytes[place..<place + 10]
      let isApart =
        (place == 0 || !isDigit(bytes[place - 1]))
        && (place + 10 == bytes.count || !isDigit(bytes[place + 10]))
      guard isApart, candidate.starts(with: "20".utf8), isDate(candidate) else {
        place += 1
        continue
      }
      dates.append(String(decoding: candidate, as: UTF8.self))
      place += 10
    }
    return dates
  }

  private static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
    zip(0..., bytes).allSatisfy { $0 == 4 || $0 == 7 ? $1 == UInt8(ascii: "-") : isDigit($1) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  package static func < (left: Revision, right: Revision) -> Bool {
    left.rawValue < right.rawValue
  }
}
