import Glibc
import LoopbackServers
import Synchronization
import Testing

/// Everything that a sign-in knows and nobody else is to see, repeated by whoever was sent it.
@Suite(.serialized) struct `Secrets of a sign-in` {
  @Test(arguments: ["jsonl", "text"])
  func `stay out of all that is said of a sign-in with a browser`(format: String) throws {
    let place = try RudePlace()
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
    let place = try RudePlace(
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
    let place = try RudePlace(bindsTokens: true)
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
