import Glibc
import TopTestFolders
import Testing

/// What scripts read of a configuration.
@Suite struct `Checking` {
  private static let text = """
    mcpServers:
      ledger:
        type: streamable-http
        url: https://user:pw@ledger.example.com/mcp?key=${LEDGER_KEY}
        headers: {Authorization: "Bearer ${LEDGER_TOKEN}", X-Team: ops}
        sessionConfig: {timeout: 7200000}
      jira: {type: streamableHttp, url: "http://127.0.0.1:1/"}
      git: {command: /bin/sh, args: [-c, "exit"]}
    """

  private func run(_ arguments: [String], _ text: String = text) throws -> (output: String, exit: Int32) {
    let path = try text.temporaryFile(suffix: ".yaml")
    defer { unlink(path) }
    let program = try ChildProcess(
      sessiontopBinary, arguments.map { $0 == "FILE" ? path : $0 },
      environment: ["LEDGER_KEY": "key-1234", "LEDGER_TOKEN": "token-1234", "MCP_SESSION_RETRY_DELAY": "500"])
    let exit = try program.end()
    return (program.output.replacing(path, with: "FILE"), exit)
  }

  @Test func `as JSON gives servers in their order and every problem`() throws {
    let result = try run(["check", "FILE", "--json"])
    #expect(
      result.output == """
        {"v":1,"servers":[{"name":"ledger","transport":"streamable-http","usable":true,"monitored":true},\
        {"name":"jira","transport":"streamable-http","usable":false,"monitored":false},\
        {"name":"git","transport":"stdio","usable":true,"monitored":true,"command":{"line":"/bin/sh -c exit","path":"/bin/sh"}}],\
        "problems":[{"file":"FILE","line":7,"column":16,"severity":"error","path":"mcpServers.jira.type",\
        "message":"must be streamable-http, http, sse, websocket or stdio",\
        "remedy":"did you mean streamable-http? (LibreChat refuses the whole file)"}],\
        "files":[{"file":"FILE","owner":"LibreChat","servers":3}]}

        """)
    #expect(result.exit == 1)
  }

  @Test func `shows what is in force for a server and where it comes from`() throws {
    let good = Self.text.replacing("streamableHttp", with: "http")
    let shown = try run(["check", "FILE", "--show", "ledger"], good)
    #expect(
      shown.output == """
        type                       streamable-http                         FILE:3
        startup                    true                                    default
        timeout                    none                                    default
        initTimeout                none                                    default
        sseReadTimeout             none                                    default
        url                        https://ledger.example.com/mcp?key=•••  FILE:4, environment LEDGER_KEY
        headers.Authorization      •••                                     FILE:5, environment LEDGER_TOKEN
        headers.X-Team             •••                                     FILE:5
        session.timeout            7200000                                 FILE:6
        session.retryAttempts      3                                       default
        session.retryDelay         500                                     environment MCP_SESSION_RETRY_DELAY
        session.pingInterval       30000                                   default
        session.listEvery          10                                      default
        session.slow               2000                                    default
        session.stream             true                                    default
        session.wire               auto                                    default
        session.stdio              false                                   default
        session.terminateURL       none                                    default
        session.caFile             none                                    default
        session.clientCertificate  none                                    default
        session.clientKey          none                                    default

        """)
    #expect(shown.exit == 0)
    let json = try run(["check", "FILE", "--show", "ledger", "--json"], good)
    #expect(
      json.output.hasPrefix(
        #"{"name":"ledger","settings":[{"name":"type","value":"streamable-http","origin":"FILE:3"},"#))
    #expect(json.output.contains(#"{"name":"session.timeout","value":7200000,"origin":"FILE:6"}"#))
    #expect(json.output.contains(#"{"name":"timeout","value":null,"origin":"default"}"#))
    #expect(json.output.contains(#"{"name":"startup","value":true,"origin":"default"}"#))
    #expect(json.exit == 0)
  }

  @Test func `names the server that was meant`() throws {
    let result = try run(["check", "FILE", "--show", "legder"])
    #expect(
      result.output.hasSuffix("there is no server 'legder' in the configuration; did you mean ledger?\n"))
    #expect(result.exit == 2)
  }

  @Test func `accepts the file that settings prints`() throws {
    let printed = try ChildProcess(sessiontopBinary, ["settings", "--default"])
    #expect(try printed.end() == 0)
    let result = try run(["check", "FILE"], printed.output)
    #expect(result.output == "FILE: a file of sessiontop, 0 servers\nno servers\n")
    #expect(result.exit == 0)
    let effective = try run(["settings", "--effective", "--config", "FILE"], printed.output)
    #expect(effective.output.contains(/session\.retryDelay +500 +environment MCP_SESSION_RETRY_DELAY\n/))
    #expect(effective.output.contains(/ui\.theme +default +FILE:\d+\n/))
    #expect(effective.exit == 0)
  }

  @Test func `is done of what a user has, found by itself`() throws {
    let home = TemporaryFolder()
    for folder in [".cursor", ".codex"] { mkdir("\(home.path)/\(folder)", 0o700) }
    try #"{"mcpServers": {"a": {"url": "http://127.0.0.1:1/"}, "b": {"command": "npx"}}}"#
      .write(to: "\(home.path)/.cursor/mcp.json")
    try "[mcp_servers.a]\nurl = \"http://127.0.0.1:2/\"\n".write(to: "\(home.path)/.codex/config.toml")
    let environment = ["HOME": home.path, "XDG_CONFIG_HOME": "\(home.path)/.config"]
    func run(_ arguments: [String]) throws -> (output: String, exit: Int32) {
      let program = try ChildProcess(sessiontopBinary, arguments, environment: environment)
      let exit = try program.end()
      return (program.output.replacing(home.path, with: "HOME"), exit)
    }
    let listed = try run(["files"])
    #expect(listed.output.contains("HOME/.cursor/mcp.json: Cursor, 2 servers (1 streamable-http, 1 stdio)\n"))
    #expect(listed.output.contains("HOME/.codex/config.toml: Codex, 1 server (1 streamable-http)\n"))
    #expect(listed.exit == 0)
    #expect(
      try run(["files", "--json"]).output.contains(#""file":"HOME/.codex/config.toml","owner":"Codex""#))
    let opened = try run(["check", "--found"])
    #expect(opened.output.contains(".cursor/mcp.json/a: streamable-http, monitored\n"), "\(opened.output)")
    #expect(opened.output.contains(".codex/config.toml/a: streamable-http, monitored\n"))
    #expect(opened.exit == 0)
    let plain = try run(["--plain"])
    #expect(plain.output.contains("found HOME/.cursor/mcp.json: Cursor"), "\(plain.output)")
    #expect(plain.output.contains("`sessiontop --found`"))
    #expect(plain.exit == 3)
  }

  @Test func `tells the name that stands in two files`() throws {
    let other = try "mcpServers: {ledger: {type: http, url: 'http://127.0.0.1:1/'}}\n".temporaryFile(
      suffix: ".yaml")
    defer { unlink(other) }
    let result = try run(["check", "FILE", "--config", other])
    #expect(
      result.output.replacing(other, with: "OTHER").contains(
        "OTHER:1:14: error: mcpServers.ledger: the name stands at FILE:2 already; rename or remove one of the two"
      ))
    #expect(result.exit == 1)
  }
}
