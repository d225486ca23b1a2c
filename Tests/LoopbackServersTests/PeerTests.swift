import LoopbackServers
import Testing

@testable import LoopbackServers

/// The server as a value: one request after the other, no socket.
struct PeerTests {
  /// Everything that a peer says to one request, as a person would note it down.
  private func said(_ peer: inout Peer, _ request: Request) -> String {
    let reply = peer.answer(request)
    var lines: [String] = []
    for step in reply.steps {
      switch step {
      case .head(let head):
        lines.append("\(head.status)")
        for header in head.headers
        where ["Allow", "WWW-Authenticate", "Mcp-Session-Id"].contains(header.name) {
          lines.append("\(header.name): \(header.value)")
        }
      case .body(let bytes): lines.append(String(decoding: bytes, as: UTF8.self))
      case .hold: lines.append("(stream)")
      default: break
      }
    }
    return lines.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func request(
    _ method: String, _ body: String = "", _ headers: [String: String] = [:], path: String = "/mcp",
    connection: Int = 1
  ) -> Request {
    Request(
      number: 1, connection: connection, time: .zero, method: method, target: path,
      headers: headers.map { Request.Header($0.key, $0.value) }, body: Array(body.utf8))
  }

  static let refusals: [(String, String, String, [String: String], String)] = [
    ("another path", "POST /other", Text.ping, [:], "404\nNot Found"),
    ("no session id", "POST /mcp", Text.ping, [:], error(400, -32_600, "Bad Request: Missing session ID")),
    (
      "unknown session", "POST /mcp", Text.ping, ["mcp-session-id": "x"],
      error(404, -32_600, "Session not found")
    ),
    ("unknown on GET", "GET /mcp", "", ["Mcp-Session-Id": "x"], error(404, -32_600, "Session not found")),
    (
      "unknown on DELETE", "DELETE /mcp", "", ["Mcp-Session-Id": "x"],
      error(404, -32_600, "Session not found")
    ),
    (
      "stale id on initialize", "POST /mcp", Text.initialize(), ["Mcp-Session-Id": "x"],
      error(404, -32_600, "Session not found")
    ),
    ("broken JSON", "POST /mcp", "{", [:], error(400, -32_700, "Parse error")),
    (
      "wrong media type", "POST /mcp", Text.ping, ["Content-Type": "text/plain"],
      error(415, -32_600, "Unsupported Media Type: send application/json")
    ),
    (
      "nothing acceptable", "POST /mcp", Text.ping, ["Accept": "text/html"],
      error(406, -32_600, "Not Acceptable: accept application/json and text/event-stream")
    ),
    (
      "a web page", "POST /mcp", Text.ping, ["Origin": "https://evil.example"],
      "403\nForbidden: foreign Origin"
    ),
    (
      "unknown revision", "POST /mcp", Text.ping, ["MCP-Protocol-Version": "1999-01-01"],
      error(400, -32_600, "Bad Request: Unsupported protocol version: 1999-01-01")
    ),
    (
      "another method", "PUT /mcp", "", [:],
      "405\nAllow: POST, GET, DELETE\n"
        + #"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Method Not Allowed"}}"#
    ),
  ]

  static func error(_ status: Int, _ code: Int, _ message: String) -> String {
    "\(status)\n" + #"{"jsonrpc":"2.0","id":null,"error":{"code":\#(code),"message":"\#(message)"}}"#
  }

  @Test(arguments: refusals)
  func `what is refused, and how`(
    _ name: String, _ line: String, _ body: String, _ headers: [String: String], _ expected: String
  ) {
    var peer = Peer()
    let words = line.split(separator: " ").map(String.init)
    #expect(said(&peer, request(words[0], body, headers, path: words[1])) == expected, "\(name)")
  }

  @Test(arguments: [
    ("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("2025-03-26", "2025-03-26"),
    ("2099-01-01", "2025-11-25"), ("2024-11-05", "2025-11-25"),
  ])
  func `initialize agrees to what it speaks and counter-offers else`(_ asked: String, _ agreed: String) throws
  {
    var peer = Peer()
    let text = said(&peer, request("POST", Text.initialize(asked)))
    let id = try #require(peer.sessions.keys.first)
    #expect(
      text == """
        200
        Mcp-Session-Id: \(id)
        {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"\(agreed)","capabilities":{"tools":\
        {"listChanged":true}},"serverInfo":{"name":"loopback","version":"1.0.0"}}}
        """)
    #expect(id.utf8.count == 32)
    #expect(peer.sessions[id]?.version == agreed)
  }

  @Test func `a session from its handshake to its end`() {
    var peer = Peer()
    let id = peer.open(id: "abc", version: "2025-11-25").id
    let known = ["Mcp-Session-Id": id]
    #expect(said(&peer, request("POST", Text.initialized, known)) == "202")
    #expect(said(&peer, request("POST", Text.ping, known)) == "200\nMcp-Session-Id: abc\n" + Text.pong)
    #expect(said(&peer, request("POST", Text.list, known)).contains(#"{"name":"echo","inputSchema""#))
    #expect(said(&peer, request("GET", "", known)) == "200\nMcp-Session-Id: abc\n(stream)")
    #expect(said(&peer, request("GET", "", known, connection: 2)).hasPrefix("409"))
    #expect(said(&peer, request("DELETE", "", known)) == "200")
    #expect(peer.takeOrphans() == [1], "its stream is to be ended")
    #expect(said(&peer, request("POST", Text.ping, known)).hasPrefix("404"))
    #expect(said(&peer, request("DELETE", "", known)).hasPrefix("404"))
  }

  @Test func `a stream may be opened anew once its connection is gone`() {
    var peer = Peer()
    peer.open(id: "abc", version: "2025-11-25")
    let known = ["Mcp-Session-Id": "abc"]
    #expect(said(&peer, request("GET", "", known, connection: 1)).hasPrefix("200"))
    peer.connectionClosed(1)
    #expect(said(&peer, request("GET", "", known, connection: 2)).hasPrefix("200"))
  }

  @Test func `a stateless server ignores ids and opens no session`() {
    var behavior = Behavior()
    behavior.isStateful = false
    var peer = Peer(behavior)
    #expect(!said(&peer, request("POST", Text.initialize())).contains("Mcp-Session-Id"))
    #expect(said(&peer, request("POST", Text.ping, ["Mcp-Session-Id": "x"])) == "200\n" + Text.pong)
    #expect(said(&peer, request("DELETE")).hasPrefix("405\nAllow: POST, GET\n"))
    #expect(peer.opened == 0)
  }

  @Test func `answers come as an event when the behavior says so`() {
    var behavior = Behavior()
    behavior.answers = .events
    var peer = Peer(behavior)
    peer.open(id: "abc", version: "2025-11-25")
    #expect(
      said(&peer, request("POST", Text.ping, ["Mcp-Session-Id": "abc"]))
        == "200\nMcp-Session-Id: abc\nevent: message\ndata: \(Text.pong)\n\n")
  }

  @Test func `sessions expire by age, used or not`() {
    var behavior = Behavior()
    behavior.sessionLifetimes = [.seconds(20)]
    var peer = Peer(behavior)
    peer.open(id: "abc", version: "2025-11-25")
    peer.now = .milliseconds(19_999)
    #expect(said(&peer, request("POST", Text.ping, ["Mcp-Session-Id": "abc"])).hasPrefix("200"))
    peer.now = .seconds(20)
    #expect(said(&peer, request("POST", Text.ping, ["Mcp-Session-Id": "abc"])).hasPrefix("404"))
  }

  @Test func `there is an end to sessions`() {
    var behavior = Behavior()
    behavior.maximumSessions = 1
    var peer = Peer(behavior)
    #expect(said(&peer, request("POST", Text.initialize())).hasPrefix("200"))
    #expect(said(&peer, request("POST", Text.initialize())).hasPrefix("503"))
  }

  @Test func `a token is wanted on every request`() {
    var behavior = Behavior()
    behavior.token = "right"
    var peer = Peer(behavior)
    #expect(said(&peer, request("POST", Text.initialize())).hasPrefix("401\nWWW-Authenticate: Bearer error="))
    #expect(said(&peer, request("GET", "", ["Authorization": "Bearer wrong"])).hasPrefix("401"))
    #expect(
      said(&peer, request("POST", Text.initialize(), ["Authorization": "Bearer right"])).hasPrefix("200"))
  }
}
