import Glibc

/// Carries bytes between standard input and output and the server at a Unix socket until one of them ends;
/// returns why standard output took no more, if that was the end. Throws what keeps the socket from being
/// reached.
package func relay(to path: String) throws(ErrorNumber) -> ErrorNumber? {
  let server = try LineClient.connect(path)
  defer { close(server) }
  while true {
    for one in wait(reading: [0, server], milliseconds: -1) {
      let isOurs = one.descriptor == 0
      do throws(ErrorNumber) {
        guard try carry(from: one.descriptor, to: isOurs ? server : 1) else { return nil }
      } catch {
        return isOurs ? nil : error
      }
    }
  }
}

/// Passes on what has come; false at its end. Throws why nobody takes it.
private func carry(from source: Int32, to target: Int32) throws(ErrorNumber) -> Bool {
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
      throw ErrorNumber.current
    }
  }
  return count > 0
}
