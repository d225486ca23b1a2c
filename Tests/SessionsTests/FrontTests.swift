// Long, because what stands in front of servers has many faces.

import MCPWire
import Testing

@testable import MCPSessions

private let gate = Gate(own: Redactor(), known: KnownSecrets())

/// What a person is told of one answer.
private func told(
  _ status: Int, _ body: String, type: String = "text/plain",
  _ change: (inout ResponseHead) -> Void = { _ in }
) -> (verdict: Verdict, error: SessionError?) {
  var head = ResponseHead(status: status, contentType: type)
  change(&head)
  var exchange = Exchange(transfer: TransferID(number: 1), purpose: .ping, requestID: 1, sent: .zero)
  _ = exchange.take(.head(head), gate, at: .zero)
  let end = TransferEnd(head: head, excerpt: CutText(whole: body))
  guard let outcome = exchange.take(.ended(end), gate, at: .zero) else { return (.good, nil) }
  let verdict = judge(outcome, carriedID: false, gate)
  return (verdict, verdict.error)
}

/// A world of one server that answers so from its first request on.
private func world(_ script: @escaping @Sendable (TransferRequest) -> World.Scripted?) throws -> World {
  var machine = World.Machine()
  machine.script = script
  return try World(["a"], machine: machine)
}

private func page(_ title: String, _ body: String = "") -> String {
  "<!DOCTYPE html><html><head><title>\(title)</title><style>a{b:c}</style></head><body>\(body)</body></html>"
}

@Suite struct `A refused name` {
  @Test(
    arguments: [
      (403, "Host not allowed"), (403, "Host 127.0.0.1 is not in the allowlist"),
      (403, #"Blocked request. This host ("127.0.0.1") is not allowed."#),
      (403, "Rejected request with untrusted Host header"), (400, "Bad Host"), (403, "Untrusted host"),
      (403, #"Forbidden: DNS rebinding protection: host "127.0.0.1:1" not permitted"#),
      (403, #"{"error":{"code":-32000,"message":"Invalid Host header: 127.0.0.1"}}"#),
      (
        400,
        "Bad Request (400) Invalid HTTP_HOST header: '127.0.0.1'. You may need to add it to ALLOWED_HOSTS."
      ),
      (404, "Invalid Host header"), (401, "Invalid Host header"), (502, "Invalid host header"),
      (403, "Hostname not allowed"), (403, "Invalid Host: 127.0.0.1"), (400, "Invalid hostname"),
      (403, "Requests to this host are forbidden"), (403, "forbidden host: 127.0.0.1"), (421, ""),
      (400, "The host name does not match the certificate"), (404, "Unknown host"),
      (500, "host a is not allowed here"),
    ])
  func `is told as such, whatever its words and status are`(status: Int, words: String) {
    let (verdict, error) = told(status, words)
    #expect(error?.hint == .hostName, "\(String(describing: error))")
    #expect(error?.detail.text.hasPrefix("the Host name is refused") == true)
    guard case .refused = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(error?.type == .httpError, "no credentials can help")
  }

  @Test(
    arguments: [
      (403, "Invalid Origin header"), (403, "Origin not allowed"),
      (403, "CORS: origin http://a is forbidden"),
      (400, "Untrusted origin"),
    ]) func `of where a request comes from is another`(status: Int, words: String)
  {
    #expect(told(status, words).error?.hint == .origin)
  }

  @Test(
    arguments: [
      (401, "Unauthorized"), (403, "Forbidden"), (403, "You may not see this ghost"),
      (500, "connection to host db refused"), (502, "Unknown host: db.internal"),
      (503, "bad gateway at host a"),
      (502, "the origin server refused the connection"), (404, "Not found on localhost"),
      (404, "Session not found on this host: unknown"), (401, "unknown user at host a"), (418, "Bad Host"),
      (403, "The origin is unreachable. Access denied."),
    ]) func `is not read into what speaks of other things`(status: Int, words: String)
  {
    let hint = told(status, words).error?.hint
    #expect(hint == nil, "\(String(describing: hint))")
  }
}

@Suite struct `A guard in front` {
  @Test(arguments: [200, 202, 401, 403, 405, 429, 503])
  func `that signs what it answers is told by its name, whatever the words are`(status: Int) {
    let (_, error) = told(status, page("Nur einen Augenblick"), type: "text/html") {
      $0.doorkeeper = Doorkeeper(name: "Cloudflare", hasActed: true)
    }
    #expect(error?.hint == .botCheck)
    #expect(error?.detail.text.hasPrefix("a bot check stands in front (Cloudflare): ") == true)
    #expect(error?.type != .authError)
  }

  @Test(
    arguments: [
      (403, page("Just a moment...")), (401, page("Just a moment...")), (200, page("Just a moment...")),
      (403, page("Nur einen Moment…")), (200, page("Making sure you&#39;re not a bot!")),
      (403, page("Pardon Our Interruption", "something made us think you were a bot.")),
      (403, page("Sucuri WebSite Firewall - Access Denied")), (405, page("Human Verification")),
      (403, page("", "<iframe>Request unsuccessful. Incapsula incident ID: 12-34</iframe>")),
      (
        403,
        page("Access Denied", "on this server.<P>Reference&#32;&#35;18&#46;x https://errors.edgesuite.net/18")
      ),
      (403, page("", #"<script src="/cdn-cgi/challenge-platform/x"></script>"#)),
      (403, #"{"url":"https://geo.captcha-delivery.com/captcha/?x"}"#),
      (403, #"{"error":"bot detected","message":"Please enable JS and disable any ad blocker"}"#),
    ]) func `is known by its words and marks too`(status: Int, body: String)
  {
    #expect(
      told(status, body, type: body.hasPrefix("{") ? "application/json" : "text/html").error?.hint
        == .botCheck)
  }

  @Test(arguments: [
    (403, page("Access denied", "The owner has used Cloudflare to restrict access. Error code 1020")),
    (
      403,
      page(
        "ERROR: The request could not be satisfied", "Request blocked. Generated by cloudfront (CloudFront)")
    ),
    (406, page("Not Acceptable!", "This error was generated by Mod_Security.")),
    (200, page("Request Rejected", "The requested URL was rejected. Your support ID is: 1")),
  ]) func `that is a firewall is no question of credentials`(status: Int, body: String) {
    let (_, error) = told(status, body, type: "text/html")
    #expect(error?.hint == .botCheck && error?.type != .authError)
  }

  @Test func `that hosts applications says when one does not run`() {
    let (_, error) = told(403, page("Error 403 - This web app is stopped."), type: "text/html")
    #expect(error?.type == .httpError && error?.hint != .token)
  }

  @Test func `that only stands there speaks where a page refuses`() {
    let sucuri: (inout ResponseHead) -> Void = { $0.doorkeeper = Doorkeeper(name: "Sucuri", hasActed: false) }
    #expect(told(403, page("Denied"), type: "text/html", sucuri).error?.hint == .botCheck)
    #expect(told(403, "no", sucuri).error?.type == .authError)
    #expect(told(401, #"{"error":"invalid_token"}"#, type: "application/json", sucuri).error?.hint == .token)
  }

  @Test(
    arguments: [
      (401, #"{"error":"the bot token is invalid"}"#, "application/json"),
      (403, "a bot may not do this", "text/plain"),
      (
        401, #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"captcha service is down"}}"#,
        "application/json"
      ),
      (403, page("403 Forbidden"), "text/html"), (404, page("Robots and bots"), "text/html"),
    ]) func `is not seen in other refusals`(status: Int, body: String, type: String)
  {
    #expect(told(status, body, type: type).error?.hint != .botCheck)
  }

  @Test(arguments: [401, 403]) func `may be any page: the credentials are not all that is to be checked`(
    status: Int
  ) throws {
    var world = try world { _ in .html(status, page("Verboten")) }
    world.run(5)
    #expect(world.state("a") == .unauthorized)
    let advice = try #require(world.row("a")?.advice?.text)
    #expect(
      advice.contains("credentials") && advice.contains("a web page answers, not the server"), "\(advice)")
  }
}

@Suite struct `A sign-in in front` {
  @Test(
    arguments: [
      page("Sign in · Acme"), page("Anmelden"), page("Se connecter"), page("Iniciar sesión"), page("ログイン"),
      page("登录"), page("Acme", #"<form method=post><input name=user><input type="password" name=pw></form>"#),
      page("Acme", "<input type = 'password'>"), page("Acme", "<form><button>Log in</button></form>"),
      page("Acme", "<form><button>Einloggen</button></form>"),
      #"<html><head><META HTTP-EQUIV="Refresh" CONTENT="0; URL='https://idp.example/login?x=1'"></head></html>"#,
    ]) func `is told as such where it comes with a good status`(body: String)
  {
    let error = told(200, body, type: "text/html").error
    #expect(error?.hint == .signInPage)
    #expect(error?.detail.text.hasPrefix("a sign-in page stands in front: a web page") == true)
    #expect(told(403, body, type: "text/html").error?.hint == .signInPage)
  }

  @Test func `may be a header, and shows nothing of what the address carries`() {
    let error = told(200, "", type: "") { $0.refresh = "https://idp.example/login?x=SECRETKID01234" }.error
    #expect(error?.hint == .signInPage)
    #expect(error?.detail.text.contains("SECRETKID") == false, "\(String(describing: error))")
    #expect(told(200, "", type: "") { $0.refresh = "/status" }.error?.hint == nil)
  }

  @Test(
    arguments: [
      (302, "https://idp.corp.example/adfs/ls/?wa=1"), (303, "//idp.example/session/new?return_to=1"),
      (302, "https://acme.okta.com/app/acme_1/exk/sso/saml?SAMLRequest=1"), (302, "login?next=1"),
      (302, "https://kc.corp.example/realms/x/protocol/openid-connect/auth?state=1"),
      (303, "/Shibboleth.sso/Login"),
      (302, "https://login.microsoftonline.com/tenant/v2.0/authorize?client_id=1"),
      (302, "/saml2/idp/SSOService.php"),
    ]) func `may be where a redirect leads`(status: Int, location: String)
  {
    let error = told(status, "") { $0.location = location }.error
    #expect(error?.hint == .signInPage && error?.type == .redirectRefused)
    #expect(error?.detail.text.hasPrefix("a sign-in page stands in front: redirect to ") == true)
  }

  @Test(
    arguments: [
      page("Blog in the making"), page("Acme", "<form><input name=q></form> Log in"), page("Widgets"),
      page("Acme", "how to authenticate"),
      #"<html><meta http-equiv="refresh" content="5; url=/status"></html>"#,
    ]) func `is not seen in every page`(body: String)
  {
    let error = told(200, body, type: "text/html").error
    #expect(error?.hint == nil && error?.type == .protocolError)
  }

  @Test(arguments: ["/mcp/", "https://host.example/cascade/", "/v2/kcal", "/caseload"])
  func `is not where every redirect leads`(location: String) {
    #expect(told(302, "") { $0.location = location }.error?.hint == nil)
  }

  @Test func `has an advice of its own, and not that of a wrong url`() throws {
    var world = try world { _ in .html(200, page("Anmelden", "<form><input type=password></form>")) }
    world.run(100)
    let advice = try #require(world.row("a")?.advice?.text)
    #expect(advice.hasPrefix("a sign-in stands in front of the server"), "\(advice)")
  }

  @Test(
    arguments: [
      ("0; url=https://a/login", "https://a/login"), ("5;URL='/x'", "/x"), ("0;url=\"/y\" z", "/y"),
      ("5", nil),
      ("url=", nil),
    ] as [(String, String?)]) func `is read from a refresh`(value: String, target: String?)
  {
    #expect(refreshTarget(value) == target)
  }
}

@Suite struct `A revision that is refused` {
  private static let older = Revision.v2025_03_26

  @Test(
    arguments: [
      (400, "Bad Request: Unsupported protocol version (supported versions: 2025-03-26, 2024-11-05)"),
      (422, #"{"error":"unsupported_protocol_version","supported":["2025-03-26"]}"#),
      (406, "I speak 2025-03-26 only"), (500, "unsupported version; try 2025-03-26"),
      (400, #"{"detail":{"requested":"2025-11-25","supported":"2024-11-05;2025-03-26"}}"#),
    ]) func `is followed by one that the answer names, whatever its form and status`(
      status: Int, words: String
    ) throws
  {
    var world = try world { request in
      request.purpose == .initialize && !request.body.contains("2025-03-26") ? .status(status, words) : nil
    }
    world.run(5)
    #expect(world.state("a") == .ready, "\(world.wire) \(String(describing: world.row("a")?.cause))")
    #expect(world.wire.filter { $0 == "POST initialize" }.count == 2)
  }

  @Test(arguments: [(400, "unsupported; try 2024-11-05"), (422, #"{"supported":["2024-11-05"]}"#)])
  func `is followed by the first one, which came before this way, where it alone is named`(
    status: Int, words: String
  ) throws {
    var world = try world { request in
      request.purpose == .initialize && !request.body.contains("2024-11-05") ? .status(status, words) : nil
    }
    world.run(5)
    #expect(world.state("a") == .ready, "\(world.wire) \(String(describing: world.row("a")?.cause))")
    #expect(world.wire.filter { $0 == "POST initialize" }.count == 2)
  }

  @Test(
    arguments: [
      (400, "Unsupported protocol version (supported: 2024-10-07)"), (400, "Unsupported MCP version"),
      (422, "protocol version mismatch"),
    ]) func `for good is no wrong url`(status: Int, words: String) throws
  {
    var world = try world { _ in .status(status, words) }
    world.run(5)
    let advice = try #require(world.row("a")?.advice?.text)
    #expect(
      world.state("a") == .failed && advice.contains("protocol version") && !advice.contains("url"),
      "\(advice)")
  }

  @Test func `is not read from the dates of a page`() throws {
    var world = try world { _ in .html(404, page("Not found", "as of 2025-03-26")) }
    world.run(5)
    #expect(world.wire.count { $0 == "POST initialize" } == 1)
  }

  @Test(
    arguments: [
      ("2025-11-25", nil), ("2025-06-18", Revision.v2025_06_18), ("2025-11-25,2025-03-26", .v2025_03_26),
      ("2024-10-07", nil), ("2024-11-05", .v2024_11_05), ("2024-11-05,2025-03-26", .v2025_03_26),
    ] as [(String, Revision?)]) func `is one of the list that the server gives`(
      listed: String, next: Revision?
    )
  {
    let error = RPCError(
      code: -32_000, message: "no", supportedVersions: listed.split(separator: ",").map(String.init))
    #expect(olderRevision(error, .newestWithSessions) == next)
  }
}
