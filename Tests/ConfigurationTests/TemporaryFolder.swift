import Glibc

/// A folder of its own for each test, removed with it.
final class TemporaryFolder {
  let path: String
  private var created: [String] = []

  init() {
    var template = Array("/tmp/sessiontop-test-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
  }

  deinit {
    for path in created.reversed() { remove(path) }
    rmdir(path)
  }

  func write(_ text: String, to name: String) { write(Array(text.utf8), to: name) }

  func write(_ bytes: [UInt8], to name: String) {
    let parts = name.split(separator: "/").dropLast()
    for count in 1..<(parts.count + 1) where !parts.isEmpty {
      let folder = path + "/" + parts.prefix(count).joined(separator: "/")
      if mkdir(folder, 0o700) == 0 { created.append(folder) }
    }
    let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      rest = rest.dropFirst(count)
    }
    close(descriptor)
    created.append("\(path)/\(name)")
  }
}
