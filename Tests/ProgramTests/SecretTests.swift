import Glibc
import LoopbackServers
import Testing

/// Secrets are planted wherever people keep them, and in places where they slip to; no output may hold one.
@Suite(.serialized) struct `Secrets` {
  /// Each planted value holds this word and is in no message of the program.
  private static let word = "plnt"

  private static let variables = [
    "TOKEN": "\(word)-variable-1", "PATH_KEY": "\(word)-variable-2", "QUERY": "\(word)-variable-3",
    "SECRET_FILE": "/tmp/\(word)-variable-4", "SESSIONTOP_REFRESH": "\(word)-variable-5",
    "MCP_SESSION_TIMEOUT": "\(word)-variable-6", "SESSIONTOP_METRICS_LISTEN": "\(word)-variable-7",
    "LOG_LEVEL": "\(word)-variable-8", "BREAK": "a\n\(word)-variable-9", "WIDE": "\(word)-変数",
  ]

  /// Entries that work, and entries with something wrong exactly where a secret stands.
  private static func servers(_ live: String, _ dead: String) -> String {
    """
    mcpServers:
      live:
        type: http
        url: \(live)?key=${QUERY}&plain=plnt-query
        headers: {Authorization: "Bearer ${TOKEN}", X-Api-Key: plnt-header, Cookie: "s=plnt-cookie"}
      dead: {type: http, url: "http://plnt-user:plnt-password@\(dead)/${PATH_KEY}/mcp"}
      key: {type: http, url: "http://\(dead)/", apiKey: {source: admin, authorization_type: custom, key: plnt-key}}
      user: {type: http, url: "http://\(dead)/{{PAT}}", headers: {X-Pat: "{{PAT}}"}}
      oauth: {type: http, url: "http://\(dead)/", oauth: {client_secret: plnt-oauth, plnt_slip: x}, requiresOAuth: true}
      proxy: {type: http, url: "http://\(dead)/", proxy: "ftp://plnt-proxy:plnt-proxy@h"}
      run: {command: "run plnt-command", args: [--token, plnt-arg], env: {TOKEN: plnt-env}, stderr: plnt-stderr}
      glued: {command: run, args: [--env=X=plnt-set, -eTOK=plnt-glued, -pplnt-pw, -H, "X-Org: plnt-org",
        "https://h/mcp;t=plnt-parameter/key=plnt-path", '{"a": {"token": "two plnt-words"}}', env, B=plnt-env]}
      list: {type: http, url: "http://h/", headers: {Authorization: [plnt-list], X-B: {plnt-map: x}}}
      space: {type: http, url: "http://h/ plnt-space"}
      port: {type: http, url: "http://h:plnt-port/"}
      scheme: {type: http, url: "plnt-scheme://h/"}
      broken: {type: http, url: "http://h/", headers: {X-A: "${BREAK}", X-W: "${WIDE}", X-C: "${plnt-name}"}}
      kind: {type: plnt-type, url: "http://h/"}
      number: {type: http, url: "http://h/", timeout: plnt-timeout, startup: plnt-startup}
      policy: {type: http, url: "http://h/", sessionConfig: {terminateURL: "http://h/?plnt-terminate", timeout: plnt}}
      slip: {type: http, url: "http://h/", headers: {Bearer plnt-slip-key-that-lost-its-colon}}
      plnt-text: plnt-text
      twice: {type: http, url: "http://h/?a=plnt-twice", url: "http://h/?a=plnt-again"}
    session: {terminateURL: "https://h/end?k=plnt-session"}
    users: [{id: ana, variables: {PAT: "plnt-pat"}}, {id: ben, variables: {PAT: "${NOWHERE}plnt-ben"}}]
    log: {file: "${SECRET_FILE}"}
    """
  }

  private func expectNoSecret(
    _ output: String, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(!output.isEmpty, "\(what) says nothing", sourceLocation: sourceLocation)
    for line in output.split(separator: "\n") where line.contains(Self.word) {
      // What the operator chose as names of servers, users, keys and files is no secret.
      let rest = line.replacing("plnt-text", with: "").replacing("/tmp/plnt-variable-4", with: "")
        .replacing("plnt_slip", with: "").replacing("plnt-map", with: "")
      #expect(!rest.contains(Self.word), "\(what): \(line)", sourceLocation: sourceLocation)
    }
  }

  private func output(_ arguments: [String]) throws -> String {
    let program = try ChildProcess(sessiontopBinary, arguments, environment: Self.variables)
    try program.end()
    return program.output
  }

  @Test func `stay out of what check, settings and status print`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let path = try Self.servers(server.url, "127.0.0.1:1").temporaryFile(suffix: ".yaml")
    defer { unlink(path) }
    let plain = try output(["check", path])
    expectNoSecret(plain, "check")
    #expect(plain.contains("live: streamable-http, monitored"), "\(plain)")
    let json = try output(["check", path, "--json"])
    expectNoSecret(json, "check --json")
    #expect(json.hasPrefix(#"{"v":1,"servers":[{"name":"live","transport":"streamable-http","usable":true,"#))
    for name in [
      "live", "dead", "key", "user", "oauth", "proxy", "run", "glued", "policy", "broken", "nobody",
    ] {
      expectNoSecret(try output(["check", path, "--show", name]), "check --show \(name)")
      expectNoSecret(try output(["check", path, "--show", name, "--json"]), "check --show \(name) --json")
    }
    expectNoSecret(try output(["settings", "--effective", "--config", path]), "settings")
    expectNoSecret(try output(["settings", "--effective", "--json", "--config", path]), "settings --json")
    expectNoSecret(try output(["status", "--config", path, "--for", "3s"]), "status")
    expectNoSecret(try output(["status", "--json", "--config", path, "--for", "3s"]), "status --json")
  }

  @Test(arguments: ["text", "jsonl"])
  func `stay out of what watch tells, even where a server echoes them`(format: String) throws {
    let server = try LoopbackServer.start(script: { request, peer in
      // The rudest of servers: it refuses, and repeats all that it was sent.
      let echo = request.headers.map { "\($0.name): \($0.value)" }.joined(separator: " ")
      return .json("\(request.target) \(echo)", status: 500)
    })
    defer { server.stop() }
    let path = try Self.servers(server.url, "127.0.0.1:1").temporaryFile(suffix: ".yaml")
    defer { unlink(path) }
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", format, "--config", path, "--for", "60s"],
      environment: Self.variables)
    #expect(server.log.wait { !$0.requests("initialize").isEmpty })
    try program.wait(for: "errors") { $0.contains("connect_refused") && $0.contains("http_error") }
    let broken = try (Self.servers(server.url, "127.0.0.1:1") + "\n\"plnt-syntax: {plnt-syntax\n")
      .temporaryFile(suffix: ".yaml")
    #expect(rename(broken, path) == 0)
    try program.wait(for: "the problem") { $0.contains("Configuration not reloaded") }
    #expect(try program.stop() == 0)
    expectNoSecret(program.output, "watch")
  }

  @Test(arguments: [
    "mcpServers:\n  a: {headers: {Authorization: \"Bearer plnt-1\n",
    "mcpServers:\n  a:\n    headers:\n      Authorization plnt-2\n      X: y\n",
    "mcpServers:\n  a:\n\theaders: plnt-3\n", "mcpServers:\n  a: &plnt-4 *plnt-5\n",
    "mcpServers:\n  a: !plnt-6 plnt-7\n", "mcpServers:\n  a: @plnt-8\n", "plnt-9", "- plnt-10\n",
    "%plnt-11\n",
    "mcpServers: plnt-12\n", "mcpServers:\n  a: plnt-13: plnt-14\n", "mcpServer: {a: {key: plnt-15}}\n",
    "{\"mcpServers\": {\"a\": {\"url\": \"http://h/?plnt-16\", \"env\": {\"K\": plnt-17]}}}",
    "Bearer plnt-18 is no key: x\nmcpServers: {}\n", "mcpServers:\n  a: 'plnt-19\n  b: 'plnt-20'\n",
  ])
  func `stay out of what is said of a text that cannot be read`(text: String) throws {
    let path = try text.temporaryFile(suffix: ".yaml")
    defer { unlink(path) }
    expectNoSecret(try output(["check", path]), "check")
    expectNoSecret(try output(["check", path, "--json"]), "check --json")
    expectNoSecret(try output(["watch", "--config", path, "--for", "1s"]), "watch")
  }
}
