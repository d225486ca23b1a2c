import Glibc

/// A terminal of which the test holds the other end.
final class PseudoTerminal {
  /// The device that a program opens.
  let path: String
  private var end: Int32
  /// All that was drawn so far.
  private(set) var seen: [UInt8] = []

  init(columns: UInt16, rows: UInt16) throws {
    end = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // What unlockpt and ptsname do, which Swift does not see (tty_ioctl(4)).
    let setLock: UInt = 0x4004_5431
    let getNumber: UInt = 0x8004_5430
    var lock: Int32 = 0
    var number: Int32 = 0
    guard end >= 0, ioctl(end, setLock, &lock) == 0, ioctl(end, getNumber, &number) == 0 else {
      throw ChildProcess.Failure(description: "no pseudo terminal")
    }
    path = "/dev/pts/\(number)"
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(end, UInt(TIOCSWINSZ), &size) == 0 else {
      throw ChildProcess.Failure(description: "the pseudo terminal takes no size")
    }
  }

  deinit { hangUp() }

  /// Reads what is drawn until a text came by, after so many bytes.
  func wait(for text: String, after start: Int = 0, within limit: Duration = .seconds(30)) throws {
    let deadline = ContinuousClock.now + limit
    while !String(decoding: seen.dropFirst(start), as: UTF8.self).contains(text) {
      let rest = (deadline - ContinuousClock.now).components.seconds
      var descriptor = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
      var buffer = [UInt8](repeating: 0, count: 65_536)
      guard rest > 0, poll(&descriptor, 1, Int32(clamping: rest * 1_000)) > 0,
        case let count = Glibc.read(end, &buffer, buffer.count), count > 0
      else {
        throw ChildProcess.Failure(
          description: "\(text) was not drawn:\n\(String(decoding: seen, as: UTF8.self))")
      }
      seen += buffer.prefix(count)
    }
  }

  /// Gives the terminal another size, of which the program is told by a signal.
  func resize(columns: UInt16, rows: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(end, UInt(TIOCSWINSZ), &size)
  }

  /// Types into the terminal.
  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(end, bytes, bytes.count)
  }

  /// Reads once, as a slow line would.
  func read(atMost count: Int, within milliseconds: Int32) {
    var descriptor = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
    var buffer = [UInt8](repeating: 0, count: count)
    guard poll(&descriptor, 1, milliseconds) > 0 else { return }
    let got = Glibc.read(end, &buffer, count)
    if got > 0 { seen += buffer.prefix(got) }
  }

  /// Reads until nothing came for a while; gives what came.
  @discardableResult
  func drain(quietFor milliseconds: Int32) -> [UInt8] {
    let start = seen.count
    var descriptor = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while poll(&descriptor, 1, milliseconds) > 0, case let count = Glibc.read(end, &buffer, buffer.count),
      count > 0
    {
      seen += buffer.prefix(count)
    }
    return Array(seen[start...])
  }

  /// The line goes dead.
  func hangUp() {
    if end >= 0 { close(end) }
    end = -1
  }
}
