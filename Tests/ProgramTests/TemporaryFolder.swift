import Glibc

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
