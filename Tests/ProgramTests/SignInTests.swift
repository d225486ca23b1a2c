import Glibc
import Testing

/// A server of the official package, and an issuer that is a product of its own and knows nothing of MCP.
@Suite(.serialized, .enabled(if: PythonIssuer.isThere, "the registry of Python packages is away"))
struct `A server behind the issuer of somebody else` {
  /// How long tokens of five seconds are watched; three minutes before a release.
  private static let span = getenv("SIGN_IN_SECONDS").flatMap { Int(String(cString: $0)) } ?? 20

  @Test func `is signed in to by a code, and two programs share what renews its tokens of five seconds`()
    throws
  {
    let place = try Place(lifetime: 5)
    let login = try place.run(["login", "ledger"])
    #expect(try login.end() == 0, "\(login.output)")
    #expect(login.output.contains("signed in at \(place.issuer.address), good for files:read"))
    let watches = try (0..<2).map { _ in
      try place.run(["watch", "--format", "jsonl", "--for", "\(Self.span)s"])
    }
    for watch in watches {
      try watch.wait(for: "its end", within: .seconds(Self.span + 30)) {
        place.hear()
        return $0.contains(#""type":"snapshot""#)
      }
      #expect(try watch.end(within: .seconds(Self.span + 30)) == 0)
      let lines = watch.output.split(separator: "\n")
      #expect(lines.count { $0.contains(#""event":"session_created""#) } == 1)
      #expect(!watch.output.contains(#""event":"session_error""#))
      #expect(!watch.output.contains(#""event":"sign_in_needed""#))
    }
    let renewals = watches.map { $0.output.split(separator: "\n").count { $0.contains("token_renewed") } }
    let log = try place.issuer.stop()
    let asked = log.split(separator: "\n").count { $0.contains("POST /token") } - 1
    #expect(asked >= Self.span / 5 && asked <= Self.span / 2, "\(asked) by \(renewals)")
    #expect(log.split(separator: "\n").count { $0.contains("GET /authorize") } == 1, "one browser")
    #expect(!log.contains("a refresh token was used twice") && !log.contains(#"" 400 -"#))
  }

  @Test func `is signed in to by a code that is typed elsewhere, and leaves nothing behind`() throws {
    let place = try Place(lifetime: 60)
    let login = try place.run(["login", "ledger", "--device"])
    #expect(try login.end() == 0, "\(login.output)")
    #expect(login.output.contains(try Regex("and type the code [A-Z]{4}-[A-Z]{4}")))
    let status = try place.run(["status", "--for", "10s"])
    #expect(try status.end() == 0, "\(status.output)")
    let logout = try place.run(["logout", "ledger"])
    #expect(try logout.end() == 0)
    #expect(
      logout.output.contains(
        "signed out; the registration at \(place.issuer.address) is forgotten; the issuer took the token back; "
          + "the issuer took the registration back"), "\(logout.output)")
    #expect(try place.kept().allSatisfy { $0.hasSuffix(".lock") })
    let again = try place.run(["logout", "ledger"])
    #expect(try again.end() == 0 && again.output.contains("no sign-in is held here"))
    let log = try place.issuer.stop()
    for line in ["POST /device", "GET /go", "POST /revoke HTTP/1.1\" 200", "DELETE /register/"] {
      #expect(log.contains(line), "\(line)")
    }
    #expect(log.contains(try Regex("DELETE /register/[A-Za-z0-9]+ HTTP/1.1.*\" 204")))
    #expect(!log.contains("GET /authorize"))
  }

  @Test func `that ends its tokens is told of, and no browser is opened for it`() throws {
    let place = try Place(lifetime: 60)
    let login = try place.run(["login", "ledger"])
    #expect(try login.end() == 0, "\(login.output)")
    let watch = try place.run(["watch", "--format", "jsonl", "--for", "60s"])
    try watch.wait(for: "ready") { $0.contains(#""state":"ready""#) }
    try place.issuer.endTokens()
    try watch.wait(for: "a person") { $0.contains(#""event":"sign_in_needed""#) }
    try watch.wait(for: "the state") { $0.contains(#""state":"unauthorized""#) }
    let again = try place.run(["login", "ledger"])
    #expect(try again.end() == 0, "\(again.output)")
    try watch.wait(for: "what another program signed in to") { $0.contains(#""event":"recovery_succeeded""#) }
    #expect(try watch.stop() == 0)
    #expect(watch.output.split(separator: "\n").count { $0.contains(#""event":"session_created""#) } == 1)
    let log = try place.issuer.stop()
    #expect(log.split(separator: "\n").count { $0.contains("GET /authorize") } == 2)
  }
}

/// An issuer, a server that asks it, and a place for what a program keeps.
private final class Place {
  let issuer: PythonIssuer
  private let server: PythonServer
  private let browser: String

  init(lifetime: Int) throws {
    issuer = try PythonIssuer(lifetime: lifetime)
    server = try PythonServer(PythonIssuer.packages, ["--issuer", issuer.address])
    browser = try """
    #!/usr/bin/env python3
    import sys, urllib.request
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1], timeout=10).read()

    """.temporaryFile(suffix: ".py")
    chmod(browser, 0o700)
  }

  deinit {
    unlink(browser)
  }

  /// Lets both servers go on speaking.
  func hear() {
    issuer.hear()
    server.hear()
  }

  func run(_ words: [String]) throws -> ChildProcess {
    try ChildProcess(
      sessiontopBinary, words + ["--config", server.configuration],
      environment: [
        "XDG_STATE_HOME": server.stateFolder, "XDG_CONFIG_HOME": server.stateFolder, "BROWSER": browser,
      ])
  }

  /// The files of sign-ins.
  func kept() throws -> [String] {
    let list = try ChildProcess("/bin/ls", [server.stateFolder + "/sessiontop/credentials"])
    guard try list.end() == 0 else { throw ChildProcess.Failure(description: list.output) }
    return list.output.split(separator: "\n").map(String.init)
  }
}
