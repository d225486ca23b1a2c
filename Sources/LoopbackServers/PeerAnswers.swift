package import MCPWire

extension Peer {
  /// What a well-behaved server says.
  package mutating func answer(_ request: Request) -> Reply {
    expire()
    guard request.path == behavior.path else { return .text(404, "Not Found") }
    guard isLocal(request["Origin"]) else { return .text(403, "Forbidden: foreign Origin") }
    if let token = behavior.token, request["Authorization"] != "Bearer \(token)" {
      let challenge = "Bearer error=\"invalid_token\", error_description=\"Authentication required\""
      return .failure(401, -32_001, "Authentication required").with([.init("WWW-Authenticate", challenge)])
    }
    switch request.method {
    case "POST": return post(request).delayed(by: behavior.latency)
    case "GET": return stream(request)
    case "DELETE": return end(request)
    default: return notAllowed()
    }
  }

  private mutating func post(_ request: Request) -> Reply {
    if let accept = request["Accept"]?.lowercased(),
      !["application/json", "text/event-stream", "*/*"].contains(where: accept.contains)
    {
      return .failure(406, -32_600, "Not Acceptable: accept application/json and text/event-stream")
    }
    if let type = request["Content-Type"], !type.lowercased().hasPrefix("application/json") {
      return .failure(415, -32_600, "Unsupported Media Type: send application/json")
    }
    guard let message = request.message else { return .failure(400, -32_700, "Parse error") }
    if case .request("initialize", let parameters) = message.content, let id = message.id {
      return initialize(request, id, asked: parameters.protocolVersion)
    }
    if let refusal = refusal(of: request) { return refusal }
    switch message.content {
    case .request(let method, _): return call(method, message.id ?? .null, request)
    case .notification, .result, .failure: return .status(202)
    }
  }

  private mutating func initialize(_ request: Request, _ id: RequestID, asked: String?) -> Reply {
    // As the official SDKs do: a stale id is no way to begin.
    if behavior.isStateful, request.sessionID != nil, session(of: request) == nil {
      return sessionNotFound()
    }
    guard let asked else {
      return say(Reply.failureText(-32_602, "Invalid params: protocolVersion", for: id), [])
    }
    guard sessions.count < behavior.maximumSessions else {
      return .failure(503, -32_603, "Too many open sessions", for: id)
    }
    let version = behavior.versions.contains(asked) ? asked : behavior.versions.first ?? asked
    guard behavior.isStateful else { return say(initializeResult(id, version), []) }
    let session = open(id: newSessionID(), version: version)
    return say(initializeResult(id, version), [.init("Mcp-Session-Id", session.id)])
  }

  /// The result of `initialize` as text.
  package func initializeResult(_ id: RequestID, _ version: String) -> String {
    Reply.resultText(for: id) {
      $0.member("protocolVersion", version)
      $0.object("capabilities") {
        $0.object("tools") { $0.member("listChanged", true) }
        if behavior.chatter != nil { $0.object("logging") { _ in } }
      }
      $0.object("serverInfo") {
        $0.member("name", behavior.name)
        $0.member("version", "1.0.0")
      }
    }
  }

  private func call(_ method: String, _ id: RequestID, _ request: Request) -> Reply {
    let headers = session(of: request).map { [Request.Header("Mcp-Session-Id", $0.id)] } ?? []
    switch method {
    case "ping", "logging/setLevel":
      return say(Reply.resultText(for: id), headers)
    case "tools/list" where behavior.failsLists:
      return say(Reply.failureText(-32_603, "Internal error: the backend does not answer", for: id), headers)
    case "tools/list":
      return say(toolList(id), headers)
    case "tools/call":
      return say(
        Reply.failureText(-32_602, "This server is there to be watched: its tools do nothing", for: id),
        headers)
    default:
      return say(Reply.failureText(RPCError.methodNotFound, "Method not found", for: id), headers)
    }
  }

  private func toolList(_ id: RequestID) -> String {
    Reply.resultText(for: id) {
      $0.array("tools") {
        for tool in behavior.tools {
          $0.object {
            $0.member("name", tool)
            $0.object("inputSchema") { $0.member("type", "object") }
          }
        }
      }
    }
  }

  private mutating func stream(_ request: Request) -> Reply {
    guard behavior.offersStream else { return notAllowed() }
    if let refusal = refusal(of: request) { return refusal }
    guard behavior.isStateful, let session = session(of: request) else { return .stream() }
    guard session.stream == nil else {
      return .failure(409, -32_600, "Conflict: Only one SSE stream is allowed per session")
    }
    setStream(request.connection, of: session.id)
    return .stream([.init("Mcp-Session-Id", session.id)])
  }

  private mutating func end(_ request: Request) -> Reply {
    guard behavior.isStateful, behavior.allowsDelete else { return notAllowed() }
    if let refusal = refusal(of: request) { return refusal }
    if let session = session(of: request) { forget(session.id) }
    return .status(200)
  }

  /// What is wrong with the headers of a request after `initialize`, if anything is.
  private func refusal(of request: Request) -> Reply? {
    if let version = request["MCP-Protocol-Version"], !behavior.versions.contains(version) {
      return .failure(400, -32_600, "Bad Request: Unsupported protocol version: \(version)")
    }
    guard behavior.isStateful else { return nil }
    guard request.sessionID != nil else { return .failure(400, -32_600, "Bad Request: Missing session ID") }
    return session(of: request) == nil ? sessionNotFound() : nil
  }

  private func sessionNotFound() -> Reply { .failure(404, -32_600, "Session not found") }

  private func notAllowed() -> Reply {
    let allowed =
      ["POST"] + (behavior.offersStream ? ["GET"] : [])
      + (behavior.isStateful && behavior.allowsDelete ? ["DELETE"] : [])
    return .failure(405, -32_600, "Method Not Allowed").with([.init("Allow", allowed.joined(separator: ", "))]
    )
  }

  /// A message in the form that the behavior asks for.
  private func say(_ message: String, _ headers: [Request.Header]) -> Reply {
    behavior.answers == .events ? .events([message], headers) : .json(message, headers)
  }

  /// Web pages must not reach a server on this machine through a browser (DNS rebinding).
  private func isLocal(_ origin: String?) -> Bool {
    guard let origin, let host = origin.split(separator: "/").last else { return true }
    return ["127.0.0.1", "localhost", "[::1]"].contains { host == $0 || host.hasPrefix("\($0):") }
  }

  private func newSessionID() -> String {
    let digits = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }
    return digits.map { String(repeating: "0", count: 16 - $0.count) + $0 }.joined()
  }
}
