import CLinux
import Glibc

/// Writes a whole text, however many calls that takes; false when it cannot, and then `errno` says why.
public func writeAll(_ text: String, to descriptor: Int32) -> Bool {
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
public func makeFolder(_ folder: some StringProtocol) -> Bool {
  var path = folder.hasPrefix("/") ? "" : "."
  for part in folder.split(separator: "/") {
    path += "/" + part
    if mkdir(path, 0o700) != 0, errno != EEXIST { return false }
  }
  return true
}

/// `open(2)`: the descriptor, or -1 with the reason in `errno`.
public func openFile(_ path: String, _ flags: Int32, _ mode: UInt32) -> Int32 {
  clinux_open(path, flags, mode)
}
