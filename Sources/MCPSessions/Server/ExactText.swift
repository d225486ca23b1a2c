/// A text that equals another when their bytes do. `String` takes two spellings of é for one; for files,
/// servers and other programs they are two names, two users, two values.
public struct ExactText: Hashable, Comparable, ExpressibleByStringLiteral, Sendable {
  public let text: String

  public init(_ text: String) {
    self.text = text
  }

  public init(stringLiteral text: String) {
    self.text = text
  }

  public static func == (left: ExactText, right: ExactText) -> Bool { left.text.isExactly(right.text) }

  public static func < (left: ExactText, right: ExactText) -> Bool { left.text.precedes(right.text) }

  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    hasher.combine(0xFF as UInt8)
  }
}

extension String {
  /// Whether the bytes are the same.
  public func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }

  /// As `<`, and where that takes two texts for one, by their bytes: two names always have an order.
  func precedes(_ other: String) -> Bool {
    self == other ? utf8.lexicographicallyPrecedes(other.utf8) : self < other
  }
}
