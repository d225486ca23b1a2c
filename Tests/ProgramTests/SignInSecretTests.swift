import Glibc
import LoopbackServers
import Synchronization
import Testing

/// Everything that a sign-in knows and nobody else is to see, repeated by whoever was sent it.
@Suite(.serialized) struct `Secrets of a sign-in` {
  /// A program that follows every redirect, a configuration, and a place for what is kept.
  private final class Place {
    let rude: RudeIssuer
    let configuration: String
    let log: String
    private let browser: String
    var stateFolder: String { configuration + ".state" }

    init(bindsTokens: Bool = false, auth: String = "") throws {
      rude = try RudeIssuer.start(bindsTokens: bindsTokens)
      log = try "".temporaryFile(suffix: ".log")
      configuration = try """
      mcpServers:
        ledger:
          type: streamable-http
          url: \(rude.door.url)
          sessionConfig: {pingInterval: 300, retryDelay: 200\(auth)}
      log: {file: \(log)}

      """.temporaryFile(suffix: ".yaml")
      browser = try """
      #!/usr/bin/env python3
      import sys, urllib.request
      urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1], timeout=10).read()

      """.temporaryFile(suffix: ".py")
      chmod(browser, 0o700)
    }

    deinit {
      rude.stop()
      for path in [configuration, log, browser] { unlink(path) }
      _ = try? ChildProcess("/bin/rm", ["-rf", stateFolder]).end()
    }

    func start(_ words: [String]) throws -> ChildProcess {
      rude.forgetThePast()
      return try ChildProcess(
        sessiontopBinary, words,
        environment: ["XDG_STATE_HOME": stateFolder, "XDG_CONFIG_HOME": stateFolder, "BROWSER": browser])
    }

    func output(_ words: [String]) throws -> String {
      let program = try start(words)
      try program.end(within: .seconds(60))
      return program.output
    }

    /// What was printed and written must hold none of what either side was ever sent or gave.
    func expectNoSecret(_ output: String, _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
      #expect(!output.isEmpty, "\(what) says nothing", sourceLocation: sourceLocation)
      for secret in rude.state.withLock({ $0.repeated }) {
        #expect(!output.contains(secret), "\(what): \(secret) in \(output)", sourceLocation: sourceLocation)
      }
    }

    func expectNoSecretInLog(sourceLocation: SourceLocation = #_sourceLocation) throws {
      expectNoSecret(try String(contentsOf: log), "the log", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: ["jsonl", "text"])
  func `stay out of all that is said of a sign-in with a browser`(format: String) throws {
    let place = try Place()
    let end = ["--config", place.configuration]
    place.rude.refuse(true)
    for device in [[], ["--device"]] {
      let refused = try place.output(["login", "ledger"] + device + end)
      #expect(refused.contains("invalid_client: you sent •••"), "\(refused)")
      place.expectNoSecret(refused, "login that is refused")
    }
    place.rude.refuse(false)
    place.expectNoSecret(try place.output(["login", "ledger"] + end), "login")
    let watch = try place.start(["watch", "--format", format, "--for", "60s"] + end)
    #expect(
      place.rude.issuer.log.wait(.seconds(30)) { $0.entries.count { $0.request.path == "/token" } >= 7 })
    place.rude.refuse(true)
    try watch.wait(for: "the refusal of a renewal") { $0.contains("invalid_client: you sent") }
    place.rude.shut()
    for words in [["status"], ["status", "--json"]] {
      place.expectNoSecret(try place.output(words + ["--for", "3s"] + end), "\(words)")
    }
    #expect(try watch.stop() == 0)
    place.expectNoSecret(watch.output, "watch")
    for words in [
      ["tokens"], ["tokens", "--json"], ["probe", "ledger"] + end, ["check", place.configuration],
    ] {
      place.expectNoSecret(try place.output(words), "\(words)")
    }
    let out = try place.output(["logout", "ledger"] + end)
    #expect(out.contains("did not take the token back") && out.contains("did not take the registration back"))
    place.expectNoSecret(out, "logout")
    try place.expectNoSecretInLog()
    let echoes = place.rude.state.withLock { $0.echoes }
    #expect(echoes.isSuperset(of: ["/token", "mcp", "/revoke", "/register/1"]), "\(echoes)")
    let kinds = place.rude.state.withLock { $0.repeated }
    for part in [
      "plnt-code", "plnt-device", "plnt-refresh-", "plnt-token-", "plnt-client", "plnt-management",
    ] {
      #expect(kinds.contains { $0.hasPrefix(part) }, "\(part) was never repeated")
    }
  }

  @Test func `stay out of all that is said of a key that signs for a client`() throws {
    let made = try ChildProcess(
      "/usr/bin/env", ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
    try made.end()
    let key = try made.output.temporaryFile(suffix: ".pem")
    defer { unlink(key) }
    let place = try Place(
      auth: ", auth: {grant: client_credentials, clientID: monitor, clientKeyFile: \(key), algorithm: ES256}")
    place.rude.refuse(true)
    let watch = try place.start([
      "watch", "--format", "jsonl", "--for", "60s", "--config", place.configuration,
    ])
    try watch.wait(for: "a refusal") { $0.contains("invalid_client: you sent") }
    let status = try place.output(["status", "--json", "--for", "3s", "--config", place.configuration])
    #expect(try watch.stop() == 0)
    for text in [watch.output, status, try String(contentsOf: place.log)] {
      place.expectNoSecret(text, "client credentials")
      for line in try String(contentsOf: key).split(separator: "\n") where line.count > 30 {
        #expect(!text.contains(line))
      }
    }
    #expect(
      place.rude.state.withLock { $0.repeated }.contains { $0.hasPrefix("ey") }, "no assertion was sent")
  }

  @Test func `stay out of all that is said of tokens that are bound to a key`() throws {
    let place = try Place(bindsTokens: true)
    let end = ["--config", place.configuration]
    place.expectNoSecret(try place.output(["login", "ledger"] + end), "login")
    let watch = try place.start(["watch", "--format", "jsonl", "--for", "60s"] + end)
    try watch.wait(for: "ready") { $0.contains(#""state":"ready""#) }
    place.rude.refuse(true)
    try watch.wait(for: "a refusal") { $0.contains("invalid_client: you sent") }
    #expect(try watch.stop() == 0)
    place.expectNoSecret(watch.output, "watch")
    try place.expectNoSecretInLog()
    let proofs = place.rude.state.withLock { $0.repeated.count { $0.split(separator: ".").count == 3 } }
    #expect(proofs > 1)
  }
}
