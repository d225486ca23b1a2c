import Glibc

/// An open file and its only owner: closed exactly once, when this value ends, however that comes about, also
/// in the middle of an initializer that fails.
package final class Descriptor: Sendable {
  /// Negative when it could not be opened; for calls, never to be closed.
  package let number: Int32

  package init(_ number: Int32) {
    self.number = number
  }

  deinit {
    if number >= 0 { close(number) }
  }
}
