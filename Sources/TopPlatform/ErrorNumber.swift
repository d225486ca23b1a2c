import CTopLinux
import Glibc

/// A system call's error, with the system's words for it.
public struct ErrorNumber: Error, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Int32

  public init(_ rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// The calling thread's last error.
  public static var current: ErrorNumber { ErrorNumber(clinux_errno()) }

  public var description: String { String(cString: strerror(rawValue)) }
}
