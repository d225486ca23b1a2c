import CLinux
import Glibc

/// Starts a thread and nothing more; it ends when `body` returns. Named for `ps` and debuggers, 15 bytes.
///
/// Throws the errno of `pthread_create`.
public func startThread(named name: String, _ body: sending @escaping () -> Void) throws(ErrorNumber) {
  final class Box {
    let name: String
    let body: () -> Void

    init(_ name: String, _ body: @escaping () -> Void) {
      self.name = name
      self.body = body
    }
  }
  let box = Unmanaged.passRetained(Box(name, body))
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
