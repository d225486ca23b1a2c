/// The id of a session as the server gave it. It is a secret: printing it shows its first characters only.
///
/// Source: specification 2025-11-25, "Session Management": visible ASCII, 0x21 to 0x7E.
package struct SessionID: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The longest id that we carry, in bytes.
  package static let limit = 8 * 1_024

  /// The id itself, for the wire and the journal only.
  package let revealed: String

  /// Fails when the text is empty, too long, or holds anything but visible ASCII.
  package init?(_ text: String) {
    let bytes = text.utf8
    guard !bytes.isEmpty, bytes.count <= Self.limit, bytes.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    revealed = text
  }

  /// The first eight characters and three dots; of a short id the first two.
  package var masked: String {
    "\(revealed.prefix(revealed.utf8.count > 8 ? 8 : 2))..."
  }

  package var description: String { masked }
  package var debugDescription: String { masked }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
