import CTopLinux
import Glibc
import Synchronization

/// Starts a thread and nothing more; it ends when `body` returns. Named for `ps` and debuggers, 15 bytes. One
/// that `usesLibraries` of others, which clear away at the end of the program, is waited for then.
///
/// Signals go to other threads: whoever has handlers has them run where he expects it, and writing to a pipe
/// that nobody reads is an error and not the end. Only what this thread itself does wrong reaches it.
///
/// Throws the errno of `pthread_create`.
package func startThread(
  named name: String, usesLibraries: Bool = false, _ body: sending @escaping () -> Void
) throws(ErrorNumber) {
  final class Box {
    let name: String
    let usesLibraries: Bool
    let body: () -> Void

    init(_ name: String, _ usesLibraries: Bool, _ body: @escaping () -> Void) {
      (self.name, self.usesLibraries, self.body) = (name, usesLibraries, body)
    }
  }
  let box = Unmanaged.passRetained(Box(name, usesLibraries, body))
  if usesLibraries { libraryUsers.begin() }
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS] { sigdelset(&all, fault) }
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  var thread = pthread_t()
  let result = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
      clinux_name_thread(box.name)
      box.body()
      if box.usesLibraries { libraryUsers.end() }
      return nil
    }, box.toOpaque())
  guard result == 0 else {
    box.release()
    if usesLibraries { libraryUsers.end() }
    throw ErrorNumber(result)
  }
  pthread_detach(thread)
}

/// Threads that use libraries which clear away at the end of the program.
private final class LibraryUsers: Sendable {
  private let count = Mutex(0)
  /// Told when one has ended; absent when the process was out of descriptors.
  private let ends = clinux_eventfd()

  func begin() { count.withLock { $0 += 1 } }

  func end() {
    count.withLock { $0 -= 1 }
    var one: UInt64 = 1
    _ = write(ends, &one, 8)
  }

  func wait(milliseconds: Int32) -> Bool {
    let limit = ClockReading().monotonic + Int64(milliseconds) * 1_000_000
    while count.withLock({ $0 }) > 0 {
      let left = (limit - ClockReading().monotonic) / 1_000_000
      guard left > 0, ends >= 0 else { return false }
      _ = TopPlatform.wait(reading: [ends], milliseconds: Int32(clamping: left))
      var told: UInt64 = 0
      _ = read(ends, &told, 8)
    }
    return true
  }
}

private let libraryUsers = LibraryUsers()

/// Waits until no thread uses libraries that clear away at the end of the program; false when one still does
/// after `milliseconds`.
package func waitForThreads(milliseconds: Int32) -> Bool { libraryUsers.wait(milliseconds: milliseconds) }

/// How many threads this process has, those of libraries included; 0 where the system does not say.
package func threadCount() -> Int {
  let file = clinux_open("/proc/self/stat", O_RDONLY | O_CLOEXEC, 0)
  guard file >= 0 else { return 0 }
  defer { close(file) }
  var buffer = [UInt8](repeating: 0, count: 1_024)
  let count = read(file, &buffer, buffer.count)
  guard count > 0 else { return 0 }
  // The program's name, which may hold anything, ends with the last bracket; threads are the 18th after it.
  let fields = String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: ")").last?
    .split(separator: " ")
  guard let fields, fields.count > 17 else { return 0 }
  return Int(fields[17]) ?? 0
}
