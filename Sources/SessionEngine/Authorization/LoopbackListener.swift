// The kinds of sockets are declared where the compiler saw them first, and that is the shim of libcurl.
import CTopCurl
import Glibc
import MCPSessions
import MCPWire
import TopPlatform

/// Waits at a port of this machine for a browser to come back, once. Nothing here blocks.
final class LoopbackListener {
  let port: Int
  private let state: Secret
  private var hasToldStranger = false
  private let listener: Listener
  /// Connections and what they have sent: browsers open some that they never use.
  private var visitors: [(descriptor: Int32, bytes: [UInt8])] = []

  private static let visitorLimit = 16
  /// A request line with a code in it fits well.
  private static let requestLimit = 16_384

  /// Listens on 127.0.0.1, at `port` or at any that is free. Absent when the port is taken.
  /// The browser is known by `state`.
  init?(port wanted: Int?, state: Secret) {
    self.state = state
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { return nil }
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    _ = fcntl(socket, F_SETFL, O_NONBLOCK)
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(clamping: wanted ?? 0)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isReady = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(socket, generic, length) == 0 && listen(socket, 8) == 0
          && getsockname(socket, generic, &length) == 0
      }
    }
    guard isReady else {
      close(socket)
      return nil
    }
    listener = Listener(socket)
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit {
    for visitor in visitors { close(visitor.descriptor) }
  }

  /// Readable when there is something to do.
  var descriptors: [Int32] { [listener.descriptor] + visitors.map(\.descriptor) }

  /// Does what can be done; returns the query of whoever came to `/callback` and knows the state. Of those
  /// who do not, only the first is worth a word: any page can come every few milliseconds.
  func act() -> [WebForm] {
    while let visitor = listener.next() {
      // The one that has been silent longest gives way, so that silence keeps no browser out.
      if visitors.count == Self.visitorLimit { close(visitors.removeFirst().descriptor) }
      visitors.append((visitor, []))
    }
    var found: [WebForm] = []
    var left: [(descriptor: Int32, bytes: [UInt8])] = []
    for var visitor in visitors {
      switch read(&visitor) {
      case .more: left.append(visitor)
      case .gone: close(visitor.descriptor)
      case .asked(let target):
        let query = Self.query(of: target)
        let isExpected = query?.names(state) == true
        reply(to: visitor.descriptor, isExpected ? .end : query == nil ? .nothing : .stranger)
        close(visitor.descriptor)
        guard let query, isExpected || !hasToldStranger else { continue }
        hasToldStranger = hasToldStranger || !isExpected
        found.append(query)
      }
    }
    visitors = left
    return found
  }

  private enum Reading {
    case more
    case gone
    /// The target of a request.
    case asked(String)
  }

  private func read(_ visitor: inout (descriptor: Int32, bytes: [UInt8])) -> Reading {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = Glibc.read(visitor.descriptor, &buffer, buffer.count)
      if count < 0, errno == EAGAIN { return .more }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return .gone }
      visitor.bytes += buffer.prefix(count)
      guard visitor.bytes.count <= Self.requestLimit else { return .gone }
      let text = String(decoding: visitor.bytes, as: UTF8.self)
      guard text.contains("\r\n\r\n") || text.contains("\n\n") else { continue }
      let words = text.prefix { !$0.isNewline }.split(separator: " ")
      guard words.count >= 2, words[0] == "GET" else { return .gone }
      return .asked(String(words[1]))
    }
  }

  private static func query(of target: String) -> WebForm? {
    guard let mark = target.firstIndex(of: "?"), target[..<mark] == "/callback" else { return nil }
    return WebForm(query: target[target.index(after: mark)...])
  }

  private enum Page {
    case end
    case stranger
    case nothing
  }

  private func reply(to visitor: Int32, _ page: Page) {
    let (status, words) =
      switch page {
      case .end: ("200 OK", "You may close this page and go back to the terminal.")
      case .stranger:
        ("400 Bad Request", "This belongs to another sign-in: open the address in the terminal.")
      case .nothing: ("404 Not Found", "There is nothing here.")
      }
    let page = "<!doctype html><meta charset=utf-8><title>sessiontop</title><p>\(words)\n"
    let text =
      "HTTP/1.1 \(status)\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: \(page.utf8.count)\r\n"
      + "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n\(page)"
    // A few hundred bytes into an empty buffer: they go, or nobody is there.
    let bytes = Array(text.utf8)
    _ = send(visitor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    shutdown(visitor, Int32(SHUT_WR))
  }
}

/// One thread has it.
@available(*, unavailable)
extension LoopbackListener: Sendable {}
