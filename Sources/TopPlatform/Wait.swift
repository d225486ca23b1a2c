import CTopLinux
import Glibc

/// What a descriptor that was waited on has to say.
package struct Readiness: Hashable, Sendable {
  package let descriptor: Int32
  package let isReadable: Bool
  package let isWritable: Bool
  /// The other side hung up, or the descriptor is broken: reading on would only spin.
  package let isGone: Bool
}

/// Waits until one of the descriptors is ready or `milliseconds` are over (-1 waits for ever).
package func wait(
  reading: [Int32], writing: [Int32] = [], milliseconds: Int32
) -> [Readiness] {
  var requests = reading.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  requests += writing.map { pollfd(fd: $0, events: Int16(POLLOUT), revents: 0) }
  let count = poll(&requests, nfds_t(requests.count), milliseconds)
  guard count > 0 else { return [] }
  return requests.filter { $0.revents != 0 }.map { request in
    let seen = Int32(request.revents)
    return Readiness(
      descriptor: request.fd, isReadable: seen & Int32(POLLIN) != 0, isWritable: seen & Int32(POLLOUT) != 0,
      isGone: seen & Int32(POLLHUP | POLLERR | POLLNVAL) != 0)
  }
}
