import MCP
import NIOHTTP1

// Streamable HTTP of the session-carrying revisions, from the server's side (specification 2025-11-25).

extension LoopbackServer {
  func reply(to request: RecordedRequest) -> Reply {
    if let token = behaviour.token, request.headers["authorization"] != "Bearer \(token)" {
      let challenge = "Bearer error=\"invalid_token\", error_description=\"Authentication required\""
      return .failure(.unauthorized, "Authentication required", headers: [("WWW-Authenticate", challenge)])
    }
    switch request.method {
    case "POST": return post(request)
    case "GET": return get(request)
    case "DELETE": return delete(request)
    default: return notAllowed
    }
  }

  private var notAllowed: Reply {
    .failure(.methodNotAllowed, "Method Not Allowed", headers: [("Allow", "POST")])
  }

  /// Absent when the request's session is known, or none is needed.
  private func refusal(_ request: RecordedRequest) -> Reply? {
    guard behaviour.keepsSessions else { return nil }
    guard let id = request.headers["mcp-session-id"] else {
      return .failure(.badRequest, "Bad Request: Missing session ID")
    }
    return knows(id) ? nil : .failure(.notFound, "Session not found")
  }

  private func post(_ request: RecordedRequest) -> Reply {
    guard let message = (try? Message.read(Array(request.body.utf8)))?.first else {
      return .failure(.badRequest, "Parse error")
    }
    guard case .request(let method, let parameters) = message.content else {
      return refusal(request) ?? Reply(status: .accepted)
    }
    if method == "initialize" {
      if request.headers["mcp-session-id"] != nil, behaviour.keepsSessions {
        return .failure(.notFound, "Session not found")
      }
      return initialize(message.id, parameters)
    }
    if let refusal = refusal(request) { return refusal }
    switch method {
    case "ping":
      return answer(message.id, session: request.headers["mcp-session-id"]) { $0.object("result") { _ in } }
    case "tools/list" where behaviour.failsLists:
      return answer(message.id, session: nil) {
        $0.object("error") {
          $0.member("code", -32_603)
          $0.member("message", "backend is not connected")
        }
      }
    case "tools/list":
      return answer(message.id, session: nil, tools)
    default:
      return answer(message.id, session: nil) {
        $0.object("error") {
          $0.member("code", RPCError.methodNotFound)
          $0.member("message", "Method not found")
        }
      }
    }
  }

  private func initialize(_ id: RequestID?, _ parameters: Parameters) -> Reply {
    // Of a version that is not known the newest is offered instead.
    let asked = parameters.protocolVersion.flatMap(Revision.init(rawValue:))
    let version = asked.map { $0.hasSessions ? $0 : .newestWithSessions } ?? .newestWithSessions
    return answer(id, session: behaviour.keepsSessions ? openSession() : nil) { [name] in
      $0.object("result") {
        $0.member("protocolVersion", version.rawValue)
        $0.object("capabilities") {
          $0.object("tools") { $0.member("listChanged", true) }
          $0.object("logging") { _ in }
        }
        $0.object("serverInfo") {
          $0.member("name", name)
          $0.member("version", "1.0")
        }
      }
    }
  }

  private func tools(_ writer: inout JSONWriter) {
    writer.object("result") {
      $0.array("tools") { tools in
        for tool in ["search", "read", "append"] {
          tools.object { tool_ in
            tool_.member("name", tool)
            tool_.object("inputSchema") { $0.member("type", "object") }
          }
        }
      }
    }
  }

  private func answer(
    _ id: RequestID?, session: String?, _ members: (inout JSONWriter) -> Void
  ) -> Reply {
    var writer = JSONWriter()
    writer.object {
      $0.member("jsonrpc", "2.0")
      switch id {
      case .number(let number): $0.member("id", number)
      case .string(let text): $0.member("id", text)
      case .null, nil: $0.null("id")
      }
      members(&$0)
    }
    var headers = session.map { [("Mcp-Session-Id", $0)] } ?? []
    headers.append(("Content-Type", behaviour.answersAsEvents ? "text/event-stream" : "application/json"))
    let body = behaviour.answersAsEvents ? "event: message\ndata: \(writer.text)\n\n" : writer.text
    return Reply(status: .ok, headers: headers, body: body)
  }

  private func get(_ request: RecordedRequest) -> Reply {
    guard behaviour.offersStream, behaviour.keepsSessions else { return notAllowed }
    if let refusal = refusal(request) { return refusal }
    return Reply(
      status: .ok, headers: [("Content-Type", "text/event-stream"), ("Cache-Control", "no-cache")],
      streamOf: request.headers["mcp-session-id"])
  }

  private func delete(_ request: RecordedRequest) -> Reply {
    guard behaviour.keepsSessions else { return notAllowed }
    if let refusal = refusal(request) { return refusal }
    return closeSession(request.headers["mcp-session-id"] ?? "")
      ? Reply(status: .ok) : .failure(.notFound, "Session not found")
  }
}
