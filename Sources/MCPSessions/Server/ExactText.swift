/// A text that equals another when their bytes do. `String` takes two spellings of é for one; for files,
/// servers and other programs they are two names, two users, two values.
package struct ExactText: Hashable, Comparable, ExpressibleByStringLiteral, Sendable {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  package init(stringLiteral text: String) {
    self.text = text
  }

  package static func == (left: ExactText, right: ExactText) -> Bool { left.text.isExactly(right.text) }

  package static func < (left: ExactText, right: ExactText) -> Bool { left.text.precedes(right.text) }

  package func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    hasher.combine(0xFF as UInt8)
  }
}

extension String {
  /// Whether the bytes are the same.
  package func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }

  /// As `<`, and where that takes two texts for one, by their bytes: two names always have an order.
  func precedes(_ other: String) -> Bool {
    self == other ? utf8.lexicographicallyPrecedes(other.utf8) : self < other
  }
}
