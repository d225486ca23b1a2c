package import MCPWire

/// One HTTP request as it came.
package struct Request: Sendable {
  /// One header line.
  package struct Header: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Counts the requests of a server from 1, in the order of their arrival.
  package let number: Int
  /// Counts the connections of a server from 1.
  package let connection: Int
  /// Time since the server was started, on a monotonic clock.
  package let time: Duration
  package let method: String
  /// Path and query.
  package let target: String
  package let headers: [Header]
  package let body: [UInt8]
  /// The message in the body; absent when there is none, or it is none.
  package let message: Message?

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
  package var kind: String {
    switch message?.content {
    case .request(let method, _), .notification(let method, _): method
    case .result, .failure: "answer"
    case nil: method
    }
  }

  /// The target without its query.
  package var path: String { String(target.prefix { $0 != "?" }) }

  /// The value of the first header of that name, in any case; absent when there is none.
  package subscript(header: String) -> String? {
    let name = header.lowercased()
    return headers.first { $0.name.lowercased() == name }?.value
  }

  package var sessionID: String? { self["Mcp-Session-Id"] }
}
