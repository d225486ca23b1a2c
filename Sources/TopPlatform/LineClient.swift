import CTopLinux
import Glibc

/// The other side of a `LineServer`, or of one elsewhere that a program leads to: sends lines, waits for
/// lines.
package final class LineClient {
  /// Readable when a line, or a part of one, has come, or words of the program that leads there.
  package var descriptors: [Int32] { [input] + (guide.map(\.errors).flatMap { hasWords ? [$0] : [] } ?? []) }
  private let input: Int32
  /// The server has hung up.
  package private(set) var isGone = false
  private let output: Int32
  private let guide: ChildProcess?
  /// The program may say more on standard error; the end of what it said so far.
  private var hasWords: Bool
  private var tail: [UInt8] = []
  private var bytes: [UInt8] = []
  /// Up to here `bytes` has been handed out, and from here on it was looked through for a line's end.
  private var start = 0
  private var searched = 0

  /// Bytes of one line of the server; a snapshot of thousands of sessions is one.
  private static let lineLimit = 64 * 1_024 * 1_024
  private static let wordLimit = 4_096

  /// Connects to the server at `path`; throws ECONNREFUSED or ENOENT when there is none.
  package init(path: String) throws(ErrorNumber) {
    input = try Self.connect(path)
    (output, guide, hasWords) = (input, nil, false)
  }

  /// Speaks with a server by the standard input and output of a program that leads there. The calling thread
  /// is to last as long as the client: the program ends with it.
  package init(through command: ChildCommand, _ inherited: Inheritance) throws(ChildProcess.Failure) {
    let child = try ChildProcess.start(command, inherited)
    (input, output, guide, hasWords) = (child.output, child.input, child, true)
  }

  deinit {
    guard let guide else { return _ = close(input) }
    guide.signalGroup(SIGKILL)
    guide.reap()
    guide.closeAll()
  }

  /// What the program that leads there had to say last; empty when there is none.
  package var words: String {
    hearGuide()
    return String(decoding: tail, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? ""
  }

  /// Takes what the guide has said: with a full pipe it would stand still, and the line with it.
  private func hearGuide() {
    guard let guide, hasWords else { return }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    // One that never ends its words keeps nobody else waiting.
    for _ in 0..<16 {
      let count = read(guide.errors, &buffer, buffer.count)
      if count < 0, [EAGAIN, EINTR].contains(errno) { return }
      guard count > 0 else { return hasWords = false }
      tail = Array((tail + buffer.prefix(count)).suffix(Self.wordLimit))
    }
  }

  /// Sends a line; false when nobody takes it any more.
  package func send(_ line: String) -> Bool {
    let bytes = Array((line + "\n").utf8)
    var place = 0
    while place < bytes.count {
      let count = bytes[place...].withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
      if count > 0 {
        place += count
      } else if errno == EAGAIN {
        guard !wait(reading: [], writing: [output], milliseconds: Self.patience).isEmpty else { return false }
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  /// How long who takes nothing is waited for, in milliseconds.
  private static let patience: Int32 = 2_000

  /// The next line, waited for at most so long however its pieces come; absent when none came, or the server
  /// is gone.
  package func line(within milliseconds: Int32) -> String? {
    let end = ClockReading().monotonic + Int64(milliseconds) * 1_000_000
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      hearGuide()
      if let end = bytes[searched...].firstIndex(of: 0x0A) {
        defer { (start, searched) = (end + 1, end + 1) }
        return String(decoding: bytes[start..<end], as: UTF8.self)
      }
      bytes.removeFirst(start)
      (start, searched) = (0, bytes.count)
      guard bytes.count < Self.lineLimit else {
        isGone = true
        return nil
      }
      let left = max(0, (end - ClockReading().monotonic) / 1_000_000)
      guard !wait(reading: descriptors, milliseconds: Int32(clamping: left)).isEmpty else { return nil }
      let count = read(input, &buffer, buffer.count)
      if count < 0, errno == EAGAIN, left == 0 { return nil }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else {
        isGone = true
        return nil
      }
      bytes += buffer.prefix(count)
      // Who never ends a line is not listened to for ever; what came is kept for the next call.
      if milliseconds > 0, left == 0, !bytes[searched...].contains(0x0A) { return nil }
    }
  }

  /// Never waits: a server that stands still and has a full queue is as good as none (EAGAIN).
  static func connect(_ path: String) throws(ErrorNumber) -> Int32 {
    let (address, length) = try LineServer.address(path)
    let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let file = socket(AF_UNIX, Int32(kind), 0)
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

/// One thread has it.
@available(*, unavailable)
extension LineClient: Sendable {}
