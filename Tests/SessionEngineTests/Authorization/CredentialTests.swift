// Long, because each situation needs an engine, a server and an issuer of its own, which are made alike.

import Glibc
import LoopbackServers
import TopPlatform
import MCPSessions
import Synchronization
import TopTestFolders
import Testing

@testable import SessionEngine

/// An engine with one server behind a sign-in, watched until something holds.
private struct EngineWatch {
  let engine: PolledEngine
  var rows: [SessionKey: SessionReport] = [:]
  var events: [Event] = []
  var statistics = Statistics()

  init(_ servers: [Server], folder: String? = nil, signIn: SignInPolicy = .never, browser: String = "") throws
  {
    engine = try PolledEngine(
      EnginePlan(
        servers: servers, stateFolder: folder, signIn: signIn,
        environment: ["BROWSER": browser, "PATH": "/usr/local/bin:/usr/bin:/bin"]))
    try engine.start()
  }

  /// Takes reports in until `isEnough`; false when that takes longer than `limit`.
  mutating func watch(for limit: Duration, until isEnough: (EngineWatch) -> Bool) -> Bool {
    let end = ContinuousClock.now + limit
    while !isEnough(self) {
      guard ContinuousClock.now < end else { return false }
      _ = wait(reading: [engine.output.descriptor], milliseconds: 50)
      take(engine.output.drain())
    }
    return true
  }

  private mutating func take(_ report: EngineReport) {
    rows.merge(report.sessions) { $1 }
    events += report.events
    statistics = report.statistics ?? statistics
  }

  mutating func stop() {
    engine.send(.stop)
    let end = ContinuousClock.now + .seconds(8)
    while ContinuousClock.now < end {
      _ = wait(reading: [engine.output.descriptor], milliseconds: 50)
      let report = engine.output.drain()
      take(report)
      if report.stopped { return }
    }
  }

  var states: Set<SessionState> { Set(rows.values.map(\.state)) }
}

private func server(
  _ authority: Authority, name: String = "a", ping: Duration = .milliseconds(200), headers: [Header] = [],
  _ change: (inout CredentialSettings) -> Void = { _ in }
) throws -> Server {
  var settings = SessionSettings(pingInterval: ping)
  change(&settings.credentials)
  return Server(
    name: name, transport: .streamableHTTP, endpoint: try Endpoint(authority.door.url), headers: headers,
    settings: settings)
}

@Suite struct `A server that wants a sign-in` {
  @Test func `is signed in to by a browser, and connected to at once`() throws {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    var watch = try EngineWatch(
      [try server(authority, headers: [Header(name: "X-Own", value: "planted-header")])], folder: folder.path,
      signIn: .auto, browser: try Authority.browser(in: folder.path))
    #expect(watch.watch(for: .seconds(10)) { $0.states == [.ready] })
    watch.stop()
    let state = authority.state.withLock { $0 }
    #expect(state.visits == 1 && state.registrations == 1)
    #expect(state.foreignHeaders == [], "nothing of the server's goes to the issuer")
    #expect(watch.events.contains { $0.kind == .tokenRenewed })
    let texts = watch.events.map(\.message.text).joined() + "\(watch.rows)"
    for secret in ["planted-token", "planted-refresh", "code-1"] { #expect(!texts.contains(secret)) }
  }

  @Test func `is known again at the next start, without a browser`() throws {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    for _ in 0..<2 {
      var watch = try EngineWatch(
        [try server(authority)], folder: folder.path, signIn: .auto,
        browser: try Authority.browser(in: folder.path))
      #expect(watch.watch(for: .seconds(10)) { $0.states == [.ready] })
      watch.stop()
    }
    #expect(authority.state.withLock { $0.visits } == 1)
    var status = stat()
    let names = folder.names(in: "credentials").filter { $0.hasSuffix(".json") }
    #expect(names.count == 2)
    for name in names {
      #expect(stat(folder.path + "/credentials/" + name, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
  }

  @Test func `that binds tokens to a key gets a proof with each request, and the numbers it wants`() throws {
    let folder = TemporaryFolder()
    var rules = Authority.Rules()
    (rules.binds, rules.lifetime) = (true, 2)
    let authority = try Authority.start(rules)
    defer { authority.stop() }
    for _ in 0..<2 {
      var watch = try EngineWatch(
        [try server(authority)], folder: folder.path, signIn: .auto,
        browser: try Authority.browser(in: folder.path))
      #expect(watch.watch(for: .seconds(10)) { $0.states == [.ready] })
      let renewals = authority.state.withLock { $0.used.count }
      #expect(
        watch.watch(for: .seconds(10)) { _ in authority.state.withLock { $0.used.count } > renewals + 1 })
      #expect(watch.states == [.ready])
      watch.stop()
    }
    let state = authority.state.withLock { $0 }
    #expect(state.flaws == [] && state.proofs.count > 10)
    #expect(state.visits == 1, "the second run knows the key of the first")
    let names = folder.names(in: "credentials").filter { $0.hasSuffix(".pem") }
    var status = stat()
    #expect(names.count == 1)
    #expect(stat(folder.path + "/credentials/" + names[0], &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func `that refuses all tokens is left in peace, also beside another that does`() throws {
    let folder = TemporaryFolder()
    let authorities = try (0..<2).map { _ in try Authority.start() }
    defer { authorities.forEach { $0.stop() } }
    var watch = try EngineWatch(
      try authorities.enumerated().map { try server($1, name: "s\($0)") }, folder: folder.path, signIn: .auto,
      browser: try Authority.browser(in: folder.path))
    #expect(watch.watch(for: .seconds(10)) { $0.rows.count == 2 && $0.states == [.ready] })
    for authority in authorities { authority.state.withLock { $0.rules.takesNothing = true } }
    #expect(watch.watch(for: .seconds(10)) { $0.rows.values.allSatisfy { $0.cause?.type == .tokenRefused } })
    // A moment in which the files of the store change, as if there were more of us.
    let counts = authorities.map { $0.door.log.contents.entries.count }
    _ = watch.watch(for: .seconds(2)) { _ in false }
    watch.stop()
    for (authority, count) in zip(authorities, counts) {
      #expect(authority.door.log.contents.entries.count - count < 6)
      #expect(authority.state.withLock { $0.used.count } <= 2)
      #expect(authority.state.withLock { $0.visits } == 1)
    }
  }

  @Test func `says why a sign-in failed, and is connected to when it wants no token any more`() throws {
    let folder = TemporaryFolder()
    var rules = Authority.Rules()
    rules.denies = true
    let authority = try Authority.start(rules)
    defer { authority.stop() }
    var watch = try EngineWatch(
      [try server(authority)], folder: folder.path, signIn: .auto,
      browser: try Authority.browser(in: folder.path))
    let isTold = watch.watch(for: .seconds(10)) {
      $0.rows.values.contains {
        $0.cause?.type == .signInFailed && $0.cause?.detail.text.contains("access_denied") == true
      }
    }
    #expect(isTold, "\(watch.rows.values.map { $0.cause as Any })")
    authority.state.withLock { $0.rules.isOpen = true }
    watch.engine.send(.act(.reconnect, on: Array(watch.rows.keys), by: Operator(user: "ana")))
    #expect(watch.watch(for: .seconds(10)) { $0.states == [.ready] })
    watch.stop()
    #expect(authority.state.withLock { $0.visits } == 1)
  }

  @Test func `that sent a handshake back for a token has made nothing that could be left`() throws {
    let folder = TemporaryFolder()
    var rules = Authority.Rules()
    rules.hangs = true
    let authority = try Authority.start(rules)
    defer { authority.stop() }
    var watch = try EngineWatch(
      [try server(authority)], folder: folder.path, signIn: .auto,
      browser: try Authority.browser(in: folder.path))
    #expect(authority.issuer.log.wait { !$0.entries.isEmpty })
    watch.stop()
    #expect(watch.statistics.opened == 0 && watch.statistics.leftBehind == 0)
    #expect(authority.door.sessions.isEmpty)
  }

  @Test func `hears of the end of a session with a token that is renewed for that`() throws {
    let folder = TemporaryFolder()
    var rules = Authority.Rules()
    rules.lifetime = 2
    let authority = try Authority.start(rules)
    defer { authority.stop() }
    var watch = try EngineWatch(
      [try server(authority, ping: .seconds(60))], folder: folder.path, signIn: .auto,
      browser: try Authority.browser(in: folder.path))
    #expect(watch.watch(for: .seconds(10)) { $0.states == [.ready] })
    authority.state.withLock { $0.rules.isOut = true }
    let hasEnded = watch.watch(for: .seconds(10)) { _ in
      authority.state.withLock { $0.tokens.values.allSatisfy { ContinuousClock.now - $0 > .seconds(2) } }
    }
    #expect(hasEnded)
    authority.state.withLock { $0.rules.isOut = false }
    watch.stop()
    #expect(authority.door.sessions.isEmpty)
  }

  @Test func `keeps its registration while another server's sign-in lives by it`() throws {
    let folder = TemporaryFolder()
    let store = CredentialStore(stateFolder: folder.path)
    let client = Client(id: "c", secret: nil, method: .none)
    let text =
      #"{"v": 1, "server": "https://b", "user": "", "access_token": "t", "obtained": "2026-01-01T00:00:00Z","#
      + #""issuer": "https://i", "token_endpoint": "https://i/t", "resource": "https://b", "client_id": "c"}"#
    let other = try #require(StoredGrant(Array(text.utf8)))
    try store.save(StoredClient(issuer: "https://i", client: client, server: "https://a"))
    try store.save(other)
    #expect(store.eraseClient(issuer: "https://i", id: "c", server: "https://a") == nil)
    #expect(store.eraseClient(issuer: nil, id: nil, server: "https://a") == nil)
    store.erase(other)
    #expect(store.eraseClient(issuer: "https://i", id: "another", server: "https://a") == nil)
    #expect(store.client(of: "https://i") == client)
    #expect(store.eraseClient(issuer: "https://i", id: "c", server: "https://a") != nil)
    #expect(store.client(of: "https://i") == nil)
  }

  @Test func `in a slip refuses its tokens for a moment, which costs the session little more`() throws {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    var watch = try EngineWatch(
      [try server(authority)], folder: folder.path, signIn: .auto,
      browser: try Authority.browser(in: folder.path))
    #expect(watch.watch(for: .seconds(10)) { $0.states == [.ready] })
    authority.state.withLock { $0.rules.takesNothing = true }
    #expect(watch.watch(for: .seconds(10)) { $0.rows.values.first?.cause?.type == .tokenRefused })
    authority.state.withLock { $0.rules.takesNothing = false }
    #expect(watch.watch(for: .seconds(6)) { $0.states == [.ready] }, "the token is shown to it again")
    watch.stop()
    let state = authority.state.withLock { $0 }
    #expect(state.visits == 1 && state.used.count == 1)
    #expect(watch.events.count { $0.kind == .sessionCreated } == 1)
  }

  @Test func `opens one browser for all sessions that need the same`() throws {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    let servers = try (0..<40).map { try server(authority, name: "s\($0)", ping: .seconds(30)) }
    var watch = try EngineWatch(
      servers, folder: folder.path, signIn: .auto, browser: try Authority.browser(in: folder.path))
    #expect(watch.watch(for: .seconds(15)) { $0.rows.count == 40 && $0.states == [.ready] })
    watch.stop()
    #expect(authority.state.withLock { $0.visits } == 1)
  }

  @Test func `keeps its session while tokens that live a second come and go`() throws {
    let folder = TemporaryFolder()
    var rules = Authority.Rules()
    rules.lifetime = 1
    let authority = try Authority.start(rules)
    defer { authority.stop() }
    var watch = try EngineWatch(
      [try server(authority)], folder: folder.path, signIn: .auto,
      browser: try Authority.browser(in: folder.path))
    #expect(watch.watch(for: .seconds(20)) { ($0.rows.values.first?.authorization?.renewals ?? 0) >= 5 })
    watch.stop()
    let state = authority.state.withLock { $0 }
    #expect(state.visits == 1)
    #expect(Set(state.used).count == state.used.count, "no refresh token is used twice")
    #expect(watch.events.count { $0.kind == .sessionCreated } == 1)
    #expect(!watch.events.drop { $0.kind != .sessionCreated }.contains { $0.kind == .sessionError })
  }

  @Test func `is left alone where nobody asked for a sign-in`() throws {
    let authority = try Authority.start()
    defer { authority.stop() }
    var watch = try EngineWatch([try server(authority)])
    #expect(watch.watch(for: .seconds(10)) { $0.states == [.unauthorized] })
    #expect(watch.rows.values.first?.cause?.status == 401)
    watch.stop()
    #expect(authority.issuer.log.contents.entries.isEmpty)
  }

  @Test func `that takes no token at all sees one sign-in`() throws {
    let folder = TemporaryFolder()
    var rules = Authority.Rules()
    rules.takesNothing = true
    let authority = try Authority.start(rules)
    defer { authority.stop() }
    var watch = try EngineWatch(
      [try server(authority)], folder: folder.path, signIn: .auto,
      browser: try Authority.browser(in: folder.path))
    #expect(watch.watch(for: .seconds(10)) { $0.rows.values.first?.cause?.type == .tokenRefused })
    watch.stop()
    #expect(authority.state.withLock { $0.visits } == 1)
  }

  @Test func `is served by a token from a file, and by the next one when the file changes`() throws {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    let path = folder.path + "/token"
    try replaceFile(path, with: "planted-token-of-yesterday\n")
    var watch = try EngineWatch([try server(authority) { $0.source = .file(path) }], folder: folder.path)
    #expect(watch.watch(for: .seconds(10)) { $0.states == [.unauthorized] })
    authority.state.withLock { $0.tokens["planted-token-of-today"] = .now }
    try replaceFile(path, with: "planted-token-of-today\n")
    #expect(watch.watch(for: .seconds(10)) { $0.states == [.ready] })
    watch.stop()
  }

  @Test func `is served by a token that a program prints`() throws {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    authority.state.withLock { $0.tokens["planted-token-of-a-program"] = .now }
    let words = ["printf", #"{"access_token": "planted-token-of-a-program", "expires_in": 60}"#]
    var watch = try EngineWatch([try server(authority) { $0.source = .command(words) }], folder: folder.path)
    #expect(watch.watch(for: .seconds(10)) { $0.states == [.ready] })
    watch.stop()
  }

  @Test(arguments: [["false"], ["/nowhere/at/all"], ["true"]])
  func `tells why its program gave no token`(words: [String]) throws {
    let authority = try Authority.start()
    defer { authority.stop() }
    var watch = try EngineWatch([try server(authority) { $0.source = .command(words) }])
    #expect(watch.watch(for: .seconds(10)) { $0.rows.values.first?.cause?.type == .signInFailed })
    watch.stop()
  }

  @Test func `is told of the end of a session with the last token that was good, whatever became of it`()
    throws
  {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    let path = folder.path + "/token"
    try replaceFile(path, with: "planted-token-that-ends\n")
    authority.state.withLock { $0.tokens["planted-token-that-ends"] = .now }
    var watch = try EngineWatch([try server(authority) { $0.source = .file(path) }], folder: folder.path)
    #expect(watch.watch(for: .seconds(10)) { $0.states == [.ready] })
    authority.state.withLock { $0.rules.takesNothing = true }
    #expect(watch.watch(for: .seconds(10)) { $0.rows.values.first?.cause?.type == .tokenRefused })
    watch.stop()
    let ends = authority.door.log.contents.entries.filter { $0.request.method == "DELETE" }
    #expect(!ends.isEmpty)
    #expect(ends.allSatisfy { $0.request["Authorization"] == "Bearer planted-token-that-ends" })
  }

  @Test func `is told of the end of a session with its token when it leaves the configuration`() throws {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    authority.state.withLock { $0.tokens["planted-token-of-a-program"] = .now }
    var watch = try EngineWatch(
      [try server(authority) { $0.source = .command(["printf", "planted-token-of-a-program"]) }],
      folder: folder.path)
    #expect(watch.watch(for: .seconds(10)) { $0.states == [.ready] })
    watch.engine.send(.apply([], note: nil))
    #expect(
      watch.watch(for: .seconds(10)) { _ in
        authority.door.log.contents.entries.contains { $0.request.method == "DELETE" && $0.status != nil }
      })
    watch.stop()
    let ends = authority.door.log.contents.entries.filter { $0.request.method == "DELETE" }
    #expect(ends.map { $0.request["Authorization"] } == ["Bearer planted-token-of-a-program"])
    #expect(ends.first?.status == 200)
  }

  @Test func `is waited for by its first requests as long as its program takes`() throws {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    authority.state.withLock { $0.tokens["planted-token-of-a-program"] = .now }
    let program = folder.path + "/give"
    try replaceFile(
      program, with: "#!/bin/sh\nread line < \(folder.path)/gate\necho $line\n", mode: 0o700)
    #expect(mkfifo(folder.path + "/gate", 0o600) == 0)
    var watch = try EngineWatch(
      [try server(authority) { $0.source = .command([program]) }], folder: folder.path)
    // Longer than what is kept of sign-ins is waited for.
    _ = watch.watch(for: .milliseconds(2_500)) { _ in false }
    #expect(watch.states == [.connecting], "\(watch.events.map(\.message.text))")
    let gate = open(folder.path + "/gate", O_WRONLY)
    #expect(write(gate, "planted-token-of-a-program\n", 27) == 27)
    close(gate)
    #expect(watch.watch(for: .seconds(10)) { $0.states == [.ready] })
    watch.stop()
  }

  @Test(arguments: [
    ("exit 3", "ended with code 3"),
    ("echo first >&2; echo 'vault: sealed' >&2; exit 4", "code 4: vault: sealed"),
    ("kill -9 $$", "was ended by signal 9"), ("exit 0", "printed nothing to standard output"),
  ])
  func `tells which program gave no token, and its last words`(script: String, words: String) throws {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    let program = folder.path + "/give"
    try replaceFile(program, with: "#!/bin/sh\n\(script)\n", mode: 0o700)
    var watch = try EngineWatch([try server(authority) { $0.source = .command([program]) }])
    #expect(watch.watch(for: .seconds(10)) { $0.rows.values.first?.cause?.type == .signInFailed })
    let row = watch.rows.values.first
    let told = row?.cause?.detail.text ?? ""
    #expect(told.hasPrefix("tokenCommand \(program) ") && told.hasSuffix(words), "\(told)")
    #expect(row?.advice?.text.contains("tokenCommand by hand") == true)
    watch.stop()
  }

  @Test(arguments: [(nil, ": No such file or directory"), ("no key", " is no key for ES256")])
  func `tells which file gave no key, and blames no issuer`(content: String?, words: String) throws {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    let path = folder.path + "/key.pem"
    if let content { try replaceFile(path, with: content, mode: 0o600) }
    var watch = try EngineWatch([
      try server(authority) {
        ($0.grant, $0.clientID, $0.clientKeyFile) = (.clientCredentials, "monitor", path)
      }
    ])
    #expect(watch.watch(for: .seconds(10)) { $0.rows.values.first?.cause?.type == .signInFailed })
    #expect(watch.rows.values.first?.cause?.detail.text == "clientKeyFile \(path)\(words)")
    #expect(authority.state.withLock { $0.grants } == [])
    watch.stop()
  }

  @Test func `is signed in to from outside while it is watched`() throws {
    let folder = TemporaryFolder()
    let authority = try Authority.start()
    defer { authority.stop() }
    var first = try EngineWatch([try server(authority)], folder: folder.path, signIn: .ask)
    #expect(first.watch(for: .seconds(10)) { $0.states == [.unauthorized] })
    first.engine.send(
      .signIn(.begin(.browser), on: SessionKey(server: "a"), by: Operator(user: "ana")))
    #expect(first.watch(for: .seconds(10)) { $0.rows.values.first?.authorization?.prompt != nil })
    let address = try #require(first.rows.values.first?.authorization?.prompt?.address)
    #expect(address.text.hasPrefix("http://127.0.0.1:\(authority.issuer.port)/authorize?"))
    first.engine.send(
      .signIn(
        .paste(Secret("http://127.0.0.1/callback?code=x&state=another")), on: SessionKey(server: "a"),
        by: Operator(user: "ana")))
    #expect(Browser.open(address, ["BROWSER": try Authority.browser(in: folder.path)]))
    #expect(first.watch(for: .seconds(10)) { $0.states == [.ready] })
    first.engine.send(.signIn(.forget, on: SessionKey(server: "a"), by: Operator(user: "ana")))
    #expect(first.watch(for: .seconds(10)) { $0.states == [.unauthorized] })
    #expect(first.watch(for: .seconds(10)) { _ in !authority.state.withLock { $0.deletions.isEmpty } })
    first.stop()
    #expect(folder.names(in: "credentials").filter { !$0.hasSuffix(".lock") } == [])
    #expect(authority.state.withLock { $0.deletions } == ["client-1"])
  }

  @Test func `shares one refresh token between two programs without spending it twice`() throws {
    let folder = TemporaryFolder()
    var rules = Authority.Rules()
    rules.lifetime = 1
    let authority = try Authority.start(rules)
    defer { authority.stop() }
    let browser = try Authority.browser(in: folder.path)
    var first = try EngineWatch([try server(authority)], folder: folder.path, signIn: .auto, browser: browser)
    #expect(first.watch(for: .seconds(10)) { $0.states == [.ready] })
    var second = try EngineWatch([try server(authority)], folder: folder.path, signIn: .never)
    #expect(second.watch(for: .seconds(10)) { $0.states == [.ready] })
    #expect(first.watch(for: .seconds(20)) { _ in authority.state.withLock { $0.used.count } >= 8 })
    #expect(second.watch(for: .seconds(5)) { $0.states == [.ready] })
    first.stop()
    second.stop()
    let state = authority.state.withLock { $0 }
    #expect(state.visits == 1 && Set(state.used).count == state.used.count)
    let events = first.events.drop { $0.kind != .sessionCreated } + second.events
    #expect(!events.contains { $0.kind == .sessionError })
  }
}
