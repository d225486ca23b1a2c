import LoopbackServers
import MCPWire
import MCPSessions

// JSON, JSON-RPC, and what initialize says.

/// A change in the text of the answer to `initialize`.
private func initializeText(
  _ change: @escaping @Sendable (_ text: String) -> String
) -> FaultCase.Serve {
  fault(on: "initialize") { request, peer in
    let reply = peer.answer(request)
    return reply.withBody(change(reply.body))
  }
}

/// The answer to every ping is this text; `ID` stands for the id of the request.
private func pong(_ text: String) -> FaultCase.Serve {
  fault(on: "ping") { request, peer in
    guard case .number(let number) = request.id else { return peer.answer(request) }
    return peer.answer(request).withBody(text.replacing("ID", with: "\(number)"))
  }
}

extension FaultCase {
  static let json: [FaultCase] = [
    FaultCase(
      "json-invalid", "Not JSON.", [.failed, .recovering], [.protocolError], Check.givesUpCalmly,
      serve: initializeText { _ in "{\"jsonrpc\": oops" }),
    FaultCase(
      "json-two-values", "Two JSON values in one body.", [.ready, .failed, .recovering], [.protocolError], [],
      { $0.mayGoUnnoticed = true }, serve: initializeText { $0 + $0 }),
    FaultCase(
      "json-nul-escape", "\\u0000 in serverInfo.name.", [.ready], [],
      Check.works + [.name(contains: "after")],
      serve: initializeText { $0.replacing("loopback", with: "before\\u0000after") }),
    FaultCase(
      "json-deep-array", "100 000 nested arrays: no stack overflow.", [.failed, .recovering],
      [.protocolError],
      Check.givesUpCalmly, { $0.isHeavy = true },
      serve: initializeText { _ in String(repeating: "[", count: 100_000) }),
    FaultCase(
      "json-deep-in-result", "100 000 nested arrays in a member that nobody reads.",
      [.ready, .failed, .recovering],
      [.protocolError], [],
      {
        $0.mayGoUnnoticed = true
        $0.isHeavy = true
      },
      serve: initializeText {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        return $0.replacing("\"serverInfo\"", with: "\"_meta\":\(deep),\"serverInfo\"")
      }),
    FaultCase(
      "json-huge-int", "A number of 5 000 digits in the result.", [.ready, .failed, .recovering],
      [.protocolError],
      [], { $0.mayGoUnnoticed = true },
      serve: initializeText {
        $0.replacing("\"serverInfo\"", with: "\"big\":\(String(repeating: "9", count: 5_000)),\"serverInfo\"")
      }),
    FaultCase(
      "json-nan", "NaN and Infinity literals.", [.failed, .recovering], [.protocolError], Check.givesUpCalmly,
      serve: initializeText {
        $0.replacing("\"serverInfo\"", with: "\"a\":NaN,\"b\":Infinity,\"serverInfo\"")
      }),
    FaultCase(
      "json-top-array", "A batch where one object is due.", [.ready, .failed, .recovering], [.protocolError],
      [],
      { $0.mayGoUnnoticed = true }, serve: initializeText { "[\($0)]" }),
    FaultCase(
      "json-empty-array", "An empty batch.", [.failed, .recovering], [.protocolError], Check.givesUpCalmly,
      serve: initializeText { _ in "[]" }),
    FaultCase(
      "json-empty-object", "{}.", [.failed, .recovering], [.protocolError], Check.givesUpCalmly,
      serve: initializeText { _ in "{}" }),
    FaultCase(
      "json-string", "A string where an object is due.", [.failed, .recovering], [.protocolError],
      Check.givesUpCalmly, serve: initializeText { _ in "\"hello\"" }),
    FaultCase(
      "json-bom", "A byte order mark before the document.", [.ready, .failed, .recovering], [.protocolError],
      [],
      { $0.mayGoUnnoticed = true }, serve: initializeText { "\u{FEFF}" + $0 }),
    FaultCase(
      "json-invalid-utf8", "Bytes that are no UTF-8 in serverInfo.name.", [.ready, .failed, .recovering],
      [.protocolError], [], { $0.mayGoUnnoticed = true },
      serve: fault(on: "initialize") { request, peer in
        let reply = peer.answer(request)
        let body = Array(reply.body.utf8).map { $0 == UInt8(ascii: "k") ? 0xFF : $0 }
        return Reply([reply.steps[0], .body(body)])
      }),
    FaultCase(
      "json-100k-keys", "An object of 100 000 keys in capabilities.experimental.",
      [.ready, .failed, .recovering], [],
      []
    ) {
      $0.isHeavy = true
    } serve: { request, peer, _ in
      let reply = peer.answer(request)
      guard request.kind == "initialize" else { return reply }
      let keys = (0..<100_000).map { "\"k\($0)\":1" }.joined(separator: ",")
      return reply.replacing("\"capabilities\":{", with: "\"capabilities\":{\"experimental\":{\(keys)},")
    },
  ]

  static let rpc: [FaultCase] = [
    FaultCase(
      "rpc-id-mismatch", "The answer to ping has another id.", [.ready, .recovering],
      [.protocolError, .sessionTimeout],
      Check.works, serve: pong(#"{"jsonrpc":"2.0","id":ID99,"result":{}}"#)),
    FaultCase(
      "rpc-id-null", "The id comes back as null.", [.ready, .recovering], [.protocolError, .sessionTimeout],
      Check.works, { $0.mayGoUnnoticed = true }, serve: pong(#"{"jsonrpc":"2.0","id":null,"result":{}}"#)),
    FaultCase(
      "rpc-id-string", "The id comes back as a string.", [.ready, .recovering],
      [.protocolError, .sessionTimeout],
      Check.works, { $0.mayGoUnnoticed = true }, serve: pong(#"{"jsonrpc":"2.0","id":"ID","result":{}}"#)),
    FaultCase(
      "rpc-no-version", "No jsonrpc member.", [.ready, .recovering], [.protocolError], Check.works,
      serve: pong(#"{"id":ID,"result":{}}"#)),
    FaultCase(
      "rpc-neither", "Neither result nor error.", [.ready, .recovering], [.protocolError], Check.works,
      serve: pong(#"{"jsonrpc":"2.0","id":ID}"#)),
    FaultCase(
      "rpc-both", "Result and error.", [.ready, .recovering], [.protocolError, .rpcError], Check.works,
      { $0.mayGoUnnoticed = true },
      serve: pong(#"{"jsonrpc":"2.0","id":ID,"result":{},"error":{"code":1,"message":"both"}}"#)),
    FaultCase(
      "rpc-result-null", "The result is null.", [.ready, .recovering], [.protocolError], Check.works,
      { $0.mayGoUnnoticed = true }, serve: pong(#"{"jsonrpc":"2.0","id":ID,"result":null}"#)),
    FaultCase(
      "rpc-error-ping", "ping is answered with an internal error: the session lives.", [.ready], [.rpcError],
      Check.worksOn,
      serve: pong(#"{"jsonrpc":"2.0","id":ID,"error":{"code":-32603,"message":"Internal error"}}"#)),
    FaultCase(
      "rpc-error-code-zero", "tools/list fails with code 0 and no message, while ping works.", [.ready],
      [.rpcError],
      Check.worksOn,
      serve: fault(on: "tools/list") { request, _ in .json(Reply.failureText(0, "", for: request.id)) }),
    FaultCase(
      "rpc-error-init", "initialize is answered with an error object.", [.failed, .recovering], [.rpcError],
      Check.givesUpCalmly,
      serve: fault(on: "initialize") { request, _ in
        .json(Reply.failureText(-32_603, "Internal error", for: request.id))
      }),
    FaultCase(
      "rpc-error-init-with-id",
      "initialize fails, with a session id beside the error: that half-session is ended.",
      [.failed, .recovering], [.rpcError], [.didNotGoOn, .sendsDelete],
      serve: fault(on: "initialize") { request, peer in
        let session = peer.open(id: "half-session-\(peer.opened + 1)", version: "2025-11-25")
        return .json(
          Reply.failureText(-32_602, "Invalid params", for: request.id), [.init("Mcp-Session-Id", session.id)]
        )
      }),
    FaultCase(
      "rpc-duplicate-answer", "The answer to ping comes three times.", [.ready], [], Check.worksOn,
      serve: fault(on: "ping") { request, _ in
        .events(Array(repeating: Reply.resultText(for: request.id), count: 3))
      }),
    FaultCase(
      "rpc-server-ping", "The server pings the client on the stream: an answer must be POSTed.", [.ready], [],
      Check.works + [.answersServer],
      serve: fault(on: "GET") { request, peer in
        openStream(event(#"{"jsonrpc":"2.0","id":"server-1","method":"ping"}"#), from: request, &peer)
      }),
    FaultCase(
      "rpc-server-asks-roots", "The server asks for roots: an error goes back, the session lives.", [.ready],
      [],
      Check.worksOn + [.answersWithError],
      serve: fault(on: "GET") { request, peer in
        openStream(event(#"{"jsonrpc":"2.0","id":"server-1","method":"roots/list"}"#), from: request, &peer)
      }),
    FaultCase(
      "rpc-server-ping-flood", "2 000 server pings at once: bounded work.", [.ready], [],
      Check.works + [.atMost(400, "answer")],
      serve: fault(on: "GET") { request, peer in
        let flood = (1...2_000).map { event(#"{"jsonrpc":"2.0","id":"server-\#($0)","method":"ping"}"#) }
        return openStream(flood.joined(), from: request, &peer)
      }),
    FaultCase(
      "rpc-progress-unknown", "Progress for a token never given.", [.ready], [], Check.works,
      serve: fault(on: "GET") { request, peer in
        let progress =
          #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"none","progress":1}}"#
        return openStream(event(progress), from: request, &peer)
      }),
    FaultCase(
      "rpc-unknown-answer", "An answer on the stream to a question that nobody asked.", [.ready], [],
      Check.worksOn,
      serve: fault(on: "GET") { request, peer in
        openStream(event(#"{"jsonrpc":"2.0","id":4711,"result":{}}"#), from: request, &peer)
      }),
  ]

  static let handshakes: [FaultCase] = [
    FaultCase(
      "init-version-unknown", "protocolVersion 1999-01-01: cannot be spoken; said, and the session is ended.",
      [.failed], [.protocolError], [.didNotGoOn, .atMost(4, "initialize"), .sendsDelete],
      serve: initializeText { $0.replacing("2025-11-25", with: "1999-01-01") }),
    FaultCase(
      "init-version-missing", "No protocolVersion.", [.failed, .recovering], [.protocolError],
      Check.givesUpCalmly,
      serve: initializeText { $0.replacing("\"protocolVersion\":\"2025-11-25\",", with: "") }),
    FaultCase(
      "init-version-2024", "protocolVersion 2024-11-05 over this transport: speak it or fail clearly.",
      [.ready, .failed], [.protocolError], [], { $0.mayGoUnnoticed = true },
      serve: { request, peer, _ in
        peer.behavior.versions = ["2024-11-05"]
        return peer.answer(request)
      }),
    FaultCase(
      "init-capabilities-missing", "No capabilities.", [.ready, .failed], [.protocolError], [],
      { $0.mayGoUnnoticed = true },
      serve: initializeText { $0.replacing("\"capabilities\":{\"tools\":{\"listChanged\":true}},", with: "") }
    ),
    FaultCase(
      "init-modern-only", "A server of the sessionless revision 2026-07-28: told apart, no loop.", [.failed],
      [.protocolError, .httpError], [.didNotGoOn, .atMost(4, "initialize"), .atMost(4, "server/discover")],
      serve: fault(on: "initialize") { request, _ in
        .json(
          #"{"jsonrpc":"2.0","id":null,"error":{"code":-32022,"message":"Unsupported protocol version","#
            + #""data":{"supported":["2026-07-28"],"requested":"2025-11-25"}}}"#, status: 400)
      }),
    FaultCase(
      "init-older-listed", "Complains about the version and lists 2025-03-26: offered that, it agrees.",
      [.ready], [],
      Check.works + [.speaks("2025-03-26"), .atMost(3, "initialize")],
      serve: fault(on: "initialize") { request, peer in
        guard case .request(_, let parameters)? = request.message?.content,
          parameters.protocolVersion != "2025-03-26"
        else { return peer.answer(request) }
        return .json(
          #"{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"Unsupported protocol version","#
            + #""data":{"supported":["2025-03-26"]}}}"#)
      }),
  ]
}

extension Check {
  static func name(contains text: String) -> Check {
    Check("the server's name holds \(text)") { evidence in
      let name = evidence.report?.identity?.name.text ?? ""
      return name.contains(text) ? nil : "the name is \(name)"
    }
  }

  static let answersWithError = Check("answered-the-server's-request, with-error") { evidence in
    let isRefused = evidence.requests("answer").contains { entry in
      guard case .failure(let error)? = entry.request.message?.content else { return false }
      return error.code == RPCError.methodNotFound && entry.request.message?.id == .string("server-1")
    }
    return isRefused ? nil : "no answer says -32601"
  }
}
