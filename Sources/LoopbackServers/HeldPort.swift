import Glibc

/// A port of 127.0.0.1 that stays ours while nothing listens on it: a bound socket that never listens refuses
/// connections, and keeps the kernel from giving the port to somebody else during an outage.
final class HeldPort: Sendable {
  let number: Int
  private let descriptor: Int32

  /// Takes a port, any free one for 0.
  init(_ wanted: Int) throws(LoopbackError) {
    guard let port = UInt16(exactly: wanted) else {
      throw LoopbackError(port: wanted, reason: "no port number")
    }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw LoopbackError(port: wanted, reason: String(cString: strerror(errno))) }

    // The listener of the server binds beside this socket, which Linux allows when both ask for it.
    var reuse: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
      }
    }
    guard result == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw LoopbackError(port: wanted, reason: reason)
    }
    self.descriptor = descriptor
    number = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit {
    close(descriptor)
  }
}

/// Why a server could not be started.
package struct LoopbackError: Error, Hashable, Sendable, CustomStringConvertible {
  package let port: Int
  /// In the system's words.
  package let reason: String

  package var description: String {
    "cannot listen on 127.0.0.1:\(port): \(reason); choose another port, or 0 for any free one"
  }
}
