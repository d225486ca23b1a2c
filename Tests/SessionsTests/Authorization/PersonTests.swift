// Long, because each test tells a whole visit, request by request.

import MCPWire
import Testing

@testable import MCPSessions

@Suite struct `A person who signs in` {
  @Test func `is sent to the issuer with all that the answer is checked by`() throws {
    var run = try SignInRun()
    run.reachPerson(challenge: #"Bearer scope="files:read""#)
    let query = run.query
    #expect(query["response_type"] == "code" && query["client_id"] == "id-1")
    #expect(query["redirect_uri"] == "http://127.0.0.1:4000/callback")
    #expect(query["code_challenge"] == "challenge" && query["code_challenge_method"] == "S256")
    #expect(query["state"] == "state-of-this-visit" && query["resource"] == SignInRun.server)
    #expect(query["scope"] == "files:read")
    run.comeBack()
    #expect(run.form["code"] == "the-code" && run.form["redirect_uri"] == query["redirect_uri"])
    run.answer(tokenText("token-1"))
    #expect(run.token == "token-1")
  }

  @Test(
    arguments: [
      ("promised", nil, false), ("promised", SignInRun.issuer, true),
      ("promised", SignInRun.issuer + "/", false),
      ("promised", "https://evil.example", false), ("", "https://evil.example", false), ("", nil, true),
      ("", SignInRun.issuer, true),
    ] as [(String, String?, Bool)])
  func `comes back from the issuer that was asked`(promise: String, stated: String?, isGood: Bool) throws {
    var run = try SignInRun()
    let more = promise.isEmpty ? "" : #", "authorization_response_iss_parameter_supported": true"#
    run.reachPerson(issuer: issuerText(more))
    run.comeBack(["iss": stated])
    #expect((run.request?.url == SignInRun.issuer + "/token") == isGood)
    #expect((run.error?.type == .signInFailed) == !isGood)
    #expect(run.visits == 1)
  }

  @Test(arguments: [
    ["code": nil, "error": "access_denied"], ["code": nil],
  ])
  func `is not asked twice when the answer is no good`(changes: [String: String?]) throws {
    var run = try SignInRun()
    run.reachPerson()
    run.comeBack(changes)
    #expect(run.error?.type == .signInFailed)
    run.refuse()
    run.tell(.wanted)
    #expect(run.visits == 1)
    run.tell(.begin(.browser, nil))
    run.answer(resourceText())
    run.answer(issuerText())
    run.open()
    run.answer(#"{"client_id": "id-2"}"#, status: 201)
    #expect(run.visits == 2)
  }

  @Test(arguments: [
    "code=c&state=another", "code=c", "code=c&state=", "code=c&state", "error=access_denied", "",
    "code=c&state=state-of-this-visit&state=another", "code=c&state=another&state=state-of-this-visit",
    "error=access_denied&state=state-of-this-visiT", "code=c&STATE=state-of-this-visit",
    "code=c&state=state-of-this-visit-and-more", "code=c&iss=https://evil.example&state=another",
  ])
  func `is not brought back by a page that does not know the state`(query: String) throws {
    var run = try SignInRun()
    run.reachPerson()
    let (request, error) = (run.request?.number, run.error)
    for _ in 0..<3 { run.tell(.returned(WebForm(query: query))) }
    #expect(run.request?.number == request && run.machine.step == .waitingForPerson && run.error == error)
    let isTold = run.actions.contains { if case .event(.signInNeeded, _, _, _) = $0 { true } else { false } }
    #expect(isTold)
    run.comeBack()
    #expect(run.form["code"] == "the-code")
  }

  @Test(arguments: ["code=a&code=b", "code=a&iss=https://issuer.example&iss=https://evil.example"])
  func `is not let in by an answer that says something twice`(query: String) throws {
    var run = try SignInRun()
    run.reachPerson()
    run.tell(.returned(WebForm(query: query + "&state=state-of-this-visit")))
    #expect(run.form["code"] == nil && run.error?.type == .signInFailed)
  }

  @Test(arguments: [
    ("http://127.0.0.1:4000/callback?code=c0de&state=state-of-this-visit", "c0de"),
    ("  http://127.0.0.1:4000/callback?state=state-of-this-visit&code=c0\nde#x ", "c0de"),
    ("code=c0de&state=state-of-this-visit", "c0de"), (" SplxlOBeZQQYbYS6WxSbIA\n", "SplxlOBeZQQYbYS6WxSbIA"),
    ("http://127.0.0.1:4000/callback?code=c0de&state=other", nil), ("http://127.0.0.1/", nil), (" ", nil),
    ("q", nil), ("exit", nil), ("git commit --amend --no-edit", nil), ("sessiontop\tlogout docs", nil),
    ("ünwahrscheinlicher-code-eines-menschen", nil), ("SplxlOBeZQQYb\u{1B}[31mYS6WxSbIA", nil),
  ])
  func `may paste where the browser ended, or the code alone`(text: String, code: String?) throws {
    var run = try SignInRun()
    run.reachPerson()
    run.tell(.pasted(text))
    #expect(run.form["code"] == code)
    guard code == nil else { return }
    #expect(run.machine.step == .waitingForPerson, "a slip ends nothing")
    let isTold = run.actions.contains { if case .event(.signInNeeded, _, _, _) = $0 { true } else { false } }
    #expect(isTold, "and is told")
  }

  @Test func `is not asked where that is not wanted`() throws {
    var run = try SignInRun(policy: .ask)
    run.refuse()
    run.answer(resourceText(scopes: #""files:read""#))
    run.answer(issuerText())
    #expect(run.error?.type == .signInNeeded)
    #expect(run.error?.detail.text == "the server wants a sign-in at https://issuer.example for files:read")
    #expect(run.visits == 0)
  }

  @Test func `types a code on another device`() throws {
    var run = try SignInRun()
    run.tell(.begin(.device, nil))
    run.answer(resourceText())
    run.answer(issuerText(#", "device_authorization_endpoint": "https://issuer.example/device""#))
    run.open()
    run.answer(#"{"client_id": "id-1"}"#, status: 201)
    #expect(run.request?.url == "https://issuer.example/device")
    run.answer(
      #"{"device_code": "dev-code", "user_code": "ABCD-EFGH", "verification_uri": "https://issuer.example/go","#
        + #""expires_in": 60, "interval": 2}"#)
    #expect(run.address == "https://issuer.example/go")
    run.pass(.seconds(2))
    #expect(run.form["device_code"] == "dev-code")
    run.answer(#"{"error": "slow_down"}"#, status: 400)
    run.pass(.seconds(2))
    let asked = run.request?.number
    run.pass(.seconds(5))
    #expect(run.request?.number != asked, "five seconds more, as the issuer wishes")
    run.answer(tokenText("token-1"))
    #expect(run.token == "token-1")
  }

  @Test(arguments: [
    ("--gpu-launcher=sh -c 'id > /tmp/x'", nil), ("-psn", nil), ("file:///etc/passwd", nil),
    ("javascript:alert(1)", nil), ("http://issuer.example/go", nil), ("https://u:p@issuer.example/go", nil),
    ("https://issuer.example/go and more", nil), ("https://issuer.example/\u{1B}[2J", nil),
    ("https://issuer.ex\u{E4}mple/go", nil), ("", nil),
    ("https://issuer.example/go", "--gpu-launcher=sh"),
  ])
  func `is sent nowhere but to a web page over TLS`(address: String, complete: String?) throws {
    var run = try SignInRun()
    run.tell(.begin(.device, nil))
    run.answer(resourceText())
    run.answer(issuerText(#", "device_authorization_endpoint": "https://issuer.example/device""#))
    run.open()
    run.answer(#"{"client_id": "id-1"}"#, status: 201)
    var writer = JSONWriter()
    writer.object {
      $0.member("device_code", "dev-code")
      $0.member("user_code", "ABCD-EFGH")
      $0.member("verification_uri", address)
      $0.member("verification_uri_complete", complete)
      $0.member("expires_in", 60)
    }
    run.answer(writer.text)
    guard complete == nil else { return #expect(run.address == address) }
    #expect(run.visits == 0 && run.error != nil, "\(String(describing: run.address))")
  }

  private func deviceRun(_ answer: String, server: String = SignInRun.server) throws -> SignInRun {
    var run = try SignInRun(server: server)
    run.tell(.begin(.device, nil))
    run.answer(resourceText(server))
    run.answer(issuerText(#", "device_authorization_endpoint": "https://issuer.example/device""#))
    run.open()
    run.answer(#"{"client_id": "id-1"}"#, status: 201)
    run.answer(#"{"device_code": "dev-code", "user_code": "ABCD-EFGH", \#(answer)}"#)
    return run
  }

  @Test(
    arguments: [
      ("https://issuer.example/go", nil, "https://issuer.example/go"),
      ("https://issuer.example/go", "https://issuer.example/go?c=1", "https://issuer.example/go?c=1"),
      ("https://issuer.example/go", "javascript:alert(1)", "https://issuer.example/go"),
      ("http://issuer.example/go", nil, nil), ("http://127.0.0.1/go", nil, nil),
      ("javascript:alert(1)", nil, nil), ("file:///etc/passwd", nil, nil), ("ssh://issuer.example", nil, nil),
      (#"https://issuer.example/\u001b[2J"#, nil, nil), ("https://issuer.example@evil.example/", nil, nil),
      ("", nil, nil),
    ] as [(String, String?, String?)])
  func `is sent nowhere but to an address that is safe`(address: String, whole: String?, shown: String?)
    throws
  {
    let complete = whole.map { #", "verification_uri_complete": "\#($0)""# } ?? ""
    let run = try deviceRun(#""verification_uri": "\#(address)"\#(complete)"#)
    #expect(run.address == shown)
    #expect((run.error?.type == .signInFailed) == (shown == nil))
  }

  @Test func `may be sent to a device address on this machine by a server on it`() throws {
    let run = try deviceRun(
      #""verification_uri": "http://127.0.0.1:5000/go""#, server: "http://127.0.0.1:4001/mcp")
    #expect(run.address == "http://127.0.0.1:5000/go")
  }

  @Test(arguments: [
    ("1e16", "1e16", 120, 3_600), ("9223372036854775808", "1e300", 120, 3_600), ("0", "0", 5, 600),
    ("-5", "-1e300", 5, 600), (#""soon""#, "null", 5, 600), ("2.9", "60.5", 2, 60), ("1000", "20", 10, 20),
    ("0.1", "1", 1, 1),
  ])
  func `types a code whose times are bounded`(interval: String, lifetime: String, pause: Int, end: Int) throws
  {
    var run = try deviceRun(
      #""verification_uri": "https://issuer.example/go", "interval": \#(interval), "expires_in": \#(lifetime)"#
    )
    #expect(run.machine.deadline == run.now + .seconds(pause))
    for _ in 0..<200 {
      guard let deadline = run.machine.deadline else { break }
      run.now = deadline
      run.tell(.timer)
      run.answer(#"{"error": "slow_down"}"#, status: 400)
    }
    #expect(run.error?.detail.text == "nobody typed the code in time" && run.now == .zero + .seconds(end))
  }

  @Test func `is not asked once more because the issuer is out of order`() throws {
    var run = try SignInRun()
    run.reachPerson()
    run.comeBack()
    #expect(
      run.actions.contains { if case .leaveTurn = $0 { true } else { false } }, "others are asked meanwhile")
    for _ in 0..<4 {
      let asked = run.request?.number
      run.answer("later", status: 503)
      #expect(run.error?.type == .issuerUnavailable)
      let retry = try #require(run.machine.report?.retry)
      run.refuse()
      run.now = retry - .milliseconds(1)
      run.tell(.timer)
      #expect(run.request?.number == asked, "not before the time that is told")
      run.pass(.milliseconds(1))
      #expect(run.request?.number != asked && run.form["code"] == "the-code")
    }
    run.answer(tokenText("token-1"))
    #expect(run.token == "token-1" && run.visits == 1)
  }

  @Test func `has said yes in vain when the issuer is out of order for too long`() throws {
    var run = try SignInRun()
    run.reachPerson()
    run.comeBack()
    for _ in 0..<10 {
      run.nobodyAnswers()
      run.pass(.seconds(300))
    }
    #expect(run.error?.type == .signInFailed && run.visits == 1)
  }

  @Test func `waits as long as the issuer asks for`() throws {
    var run = try SignInRun()
    run.reachPerson()
    run.comeBack()
    let request = try #require(run.request)
    run.tell(
      .answered(request.number, .answer(ResponseHead(status: 503, retryAfter: "120"), body: [])))
    #expect(try #require(run.machine.report?.retry) - run.now == .seconds(120))
  }

  @Test func `waits no longer than ten minutes, and can leave`() throws {
    var run = try SignInRun()
    run.reachPerson()
    run.pass(.seconds(601))
    #expect(run.error?.type == .signInFailed)
    run = try SignInRun()
    run.reachPerson()
    run.tell(.leave)
    #expect(run.error?.type == .signInNeeded)
  }
}

@Suite struct `Scopes of a sign-in` {
  @Test(
    arguments: [
      ("a b", ["x"], [], nil, ["a", "b"]), (nil, ["x", "y"], [], nil, ["x", "y"]), (nil, nil, ["z"], nil, []),
      ("a", nil, ["offline_access"], nil, ["a", "offline_access"]), (nil, nil, ["offline_access"], nil, []),
      ("a", ["x"], [], ["own"], ["own"]),
    ] as [(String?, [String]?, [String], [String]?, [String])])
  func `are the server's, never the issuer's`(
    challenge: String?, resource: [String]?, issuer: [String], configured: [String]?, expected: [String]
  ) {
    var scopes = Scopes()
    #expect(
      scopes.choose(
        challenge: challenge, resource: resource, issuer: issuer, configured: configured, isStepUp: false)
        == expected)
  }

  @Test func `add up when more are wanted`() {
    var scopes = Scopes()
    _ = scopes.choose(challenge: "a", resource: nil, issuer: [], configured: nil, isStepUp: false)
    #expect(
      scopes.choose(challenge: "b a", resource: ["x"], issuer: [], configured: nil, isStepUp: true) == [
        "a", "b",
      ])
  }

  @Test(arguments: [
    (["admin", "admin", "admin"], 2), (["admin", "owner", "root", "god"], 3), ([""], 1),
    (["files:read"], 1),
  ])
  func `that never suffice are asked for once, and two sets of them at most`(wanted: [String], visits: Int)
    throws
  {
    var run = try SignInRun()
    run.reachPerson(challenge: #"Bearer scope="files:read""#)
    run.comeBack()
    run.answer(tokenText("token-1", scope: "files:read"))
    for (number, scope) in (wanted + wanted).enumerated() {
      run.tell(.accepted(version: run.machine.version, .initialize))
      run.refuse(
        403, #"Bearer error="insufficient_scope""# + (scope.isEmpty ? "" : #", scope="\#(scope)""#),
        purpose: .list)
      guard case .working = run.machine.state else { break }
      run.answer(resourceText())
      run.answer(issuerText())
      run.open(registered: Client(id: "id-1", secret: nil, method: .none))
      #expect(run.query["scope"] == "files:read \(wanted[..<(number + 1)].joined(separator: " "))")
      run.comeBack()
      run.answer(tokenText("token-\(number + 2)", scope: "files:read"))
    }
    #expect(run.visits == visits)
    #expect(run.error?.type == .insufficientScope)
    #expect(run.error?.detail.text.hasSuffix(", the token has files:read") == true)
  }

  @Test func `that were refused are asked for again when a person wants it`() throws {
    var run = try SignInRun()
    run.signIn()
    let demand = SignIn.Demand(
      status: 403, challenges: Challenge.read(#"Bearer error="insufficient_scope", scope="admin""#),
      purpose: .list, version: 1)
    for visit in 2...3 {
      run.tell(visit == 2 ? .refused(demand) : .begin(.browser, demand))
      run.answer(resourceText())
      run.answer(issuerText())
      run.open(registered: Client(id: "id-1", secret: nil, method: .none))
      run.comeBack()
      run.answer(tokenText("token-\(visit)", scope: "files:read"))
      run.refuse(403, #"Bearer error="insufficient_scope", scope="admin""#, purpose: .list)
      #expect(run.visits == visit && run.error?.type == .insufficientScope)
    }
  }
}
