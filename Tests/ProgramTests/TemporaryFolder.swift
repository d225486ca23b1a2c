import Glibc
import TopPlatform

/// A folder that goes with the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/sessiontop-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ChildProcess.Failure(description: "no folder in /tmp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    _ = try? ChildProcess("/bin/rm", ["-r", path]).end()
  }

  /// What is in it, in alphabetical order.
  var names: [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }
}

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
