import Glibc

/// A folder of its own for a test, where TMPDIR says; it goes with the value, whatever is in it by then.
package final class TemporaryFolder: Sendable {
  /// Where folders and files of tests are made.
  package static let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"

  /// Short: the path of a socket has 107 bytes at most.
  package let path: String

  package init() {
    var template = Array("\(Self.parent)/sessiontop-XXXXXX".utf8CString)
    // Where none can be made there is none, and whatever the test does with it says so.
    path = mkdtemp(&template).map { String(cString: $0) } ?? "\(Self.parent)/sessiontop-nowhere"
  }

  deinit { Self.remove(path) }

  /// What is in it, or in a folder within it, in alphabetical order.
  package func names(in folder: String = ".") -> [String] { Self.names(in: "\(path)/\(folder)") }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// A link goes, not what it leads to.
  private static func remove(_ path: String) {
    if unlink(path) == 0 { return }
    for name in names(in: path) { remove("\(path)/\(name)") }
    rmdir(path)
  }
}
