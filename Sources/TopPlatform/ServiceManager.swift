import CTopLinux
import Glibc

/// The way to systemd for a service of type `notify` (sd_notify(3)).
package struct ServiceManager: Sendable {
  private let path: String
  /// How often it wants to hear that the service lives; absent when it does not watch.
  package let watchdog: Duration?

  /// Absent when no such manager has started this process.
  package init?(_ environment: [String: String]) {
    guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@") else {
      return nil
    }
    self.path = path
    let isForUs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
    let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap { $0 > 0 ? $0 : nil }
    // Half the time, so that one that is late does no harm.
    watchdog = isForUs ? microseconds.map { .microseconds($0 / 2) } : nil
  }

  /// Says something, such as `READY=1`; that nobody hears it is no reason to stop.
  package func tell(_ words: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(path.utf8)
    // An abstract name begins with a zero byte.
    if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard bytes.count < room.count else { return false }
      room.copyBytes(from: bytes)
      return true
    }
    guard fits else { return }
    let file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard file >= 0 else { return }
    defer { close(file) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (bytes[0] == 0 ? 0 : 1))
    let message = Array(words.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(file, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    }
  }
}
