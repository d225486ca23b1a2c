import CTopLinux
import Glibc

/// Writes a whole text, however many calls that takes; false when it cannot, and then `errno` says why.
package func writeAll(_ text: String, to descriptor: Int32) -> Bool {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if written < 0, errno == EINTR { continue }
    guard written > 0 else { return false }
    bytes = bytes.dropFirst(written)
  }
  return true
}

/// Creates a folder and those above it, for the owner alone; false when that is not possible, and then
/// `errno` says why.
package func makeFolder(_ folder: some StringProtocol) -> Bool {
  var path = folder.hasPrefix("/") ? "" : "."
  for part in folder.split(separator: "/") {
    path += "/" + part
    if mkdir(path, 0o700) != 0, errno != EEXIST { return false }
  }
  return true
}

/// `open(2)`: the descriptor, or -1 with the reason in `errno`.
package func openFile(_ path: String, _ flags: Int32, _ mode: UInt32) -> Int32 {
  clinux_open(path, flags, mode)
}

/// The text of a small file of ours; absent when it cannot be read, is longer than `limit` bytes, or is no
/// plain file. Never waits.
package func smallFile(_ path: String, limit: Int) -> String? {
  let descriptor = clinux_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
    return nil
  }
  var bytes = Array(repeating: UInt8(0), count: limit)
  let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, limit) }
  return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
}
