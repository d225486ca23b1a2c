/// What a request is for; decides its limits and how its answer is read.
public enum Purpose: String, CaseIterable, Sendable {
  /// `initialize`, which asks for a session.
  case initialize
  /// `server/discover`, which takes the place of a handshake in the sessionless revision.
  case discover
  /// The GET of HTTP+SSE that carries every answer: no time limit.
  case attach
  /// `notifications/initialized`, the end of the handshake.
  case initialized
  /// `ping`, the usual probe.
  case ping
  /// `tools/list`, every n-th probe.
  case list
  /// `tools/call`, of a tool that a person named; nothing else calls one.
  case call
  /// The GET stream: no time limit.
  case stream
  /// The GET that asks for the rest of an answer whose stream ended (SSE polling, revision 2025-11-25).
  case poll
  /// Our answer to something that the server asked.
  case reply
  /// The DELETE that ends a session.
  case delete
}

extension Purpose {
  /// What people know the request by: the method of MCP, or of HTTP where there is none.
  package var name: String {
    switch self {
    case .initialize: "initialize"
    case .discover: "server/discover"
    case .attach, .stream: "stream"
    case .initialized: "initialized"
    case .ping: "ping"
    case .list: "tools/list"
    case .call: "tools/call"
    case .poll: "GET for the rest of an answer"
    case .reply: "reply"
    case .delete: "DELETE"
    }
  }
}
