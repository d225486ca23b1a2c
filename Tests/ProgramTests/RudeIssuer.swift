import Glibc
import LoopbackServers
import MCPWire
import Synchronization

/// The rudest of issuers, with the rudest of servers: whatever they refuse, they repeat all that either was
/// ever sent or gave.
final class RudeIssuer: Sendable {
  struct State: Sendable {
    /// All that nobody else is to see, in the order in which it came to be.
    var secrets: [String] = []
    /// Those that were repeated.
    var repeated: Set<String> = []
    /// The issuer gives nothing.
    var refuses = false
    /// The server takes nothing.
    var isShut = false
    var count = 0
    var bindsTokens = false
    /// What was refused with an echo, by path.
    var echoes: Set<String> = []
  }

  let state = Mutex(State())
  let issuer: LoopbackServer
  let door: LoopbackServer

  private final class Box: Sendable {
    let contents = Mutex<RudeIssuer?>(nil)
    var rude: RudeIssuer? { contents.withLock { $0 } }
  }

  static func start(bindsTokens: Bool = false) throws -> RudeIssuer {
    let box = Box()
    let issuer = try LoopbackServer.start(script: { request, _ in box.rude?.answer(request) ?? .status(500) })
    let door = try LoopbackServer.start(script: { request, peer in
      box.rude?.guarded(request, &peer) ?? .status(500)
    })
    let rude = RudeIssuer(issuer, door)
    rude.state.withLock { $0.bindsTokens = bindsTokens }
    box.contents.withLock { $0 = rude }
    return rude
  }

  private init(_ issuer: LoopbackServer, _ door: LoopbackServer) {
    (self.issuer, self.door) = (issuer, door)
  }

  func stop() {
    issuer.stop()
    door.stop()
  }

  var base: String { "http://127.0.0.1:\(issuer.port)" }

  func shut() { state.withLock { $0.isShut = true } }

  func refuse(_ isRefusing: Bool) { state.withLock { $0.refuses = isRefusing } }

  /// What was of use once, and is in nobody's hands any more, is not repeated to the next program.
  func forgetThePast() {
    state.withLock { state in
      let last = state.count
      let kept = ["plnt-client", "plnt-management", "plnt-token-\(last)", "plnt-refresh-\(last)"]
      state.secrets.removeAll { secret in !kept.contains { secret.hasPrefix($0) } }
    }
  }

  private func note(_ values: [String?]) {
    state.withLock { state in
      for case let value? in values where value.utf8.count > 6 && !state.secrets.contains(value) {
        state.secrets.append(value)
      }
    }
  }

  private func noteHeaders(_ request: Request) {
    note([
      request["DPoP"], request["Authorization"]?.split(separator: " ").last.map(String.init),
    ])
  }

  private func echo(_ path: String) -> String {
    state.withLock { state in
      state.echoes.insert(path)
      state.repeated.formUnion(state.secrets)
      return state.secrets.joined(separator: " ")
    }
  }

  private func refusal(_ path: String, _ error: String, status: Int = 400) -> Reply {
    .json(#"{"error": "\#(error)", "error_description": "you sent \#(echo(path))"}"#, status: status)
  }

  // MARK: - The MCP server

  private func guarded(_ request: Request, _ peer: inout Peer) -> Reply {
    if request.path.hasPrefix("/.well-known/") {
      return .json(#"{"resource": "\#(door.url)", "authorization_servers": ["\#(base)"]}"#)
    }
    noteHeaders(request)
    let token = request["Authorization"]?.split(separator: " ").last.map(String.init) ?? ""
    let (isGood, scheme) = state.withLock { state in
      (!state.isShut && token.hasPrefix("plnt-token-"), state.bindsTokens ? "DPoP" : "Bearer")
    }
    guard !isGood else { return peer.answer(request) }
    let words = token.isEmpty ? "" : #", error_description="not \#(echo("mcp"))""#
    return .json(
      #"{"error": "invalid_token", "error_description": "\#(echo("mcp"))"}"#, status: 401,
      [Request.Header("WWW-Authenticate", #"\#(scheme) error="invalid_token"\#(words)"#)])
  }

  // MARK: - The issuer

  private func answer(_ request: Request) -> Reply {
    noteHeaders(request)
    let form = WebForm(query: String(decoding: request.body, as: UTF8.self))
    let secretFields = [
      "code", "code_verifier", "refresh_token", "client_secret", "client_assertion", "device_code", "token",
      "assertion", "subject_token",
    ]
    note(secretFields.map { form[$0] })
    let refuses = state.withLock { $0.refuses }
    switch request.path {
    case "/.well-known/oauth-authorization-server": return .json(metadata)
    case "/register":
      note(["plnt-client-secret/+=", "plnt-management"])
      return .json(
        #"{"client_id": "client", "client_secret": "plnt-client-secret/+=","#
          + #""token_endpoint_auth_method": "client_secret_basic","#
          + #""registration_client_uri": "\#(base)/register/1","#
          + #""registration_access_token": "plnt-management"}"#,
        status: 201)
    case "/authorize":
      let query = WebForm(query: request.target.drop { $0 != "?" }.dropFirst())
      note(["plnt-code-of-a-visit"])
      let place = "\(query["redirect_uri"] ?? "")?code=plnt-code-of-a-visit&state=\(query["state"] ?? "")"
      return .status(302, [Request.Header("Location", place)])
    case "/device":
      note(["plnt-device-code"])
      return .json(
        #"{"device_code": "plnt-device-code", "user_code": "ABCD", "verification_uri": "\#(base)/go", "interval": 1}"#
      )
    case "/token" where !refuses: return token()
    default: return refusal(request.path, "invalid_client", status: 401)
    }
  }

  private var metadata: String {
    #"{"issuer": "\#(base)", "authorization_endpoint": "\#(base)/authorize", "token_endpoint": "\#(base)/token","#
      + #""registration_endpoint": "\#(base)/register", "revocation_endpoint": "\#(base)/revoke","#
      + #""device_authorization_endpoint": "\#(base)/device", "code_challenge_methods_supported": ["S256"],"#
      + #""token_endpoint_auth_methods_supported": ["client_secret_basic"]}"#
  }

  private func token() -> Reply {
    let (number, kind) = state.withLock { state in
      state.count += 1
      // What ended long ago is nobody's secret any more.
      let old = state.count - 3
      state.secrets.removeAll { $0 == "plnt-token-\(old)" || $0 == "plnt-refresh-\(old)" }
      return (state.count, state.bindsTokens ? "DPoP" : "Bearer")
    }
    note(["plnt-token-\(number)", "plnt-refresh-\(number)"])
    return .json(
      #"{"access_token": "plnt-token-\#(number)", "token_type": "\#(kind)", "expires_in": 2,"#
        + #""refresh_token": "plnt-refresh-\#(number)"}"#)
  }
}
