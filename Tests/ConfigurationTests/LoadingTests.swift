import TopConfiguration
import TopDisplay
import Glibc
import MCPSessions
import TopTestFolders
import Testing

struct LoadingTests {
  private static let one = "mcpServers: {NAME: {type: http, url: 'http://h/'}}\n"

  private func servers(_ name: String) -> String { Self.one.replacing("NAME", with: name) }

  @Test func `Flags win over the variable, it over the home folder, that over librechat yaml here`() {
    let folder = TemporaryFolder()
    folder.write(servers("flag"), to: "flag.yaml")
    folder.write(servers("variable"), to: "variable.yaml")
    folder.write(servers("home"), to: "xdg/sessiontop/sessiontop.yaml")
    folder.write(servers("here"), to: "librechat.yaml")
    let home = ["XDG_CONFIG_HOME": "\(folder.path)/xdg"]
    func names(_ paths: [String], _ environment: [String: String]) -> [String] {
      loadConfiguration(paths: paths, environment: environment, currentDirectory: folder.path).servers.map(
        \.name)
    }
    let variable = home.merging(["SESSIONTOP_CONFIG": "variable.yaml"]) { $1 }
    #expect(names(["flag.yaml", "variable.yaml"], variable) == ["flag", "variable"])
    #expect(names([], variable) == ["variable"])
    #expect(names([], home) == ["home"])
    #expect(names([], [:]) == ["here"])
  }

  @Test func `Two names that only look the same are two servers`() {
    let loaded = loadText(
      "mcpServers:\n  \"caf\u{E9}\": {type: http, url: 'http://h.example.org/a'}\n"
        + "  \"cafe\u{301}\": {type: http, url: 'http://h.example.org/b'}\n", name: "sessiontop.yaml")
    #expect(loaded.servers.map(\.name.utf8.count) == [5, 6])
    #expect(loaded.servers.allSatisfy { $0.availability == .automatic })
  }

  @Test func `Files that cannot be used get one clear line each`() {
    let folder = TemporaryFolder()
    folder.write("", to: "empty.yaml")
    folder.write("- a\n", to: "list.yaml")
    folder.write("mcpServer: {}\n", to: "slip.yaml")
    folder.write("version: 1.2\nmcpServers:\n", to: "null.yaml")
    folder.write("endpoints: {}\n", to: "none.yaml")
    folder.write([0x61, 0xFF], to: "latin.yaml")
    folder.write([UInt8](repeating: 0x23, count: 16 * 1_024 * 1_024 + 1), to: "large.yaml")
    func lines(_ names: String...) -> [String] {
      loadConfiguration(paths: names, environment: [:], currentDirectory: folder.path).diagnostics.map(
        \.description)
    }
    #expect(lines("gone.yaml") == ["gone.yaml: error: does not exist; check the path"])
    #expect(lines(".") == [".: error: is a directory; name a file in it"])
    #expect(lines("/dev/null") == ["/dev/null: error: is no ordinary file; name a file"])
    #expect(lines("empty.yaml") == ["empty.yaml: error: is empty; add 'mcpServers:' with your servers"])
    #expect(
      lines("list.yaml") == [
        "list.yaml:1:1: error: holds a list, not sections; a configuration starts with 'mcpServers:'"
      ])
    #expect(
      lines("slip.yaml") == [
        "slip.yaml:1:1: error: mcpServer: unknown section, so no servers are read; did you mean mcpServers?"
      ])
    #expect(
      lines("null.yaml") == [
        "null.yaml:1:10: warning: version: must be text, not a number; put it in quotes (LibreChat refuses the whole "
          + "file)",
        "null.yaml:2:1: error: mcpServers: is empty; write the servers below it, or 'mcpServers: {}' (LibreChat refuses "
          + "the whole file)",
      ])
    #expect(
      lines("none.yaml") == [
        "none.yaml:1:1: warning: version: is missing; add it in quotes (LibreChat refuses the whole file)",
        "none.yaml:1:1: error: holds no servers; add 'mcpServers:' with at least one server, or name another file",
      ])
    #expect(
      lines("latin.yaml") == ["latin.yaml:1:2: error: the bytes here are not UTF-8; save the file as UTF-8"])
    #expect(lines("large.yaml") == ["large.yaml: error: is larger than 16 MB; is this the right file?"])
    #expect(
      loadConfiguration(paths: [], environment: ["HOME": "/nowhere"], currentDirectory: "/proc").diagnostics
        .map(\.description) == [
          "configuration: error: none is found; name one with --config FILE, or try `sessiontop demo`; tried "
            + "/nowhere/.config/sessiontop/sessiontop.yaml and librechat.yaml"
        ])
  }

  @Test func `A name that stands for two servers is wrong at both places`() {
    let folder = TemporaryFolder()
    folder.write(servers("a"), to: "one.yaml")
    folder.write(
      "mcpServers:\n  a: {type: http, url: 'http://other/'}\n  b: {type: http, url: 'http://h/'}\n",
      to: "two.yaml")
    let loaded = loadConfiguration(
      paths: ["one.yaml", "two.yaml"], environment: [:], currentDirectory: folder.path)
    #expect(
      report(loaded)
        == "two.yaml:2:3: error: mcpServers.a: the name stands at one.yaml:1 already; rename or remove one of the two"
    )
    #expect(
      loaded.servers.map(\.availability) == [
        .broken("the name stands at one.yaml:1 and at two.yaml:2; rename or remove one of the two"),
        .automatic,
      ])
  }

  @Test func `Our own file names others, relative to itself`() {
    let folder = TemporaryFolder()
    folder.write(
      """
      files: [../librechat.yaml, .mcp.json]
      session: {timeout: 5000}
      ui: {theme: dark, refresh: 500, readOnly: true, ascii: true, bell: true, colour: x}
      log: {file: "${STATE}/events", keep: 2}
      metrics: {listen: "127.0.0.1:9464"}
      limits: {connecting: 8, initializePerSecond: 20, events: 500}
      """, to: "etc/sessiontop.yaml")
    folder.write(servers("libre"), to: "librechat.yaml")
    folder.write(
      """
      {
      \t"mcpServers": {
      \t\t"desk": {"type": "http", "url": "https://${DESK_HOST:-desk.example.com}/mcp", "disabled": false},
      \t\t"tool": {"command": "npx", "env": {"A": "b"}}
      \t}
      }
      """, to: "etc/.mcp.json")
    let loaded = loadConfiguration(
      paths: ["etc/sessiontop.yaml"], environment: ["STATE": "/var/lib"], currentDirectory: folder.path)
    #expect(
      report(loaded) == "etc/sessiontop.yaml:3:74: warning: ui.colour: unknown key, nothing reads it")
    #expect(loaded.files == ["etc/sessiontop.yaml", "etc/../librechat.yaml", "etc/.mcp.json"])
    #expect(loaded.servers.map(\.name) == ["libre", "desk", "tool"])
    #expect(loaded.servers[1].endpoint?.display == "https://desk.example.com/mcp")
    #expect(loaded.servers.map(\.settings.timeout) == [.seconds(5), .seconds(5), .seconds(5)])
    #expect(loaded.ui.theme == "dark" && loaded.ui.glyphs == .ascii && loaded.ui.readOnly && loaded.ui.bell)
    #expect(loaded.ui.refresh == .milliseconds(500))
    #expect(loaded.settings.log.file == "/var/lib/events" && loaded.settings.log.keep == 2)
    #expect(loaded.settings.metrics.listen == "127.0.0.1:9464")
    #expect(
      loaded.limits.connecting == 8 && loaded.limits.initializePerSecond == 20 && loaded.limits.events == 500)
  }

  @Test func `Comments, trailing commas and surrogate pairs of JSON are read, and keep their places`() {
    let loaded = loadText(
      """
      // whose servers
      {
        /* three
           lines */
        "mcpServers": {
          "a": {"type": "http", "url": "https://h//x", "name": "\\ud83d\\ude00"}, // first
          "b": {"type": "http", "url": "nowhere",},
        }
      }
      """, name: ".mcp.json")
    #expect(
      report(loaded) == """
        .mcp.json:1:1: notice: a comment, which JSON has not, and 2 more; Claude Code does not take it; remove it
        .mcp.json:7:34: error: mcpServers.b.url: has no scheme; start it with https:// or http://
        .mcp.json:7:43: notice: a comma behind the last value, and 1 more; Claude Code does not take it; remove it
        """)
    #expect(loaded.servers.map(\.endpoint?.display) == ["https://h//x", nil])
  }

  @Test(arguments: ["\\ud800", "\\udc00", "\\ud83d\\ud83d", "\\ud83d\\n", "\\uDE00\\uD83D"])
  func `Half of a character spoils no more than itself`(half: String) {
    let loaded = loadText(
      #"{"mcpServers": {"odd": {"type": "http", "url": "https://h/mcp", "title": "\#(half)"}, "#
        + #""ok": {"type": "http", "url": "https://h/ok"}}}"#, name: ".mcp.json")
    #expect(loaded.servers.map(\.name) == ["odd", "ok"] && loaded.servers.allSatisfy { $0.endpoint != nil })
    let told = report(loaded)
    #expect(told.contains(".mcp.json:1:75: warning: half of a character"), "\(told)")
    #expect(told.contains("or both of its halves") && !told.contains("error"), "\(told)")
  }

  @Test(arguments: ["1e5", "1E+5", "-1.5e-3", "5000"])
  func `A number is no name without quotes`(number: String) {
    let loaded = loadText(
      #"{"mcpServers": {"a": {"type": "http", "url": "https://h/mcp", "priority": \#(number)}}}"#,
      name: ".mcp.json")
    #expect(!report(loaded).contains("quotes") && loaded.servers.count == 1, "\(report(loaded))")
  }

  @Test(arguments: ["5abc", "1e", "0x10", "1e5x", "-inf"])
  func `What only begins as a number is a name without quotes`(value: String) {
    let loaded = loadText(
      #"{"mcpServers": {"a": {"type": "http", "url": "https://h/mcp", "priority": \#(value)}}}"#,
      name: ".mcp.json")
    #expect(report(loaded).contains("a name without quotes"), "\(report(loaded))")
  }

  @Test func `Servers that LibreChat would not connect to are told, and watched all the same`() {
    let loaded = loadText(
      """
      version: "1.3.0"
      mcpSettings: {allowedDomains: [a.example, "*.b.example", "https://c.example:8443"], allowedHosts: []}
      mcpServers:
        exact: {type: http, url: "http://A.example:81/"}
        suffix: {type: http, url: "https://x.b.example/"}
        other: {type: http, url: "https://d.example/"}
        port: {type: http, url: "https://c.example:8443/"}
        scheme: {type: http, url: "http://c.example:8443/"}
      """)
    #expect(
      report(loaded) == """
        librechat.yaml:2:85: warning: mcpSettings.allowedHosts: unknown key, LibreChat drops it unread
        librechat.yaml:6:3: error: mcpServers.other: LibreChat refuses this server, its host is not in \
        mcpSettings.allowedDomains; add '- "d.example"' to mcpSettings.allowedDomains
        librechat.yaml:8:3: error: mcpServers.scheme: LibreChat refuses this server, line 2 allows its host with \
        another scheme or port; add '- "c.example"' to mcpSettings.allowedDomains
        """)
    #expect(loaded.servers.allSatisfy { $0.availability == .automatic })
  }

  @Test func `A text that LibreChat cannot read, or would refuse, says so, and no other does`() {
    #expect(
      report(loadText("mcpServers:\n  a: {url: 1\n"))
        == "librechat.yaml:2:6: error: the '{' that opens here is never closed; add '}'; is the file cut off? "
        + "(LibreChat starts with no configuration at all)")
    #expect(
      report(loadText("{\"mcpServers\": {\"a\": [\n", name: ".mcp.json"))
        == ".mcp.json:1:22: error: the '[' that opens here is never closed; add ']'; is the file cut off?")
    #expect(
      report(loadText("version: '1.3.0'\nendpoint: {}\nmcpServers: {}\n"))
        == "librechat.yaml:2:1: warning: endpoint: unknown section, LibreChat refuses the whole file; did you mean "
        + "endpoints?")
  }

  @Test func `A VS Code file opens, and what it asks a person for is named`() {
    let loaded = loadText(
      """
      {
        "inputs": [{"id": "desk-key", "type": "promptString", "password": true}],
        "servers": {
          "asks": {"url": "https://h/mcp", "headers": {"Authorization": "Bearer ${input:desk-key}"}},
          "knows": {"type": "http", "url": "https://h/${env:TEAM}/mcp"},
          "lacks": {"type": "http", "url": "https://h/${env:NOBODY}/mcp"},
          "runs": {"type": "stdio", "command": "npx", "args": ["-y"], "envFile": ".env"}
        }
      }
      """, environment: ["TEAM": "ops"], name: "mcp.json")
    #expect(
      report(loaded)
        == "mcp.json:6:38: error: servers.lacks.url: the variable NOBODY is not set; set it in the environment"
    )
    #expect(
      loaded.servers.map(\.availability) == [
        .unmonitored("needs values that only VS Code has: desk-key"), .automatic,
        .broken("url: the variable NOBODY is not set; set it in the environment"),
        .onDemand,
      ])
    #expect(loaded.servers[1].endpoint?.url.revealed == "https://h/ops/mcp")
  }

  @Test(arguments: [
    (["MCP_SESSION_DEBUG": "true", "LOG_LEVEL": "error"], EventLevel.debug, ""),
    (["LOG_LEVEL": "warn"], .warning, ""), ([:], .info, ""),
    (
      ["LOG_LEVEL": "debgu"], .info,
      "environment: error: LOG_LEVEL: must be debug, info, warn or error; did you mean debug? info is used now"
    ),
  ])
  func `The log's level comes from the environment`(
    environment: [String: String], level: EventLevel, problem: String
  ) {
    let loaded = loadText(servers("a"), environment: environment)
    #expect(loaded.logLevel == level)
    #expect(report(loaded) == problem)
  }
}
