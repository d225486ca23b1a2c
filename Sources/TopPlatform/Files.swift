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

/// Why the bytes of a plain file cannot be had, in words for people.
package enum PlainFileProblem: Error, Hashable, Sendable, CustomStringConvertible {
  case system(ErrorNumber)
  /// A pipe, a device, a folder: reading it might wait, or never end.
  case notPlain
  case tooLong(limit: Int)

  package var description: String {
    switch self {
    case .system(let error): "it cannot be read: \(error)"
    case .notPlain: "it is no regular file"
    case .tooLong(let limit): "it is longer than \(limit / 1_024) KiB"
    }
  }
}

/// The bytes of a regular file. Waits for its disk, but never for a writer of a pipe, and reads no more than
/// `limit`.
package func plainFile(_ path: String, limit: Int) throws(PlainFileProblem) -> [UInt8] {
  // Looked at before it is opened: to open a device may do something.
  try checkKind { stat(path, &$0) }
  let descriptor = clinux_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0)
  guard descriptor >= 0 else { throw .system(ErrorNumber.current) }
  defer { close(descriptor) }
  try checkKind { fstat(descriptor, &$0) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 65_536)
  while bytes.count <= limit {
    let count = read(descriptor, &block, block.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw .system(ErrorNumber.current) }
    if count == 0 { return bytes }
    bytes += block.prefix(count)
  }
  throw .tooLong(limit: limit)
}

private func checkKind(_ look: (inout stat) -> Int32) throws(PlainFileProblem) {
  var status = stat()
  guard look(&status) == 0 else { throw .system(ErrorNumber.current) }
  guard status.st_mode & S_IFMT == S_IFREG else { throw .notPlain }
}
