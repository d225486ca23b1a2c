import Glibc
import MCPSessions
import MCPWire
import Testing

@testable import SessionEngine

@Suite struct `The port that a browser comes back to` {
  private static let good = "GET /callback?code=c&state=of-this-visit HTTP/1.1"

  @Test(arguments: [
    "GET /callback?code=c&state=other HTTP/1.1", "GET /callback?code=c HTTP/1.1", "GET /callback? HTTP/1.1",
    "GET /callback?code=c&state= HTTP/1.1", "GET /callback?error=access_denied HTTP/1.1",
    "GET /callback?code=c&state=of-this-visit&state=of-this-visit HTTP/1.1", "GET /favicon.ico HTTP/1.1",
    "GET /?code=c&state=of-this-visit HTTP/1.1", "HEAD /callback?code=c&state=of-this-visit HTTP/1.1",
    "POST /callback?code=c&state=of-this-visit HTTP/1.1", "GET", "",
    "GET /callback?code=\(String(repeating: "c", count: 20_000))&state=of-this-visit HTTP/1.1",
  ])
  func `lets nobody stand between it and the browser`(request: String) throws {
    let listener = try #require(LoopbackListener(port: nil, state: Secret("of-this-visit")))
    var found: [WebForm] = []
    // More at once than are kept waiting, and the browser among the last.
    for _ in 0..<3 {
      let strangers = try (0..<5).map { _ in try ask(request, at: listener.port) }
      found += listener.act()
      strangers.forEach { close($0) }
    }
    let crowd = try [request, Self.good, request].map { try ask($0, at: listener.port) }
    while !found.contains(where: { $0["state"] == "of-this-visit" && $0["code"] == "c" }) {
      found += listener.act()
    }
    crowd.forEach { close($0) }
    #expect(found.count <= 2, "one stranger is told of at most")
  }

  private func ask(_ request: String, at port: Int) throws -> Int32 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let isThere = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    try #require(isThere)
    let bytes = Array("\(request)\r\nHost: 127.0.0.1\r\n\r\n".utf8)
    #expect(send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
    return socket
  }
}
