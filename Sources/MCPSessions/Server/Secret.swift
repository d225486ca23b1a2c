/// A value that must not be shown: printing it in any way gives a mask.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The value itself, for the wire only.
  package let revealed: String

  package init(_ value: String) {
    revealed = value
  }

  package static func == (left: Secret, right: Secret) -> Bool { left.revealed.isExactly(right.revealed) }

  package func hash(into hasher: inout Hasher) { ExactText(revealed).hash(into: &hasher) }

  package var description: String { "•••" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// One HTTP header that a server's configuration asks for. The value counts as a secret.
package struct Header: Hashable, Sendable {
  package let name: String
  package let value: Secret

  package init(name: String, value: String) {
    self.name = name
    self.value = Secret(value)
  }
}
