/// The id of a session as the server gave it. It is a secret: printing it shows its first characters only.
///
/// Source: specification 2025-11-25, "Session Management": visible ASCII, 0x21 to 0x7E.
public struct SessionID: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The longest id that we carry, in bytes.
  public static let limit = 8 * 1_024

  /// The id itself, for the wire and the journal only.
  public let revealed: String

  /// Fails when the text is empty, too long, or holds anything but visible ASCII.
  public init?(_ text: String) {
    let bytes = text.utf8
    guard !bytes.isEmpty, bytes.count <= Self.limit, bytes.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    revealed = text
  }

  /// The first eight characters and three dots; of a short id the first two.
  public var masked: String {
    "\(revealed.prefix(revealed.utf8.count > 8 ? 8 : 2))..."
  }

  public var description: String { masked }
  public var debugDescription: String { masked }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
