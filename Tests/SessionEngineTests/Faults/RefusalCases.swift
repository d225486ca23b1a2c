import LoopbackServers
import MCPSessions

// A lost session is refused in a head that is clear and a body that is not: the status decides, at once.

extension FaultCase {
  /// From the third ping on the first session is gone, and is refused with these bytes.
  private static func lost(_ name: String, _ says: String, _ reply: Reply) -> FaultCase {
    FaultCase(
      "lost-\(name)", "404 in mid session: \(says).", [.ready], [.sessionTerminated],
      Check.works + [.reinitializesSoon, .dropsDeadID, .atMost(2, "initialize")],
      serve: { request, peer, _ in
        guard request.sessionID != nil, peer.session(of: request).map({ $0.ordinal == 1 }) ?? true,
          peer.count("ping") >= 3
        else { return peer.answer(request) }
        peer.forgetAll()
        return reply
      })
  }

  private static func refusal(_ headers: [(String, String)], _ body: String, _ end: Reply.Step?...) -> Reply {
    let reply = unframed(404, headers, body)
    return Reply(reply.steps + end.compactMap { $0 })
  }

  private static let typed = ("Content-Type", "application/json")
  private static let words =
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32001,\"message\":\"gone\"}}"

  static let refusals: [FaultCase] = [
    lost(
      "length", "fewer bytes than the head promises",
      refusal([typed, ("Content-Length", "300")], words, .close)),
    lost(
      "reset", "a reset in the body",
      refusal([typed, ("Content-Length", "300")], words, .pause(.milliseconds(50)), .reset)),
    lost(
      "gzip", "a body that is not the gzip it is called",
      refusal([typed, ("Content-Encoding", "gzip"), ("Content-Length", "3")], "abc")),
    lost(
      "encoding", "an encoding that nobody knows",
      refusal([typed, ("Content-Encoding", "zstd2"), ("Content-Length", "3")], "abc")),
    lost(
      "chunk", "a chunk without a size",
      refusal([typed, ("Transfer-Encoding", "chunked")], "zz\r\n\(words)", .close)),
    lost(
      "cut", "chunks without an end",
      refusal([typed, ("Transfer-Encoding", "chunked")], "5\r\n{\"jso\r\n", .close)),
    lost(
      "large", "more than is read of a body",
      refusal(
        [("Content-Type", "text/html"), ("Content-Length", "5000000")],
        String(repeating: "x", count: 5_000_000))),
    lost(
      "head", "more than is read of a head",
      refusal(
        (0..<400).map { ("X-\($0)", String(repeating: "a", count: 200)) } + [("Content-Length", "0")], "")),
    lost(
      "open", "a body that does not end",
      refusal([("Content-Type", "text/plain"), ("Content-Length", "100")], "abc", .silence)),
    lost(
      "events", "a stream of events that does not end",
      refusal([("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")], "", .silence)),
    lost(
      "dribble", "a letter now and then",
      Reply(
        refusal([("Content-Type", "text/plain")], "x").steps
          + (0..<60).flatMap { _ in [Reply.Step.pause(.milliseconds(200)), .raw(bytes("x"))] })),
  ]
}
