import MCPWire
import Testing

@testable import MCPSessions

@Suite struct `A sign-in that is forgotten` {
  private func words(_ run: SignInRun) -> [String] {
    run.actions.compactMap {
      if case .event(.signInNeeded, .info, let words, _) = $0 { words.text } else { nil }
    }
  }

  /// Signed in as a client that was registered with these members of the answer.
  private func signedIn(_ more: String, issuer: String = "") throws -> SignInRun {
    var run = try SignInRun()
    run.refuse()
    run.answer(resourceText())
    run.answer(issuerText(issuer))
    run.open()
    run.answer(#"{"client_id": "id-1", "token_endpoint_auth_method": "none"\#(more)}"#, status: 201)
    run.comeBack()
    run.answer(tokenText("token-1", refresh: "refresh-1"))
    return run
  }

  private func client(_ run: SignInRun) -> StoredClient? {
    for case .saveClient(let client) in run.actions.reversed() { return client }
    return nil
  }

  private let management =
    #", "registration_client_uri": "https://issuer.example/register/id-1", "#
    + #""registration_access_token": "planted-management""#

  @Test func `and was not held is told as that`() throws {
    var run = try SignInRun()
    run.tell(.forget)
    run.tell(.clientErased(nil))
    #expect(words(run) == ["no sign-in is held here"] && run.request == nil)
  }

  @Test func `takes the token back, then the registration`() throws {
    var run = try signedIn(management, issuer: #", "revocation_endpoint": "https://issuer.example/revoke""#)
    let stored = try #require(client(run))
    run.tell(.forget)
    let erased = run.actions.compactMap { action -> String? in
      if case .eraseClient(let issuer, let id, let server) = action {
        "\(issuer ?? "") \(id ?? "") \(server)"
      } else {
        nil
      }
    }
    #expect(erased == ["https://issuer.example id-1 https://mcp.example/mcp"])
    run.tell(.clientErased(stored))
    #expect(run.request?.url == "https://issuer.example/revoke" && run.form["token"] == "refresh-1")
    run.answer("")
    #expect(run.request?.url == "https://issuer.example/register/id-1" && run.request?.body == .deletion)
    #expect(run.request?.authorization?.revealed == "Bearer planted-management")
    #expect(words(run).last?.hasPrefix("signed out") != true, "it is not over yet")
    run.answer("", status: 204)
    #expect(
      words(run).last
        == "signed out; the registration at https://issuer.example is forgotten; the issuer took the token back; "
        + "the issuer took the registration back")
    #expect(run.token == nil)
  }

  @Test(arguments: [
    (403, #"{"error": "invalid_token", "error_description": "planted-management"}"#), (500, ""),
    (404, "gone"),
  ])
  func `is forgotten here whatever the issuer says`(status: Int, body: String) throws {
    var run = try signedIn(management)
    let stored = try #require(client(run))
    run.tell(.forget)
    run.tell(.clientErased(stored))
    run.answer(body, status: status)
    let told = try #require(words(run).last)
    #expect(told.contains("the issuer did not take the registration back: "))
    #expect(!told.contains("planted-management") && run.token == nil)
  }

  @Test(arguments: [
    "https://evil.example/register/id-1", "http://issuer.example/register/id-1",
    "https://issuer.example:444/r",
    "file:///etc/passwd", "", "https://issuer.example@evil.example/",
  ])
  func `sends what manages a registration to nobody else`(address: String) throws {
    var run = try signedIn(
      #", "registration_client_uri": "\#(address)", "registration_access_token": "planted-management""#)
    #expect(client(run)?.management == nil)
    let before = run.request
    let forged = StoredClient(
      issuer: SignInRun.issuer, client: Client(id: "id-1", secret: nil, method: .none),
      management: StoredClient.Management(address: address, token: Secret("planted-management")))
    run.tell(.forget)
    run.tell(.clientErased(forged))
    #expect(run.request == before, "also where a file says so")
    #expect(words(run).last == "signed out; the registration at https://issuer.example is forgotten")
  }

  @Test func `leaves no registration that a sign-in which nobody finished made`() throws {
    var run = try SignInRun()
    run.reachPerson()
    let stored = try #require(client(run))
    run.tell(.forget)
    run.tell(.clientErased(stored))
    #expect(
      words(run).last == "no sign-in is held here; the registration at https://issuer.example is forgotten")
  }
}
