import CTopLinux
import Glibc

/// Starts a thread and nothing more; it ends when `body` returns. Named for `ps` and debuggers, 15 bytes.
///
/// Signals go to other threads: whoever has handlers has them run where he expects it, and writing to a pipe
/// that nobody reads is an error and not the end. Only what this thread itself does wrong reaches it.
///
/// Throws the errno of `pthread_create`.
package func startThread(named name: String, _ body: sending @escaping () -> Void) throws(ErrorNumber) {
  final class Box {
    let name: String
    let body: () -> Void

    init(_ name: String, _ body: @escaping () -> Void) {
      self.name = name
      self.body = body
    }
  }
  let box = Unmanaged.passRetained(Box(name, body))
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
      return nil
    }, box.toOpaque())
  guard result == 0 else {
    box.release()
    throw ErrorNumber(result)
  }
  pthread_detach(thread)
}

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
