import CTopLinux
import Glibc

/// A socket that clients come to, and a descriptor kept for the day when there is no other: who comes then is
/// taken with it and sent away, so that a socket which stays readable wakes nobody for ever.
package final class Listener {
  package let descriptor: Int32
  private var spare: Int32

  /// Owns `descriptor`, a socket that listens and never blocks.
  package init(_ descriptor: Int32) {
    self.descriptor = descriptor
    spare = Self.anything()
  }

  deinit {
    close(descriptor)
    if spare >= 0 { close(spare) }
  }

  /// The next client, who neither blocks nor is inherited. Absent when nobody waits.
  package func next() -> Int32? {
    while true {
      let client = clinux_accept(descriptor)
      if client >= 0 { return client }
      switch errno {
      // Whoever left while waiting is followed by others.
      case EINTR, ECONNABORTED, EPROTO: continue
      case EMFILE, ENFILE:
        guard spare >= 0 else { return nil }
        close(spare)
        let unwanted = clinux_accept(descriptor)
        if unwanted >= 0 { close(unwanted) }
        spare = Self.anything()
        guard unwanted >= 0 else { return nil }
      default: return nil
      }
    }
  }

  private static func anything() -> Int32 { openFile("/dev/null", O_RDONLY | O_CLOEXEC, 0) }
}

/// One thread has it.
@available(*, unavailable)
extension Listener: Sendable {}
