import Glibc
import LoopbackServers
import MCPWire

// Replies that no well-behaved server gives.

/// Bytes of a text.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A head and a body as written here, with no framing added.
func unframed(_ status: Int, _ headers: [(String, String)], _ body: String) -> Reply {
  Reply([.head(Reply.Head(status, headers.map { Request.Header($0, $1) })), .raw(bytes(body))])
}

extension Request {
  /// The id of the request in the body.
  var id: RequestID { message?.id ?? .null }

  /// The name of the case, by which a redirect's target is recognised.
  var name: String { String(path.dropFirst()) }
}

extension Reply {
  /// The body that would be sent.
  var body: String {
    var all: [UInt8] = []
    for case .body(let part) in steps { all += part }
    return String(decoding: all, as: UTF8.self)
  }

  /// The same with another body and its proper length; for answers that are one document.
  func withBody(_ text: String) -> Reply {
    var head = head ?? Reply.Head(200)
    head.headers.removeAll { $0.name == "Content-Length" }
    head.headers.append(.init("Content-Length", "\(text.utf8.count)"))
    return Reply([.head(head), .body(bytes(text))])
  }

  /// The same with a change in its body.
  func replacing(_ text: String, with other: String) -> Reply {
    withBody(body.replacing(text, with: other))
  }

  /// The same with other headers; a header of that name is replaced.
  func withHeader(_ name: String, _ value: String) -> Reply {
    Reply(
      steps.map { step in
        guard case .head(var head) = step else { return step }
        head.headers.removeAll { $0.name == name }
        head.headers.append(.init(name, value))
        return .head(head)
      })
  }

  /// The same with another status.
  func withStatus(_ status: Int) -> Reply {
    Reply(
      steps.map { step in
        guard case .head(var head) = step else { return step }
        head.status = status
        return .head(head)
      })
  }

  /// The same with its body in pieces, each in a packet of its own.
  func inPieces(of size: Int, every pause: Duration = .milliseconds(1)) -> Reply {
    Reply(
      steps.flatMap { step -> [Step] in
        guard case .body(let body) = step else { return [step] }
        return stride(from: 0, to: body.count, by: size).flatMap { start -> [Step] in
          [.body(Array(body[start..<min(start + size, body.count)])), .pause(pause)]
        }
      })
  }
}

/// A complete event stream of literal text.
func eventStream(_ text: String) -> Reply {
  Reply([.head(Reply.eventHead()), .body(bytes(text)), .finish])
}

/// An event stream that says something and then stays open.
func openStream(_ text: String, from request: Request, _ peer: inout Peer) -> Reply {
  guard peer.answer(request).head?.status == 200 else { return peer.answer(request) }
  return Reply([.head(Reply.eventHead()), .body(bytes(text)), .hold])
}

/// The event of a message.
func event(_ message: String) -> String { String(decoding: Reply.event(message), as: UTF8.self) }

/// The wall clock so many seconds ahead, as an HTTP date (RFC 9110 section 5.6.7).
func httpDate(secondsAhead: Int) -> String {
  var seconds = time(nil) + secondsAhead
  var parts = tm()
  gmtime_r(&seconds, &parts)
  var text = [CChar](repeating: 0, count: 64)
  let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
  return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
