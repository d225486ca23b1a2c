// Long, because what servers and issuers publish is told in whole documents.

import MCPWire
import Testing

@testable import MCPSessions

@Suite struct `Who gives tokens` {
  @Test(arguments: [
    (
      "https://a.example/mcp",
      ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"]
    ),
    ("https://a.example/", ["/.well-known/oauth-protected-resource"]),
    (
      "https://user:pass@a.example/x/y/?k=1",
      ["/.well-known/oauth-protected-resource/x/y", "/.well-known/oauth-protected-resource"]
    ),
  ])
  func `is asked below the server's path first`(server: String, paths: [String]) throws {
    #expect(IssuerPlaces.ofResource(try Endpoint(server)) == paths.map { "https://a.example" + $0 })
  }

  @Test(arguments: [
    ("https://i.example", ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]),
    (
      "https://i.example/tenant1",
      [
        "/.well-known/oauth-authorization-server/tenant1", "/.well-known/openid-configuration/tenant1",
        "/tenant1/.well-known/openid-configuration",
      ]
    ),
  ])
  func `describes itself in a fixed order of places`(issuer: String, paths: [String]) {
    #expect(IssuerPlaces.ofIssuer(issuer) == paths.map { "https://i.example" + $0 })
  }

  @Test(arguments: [
    ("https://a.example/mcp", true), ("https://a.example", true), ("https://A.example:443/mcp/", true),
    ("https://a.example/mc", false), ("https://a.example/mcp/other", false),
    ("https://evil.example/mcp", false),
    ("http://a.example/mcp", false), ("https://a.example:444/mcp", false), ("https://a.example/mcp#x", false),
  ])
  func `gives them for this server, or what stands above it`(resource: String, isOurs: Bool) throws {
    #expect(IssuerPlaces.isResource(resource, of: try Endpoint("https://a.example/mcp")) == isOurs)
  }

  @Test(arguments: [
    ("https://i.example/token", "https://a.example", true),
    ("http://i.example/token", "https://a.example", false),
    ("http://127.0.0.1:9/token", "https://a.example", false),
    ("http://127.0.0.1:9/t", "http://localhost:8", true),
    ("http://localhost:9/t", "http://127.0.0.1:8", true), ("ftp://i.example", "https://a.example", false),
    ("https://user:pass@i.example", "https://a.example", false),
    ("https://i.example/\u{9B}2J", "https://a.example", false),
    ("https://i.example/\u{202E}", "https://a.example", false),
  ])
  func `is spoken to over TLS, or within this machine`(address: String, server: String, may: Bool) throws {
    #expect(IssuerPlaces.mayBeUsed(address, for: try Endpoint(server)) == may)
  }

  @Test(arguments: [
    ("https://A.example/mcp", "https://a.example/mcp"), ("https://a.example/mcp/", "https://a.example/mcp/"),
    ("https://a.example", "https://a.example/"),
    ("https://a.example:8443/x?k=1#f", "https://a.example:8443/x"),
    ("https://user:pass@a.example/", "https://a.example/"),
  ])
  func `is shown proofs of possession for the address as it is asked`(address: String, target: String) throws
  {
    #expect(try Endpoint(address).proofTarget == target)
  }

  @Test(arguments: ["secret", "refresh", "assertion"])
  func `is given what is configured, and nobody else is, whatever the server says later`(what: String) throws
  {
    var settings = CredentialSettings()
    settings.clientID = "configured"
    switch what {
    case "secret": (settings.grant, settings.clientSecret) = (.clientCredentials, Secret("planted"))
    case "refresh": settings.refreshToken = Secret("planted")
    default: (settings.grant, settings.assertionFile) = (.assertion, "/assertion")
    }
    var run = try SignInRun(settings, policy: .auto)
    run.tell(.wanted)
    run.answer(resourceText())
    run.answer(issuerText())
    if what == "assertion" { run.tell(.provided(.text(Array("planted".utf8)))) }
    run.answer(tokenText("token-1", refresh: what == "refresh" ? "refresh-2" : nil))
    #expect(run.token == "token-1")
    run.tell(.accepted(version: run.machine.version, .ping))
    run.actions = []
    run.refuse(purpose: .ping)
    run.answer(#"{"resource": "\#(SignInRun.server)", "authorization_servers": ["https://evil.example"]}"#)
    run.answer(
      #"{"issuer": "https://evil.example", "token_endpoint": "https://evil.example/token","#
        + #""authorization_endpoint": "https://evil.example/authorize","#
        + #""code_challenge_methods_supported": ["S256"]}"#)
    let asked = run.actions.compactMap { if case .send(let request) = $0 { request } else { nil } }
    #expect(asked.allSatisfy { $0.body == .none && $0.authorization == nil })
    #expect(run.visits == 0 && run.error?.detail.text.contains("names another issuer") == true)
    run.tell(.forget)
    run.tell(.clientErased(nil))
    run.tell(.wanted)
    run.answer(resourceText())
    run.answer(issuerText())
    #expect(run.machine.step != nil, "whoever signs out may begin anew")
  }

  @Test func `is found by the address in the challenge and no other`() throws {
    var run = try SignInRun()
    run.refuse(401, #"Bearer resource_metadata="https://mcp.example/odd/place.json""#)
    #expect(run.request?.url == "https://mcp.example/odd/place.json")
    run.answer("not found", status: 404)
    #expect(run.error?.type == .signInFailed)
  }

  @Test(
    arguments: [
      (
        302, "", "", "https://evil.example/login",
        "answered with a redirect to https://evil.example/login, which is not followed"
      ),
      (307, "", "", nil, "answered with a redirect to nowhere"),
      (
        200, "<html><title>Sign in</title>hello</html>", "text/html", nil,
        #"answered with a web page (text/html) titled "Sign in""#
      ),
      (200, #"{"issuer": "https://iss"#, "application/json", nil, "the answer is no JSON, or not all of it"),
      (200, "", "", nil, "answered with nothing"),
      (200, "[1, 2]", "", nil, "the answer is JSON of another kind"),
    ] as [(Int, String, String, String?, String)],
    ["resource", "issuer", "registration", "token", "device"])
  func `that answers with something else is told of as that`(
    answer: (status: Int, body: String, type: String, location: String?, words: String), asked: String
  ) throws {
    var run = try SignInRun(policy: .auto)
    if asked == "device" { run.tell(.begin(.device, nil)) }
    if asked == "resource" {
      run.refuse(401, #"Bearer resource_metadata="https://mcp.example/odd/place.json""#)
    } else {
      if asked != "device" { run.refuse() }
      run.answer(resourceText())
    }
    if ["registration", "token", "device"].contains(asked) {
      run.answer(issuerText(#", "device_authorization_endpoint": "https://issuer.example/device""#))
      run.open(registered: asked == "registration" ? nil : Client(id: "id-1", secret: nil, method: .none))
    }
    if asked == "token" { run.comeBack() }
    // All places of a document answer alike.
    for _ in 0..<3 where run.error == nil {
      run.answer(answer.body, status: answer.status, type: answer.type, location: answer.location)
    }
    let what = [
      "resource": "the metadata that the server names are none",
      "issuer": "the metadata of the issuer https://issuer.example cannot be read",
      "registration": "the registration brought no client", "token": "no token was given",
      "device": "the issuer gives no code for another device",
    ]
    let told = run.error?.detail.text ?? ""
    #expect(told.hasPrefix("\(what[asked] ?? ""): \(answer.words)"), "\(told)")
    #expect(run.error?.type == .signInFailed)
  }

  @Test(arguments: ["resource", "issuer"])
  func `whose metadata a web page hides for a moment is away, where it gave a token before`(asked: String)
    throws
  {
    var run = try SignInRun(policy: .auto)
    run.signIn(refresh: "refresh-1")
    run.tell(.accepted(version: run.machine.version, .initialize))
    run.refuse()
    if asked == "issuer" { run.answer(resourceText()) }
    for _ in 0..<3 where run.error == nil {
      run.answer("<html>back soon</html>", type: "text/html")
    }
    #expect(run.error?.type == .issuerUnavailable && run.visits == 1)
    run.pass(.seconds(6))
    run.answer(resourceText())
    run.answer(issuerText())
    run.tell(.locked(nil))
    run.answer(tokenText("token-2"))
    #expect(run.token == "token-2")
  }

  @Test func `is the server itself where it is older than such metadata`() throws {
    var run = try SignInRun()
    run.refuse()
    for _ in 0..<2 { run.answer("no", status: 404) }
    #expect(run.request?.url == "https://mcp.example/.well-known/oauth-authorization-server")
    for _ in 0..<2 { run.answer("no", status: 404) }
    run.open()
    #expect(run.request?.url == "https://mcp.example/register")
    run.answer(#"{"client_id": "id-1"}"#, status: 201)
    #expect(run.address?.hasPrefix("https://mcp.example/authorize?") == true)
    #expect(run.query["resource"] == SignInRun.server)
  }

  @Test(arguments: [
    (resourceText("https://evil.example/mcp"), issuerText()),
    (resourceText(), issuerText(issuer: "https://attacker.example")),
    (resourceText(), issuerText(issuer: SignInRun.issuer + "/other")),
    (resourceText(), issuerText(pkce: false)),
    (resourceText(), issuerText(#", "revocation_endpoint": "http://issuer.example/revoke""#)),
  ])
  func `is refused before anything is sent there`(resource: String, issuer: String) throws {
    var run = try SignInRun()
    run.refuse()
    run.answer(resource)
    run.answer(issuer)
    #expect(run.error?.type == .signInFailed)
    #expect(run.visits == 0 && run.request?.url.contains("/register") == false)
  }

  @Test(arguments: [
    (SignInRun.issuer, true), (SignInRun.issuer + "/", true), ("https://other.example", false),
    (SignInRun.issuer + "/other", false), ("http://issuer.example", false),
  ])
  func `gets what is configured for it, and nobody else does`(configured: String, isServed: Bool) throws {
    var settings = CredentialSettings()
    (settings.issuer, settings.clientID) = (configured, "id-1")
    (settings.clientSecret, settings.grant) = (Secret("planted-secret"), .clientCredentials)
    var run = try SignInRun(settings)
    run.refuse()
    run.answer(resourceText())
    run.answer(issuerText())
    #expect((run.request?.url == "https://issuer.example/token") == isServed)
    guard !isServed else { return }
    #expect(run.error?.type == .signInFailed)
    #expect(run.error?.detail.text.contains("auth.issuer") == true, "\(String(describing: run.error))")
  }

  @Test func `may spell itself with a slash where there is no path`() throws {
    var run = try SignInRun()
    run.reachPerson(issuer: issuerText(issuer: SignInRun.issuer + "/"))
    #expect(run.visits == 1)
  }

  @Test(arguments: [
    ("client_secret_basic", true), ("client_secret_post", false),
  ])
  func `is told who we are in the way that it takes`(method: String, isHeader: Bool) throws {
    var settings = CredentialSettings()
    settings.clientID = "an id"
    settings.clientSecret = Secret("a:secret")
    var run = try SignInRun(settings)
    let metadata =
      #"{"issuer": "https://issuer.example", "authorization_endpoint": "https://issuer.example/a","#
      + #""token_endpoint": "https://issuer.example/t", "code_challenge_methods_supported": ["S256"],"#
      + #""token_endpoint_auth_methods_supported": ["\#(method)"]}"#
    run.reachPerson(issuer: metadata)
    run.comeBack()
    #expect((run.request?.authorization?.revealed == "Basic YW4lMjBpZDphJTNBc2VjcmV0") == isHeader)
    #expect((run.form["client_secret"] == "a:secret") == !isHeader)
    #expect(run.form["client_id"] == "an id")
    #expect(run.form["code_verifier"] == "verifier-of-this-visit")
    #expect(run.form["resource"] == SignInRun.server)
  }

  @Test(
    arguments: [
      (nil, true, .basic), (["none"], true, .none), (["none", "client_secret_post"], true, .post),
      (["client_secret_post", "client_secret_basic"], true, .post), (["private_key_jwt"], true, .basic),
      (["client_secret_basic"], false, .none),
    ] as [([String]?, Bool, ClientMethod)])
  func `says in its own order how it wants to know us`(
    offered: [String]?, hasSecret: Bool, method: ClientMethod
  ) {
    var metadata = IssuerMetadata(issuer: "https://i.example")
    metadata.clientMethods = offered
    #expect(Client.method(metadata, hasSecret: hasSecret) == method)
  }

  @Test func `knows us by the configuration, by a document, or by registration, in this order`() throws {
    var settings = CredentialSettings()
    settings.clientMetadataURL = "https://us.example/client.json"
    var metadata = IssuerMetadata(issuer: "https://i.example")
    metadata.registrationEndpoint = "https://i.example/register"
    #expect(Client.choice(settings, metadata, registered: nil) == .register("https://i.example/register"))
    metadata.takesMetadataDocuments = true
    #expect(
      Client.choice(settings, metadata, registered: nil)
        == .known(Client(id: "https://us.example/client.json", secret: nil, method: .none)))
    settings.clientID = "configured"
    #expect(
      Client.choice(settings, metadata, registered: nil)
        == .known(Client(id: "configured", secret: nil, method: .none)))
    #expect(Client.choice(CredentialSettings(), IssuerMetadata(issuer: "x"), registered: nil) == .impossible)
  }

  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
  func `and registers nobody is told with all that can be set instead`(registers: Bool, takesDocuments: Bool)
    throws
  {
    var run = try SignInRun()
    run.refuse()
    run.answer(resourceText())
    let text = issuerText(takesDocuments ? #", "client_id_metadata_document_supported": true"# : "")
    run.answer(registers ? text : text.replacing("registration_endpoint", with: "none"))
    run.open()
    if registers { run.answer(#"{"error": "access_denied"}"#, status: 403) }
    let told = run.error?.detail.text ?? ""
    #expect(told.contains("sessionConfig.auth.clientID (or oauth.client_id)"), "\(told)")
    #expect(told.contains("sessionConfig.auth.clientMetadataURL") == takesDocuments, "\(told)")
  }

  @Test func `may change: nothing of the old one goes to the new one`() throws {
    var run = try SignInRun()
    run.signIn()
    run.tell(.accepted(version: run.machine.version, .initialize))
    run.refuse(401)
    run.answer(resourceText().replacing("issuer.example", with: "second.example"))
    run.answer(issuerText().replacing("issuer.example", with: "second.example"))
    run.open()
    #expect(run.request?.url == "https://second.example/register")
  }
}
