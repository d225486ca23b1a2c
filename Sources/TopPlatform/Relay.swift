import Glibc

/// Carries bytes between standard input and output and the server at a Unix socket until one of them ends.
/// Throws what keeps the socket from being reached.
package func relay(to path: String) throws(ErrorNumber) {
  let server = try LineClient.connect(path)
  defer { close(server) }
  while true {
    for one in wait(reading: [0, server], milliseconds: -1) {
      let isOurs = one.descriptor == 0
      guard carry(from: one.descriptor, to: isOurs ? server : 1) else { return }
    }
  }
}

/// Passes on what has come; false at its end, or when nobody takes it.
private func carry(from source: Int32, to target: Int32) -> Bool {
  var buffer = [UInt8](repeating: 0, count: 65_536)
  let count = read(source, &buffer, buffer.count)
  if count < 0, errno == EINTR || errno == EAGAIN { return true }
  var place = 0
  while place < count {
    let sent = buffer[place..<count].withUnsafeBytes { write(target, $0.baseAddress, $0.count) }
    if sent > 0 {
      place += sent
    } else if errno == EAGAIN {
      _ = wait(reading: [], writing: [target], milliseconds: -1)
    } else if errno != EINTR {
      return false
    }
  }
  return count > 0
}
