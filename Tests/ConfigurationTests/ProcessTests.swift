import TopConfiguration
import MCPSessions
import Testing

/// Servers that are processes: what is started, and who may start it.
@Suite struct `A server that is a process` {
  private let environment = ["PATH": "/usr/bin:/bin", "HOME": "/home/ana", "TOKEN": "tok-1234", "OTHER": "x"]

  @Test func `is started as its owner would start it`() throws {
    let loaded = loadText(
      """
      mcpServers:
        git:
          command: uvx
          args: [mcp-server-git, "--token=${TOKEN}", --repository, .]
          env: {LOG_LEVEL: debug, PATH: /opt/bin, API_KEY: "${TOKEN}"}
          cwd: /srv/code
        near: {command: ./serve, args: []}
      """, environment: environment)
    let git = try #require(loaded.servers[0].process)
    #expect(git.program == "uvx" && git.folder == "/srv/code")
    #expect(
      git.arguments.map(\.revealed) == ["mcp-server-git", "--token=tok-1234", "--repository", "."])
    // What clients hand on, and its own; nothing else of ours.
    #expect(
      git.environment.mapValues(\.revealed) == [
        "HOME": "/home/ana", "PATH": "/opt/bin", "LOG_LEVEL": "debug", "API_KEY": "tok-1234",
      ])
    #expect(git.variables == ["LOG_LEVEL", "PATH", "API_KEY"])
    #expect(CommandReport(loaded.servers[0])?.line == "uvx mcp-server-git --token=••• --repository .")
    #expect(CommandReport(loaded.servers[0])?.download == "mcp-server-git (uvx)")
    #expect(loaded.servers[1].process?.program.hasSuffix("/serve") == true, "beside its file")
    #expect(loaded.servers.map(\.availability) == [.onDemand, .onDemand])
  }

  @Test(
    arguments: [
      ("", [:], [false, true, false, false]), ("stdio: all", [:], [true, true, false, false]),
      ("stdio: manual", [:], [false, true, false, false]),
      ("session: {stdio: true}", [:], [true, true, false, false]),
      ("", ["SESSIONTOP_STDIO": "all"], [true, true, false, false]),
      ("stdio: all", ["SESSIONTOP_STDIO": "manual"], [false, true, false, false]),
    ] as [(String, [String: String], [Bool])])
  func `starts by itself only where somebody allowed that`(
    text: String, variables: [String: String], starts: [Bool]
  ) {
    let loaded = loadText(
      """
      \(text)
      mcpServers:
        plain: {command: a, args: []}
        allowed: {command: a, args: [], sessionConfig: {stdio: true}}
        forbidden: {command: a, args: [], sessionConfig: {stdio: false}}
        asleep: {command: a, args: [], startup: false, sessionConfig: {stdio: true}}
      """, environment: environment.merging(variables) { $1 }, name: "sessiontop.yaml")
    #expect(report(loaded).isEmpty)
    #expect(loaded.servers.map { $0.availability == .automatic } == starts)
  }

  @Test func `is told when its consent is no word`() {
    let loaded = loadText(
      "stdio: yes please\nmcpServers: {}", environment: ["SESSIONTOP_STDIO": "perhaps"],
      name: "sessiontop.yaml")
    #expect(
      report(loaded) == """
        sessiontop.yaml:1:8: error: stdio: must be manual or all; write one of these words
        environment: error: SESSIONTOP_STDIO: must be manual or all; it is ignored now; mend or unset it
        """)
  }

  @Test func `of another program splits its line, and lacks what only an editor has`() {
    let loaded = loadText(
      """
      {"mcpServers": {
        "line": {"command": "npx -y thing --fast"},
        "room": {"command": "node", "args": ["${workspaceFolder}/x.js"]}
      }}
      """, environment: environment, name: "mcp.json")
    #expect(loaded.servers[0].process?.program == "npx")
    #expect(loaded.servers[0].process?.arguments.map(\.revealed) == ["-y", "thing", "--fast"])
    #expect(loaded.servers[1].process != nil)
  }

  @Test func `gets the variables that its entry only names`() throws {
    let loaded = loadText(
      """
      [mcp_servers.a]
      command = "serve"
      env_vars = ["TOKEN", "NOBODY", {name = "OTHER", source = "local"}]
      env = {OTHER = "own"}
      """, environment: environment, name: ".codex/config.toml")
    let process = try #require(loaded.servers.first?.process)
    #expect(process.environment["TOKEN"]?.revealed == "tok-1234" && process.environment["NOBODY"] == nil)
    #expect(process.environment["OTHER"]?.revealed == "own" && process.variables == ["OTHER", "TOKEN"])
    let told = loaded.diagnostics.map(\.description)
    #expect(told.count == 1 && told[0].contains("env_vars: names NOBODY, which is not set"), "\(told)")
  }

  @Test(
    arguments: [
      (["npx", "-y", "@scope/thing@1"], "@scope/thing@1 (npx)"),
      (["/usr/bin/npx", "--package", "other", "thing"], "other (npx)"),
      (["uv", "tool", "run", "--python", "3.12", "thing"], "thing (uv tool run)"),
      (["docker", "run", "-i", "--rm", "-e", "TOKEN", "ghcr.io/x/y:1"], "ghcr.io/x/y:1 (docker run)"),
      (["docker", "ps"], nil), (["node", "server.js"], nil), (["npx"], nil), (["npx", "-y"], nil),
      (["uvx", ""], nil), (["uvx", "--from="], nil), (["npx", "-p", ""], nil),
    ] as [([String], String?)])
  func `says what it may download`(words: [String], download: String?) {
    let server = Server(
      name: "a", transport: .stdio, endpoint: nil,
      process: ServerProcess(program: words[0], arguments: words.dropFirst().map(Secret.init)))
    #expect(CommandReport(server)?.download?.text == download)
  }
}
