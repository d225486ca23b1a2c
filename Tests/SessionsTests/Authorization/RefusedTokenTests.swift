import MCPWire
import Testing

@testable import MCPSessions

@Suite struct `A token from an issuer or a store that lies` {
  @Test(arguments: [
    "10000000000000000", "9000000000000000000", "-9000000000000000000", "1e40", "1e300", "0", "-1",
    #""10000000000000000""#, #""soon""#, "null", "[]", "2.5",
  ])
  func `is taken whatever is said of its life, also from a program`(life: String) throws {
    let text =
      #"{"access_token": "token-1", "token_type": "Bearer", "refresh_token": "r", "expires_in": \#(life)}"#
    var run = try SignInRun()
    run.reachPerson()
    run.comeBack()
    run.answer(text)
    run.pass(.seconds(1))
    #expect(run.token == "token-1")
    let stored = run.actions.compactMap { if case .save(let grant) = $0 { grant } else { nil } }.last
    #expect(StoredGrant(Array(try #require(stored).text.utf8)) == stored, "and is known again")

    var settings = CredentialSettings()
    settings.source = .command(["print-token"])
    var program = try SignInRun(settings)
    program.tell(.wanted)
    program.tell(.provided(.text(Array(text.utf8))))
    program.pass(.seconds(1))
    #expect(program.token == "token-1")
  }

  @Test func `that the server refuses is not taken from the store again, whoever wrote there`() throws {
    var run = try SignInRun()
    run.signIn(refresh: "refresh-1")
    run.tell(.accepted(version: run.machine.version, .initialize))
    let first = run.machine.record(try #require(run.machine.held))
    run.refuse()
    run.answer(resourceText())
    run.answer(issuerText())
    run.tell(.locked(nil))
    run.answer(tokenText("token-2", refresh: "refresh-2"))
    let second = run.machine.record(try #require(run.machine.held))
    run.refuse()
    #expect(run.error?.type == .tokenRefused)
    let asked = run.request?.number
    for stored in [first, second, first] { run.tell(.stored(stored)) }
    #expect(run.error?.type == .tokenRefused && run.request?.number == asked)
    let other = Grant(
      token: Secret("token-of-another"), obtained: run.moment.wall, refresh: Secret("refresh-9"),
      origin: second.grant.origin)
    run.tell(.stored(StoredGrant(server: SignInRun.server, user: "app", grant: other, renewals: 3)))
    #expect(run.token == "token-of-another")
    run.refuse()
    #expect(
      run.error?.type == .tokenRefused, "it had to show what it is good for, and no refresh token is spent")
    #expect(run.request?.number == asked)
  }

  @Test func `that was refused is good again when the server says so`() throws {
    var run = try SignInRun()
    run.signIn()
    run.refuse()
    #expect(run.error?.type == .tokenRefused)
    run.tell(.accepted(version: run.machine.version, .ping))
    #expect(run.error?.type == .tokenRefused, "only the request that was refused can tell")
    run.tell(.accepted(version: run.machine.version, .initialize))
    #expect(run.token == "token-1")
  }

  @Test func `that was renewed and served is renewed when it is refused`() throws {
    var run = try SignInRun()
    run.signIn(lifetime: 100, refresh: "refresh-1")
    run.tell(.accepted(version: run.machine.version, .initialize))
    run.pass(.seconds(86))
    run.tell(.locked(nil))
    run.answer(tokenText("token-2", refresh: "refresh-2"))
    // A session that lives makes no handshake any more.
    run.tell(.accepted(version: run.machine.version, .ping))
    run.refuse(purpose: .ping)
    run.answer(resourceText())
    run.answer(issuerText())
    run.tell(.locked(nil))
    #expect(run.form["refresh_token"] == "refresh-2")
  }

  @Test(arguments: [(-5, 100, false), (0, 100, false), (29, 100, false), (30, 100, true), (2, 2, true)])
  func `that another run was given is asked for anew after half a minute at the soonest`(
    age: Int, lifetime: Int, isAsked: Bool
  ) throws {
    var run = try SignInRun(policy: .never)
    let kept = try stored(lifetime: lifetime)
    run.now = .zero + .seconds(age)
    run.tell(.stored(kept))
    #expect(run.token == (lifetime > age ? "token-1" : nil))
    run.refuse()
    guard isAsked else {
      #expect(run.error?.type == .tokenRefused && run.request == nil)
      // The same run goes on: it is asked for then.
      run.now = run.now + .seconds(30)
      run.refuse()
      return #expect(run.request != nil)
    }
    run.answer(resourceText())
    run.answer(issuerText())
    run.tell(.locked(nil))
    #expect(run.form["refresh_token"] == "refresh-1")
  }

  @Test func `in a slip of the server is taken again, and its issuer is asked ever more seldom`() throws {
    var run = try SignInRun(policy: .ask)
    run.tell(.stored(try stored()))
    run.tell(.accepted(version: run.machine.version, .ping))
    var asked: [Instant] = []
    for second in 0..<1_200 {
      run.now = run.now + .seconds(1)
      let before = run.request?.number
      // The look of a session.
      run.refuse(purpose: .ping)
      guard case .working = run.machine.state else { continue }
      #expect(run.request?.number != before)
      run.answer(resourceText())
      run.answer(issuerText())
      run.tell(.locked(nil))
      run.answer(tokenText("token-of-\(second)", refresh: "refresh-of-\(second)"))
      asked.append(run.now)
    }
    let gaps = zip(asked, asked.dropFirst()).map { ($1 - $0).components.seconds }
    #expect(gaps == [31, 61, 121, 241, 301, 301], "the second tries the new token first")
    #expect(run.error?.type == .tokenRefused && run.machine.deadline == nil)
    let number = run.request?.number
    run.tell(.accepted(version: run.machine.version, .ping))
    #expect(run.error == nil && run.token != nil && run.request?.number == number)
  }

  @Test(arguments: [SignInPolicy.ask, .auto])
  func `that nothing renews sends for no person before it was tried again`(policy: SignInPolicy) throws {
    var run = try SignInRun(policy: policy)
    run.tell(.begin(.browser, nil))
    run.answer(resourceText())
    run.answer(issuerText())
    run.open(registered: Client(id: "id-1", secret: nil, method: .none))
    run.comeBack()
    run.answer(tokenText("token-1"))
    for _ in 0..<2 {
      run.tell(.accepted(version: run.machine.version, .ping))
      run.refuse(purpose: .ping)
      run.answer(resourceText())
      run.answer(issuerText())
      #expect(run.error?.type == .tokenRefused && run.visits == 1)
      #expect(run.error?.detail.text == "the server refuses the token that it took before")
      run.now = run.now + .seconds(20)
      run.refuse(purpose: .ping)
      #expect(run.error?.type == .tokenRefused && run.visits == 1)
    }
    run.now = run.now + .seconds(20)
    run.refuse(purpose: .ping)
    run.answer(resourceText())
    run.answer(issuerText())
    if policy == .ask { #expect(run.error?.type == .signInNeeded) } else { run.open() }
    run.tell(.accepted(version: run.machine.version, .ping))
    if policy == .ask { #expect(run.token == "token-1", "the server changed its mind") }
  }

  @Test func `from a program goes with every look until the server takes it`() throws {
    var settings = CredentialSettings()
    settings.source = .command(["give"])
    var run = try SignInRun(settings, policy: .never)
    run.tell(.wanted)
    run.tell(.provided(.text(Array("token-f".utf8))))
    run.tell(.accepted(version: run.machine.version, .ping))
    run.refuse(purpose: .ping)
    let version = run.machine.version
    for _ in 0..<3 {
      run.tell(.provided(.text(Array("token-f".utf8))))
      guard case .refused(let error, let held) = run.machine.standing(at: run.moment.wall) else {
        Issue.record("it is not refused")
        return
      }
      #expect(error.type == .tokenRefused && held?.token.revealed == "token-f")
      run.pass(.seconds(30))
    }
    run.tell(.provided(.text(Array("token-f".utf8))))
    run.tell(.accepted(version: version, .ping))
    #expect(run.token == "token-f")
    #expect(run.actions.count { if case .event(.signInFailed, _, _, _) = $0 { true } else { false } } == 1)
  }

  @Test(arguments: [
    (200, "<html>maintenance</html>", true), (302, "", true), (200, #"{"access_token": "tok"#, true),
    (200, "", true), (200, "null", true), (403, "no", true), (404, "", true),
    (404, #"{"error": "Not Found"}"#, true), (401, "<html>captive portal</html>", true),
    (429, #"{"error": "slow_down"}"#, true), (500, "oops", true),
    (400, #"{"error": "temporarily_unavailable"}"#, true), (401, #"{"error": "invalid_client"}"#, false),
    (400, #"{"error": "invalid_request"}"#, false), (200, #"{"error": "bad_request"}"#, false),
  ])
  func `is asked for again soon when its renewal, which went well before, brings something else`(
    status: Int, body: String, isOutage: Bool
  ) throws {
    var run = try SignInRun(policy: .auto)
    run.tell(.stored(try stored()))
    run.pass(.seconds(86))
    run.tell(.locked(nil))
    run.answer(body, status: status)
    #expect(run.token == "token-1", "it is good until its end")
    run.now = run.now + .seconds(15)
    run.tell(.wanted)
    run.tell(.locked(nil))
    var waits: [Duration] = []
    for _ in 0..<8 {
      run.answer(body, status: status)
      #expect(run.error?.type == (isOutage ? .issuerUnavailable : .signInFailed) && run.visits == 0)
      let wait = try #require(run.machine.deadline) - run.now
      waits.append(wait)
      // A server that still asks for a token is no reason to insist.
      run.now = run.now + wait - .milliseconds(1)
      run.refuse(version: 0)
      #expect(run.error != nil)
      run.pass(.milliseconds(1))
      run.tell(.locked(nil))
      #expect(run.form["refresh_token"] == "refresh-1")
    }
    #expect(waits[0] < .seconds(isOutage ? 6 : 31) && waits[0] >= .seconds(isOutage ? 1 : 14), "\(waits)")
    #expect(waits[1] < .seconds(isOutage ? 10 : 61), "\(waits)")
    #expect(waits[7] > .seconds(isOutage ? 15 : 149) && waits[7] <= .seconds(isOutage ? 61 : 300), "\(waits)")
    run.answer(tokenText("token-2"))
    #expect(run.token == "token-2")
    let told = run.actions.count { if case .event(.signInFailed, _, _, _) = $0 { true } else { false } }
    #expect(told == 1)
  }

  @Test func `is asked for ever more seldom also while the last one is good`() throws {
    var run = try SignInRun(policy: .never)
    run.tell(.stored(try stored(lifetime: 3_600)))
    run.pass(.seconds(3_600 * 0.86))
    var asked = 0
    while run.now < .zero + .seconds(3_530) {
      run.tell(.locked(nil))
      run.nobodyAnswers()
      asked += 1
      run.pass(try #require(run.machine.deadline) - run.now)
    }
    #expect(run.token == "token-1" && (8...40).contains(asked), "\(asked)")
    let told = run.actions.count { if case .event(.signInFailed, _, _, _) = $0 { true } else { false } }
    #expect(told == 1)
  }

  @Test func `is asked for ever more seldom while the server's metadata are no good`() throws {
    var run = try SignInRun(policy: .never)
    run.now = run.now + .seconds(60)
    run.tell(.stored(try stored(lifetime: 3_600)))
    var times: [Instant] = []
    for _ in 0..<1_200 {
      run.now = run.now + .seconds(1)
      let before = run.request?.number
      run.refuse()
      guard run.request?.number != before else { continue }
      run.answer(resourceText("https://evil.example/mcp"))
      times.append(run.now)
    }
    let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
    #expect(gaps == [30, 60, 120, 240, 300, 300].map { Duration.seconds($0) }, "\(gaps)")
  }

  @Test func `and what goes with it are in no text after weeks of renewals`() throws {
    var run = try SignInRun()
    run.refuse()
    run.answer(resourceText())
    run.answer(issuerText())
    run.open()
    run.answer(
      #"{"client_id": "id-1", "client_secret": "planted-client", "token_endpoint_auth_method": "client_secret_basic"}"#,
      status: 201)
    run.comeBack()
    run.answer(tokenText("token-1", lifetime: 100, refresh: "refresh-1"))
    for number in 2..<60 {
      run.pass(.seconds(86))
      run.tell(.locked(nil))
      run.answer(tokenText("token-\(number)", lifetime: 100, refresh: "refresh-\(number)"))
    }
    run.pass(.seconds(100))
    run.tell(.locked(nil))
    let basic = try #require(run.request?.authorization?.revealed.split(separator: " ").last)
    run.tell(.known(Secret("planted-assertion")))
    run.answer(
      #"{"error": "invalid_client", "error_description": "planted-client \#(basic) planted-assertion refresh-59"}"#,
      status: 401)
    #expect(run.error?.detail.text == "no token was given: invalid_client: ••• ••• ••• •••")
  }

  private func stored(lifetime: Int = 100) throws -> StoredGrant {
    var run = try SignInRun()
    run.signIn(lifetime: lifetime, refresh: "refresh-1")
    return run.machine.record(try #require(run.machine.held))
  }
}
