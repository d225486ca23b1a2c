import Glibc
import TopPlatform

extension String {
  /// Writes the text to a file, anew.
  func write(to path: String) throws {
    guard let file = fopen(path, "w") else { throw ChildProcess.Failure(description: "cannot write \(path)") }
    fputs(self, file)
    fclose(file)
  }
}

/// Waits until a file says what is wanted, half a minute at most.
func changes(of path: String, _ isRight: (String) -> Bool) throws -> Bool {
  let changes = try FileChanges(around: [path])
  let limit = ContinuousClock.now + .seconds(30)
  while ContinuousClock.now < limit {
    if let text = try? String(contentsOf: path), isRight(text) { return true }
    _ = wait(reading: [changes.descriptor], milliseconds: 1_000)
    changes.drain()
  }
  return false
}
