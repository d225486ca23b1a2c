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

  /// Whether streamable HTTP of this revision can carry a session.
  package var hasSessions: Bool { self >= .v2025_03_26 && self <= .v2025_11_25 }

  package static func < (left: Revision, right: Revision) -> Bool {
    left.rawValue < right.rawValue
  }
}
