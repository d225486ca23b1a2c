import MCPWire
import Testing

@testable import MCPSessions

@Suite struct `A token that is bound to a key` {
  @Test(arguments: [
    ("DPoP", resourceText(), true),
    ("Bearer", boundResource, true),
    ("Bearer", resourceText(), false),
    ("Bearer, DPoP", resourceText(), false),
  ])
  func `is asked for where the server takes no other`(challenge: String, resource: String, isBound: Bool)
    throws
  {
    var run = try SignInRun()
    run.reachPerson(challenge: challenge, resource: resource)
    run.comeBack()
    #expect((run.request?.proof?.issuer == SignInRun.issuer) == isBound)
    run.answer(boundToken)
    #expect((run.token == "token-1") == isBound, "one that nobody asked to be bound cannot be used")
  }

  @Test func `is asked for once more with the number that the issuer wants to read`() throws {
    var run = try SignInRun()
    run.reachPerson(challenge: "DPoP")
    run.comeBack()
    #expect(run.request?.proof?.nonce == nil)
    run.answer(#"{"error": "use_dpop_nonce"}"#, status: 400, nonce: "n-1")
    #expect(run.request?.proof?.nonce == "n-1" && run.form["code"] == "the-code")
    run.answer(boundToken)
    #expect(run.token == "token-1")
  }

  @Test func `is not asked for again and again, whatever numbers the issuer invents`() throws {
    var run = try SignInRun()
    run.reachPerson(challenge: "DPoP")
    run.comeBack()
    for number in 1...5 {
      run.answer(#"{"error": "use_dpop_nonce"}"#, status: 400, nonce: "n-\(number)")
    }
    let asked = run.actions.count { if case .send(let request) = $0 { request.proof != nil } else { false } }
    #expect(asked == 2 && run.error?.type == .signInFailed)
  }

  @Test(arguments: [
    (401, #"DPoP error="use_dpop_nonce""#, true), (401, #"Bearer, DPoP error="use_dpop_nonce""#, true),
    (401, #"Bearer error="use_dpop_nonce""#, false), (403, #"DPoP error="use_dpop_nonce""#, false),
    (401, "DPoP", false),
  ])
  func `lacks nothing but the server's number where its challenge says so`(
    status: Int, challenge: String, wants: Bool
  ) {
    let demand = SignIn.Demand(
      status: status, challenges: Challenge.read(challenge), purpose: .ping, version: 1)
    #expect(demand.wantsNonce == wants)
  }

  @Test func `is renewed with a proof, also after a new start`() throws {
    var run = try SignInRun()
    run.reachPerson(challenge: "DPoP")
    run.comeBack()
    run.answer(boundToken)
    var stored: StoredGrant?
    for case .save(let saved) in run.actions { stored = saved }
    let text = try #require(stored?.text)
    var next = try SignInRun()
    next.tell(.stored(try #require(StoredGrant(Array(text.utf8)))))
    next.pass(.seconds(90))
    next.tell(.locked(nil))
    #expect(next.form["refresh_token"] == "refresh-1" && next.request?.proof?.issuer == SignInRun.issuer)
  }
}

@Suite struct `An identity token that somebody else changes for us` {
  private func run() throws -> SignInRun {
    var settings = CredentialSettings()
    settings.assertionFile = "/run/identity"
    settings.exchangeURL = "https://people.example/token"
    settings.exchangeClientID = "at-people"
    settings.clientID = "at-issuer"
    var run = try SignInRun(settings)
    run.refuse()
    run.answer(resourceText())
    run.answer(issuerText())
    run.tell(.provided(.text(Array("identity\n".utf8))))
    return run
  }

  @Test func `goes to the identity provider, and what it gives to the issuer`() throws {
    var run = try run()
    #expect(run.request?.url == "https://people.example/token")
    #expect(run.form["subject_token"] == "identity" && run.form["client_id"] == "at-people")
    #expect(run.form["audience"] == SignInRun.issuer && run.form["resource"] == SignInRun.server)
    run.answer(
      #"{"access_token": "vouched", "issued_token_type": "urn:ietf:params:oauth:token-type:id-jag"}"#)
    #expect(run.request?.url == SignInRun.issuer + "/token")
    #expect(run.form["assertion"] == "vouched" && run.form["client_id"] == "at-issuer")
    run.answer(tokenText("token-1"))
    #expect(run.token == "token-1" && run.visits == 0)
  }

  @Test(arguments: [
    (
      400, #"{"error": "invalid_grant", "error_description": "unknown person"}"#,
      "invalid_grant: unknown person"
    ),
    (200, #"{"access_token": "x", "issued_token_type": "urn:other"}"#, "another kind of token, urn:other"),
    (200, "{}", "vouches for nobody"),
  ])
  func `that is not changed is told with what was said`(status: Int, body: String, says: String) throws {
    var run = try run()
    run.answer(body, status: status)
    let error = try #require(run.error)
    #expect(error.type == .signInFailed && error.detail.text.contains(says))
  }
}

private let boundResource =
  #"{"resource": "\#(SignInRun.server)", "authorization_servers": ["\#(SignInRun.issuer)"],"#
  + #""dpop_bound_access_tokens_required": true}"#

private let boundToken =
  #"{"access_token": "token-1", "token_type": "DPoP", "expires_in": 100, "refresh_token": "refresh-1"}"#
