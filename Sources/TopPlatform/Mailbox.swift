import CTopLinux
import Glibc
import Synchronization

/// What may wait in a mailbox: it merges with what waits already, within a bound of its own.
package protocol Mail: Sendable {
  init()
  var isEmpty: Bool { get }
  /// Takes in what was posted later; drops and counts what is over its bound.
  mutating func merge(_ later: Self)
}

/// Where a thread hears from others: a value that grows by merging, and a descriptor that tells of it.
///
/// Posting never waits and never fails; reading takes all there is at once.
package final class Mailbox<Content: Mail>: Sendable {
  /// Readable while something waits; for poll and epoll, never to be read or closed by others.
  package let descriptor: Int32
  private let content = Mutex(Content())

  /// Throws the errno of `eventfd` when the process is out of descriptors.
  package init() throws(ErrorNumber) {
    descriptor = clinux_eventfd()
    guard descriptor >= 0 else { throw ErrorNumber.current }
  }

  deinit {
    close(descriptor)
  }

  /// Adds to what waits; only the first post into an empty box costs a system call.
  package func post(_ mail: Content) {
    guard !mail.isEmpty else { return }
    let wasEmpty = content.withLock { content in
      let wasEmpty = content.isEmpty
      content.merge(mail)
      return wasEmpty
    }
    if wasEmpty {
      var one: UInt64 = 1
      _ = write(descriptor, &one, 8)
    }
  }

  /// Takes all that waits, possibly nothing.
  package func drain() -> Content {
    var count: UInt64 = 0
    _ = read(descriptor, &count, 8)
    return content.withLock { content in
      let taken = content
      content = Content()
      return taken
    }
  }
}
