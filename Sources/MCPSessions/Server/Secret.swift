/// A value that must not be shown: printing it in any way gives a mask.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The value itself, for the wire only.
  public let revealed: String

  public init(_ value: String) {
    revealed = value
  }

  public static func == (left: Secret, right: Secret) -> Bool { left.revealed.isExactly(right.revealed) }

  public func hash(into hasher: inout Hasher) { ExactText(revealed).hash(into: &hasher) }

  public var description: String { "•••" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// One HTTP header that a server's configuration asks for. The value counts as a secret.
public struct Header: Hashable, Sendable {
  public let name: String
  public let value: Secret

  public init(name: String, value: String) {
    self.name = name
    self.value = Secret(value)
  }
}
