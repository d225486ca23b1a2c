import CLinux
import Glibc

/// The other side of a `LineServer`: sends lines, and waits for lines.
public final class LineClient {
  /// Readable when a line, or a part of one, has come.
  public let descriptor: Int32
  /// The server has hung up.
  public private(set) var isGone = false
  private var bytes: [UInt8] = []

  /// Bytes of one line of the server; a snapshot of thousands of sessions is one.
  private static let lineLimit = 64 * 1_024 * 1_024

  @available(*, unavailable)
  private func isNeverShared() {}

  /// Connects to the server at `path`; throws ECONNREFUSED or ENOENT when there is none.
  public init(path: String) throws(ErrorNumber) {
    descriptor = try Self.connect(path)
  }

  deinit {
    close(descriptor)
  }

  /// Sends a line; false when nobody is there any more.
  public func send(_ line: String) -> Bool {
    let bytes = Array((line + "\n").utf8)
    var place = 0
    while place < bytes.count {
      let count = bytes[place...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      place += count
    }
    return true
  }

  /// The next line, waited for at most so long; absent when none came, or the server is gone.
  public func line(within milliseconds: Int32) -> String? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let end = bytes.firstIndex(of: 0x0A) {
        defer { bytes.removeFirst(end + 1) }
        return String(decoding: bytes[..<end], as: UTF8.self)
      }
      guard bytes.count < Self.lineLimit, !wait(reading: [descriptor], milliseconds: milliseconds).isEmpty
      else {
        return nil
      }
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        isGone = true
        return nil
      }
      bytes += buffer.prefix(count)
    }
  }

  static func connect(_ path: String) throws(ErrorNumber) -> Int32 {
    let (address, length) = try LineServer.address(path)
    let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { throw ErrorNumber.current }
    var copy = address
    let isConnected = withUnsafePointer(to: &copy) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(file, $0, length) == 0 }
    }
    guard isConnected else {
      let failure = ErrorNumber.current
      close(file)
      throw failure
    }
    return file
  }
}
