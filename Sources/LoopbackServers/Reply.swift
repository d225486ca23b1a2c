package import MCPWire

/// What goes back for one request, step by step, so that it can go wrong at any of them.
///
/// After the last step the connection takes the next request, unless a step says otherwise.
package struct Reply: Sendable {
  /// One thing to do.
  package enum Step: Sendable {
    /// The status line and the headers.
    case head(Head)
    /// A part of the body; a chunk of its own when the head says chunked.
    case body([UInt8])
    /// The end of a chunked body.
    case finish
    /// Bytes as they are. Steps without a pause between them may leave in one packet.
    case raw([UInt8])
    /// The same bytes again and again, as fast as the client takes them.
    case repeated([UInt8], times: Int, every: Duration = .zero)
    case pause(Duration)
    /// Keep the answer open as the stream of the session, or of nobody.
    case hold
    /// Close the connection in order (FIN).
    case close
    /// Reset the connection (RST).
    case reset
    /// Never say anything again and keep the connection.
    case silence
  }

  /// Status line and headers; the framing is among the headers.
  package struct Head: Sendable {
    package var status: Int
    package var headers: [Request.Header]
    package var isChunked = false

    package init(_ status: Int, _ headers: [Request.Header] = [], isChunked: Bool = false) {
      self.status = status
      self.headers = headers
      self.isChunked = isChunked
    }
  }

  package var steps: [Step]

  package init(_ steps: [Step]) {
    self.steps = steps
  }

  /// A complete body with its length.
  package static func document(
    _ status: Int, type: String, _ body: [UInt8], _ headers: [Request.Header] = []
  ) -> Reply {
    let framing = [Request.Header("Content-Type", type), Request.Header("Content-Length", "\(body.count)")]
    return Reply([.head(Head(status, framing + headers)), .body(body)])
  }

  /// A JSON document.
  package static func json(_ text: String, status: Int = 200, _ headers: [Request.Header] = []) -> Reply {
    document(status, type: "application/json", Array(text.utf8), headers)
  }

  /// A page of plain text, as proxies and frameworks write it.
  package static func text(_ status: Int, _ text: String, _ headers: [Request.Header] = []) -> Reply {
    document(status, type: "text/plain; charset=utf-8", Array(text.utf8), headers)
  }

  /// A status without a body.
  package static func status(_ status: Int, _ headers: [Request.Header] = []) -> Reply {
    Reply([.head(Head(status, [Request.Header("Content-Length", "0")] + headers))])
  }

  /// A complete answer as an event stream, each message an event.
  package static func events(_ messages: [String], _ headers: [Request.Header] = []) -> Reply {
    Reply([.head(eventHead(headers))] + messages.map { .body(event($0)) } + [.finish])
  }

  /// An event stream that stays open.
  package static func stream(_ headers: [Request.Header] = []) -> Reply {
    Reply([.head(eventHead(headers)), .hold])
  }

  /// The head of an event stream.
  package static func eventHead(_ headers: [Request.Header] = []) -> Head {
    Head(
      200,
      [Request.Header("Content-Type", "text/event-stream"), Request.Header("Cache-Control", "no-cache")]
        + headers,
      isChunked: true)
  }

  /// A JSON-RPC error with an HTTP status.
  package static func failure(_ status: Int, _ code: Int, _ message: String, for id: RequestID? = nil)
    -> Reply
  {
    .json(failureText(code, message, for: id), status: status)
  }

  /// One server-sent event of a message.
  package static func event(_ message: String) -> [UInt8] {
    Array("event: message\ndata: \(message)\n\n".utf8)
  }

  /// The same, later.
  package func delayed(by delay: Duration) -> Reply {
    delay > .zero ? Reply([.pause(delay)] + steps) : self
  }

  /// The same with more headers.
  package func with(_ headers: [Request.Header]) -> Reply {
    Reply(
      steps.map { step in
        guard case .head(var head) = step else { return step }
        head.headers += headers
        return .head(head)
      })
  }

  /// The status line and headers; absent when there are none, or in raw bytes only.
  package var head: Head? {
    for case .head(let head) in steps { return head }
    return nil
  }

  /// The text of a JSON-RPC error.
  package static func failureText(_ code: Int, _ message: String, for id: RequestID?) -> String {
    var writer = JSONWriter()
    writer.object {
      $0.member("jsonrpc", "2.0")
      $0.member(id ?? .null)
      $0.object("error") {
        $0.member("code", code)
        $0.member("message", message)
      }
    }
    return writer.text
  }

  /// The text of a JSON-RPC result; `result` is written into the result's object.
  package static func resultText(
    for id: RequestID, _ result: (inout JSONWriter) -> Void = { _ in }
  ) -> String {
    var writer = JSONWriter()
    writer.object {
      $0.member("jsonrpc", "2.0")
      $0.member(id)
      $0.object("result", result)
    }
    return writer.text
  }
}

extension Reply.Head {
  /// As it goes on the wire.
  var bytes: [UInt8] {
    var text = "HTTP/1.1 \(status) \(reasons[status] ?? "Status")\r\n"
    for header in headers { text += "\(header.name): \(header.value)\r\n" }
    if isChunked { text += "Transfer-Encoding: chunked\r\n" }
    return Array((text + "\r\n").utf8)
  }
}

extension JSONWriter {
  /// Adds the id of a message as it was given.
  fileprivate mutating func member(_ id: RequestID) { member("id", id) }
}

/// Reason phrases of RFC 9110 section 15; clients must not depend on them.
private let reasons = [
  200: "OK", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 302: "Found", 303: "See Other",
  307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized",
  403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 409: "Conflict",
  410: "Gone", 413: "Content Too Large", 415: "Unsupported Media Type", 429: "Too Many Requests",
  500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
]
