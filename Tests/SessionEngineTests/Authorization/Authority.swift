import Glibc
import LoopbackServers
import MCPWire
import TopPlatform
import Synchronization

@testable import SessionEngine

/// An MCP server that wants a token, and the issuer that gives them: two servers on 127.0.0.1 which say yes
/// to every person at once.
final class Authority: Sendable {
  /// How the two behave.
  struct Rules: Sendable {
    /// Seconds.
    var lifetime = 3_600
    var refreshes = true
    /// Refused from then on: what was given before.
    var isRevoked = false
    /// The token endpoint is out of order.
    var isOut = false
    /// The door takes nothing.
    var takesNothing = false
    /// In the challenge.
    var scope = "files:read"
    /// Tokens are bound to the client's key, and both sides want to read a number in each proof.
    var binds = false
    /// The issuer answers nothing.
    var hangs = false
    /// The door takes everybody.
    var isOpen = false
    /// The person says no.
    var denies = false
  }

  struct State: Sendable {
    var rules = Rules()
    /// Good tokens and when they were given.
    var tokens: [String: ContinuousClock.Instant] = [:]
    var challenges: [String: String] = [:]
    var refresh: String?
    var visits = 0
    var registrations = 0
    var grants: [String] = []
    /// Refresh tokens in the order in which they were used.
    var used: [String] = []
    var foreignHeaders: [String] = []
    var count = 0
    /// What was wrong with proofs, and the names of those that were good.
    var flaws: [String] = []
    var proofs: [String] = []
    /// Registrations that were taken back by whoever may.
    var deletions: [String] = []
  }

  let state = Mutex(State())
  let door: LoopbackServer
  let issuer: LoopbackServer

  static func start(_ rules: Rules = Rules(), behavior: Behavior = Behavior()) throws -> Authority {
    let box = Box()
    let issuer = try LoopbackServer.start { request, _ in
      box.authority?.answer(request) ?? .text(500, "early")
    }
    let door = try LoopbackServer.start(behavior) { request, peer in
      box.authority?.guarded(request, &peer) ?? .text(500, "early")
    }
    let authority = Authority(door: door, issuer: issuer)
    authority.state.withLock { $0.rules = rules }
    box.contents.withLock { $0 = authority }
    return authority
  }

  private init(door: LoopbackServer, issuer: LoopbackServer) {
    (self.door, self.issuer) = (door, issuer)
  }

  private final class Box: Sendable {
    let contents = Mutex<Authority?>(nil)
    var authority: Authority? { contents.withLock { $0 } }
  }

  func stop() {
    door.stop()
    issuer.stop()
  }

  /// A program for `BROWSER` that follows every redirect, in a folder of its own.
  static func browser(in folder: String) throws -> String {
    let path = folder + "/browser"
    try replaceFile(
      path,
      with: """
        #!/usr/bin/env python3
        import sys, urllib.request
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1], timeout=10).read()
        """, mode: 0o700)
    return path
  }

  private var base: String { "http://127.0.0.1:\(issuer.port)" }

  // MARK: - The MCP server

  private func guarded(_ request: Request, _ peer: inout Peer) -> Reply {
    if request.path == "/.well-known/oauth-protected-resource/mcp" {
      return .json(#"{"resource": "\#(door.url)", "authorization_servers": ["\#(base)"]}"#)
    }
    if state.withLock({ $0.rules.isOpen }) { return peer.answer(request) }
    let scheme = state.withLock { $0.rules.binds } ? "DPoP" : "Bearer"
    let token = request["Authorization"].flatMap { $0.hasPrefix(scheme + " ") ? $0 : nil }
      .map { String($0.dropFirst(scheme.count + 1)) }
    if scheme == "DPoP", token != nil, !judge(request, door.url, token, "number-of-the-server") {
      return .json(
        #"{"error": "use_dpop_nonce"}"#, status: 401,
        [
          Request.Header("WWW-Authenticate", #"DPoP error="use_dpop_nonce""#),
          Request.Header("DPoP-Nonce", "number-of-the-server"),
        ])
    }
    let (isGood, scope) = state.withLock { state in
      let lifetime = Duration.seconds(state.rules.lifetime)
      let isGood = token.flatMap { state.tokens[$0] }.map { ContinuousClock.now - $0 < lifetime } ?? false
      return (isGood && !state.rules.takesNothing, state.rules.scope)
    }
    if isGood { return peer.answer(request) }
    return .json(
      #"{"error": "invalid_token"}"#, status: 401,
      [Request.Header("WWW-Authenticate", #"\#(scheme) error="invalid_token", scope="\#(scope)""#)])
  }

  /// Whether a proof says what it must, but for the number: what else is wrong with it is kept.
  private func judge(_ request: Request, _ url: String, _ token: String?, _ number: String) -> Bool {
    let parts = (request["DPoP"] ?? "").split(separator: ".", omittingEmptySubsequences: false)
    let claims = try? JSONValue.read(decoded(parts.count == 3 ? parts[1] : ""))
    let head = try? JSONValue.read(decoded(parts.first ?? ""))
    let hash = token.map { base64URL(Cryptography.sha256($0)) }
    let isRight =
      claims?["htu"]?.text == url && claims?["htm"]?.text == request.method && claims?["ath"]?.text == hash
      && head?["typ"]?.text == "dpop+jwt" && head?["jwk"]?["x"]?.text?.count == 43
      && head?["jwk"]?["d"] == nil
    let id = claims?["jti"]?.text ?? ""
    state.withLock { state in
      if !isRight || id.isEmpty || state.proofs.contains(id) { state.flaws.append(request["DPoP"] ?? "none") }
      state.proofs.append(id)
    }
    return claims?["nonce"]?.text == number
  }

  // MARK: - The issuer

  private func answer(_ request: Request) -> Reply {
    state.withLock { state in
      state.foreignHeaders += request.headers.map { $0.name.lowercased() }.filter {
        $0 == "x-own" || $0 == "cookie"
      }
    }
    if state.withLock({ $0.rules.hangs }) { return Reply([.hold]) }
    switch request.path {
    case "/.well-known/oauth-authorization-server":
      return .json(
        #"{"issuer": "\#(base)", "authorization_endpoint": "\#(base)/authorize", "token_endpoint": "\#(base)/token","#
          + #""registration_endpoint": "\#(base)/register", "code_challenge_methods_supported": ["S256"],"#
          + #""token_endpoint_auth_methods_supported": ["none", "client_secret_basic"]}"#)
    case "/register":
      let number = state.withLock { state in
        state.registrations += 1
        return state.registrations
      }
      return .json(
        #"{"client_id": "client-\#(number)", "token_endpoint_auth_method": "none","#
          + #""registration_client_uri": "\#(base)/register/client-\#(number)","#
          + #""registration_access_token": "planted-management-\#(number)"}"#, status: 201)
    case let path where path.hasPrefix("/register/") && request.method == "DELETE":
      let id = String(path.dropFirst("/register/".count))
      let number = id.dropFirst("client-".count)
      guard request["Authorization"] == "Bearer planted-management-\(number)" else {
        return .text(401, "who?")
      }
      state.withLock { $0.deletions.append(id) }
      return Reply([.head(.init(204, []))])
    case "/authorize": return authorize(WebForm(query: request.target.drop { $0 != "?" }.dropFirst()))
    case "/token"
    where state.withLock({ $0.rules.binds })
      && !judge(request, base + "/token", nil, "number-of-the-issuer"):
      return .json(
        #"{"error": "use_dpop_nonce"}"#, status: 400, [Request.Header("DPoP-Nonce", "number-of-the-issuer")])
    case "/token": return token(WebForm(query: String(decoding: request.body, as: UTF8.self)))
    default: return .text(404, "no such page")
    }
  }

  private func authorize(_ query: WebForm) -> Reply {
    let code = state.withLock { state in
      state.visits += 1
      state.challenges["code-\(state.visits)"] = query["code_challenge"]
      return "code-\(state.visits)"
    }
    var answer = WebForm()
    let isDenied = state.withLock { $0.rules.denies }
    answer.add(isDenied ? "error" : "code", isDenied ? "access_denied" : code)
    answer.add("state", query["state"])
    answer.add("iss", base)
    let place = "\(query["redirect_uri"] ?? "")?\(answer.encoded)"
    return Reply([.head(.init(302, [.init("Location", place), .init("Content-Length", "0")]))])
  }

  private func token(_ form: WebForm) -> Reply {
    state.withLock { state in
      let grant = form["grant_type"] ?? ""
      state.grants.append(grant)
      if state.rules.isOut { return .text(503, "later") }
      if grant == "authorization_code" {
        let expected = state.challenges.removeValue(forKey: form["code"] ?? "")
        guard expected != nil, form["code_verifier"] != nil, form["resource"] == door.url else {
          return .json(#"{"error": "invalid_grant"}"#, status: 400)
        }
      }
      if grant == "refresh_token" {
        state.used.append(form["refresh_token"] ?? "")
        guard form["refresh_token"] == state.refresh, !state.rules.isRevoked else {
          return .json(#"{"error": "invalid_grant"}"#, status: 400)
        }
      }
      state.count += 1
      state.tokens["planted-token-\(state.count)"] = .now
      state.refresh = "planted-refresh-\(state.count)"
      let refresh = state.rules.refreshes ? #", "refresh_token": "planted-refresh-\#(state.count)""# : ""
      return .json(
        #"{"access_token": "planted-token-\#(state.count)","#
          + #""token_type": "\#(state.rules.binds ? "DPoP" : "Bearer")","#
          + #""expires_in": \#(state.rules.lifetime)\#(refresh)}"#)
    }
  }
}

/// The bytes of base64url (RFC 4648 section 5).
private func decoded(_ text: Substring) -> [UInt8] {
  let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  var (result, bits, count) = ([UInt8](), 0, 0)
  for letter in text.utf8 {
    guard let value = letters.firstIndex(of: letter) else { return [] }
    bits = (bits << 6 | value) & 0xFFFF
    count += 6
    if count >= 8 {
      count -= 8
      result.append(UInt8(bits >> count & 0xFF))
    }
  }
  return result
}
