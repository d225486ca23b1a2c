import Glibc
import TopTestFolders

extension TemporaryFolder {
  func write(_ text: String, to name: String) { write(Array(text.utf8), to: name) }

  /// Writes a file, and makes the folders on its way.
  func write(_ bytes: [UInt8], to name: String) {
    for place in name.indices where name[place] == "/" { mkdir("\(path)/\(name[..<place])", 0o700) }
    let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      rest = rest.dropFirst(count)
    }
    close(descriptor)
  }
}
