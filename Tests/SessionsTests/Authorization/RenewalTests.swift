// Long, because the life of a token is told here from its beginning to its end.

import MCPWire
import Testing

@testable import MCPSessions

@Suite struct `A token` {
  @Test func `is renewed when four fifths of its life are over, without a person`() throws {
    var run = try SignInRun()
    run.signIn(lifetime: 100, refresh: "refresh-1")
    run.pass(.seconds(70))
    #expect(run.form["grant_type"] == "authorization_code")
    run.pass(.seconds(16))
    run.tell(.locked(nil))
    #expect(run.form["refresh_token"] == "refresh-1" && run.form["resource"] == SignInRun.server)
    #expect(run.token == "token-1", "the old one is good meanwhile")
    run.answer(tokenText("token-2", lifetime: 100, refresh: "refresh-2"))
    #expect(run.token == "token-2" && run.visits == 1)
    run.pass(.seconds(86))
    run.tell(.locked(nil))
    #expect(run.form["refresh_token"] == "refresh-2")
    run.answer(tokenText("token-3", lifetime: 100))
    run.pass(.seconds(86))
    run.tell(.locked(nil))
    #expect(run.form["refresh_token"] == "refresh-2", "what is not replaced stays good")
  }

  @Test(arguments: [2, 3, 5, 8, 60, 3_600], UInt64(1)...40)
  func `is renewed before who counts whole seconds ends it`(lifetime: Int, seed: UInt64) {
    // Given at the end of a second, of which the issuer keeps the beginning.
    let obtained = WallTime(milliseconds: 1_700_000_000_999)
    let grant = Grant(
      token: Secret("t"), obtained: obtained, expires: obtained + .seconds(lifetime), refresh: Secret("r"))
    var random = SeededGenerator(seed: seed)
    let due = grant.renewal(at: obtained, &random) ?? .zero
    #expect(due > .zero && due < .seconds(lifetime) - .milliseconds(999), "after \(due)")
  }

  @Test func `is on the disk before it is used`() throws {
    var run = try SignInRun()
    run.signIn(lifetime: 100, refresh: "refresh-1")
    run.actions = []
    run.pass(.seconds(90))
    run.tell(.locked(nil))
    run.answer(tokenText("token-2", refresh: "refresh-2"))
    let order = run.actions.compactMap { action -> String? in
      switch action {
      case .lock: "lock"
      case .save(let stored): "save \(stored.grant.refresh?.revealed ?? "")"
      case .unlock: "unlock"
      default: nil
      }
    }
    #expect(order == ["lock", "save refresh-2", "unlock"])
  }

  @Test func `that another process has renewed is taken over`() throws {
    var run = try SignInRun()
    run.signIn(lifetime: 100, refresh: "refresh-1")
    let held = try #require(run.machine.held)
    run.pass(.seconds(90))
    let newer = Grant(
      token: Secret("token-of-another"), obtained: run.moment.wall,
      expires: WallTime(milliseconds: 1_000_000), refresh: Secret("refresh-9"), origin: held.origin)
    let request = run.request?.number
    run.tell(.locked(StoredGrant(server: SignInRun.server, user: "app", grant: newer, renewals: 3)))
    #expect(run.token == "token-of-another" && run.request?.number == request)
  }

  @Test func `is used to its end while the issuer is away`() throws {
    var run = try SignInRun()
    run.signIn(lifetime: 100, refresh: "refresh-1")
    run.pass(.seconds(86))
    run.tell(.locked(nil))
    run.nobodyAnswers()
    #expect(run.token == "token-1")
    run.pass(.seconds(10))
    run.tell(.locked(nil))
    run.answer("busy", status: 503)
    #expect(run.token == "token-1")
    run.now = run.now + .seconds(10)
    run.tell(.wanted)
    run.tell(.locked(nil))
    run.nobodyAnswers()
    #expect(run.error?.type == .issuerUnavailable)
  }

  @Test func `whose renewal is refused is asked of a person once, not in a loop`() throws {
    var run = try SignInRun()
    run.signIn(lifetime: 100, refresh: "refresh-1")
    for _ in 0..<4 {
      run.pass(.seconds(90))
      guard case .lock = run.actions.last else { break }
      run.tell(.locked(nil))
      run.answer(#"{"error": "invalid_grant"}"#, status: 400)
      guard case .working = run.machine.state else { break }
      run.answer(resourceText())
      run.answer(issuerText())
      run.open(registered: Client(id: "id-1", secret: nil, method: .none))
      run.comeBack()
      run.answer(tokenText("token-n", lifetime: 100, refresh: "refresh-n"))
    }
    #expect(run.visits == 2)
    #expect(run.error?.type == .signInNeeded)
  }

  @Test(arguments: [(60, false, 2), (60, true, 2), (7_200, false, 6), (7_200, true, 6)])
  func `that nothing renews opens no browser each time it ends, if that is soon`(
    lifetime: Int, isRefused: Bool, visits: Int
  ) throws {
    var run = try SignInRun()
    run.signIn(lifetime: isRefused ? nil : lifetime)
    for number in 2...6 {
      run.tell(.accepted(version: run.machine.version, .initialize))
      run.now = run.now + .seconds(lifetime)
      // A server that refuses what it took is shown it once more.
      for _ in 0..<(isRefused ? 2 : 0) {
        run.refuse()
        run.answer(resourceText())
        run.answer(issuerText())
        run.now = run.now + .seconds(31)
      }
      if !isRefused {
        run.tell(.wanted)
        run.answer(resourceText())
        run.answer(issuerText())
      }
      guard run.error == nil || run.machine.step == .queued else { break }
      run.open(registered: Client(id: "id-1", secret: nil, method: .none))
      run.comeBack()
      run.answer(tokenText("token-\(number)", lifetime: isRefused ? nil : lifetime))
      #expect(run.token == "token-\(number)")
    }
    #expect(run.visits == visits)
    guard visits == 2 else { return }
    #expect(
      run.error?.detail.text
        == "https://issuer.example gives tokens that end soon and that nothing renews; sign in again")
    run.pass(.seconds(3_600))
    run.refuse()
    run.tell(.wanted)
    #expect(run.error?.type == .signInNeeded && run.machine.step == nil)
  }

  @Test func `that is refused fresh is not asked for again`() throws {
    var run = try SignInRun()
    run.signIn()
    run.refuse(401, #"Bearer error="invalid_token""#)
    #expect(run.error?.type == .tokenRefused && run.visits == 1)
    #expect(run.error?.detail.text.contains("invalid_token") == true)
  }

  @Test func `that was replaced meanwhile is not what a late refusal is about`() throws {
    var run = try SignInRun()
    run.signIn()
    run.refuse(401, version: 0)
    #expect(run.token == "token-1")
  }

  @Test func `that nothing renews is told of before it ends`() throws {
    var run = try SignInRun()
    run.signIn(lifetime: 100)
    run.pass(.seconds(86))
    let told = run.actions.contains {
      if case .event(.signInNeeded, .warning, _, _) = $0 { true } else { false }
    }
    #expect(told && run.token == "token-1")
  }

  @Test(arguments: [nil, "refresh-1"]) func `that lives a month is renewed, or told of, near its end`(
    refresh: String?
  ) throws {
    var run = try SignInRun()
    run.signIn(lifetime: 30 * 86_400, refresh: refresh)
    run.actions = []
    for _ in 0..<22 { run.pass(.seconds(86_400)) }
    #expect(run.actions.isEmpty && run.token == "token-1")
    for _ in 0..<4 { run.pass(.seconds(86_400)) }
    let isAsked = run.actions.contains {
      switch $0 {
      case .lock: refresh != nil
      case .event(.signInNeeded, .warning, _, _): refresh == nil
      default: false
      }
    }
    #expect(isAsked)
  }

  @Test func `is had without a person by client credentials, and again when it ends`() throws {
    var settings = CredentialSettings()
    settings.grant = .clientCredentials
    settings.clientID = "id"
    settings.clientKeyFile = "/key.pem"
    var run = try SignInRun(settings, policy: .never)
    for number in 1...3 {
      if number == 1 { run.tell(.wanted) } else { run.pass(.seconds(90)) }
      run.answer(resourceText())
      run.answer(issuerText())
      #expect(run.form["grant_type"] == "client_credentials")
      #expect(run.request?.assertion?.audience == SignInRun.issuer)
      run.answer(tokenText("token-\(number)", lifetime: 100))
      #expect(run.token == "token-\(number)")
    }
  }

  @Test func `is renewed with the newest, whatever a disk that was full still holds`() throws {
    var run = try SignInRun()
    run.signIn(lifetime: 100, refresh: "refresh-1")
    let old = try #require(
      run.actions.lazy.compactMap { if case .save(let stored) = $0 { stored } else { nil } }.last)
    run.pass(.seconds(86))
    run.tell(.locked(old))
    #expect(run.form["refresh_token"] == "refresh-1")
    run.answer(tokenText("token-2", lifetime: 100, refresh: "refresh-2"))
    run.pass(.seconds(86))
    run.tell(.locked(old))
    #expect(run.form["refresh_token"] == "refresh-2", "what was used once is not used again")
  }

  @Test(arguments: [1, 2, 5]) func `that ends in a moment is asked for ever more seldom`(
    lifetime: Int
  ) throws {
    var settings = CredentialSettings()
    settings.grant = .clientCredentials
    settings.clientID = "id"
    settings.clientKeyFile = "/key.pem"
    var run = try SignInRun(settings, policy: .never)
    var tokens = 0
    var last = Instant.zero
    var longest = Duration.zero
    while run.now < .zero + .seconds(120) {
      run.now = run.now + .milliseconds(100)
      let asked = run.machine.lastRequest
      if run.machine.deadline.map({ $0 <= run.now }) == true { run.tell(.timer) }
      run.tell(.wanted)
      guard run.machine.lastRequest > asked else { continue }
      run.answer(resourceText())
      run.answer(issuerText())
      run.answer(tokenText("token-\(tokens)", lifetime: lifetime))
      (tokens, longest, last) = (tokens + 1, max(longest, run.now - last), run.now)
    }
    #expect((12...25).contains(tokens), "\(tokens)")
    #expect(longest < .seconds(9), "a request waits no longer")
  }

  @Test func `with more scopes is asked for a little later where many were asked for`() throws {
    var settings = CredentialSettings()
    settings.grant = .clientCredentials
    settings.clientID = "id"
    settings.clientKeyFile = "/key.pem"
    var run = try SignInRun(settings, policy: .never)
    run.tell(.wanted)
    for number in 1...3 {
      let began = run.now
      while run.machine.step == nil { run.pass(.milliseconds(100)) }
      #expect(run.now - began == (number == 3 ? .seconds(1) : .zero))
      run.answer(resourceText())
      run.answer(issuerText())
      let scopes = run.form["scope"]?.split(separator: " ") ?? []
      #expect(scopes.count == number - 1 && (number == 1 || scopes.last == "s\(number - 1)"), "\(scopes)")
      run.answer(tokenText("token-\(number)", lifetime: 1_000, scope: scopes.joined(separator: " ")))
      run.tell(.accepted(version: run.machine.version, .initialize))
      run.refuse(403, #"Bearer error="insufficient_scope", scope="s\#(number)""#, purpose: .ping)
    }
  }

  @Test func `that the server refuses behind many others is replaced a little later`() throws {
    var run = try SignInRun()
    run.signIn(lifetime: 100, refresh: "refresh-1")
    var gaps: [Duration] = []
    for number in 2...8 {
      run.tell(.accepted(version: run.machine.version, .initialize))
      run.refuse()
      let began = run.now
      while run.machine.step == nil { run.pass(.milliseconds(100)) }
      gaps.append(run.now - began)
      run.answer(resourceText())
      run.answer(issuerText())
      run.tell(.locked(nil))
      run.answer(tokenText("token-\(number)", lifetime: 100))
    }
    #expect(gaps.first == .zero && gaps == gaps.sorted() && gaps.last == .seconds(8), "\(gaps)")
  }

  @Test(arguments: [0, -1]) func `that is said to have ended already is used until it is refused`(
    lifetime: Int
  ) throws {
    var settings = CredentialSettings()
    settings.grant = .clientCredentials
    settings.clientID = "id"
    settings.clientKeyFile = "/key.pem"
    var run = try SignInRun(settings, policy: .never)
    run.tell(.wanted)
    run.answer(resourceText())
    run.answer(issuerText())
    run.answer(tokenText("token-1", lifetime: lifetime))
    run.pass(.seconds(3_600))
    #expect(run.token == "token-1")
  }

  @Test func `with the end of a line in it is none`() throws {
    var settings = CredentialSettings()
    settings.grant = .clientCredentials
    settings.clientID = "id"
    settings.clientKeyFile = "/key.pem"
    var run = try SignInRun(settings, policy: .never)
    run.tell(.wanted)
    run.answer(resourceText())
    run.answer(issuerText())
    run.answer(tokenText("token-1\\r\\nX-Evil: 1"))
    #expect(run.token == nil)
    #expect(run.error?.detail.text.contains("characters that no header may hold") == true)
  }

  @Test(arguments: [
    ("token-f\n", "token-f"), ("Bearer token-f", "token-f"),
    (#"{"access_token": "token-f", "expires_in": 60}"#, "token-f"),
    (#"{"Authorization": "Bearer token-f"}"#, "token-f"),
    (#"{"headers": {"authorization": "Bearer token-f"}}"#, "token-f"),
    ("tok\u{1B}en-f", nil), ("t\u{F6}ken", nil), (#"{"access_token": "token-f\r\nX-Evil: 1"}"#, nil),
    (#"{"Authorization": "Bearer token-f\r\n\r\nGET / HTTP/1.1"}"#, nil), ("", nil), ("\n", nil),
    (#"{"other": 1}"#, nil), (#""token-f""#, "token-f"), ("'token-f'\n", "token-f"),
    (#"bearer  "token-f""#, "token-f"), (#""Bearer token-f""#, "token-f"), ("12|tok-f", "12|tok-f"),
    ("aA0-._~+/=", "aA0-._~+/="), ("token-f extra", nil), ("<html>login</html>", nil), (#""token-f"#, nil),
    (#"{"access_token":"#, nil), (#"{"access_token": "tok"#, nil), ("[1, 2]", nil), (#""""#, nil),
    ("Bearer ", nil), ("tok{en}", nil), ("a,b", nil), ("\u{FEFF}token-f", nil),
  ])
  func `may come from a file or a program`(text: String, token: String?) throws {
    var settings = CredentialSettings()
    settings.source = .command(["give"])
    var run = try SignInRun(settings, policy: .never)
    run.tell(.wanted)
    run.tell(.provided(.text(Array(text.utf8))))
    #expect(run.token == token)
    if token == nil { #expect(run.error?.type == .signInFailed) }
  }

  @Test(
    arguments: [
      (#"{"X-Api-Key": "k1", "X-Tenant": "t"}"#, ["X-Api-Key: k1", "X-Tenant: t"]),
      (
        #"{"headers": {"Token": "k1", "Authorization": "Bearer b"}}"#,
        ["Authorization: Bearer b", "Token: k1"]
      ),
      (#"{"X-Api-Key": "k1", "count": 3}"#, nil), (#"{"error": "log in first"}"#, nil),
      (#"{"headers": {}}"#, nil),
      (#"{"headers": {"Mcp-Session-Id": "somebody-elses"}}"#, nil), (#"{"X-Key": "a\r\nX-Evil: 1"}"#, nil),
    ] as [(String, [String]?)])
  func `may be headers that a program prints, which are sent as they are`(text: String, headers: [String]?)
    throws
  {
    var settings = CredentialSettings()
    settings.source = .command(["give"])
    var run = try SignInRun(settings, policy: .never)
    run.tell(.wanted)
    run.tell(.provided(.text(Array(text.utf8))))
    guard case .credential(let credential) = run.machine.standing(at: run.moment.wall) else {
      #expect(headers == nil && run.error?.type == .signInFailed)
      return
    }
    #expect(credential.headers.map { "\($0.name): \($0.value.revealed)" } == headers)
    let learnt = run.actions.compactMap { if case .learn(let secret) = $0 { secret } else { nil } }
    #expect(Set(credential.headers.map(\.value)).isSubset(of: learnt), "none of them may be shown")
  }

  @Test func `of a program that fails later is used as long as it lives`() throws {
    var settings = CredentialSettings()
    settings.source = .command(["/opt/give", "--key=argument"])
    var run = try SignInRun(settings, policy: .never)
    run.tell(.wanted)
    run.tell(.provided(.text(Array(#"{"access_token": "token-f", "expires_in": 1000}"#.utf8))))
    run.pass(.seconds(860))
    run.tell(.provided(.failed("tokenCommand /opt/give ended with code 3: no vault")))
    #expect(run.token == "token-f", "it is good for another two minutes")
    let told = run.actions.compactMap {
      if case .event(.signInFailed, _, let words, _) = $0 { words.text } else { nil }
    }
    #expect(told == ["tokenCommand /opt/give ended with code 3: no vault"])
    let calls = run.actions.count { if case .provide = $0 { true } else { false } }
    run.pass(.seconds(29))
    #expect(run.actions.count { if case .provide = $0 { true } else { false } } == calls, "and left alone")
    run.pass(.seconds(2))
    #expect(run.actions.count { if case .provide = $0 { true } else { false } } == calls + 1)
    run.tell(.provided(.failed("tokenCommand /opt/give ended with code 3: no vault")))
    run.pass(.seconds(120))
    run.tell(.provided(.failed("tokenCommand /opt/give ended with code 3: no vault")))
    #expect(run.token == nil && run.error?.type == .signInFailed)
  }

  @Test func `that a program prints again is as old as it was`() throws {
    var settings = CredentialSettings()
    settings.source = .command(["give"])
    var run = try SignInRun(settings, policy: .never)
    let text = Array(#"{"access_token": "token-f", "expires_in": 100}"#.utf8)
    run.tell(.wanted)
    run.tell(.provided(.text(text)))
    let got = run.machine.report?.renewed
    for _ in 0..<8 {
      run.pass(.seconds(90))
      run.tell(.provided(.text(text)))
    }
    #expect(run.token == "token-f" && run.machine.report?.renewed == got)
    #expect(run.machine.report?.expires == WallTime(milliseconds: run.moment.wall.milliseconds + 100_000))
    #expect(run.machine.deadline.map { $0 - run.now >= .seconds(70) } == true, "and is not asked for at once")
    #expect(run.machine.report?.renewals == 0)
  }

  @Test(
    arguments: [
      (CredentialSettings.Source.file("/run/token"), "", "tokenFile /run/token is empty"),
      (.command(["/opt/give", "secret-argument"]), "\n", "tokenCommand /opt/give printed nothing"),
      (
        .command(["/opt/give"]), #"{"token": "x"}"#,
        "tokenCommand /opt/give gives JSON without access_token, and without headers, each a text"
      ),
      (
        .file("/run/token"), "two words",
        "tokenFile /run/token gives a token with characters that none may hold; its first line"
      ),
      (
        .file("/run/token"), #"{"access_token": "tok"#,
        "tokenFile /run/token gives JSON that is cut off, or none"
      ),
      (
        .command(["/opt/give"]), "<html>login</html>",
        "tokenCommand /opt/give gives a document; its first line is to be the token alone"
      ),
    ] as [(CredentialSettings.Source, String, String)])
  func `that is none says whose it is and what is wrong`(
    source: CredentialSettings.Source, text: String, words: String
  ) throws {
    var settings = CredentialSettings()
    settings.source = source
    var run = try SignInRun(settings, policy: .never)
    run.tell(.wanted)
    run.tell(.provided(.text(Array(text.utf8))))
    #expect(run.error?.detail.text.hasPrefix(words) == true, "\(String(describing: run.error))")
    #expect(run.error?.detail.text.contains("secret-argument") == false)
  }

  @Test func `is not missed by an issuer that was never asked`() throws {
    var settings = CredentialSettings()
    (settings.grant, settings.clientID, settings.clientKeyFile) = (.clientCredentials, "id", "/key.pem")
    var run = try SignInRun(settings, policy: .never)
    run.tell(.wanted)
    run.answer(resourceText())
    run.answer(issuerText())
    let request = try #require(run.request)
    let words = "clientKeyFile /key.pem is no key for ES256"
    run.tell(.answered(request.number, .failed(.configError, words: words)))
    #expect(run.error?.type == .signInFailed && run.error?.detail.text == words)
    run.pass(.seconds(62))
    #expect(run.request?.number != request.number, "the file may have been mended")
  }

  @Test(arguments: [#""9223372036854775807""#, "9223372036854775807", "1e300", #""31557600001""#])
  func `that is said to live for ever has a date at its end`(lifetime: String) throws {
    var settings = CredentialSettings()
    settings.source = .command(["give"])
    var run = try SignInRun(settings, policy: .never)
    run.tell(.wanted)
    run.tell(.provided(.text(Array(#"{"access_token": "token-f", "expires_in": \#(lifetime)}"#.utf8))))
    #expect(run.token == "token-f")
    #expect(run.machine.report?.expires == WallTime(milliseconds: 31_557_600_000_000))
  }

  @Test func `is read again from what is stored, to the letter`() throws {
    let origin = Grant.Origin(
      issuer: "https://i", tokenEndpoint: "https://i/t", revocationEndpoint: nil,
      client: Client(id: "c\"1", secret: Secret("s"), method: .basic, port: 4_000), resource: "https://a/mcp")
    let grant = Grant(
      token: Secret("t\u{1F}\"é"), kind: "dpop", scopes: ["a", "b"], obtained: WallTime(milliseconds: 1_000),
      expires: WallTime(milliseconds: 61_000), refresh: Secret("r"), origin: origin)
    let stored = StoredGrant(server: "https://a/mcp", user: "ana", grant: grant, renewals: 7)
    #expect(StoredGrant(Array(stored.text.utf8)) == stored)
    #expect(StoredGrant(Array(stored.text.utf8.dropLast(1))) == nil)
    let client = StoredClient(
      issuer: "https://i", client: origin.client, server: "https://a/mcp",
      management: StoredClient.Management(address: "https://i/r/1", token: Secret("m")))
    #expect(StoredClient(Array(client.text.utf8)) == client)
  }

  @Test func `is in no text of the machine, whatever the issuer says`() throws {
    var run = try SignInRun()
    run.signIn(lifetime: 100, refresh: "refresh-secret-1")
    run.pass(.seconds(100))
    run.tell(.locked(nil))
    run.answer(
      #"{"error": "invalid_client", "error_description": "refresh-secret-1 token-1 the-code"}"#,
      status: 400)
    let words = run.error?.detail.text ?? ""
    #expect(words.contains("invalid_client"))
    for secret in ["refresh-secret-1", "token-1", "the-code"] {
      #expect(!words.contains(secret))
    }
  }
}
