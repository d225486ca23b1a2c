import Glibc
import LoopbackServers
import Synchronization
import Testing

/// A program that follows every redirect, a configuration, and a place for what is kept.
final class RudePlace {
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

  /// With another state folder nothing may be kept.
  func start(_ words: [String], stateFolder folder: String? = nil) throws -> ChildProcess {
    rude.forgetThePast()
    return try ChildProcess(
      sessiontopBinary, words,
      environment: [
        "XDG_STATE_HOME": folder ?? stateFolder, "XDG_CONFIG_HOME": stateFolder, "BROWSER": browser,
      ])
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
