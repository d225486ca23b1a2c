import Glibc

/// A client that knows no more of HTTP than the tests need, so that nothing is made right on the way.
final class RawClient {
  struct Answer {
    var status: Int
    var headers: [String: String]
    var body: String
  }

  /// How a connection came to its end.
  enum End: Equatable {
    case closed, reset, timedOut
  }

  struct ConnectFailed: Error, Equatable {
    let errorNumber: Int32
  }

  private let descriptor: Int32
  private var received: [UInt8] = []

  /// Connects; every later read waits two seconds at most.
  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: 2, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    // Thrown from here, deinit closes the descriptor.
    guard result == 0 else { throw ConnectFailed(errorNumber: errno) }
  }

  deinit {
    Glibc.close(descriptor)
  }

  /// Connects to a port that refuses for a while, trying again and again for five seconds at most.
  static func whenPossible(port: Int) throws -> RawClient {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(5)
    while true {
      do {
        return try RawClient(port: port)
      } catch  where clock.now < deadline {
        sched_yield()
      }
    }
  }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Sends a request and reads its answer, absent when the connection ended or stayed silent.
  func exchange(_ method: String, _ headers: [String] = [], _ body: String = "", path: String = "/mcp")
    -> Answer?
  {
    request(method, headers, body, path: path)
    return answer()
  }

  func request(_ method: String, _ headers: [String] = [], _ body: String = "", path: String = "/mcp") {
    var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1"] + headers
    if method == "POST" { lines += ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"] }
    send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  func answer() -> Answer? {
    guard var answer = head() else { return nil }
    if let length = answer.headers["content-length"].flatMap({ Int($0) }) {
      guard let body = take(length) else { return nil }
      answer.body = body
    } else if answer.headers["transfer-encoding"] == "chunked" {
      while let part = chunk() {
        if part.isEmpty { return answer }
        answer.body += part
      }
      return nil
    }
    return answer
  }

  /// The status line and headers, without looking at the body.
  func head() -> Answer? {
    guard let text = take(through: "\r\n\r\n") else { return nil }
    let lines = text.split(separator: "\r\n").map(String.init)
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      return nil
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let name = line.prefix { $0 != ":" }
      headers[name.lowercased()] = String(line.dropFirst(name.count + 2))
    }
    return Answer(status: status, headers: headers, body: "")
  }

  /// The next chunk of a chunked body, empty at its end, absent when none comes.
  func chunk() -> String? {
    guard let size = take(through: "\r\n"), let count = Int(size.prefix { $0 != "\r\n" }, radix: 16),
      let text = take(count)
    else { return nil }
    return take(2) == nil ? nil : text
  }

  /// Reads and drops until the connection ends.
  func end() -> End {
    while true {
      switch receive() {
      case 0: return .closed
      case ..<0: return errno == ECONNRESET ? .reset : .timedOut
      default: received = []
      }
    }
  }

  private func take(through mark: String) -> String? {
    let mark = Array(mark.utf8)
    while true {
      if let range = received.firstRange(of: mark) {
        defer { received.removeFirst(range.upperBound) }
        return String(decoding: received[..<range.upperBound], as: UTF8.self)
      }
      guard receive() > 0 else { return nil }
    }
  }

  private func take(_ count: Int) -> String? {
    while received.count < count {
      guard receive() > 0 else { return nil }
    }
    defer { received.removeFirst(count) }
    return String(decoding: received[..<count], as: UTF8.self)
  }

  private func receive() -> Int {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    if count > 0 { received += bytes[..<count] }
    return count
  }
}

extension RawClient.Answer {
  var sessionID: String? { headers["mcp-session-id"] }
}

enum Text {
  static func initialize(_ version: String = "2025-11-25") -> String {
    #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"\#(version)"}}"#
  }
  static let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
  static let ping = #"{"jsonrpc":"2.0","id":2,"method":"ping"}"#
  static let list = #"{"jsonrpc":"2.0","id":3,"method":"tools/list"}"#
  static let pong = #"{"jsonrpc":"2.0","id":2,"result":{}}"#
}
