public import MCPWire

/// One HTTP request as it came.
public struct Request: Sendable {
  /// One header line.
  public struct Header: Hashable, Sendable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Counts the requests of a server from 1, in the order of their arrival.
  public let number: Int
  /// Counts the connections of a server from 1.
  public let connection: Int
  /// Time since the server was started, on a monotonic clock.
  public let time: Duration
  public let method: String
  /// Path and query.
  public let target: String
  public let headers: [Header]
  public let body: [UInt8]
  /// The message in the body; absent when there is none, or it is none.
  public let message: Message?

  init(
    number: Int, connection: Int, time: Duration, method: String, target: String, headers: [Header],
    body: [UInt8]
  ) {
    self.number = number
    self.connection = connection
    self.time = time
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
    message = body.isEmpty ? nil : (try? Message.read(body))?.first
  }

  /// What is asked in one word: the JSON-RPC method, `answer` for what a client answers to the server, else
  /// the HTTP method.
  public var kind: String {
    switch message?.content {
    case .request(let method, _), .notification(let method, _): method
    case .result, .failure: "answer"
    case nil: method
    }
  }

  /// The target without its query.
  public var path: String { String(target.prefix { $0 != "?" }) }

  /// The value of the first header of that name, in any case; absent when there is none.
  public subscript(header: String) -> String? {
    let name = header.lowercased()
    return headers.first { $0.name.lowercased() == name }?.value
  }

  public var sessionID: String? { self["Mcp-Session-Id"] }
}
