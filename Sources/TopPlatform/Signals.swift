import CTopLinux
import Glibc

/// Signals as a descriptor to wait on. Made before the first thread starts, so that every thread inherits the
/// mask and no signal can land on one that does not look.
package final class Signals: Sendable {
  /// Readable while a signal waits.
  package let descriptor: Int32

  /// Blocks the given signals and takes them over. Throws the errno of `signalfd`.
  package init(_ numbers: [Int32]) throws(ErrorNumber) {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    descriptor = clinux_signalfd(&set)
    guard descriptor >= 0 else { throw ErrorNumber.current }
  }

  deinit {
    close(descriptor)
  }

  /// Lets a signal do to this process what it usually does, as if nobody took it over. Where SIGTSTP finds
  /// nobody who could let the process go on, the kernel ignores it, and this returns at once.
  package static func actAsUsual(_ number: Int32) {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    kill(getpid(), number)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// The next waiting signal's number; absent when there is none.
  package func next() -> Int32? {
    let number = clinux_read_signal(descriptor)
    return number == 0 ? nil : number
  }
}
