import CTopLinux
import Glibc

/// A system call's error, with the system's words for it.
package struct ErrorNumber: Error, Hashable, Sendable, CustomStringConvertible {
  package let rawValue: Int32

  package init(_ rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// The calling thread's last error.
  package static var current: ErrorNumber { ErrorNumber(clinux_errno()) }

  package var description: String { String(cString: strerror(rawValue)) }
}
