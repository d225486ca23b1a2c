// Long because it is one table: a whole file of each program with what must be said of it.

import TopConfiguration
import MCPSessions
import TopTestFolders
import Testing

/// A file of another program: what is said of it, and what becomes of its servers.
struct OwnedFile: Sendable, CustomTestStringConvertible {
  let what: String
  var name = "servers.json"
  let text: String
  var environment: [String: String] = [:]
  let owner: String
  /// Diagnostics without the file's name.
  var told = ""
  /// `name: transport, verdict` of each server.
  let servers: String
  var testDescription: String { what }

  func check(sourceLocation: SourceLocation = #_sourceLocation) {
    let loaded = loadText(text, environment: environment, name: name)
    #expect(loaded.sources.map(\.owner) == [owner], sourceLocation: sourceLocation)
    #expect(report(loaded).replacing("\(name):", with: "") == told, sourceLocation: sourceLocation)
    let words = loaded.servers.map { server in
      let verdict =
        switch server.availability {
        case .automatic: server.note.map { "watched (\($0))" } ?? "watched"
        case .onDemand: "on demand"
        case .switchedOff(let why): "on demand, \(why)"
        case .unmonitored(let why): "not watched, \(why)"
        case .broken(let why): "broken, \(why)"
        }
      return "\(server.name): \(server.transport.rawValue), \(verdict)"
    }
    #expect(words.joined(separator: "\n") == servers, sourceLocation: sourceLocation)
  }
}

/// Files of other programs mean here what they mean to their owners.
struct OwnerTests {
  @Test(arguments: [
    OwnedFile(
      what: "servers that are switched off",
      text: """
        {"mcpServers": {
          "off": {"type": "http", "url": "https://a.example.org/mcp", "disabled": true},
          "off2": {"type": "http", "url": "https://b.example.org/mcp", "enabled": false},
          "off3": {"type": "http", "url": "https://b.example.org/${NONE}", "disabled": true},
          "off4": {"command": "npx", "enabled": false},
          "on": {"type": "http", "url": "https://c.example.org/mcp", "disabled": false}
        }}
        """, owner: "a client of MCP",
      told:
        "4:35: notice: mcpServers.off3.url: the variable NONE is not set; set it in the environment",
      servers: """
        off: streamable-http, on demand, switched off in the file (disabled)
        off2: streamable-http, on demand, switched off in the file (enabled)
        off3: streamable-http, not watched, switched off in the file (disabled); url: the variable NONE is not \
        set; set it in the environment
        off4: stdio, on demand, switched off in the file (enabled)
        on: streamable-http, watched
        """),
    OwnedFile(
      what: "Gemini CLI's settings with sections named like ours",
      text: """
        {"ui": {"theme": "GitHub"}, "general": {"preferredEditor": "vim"}, "mcpServers": {
          "http": {"httpUrl": "https://a.example.org/mcp", "trust": true},
          "sse": {"url": "https://a.example.org/sse"}
        }}
        """, owner: "Gemini CLI", servers: "http: streamable-http, watched\nsse: sse, watched"),
    OwnedFile(
      what: "a section that is named like one of ours, in nobody's file",
      text: """
        {"log": {"level": "info"}, "mcpServers": {"a": {"type": "http", "url": "https://a.example.org/mcp"}}}
        """, owner: "a client of MCP", servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "our own sections in JSON",
      text: """
        {"log": {"keep": 2}, "mcpServers": {"a": {"type": "http", "url": "https://a.example.org/mcp"}}}
        """, owner: "sessiontop", servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "other words for the transport, and other names of the address",
      text: """
        {"mcpServers": {
          "old": {"url": "https://a.example.org/sse", "transport": "sse"},
          "new": {"url": "https://a.example.org/mcp", "transport": "streamable-http"},
          "type": {"url": "https://a.example.org/mcp", "transportType": "streamableHttp"},
          "nested": {"transport": {"type": "http", "url": "https://a.example.org/mcp"}},
          "odd": {"url": "https://a.example.org/mcp", "type": "custom"}
        }}
        """, owner: "a client of MCP",
      told: """
        6:55: notice: mcpServers.odd.type: is no word for a way of speaking, and is taken for streamable-http; \
        write http, sse or stdio
        """,
      servers: """
        old: sse, watched
        new: streamable-http, watched
        type: streamable-http, watched
        nested: streamable-http, watched
        odd: streamable-http, watched
        """),
    OwnedFile(
      what: "an address without a word for its transport",
      text: #"{"mcpServers": {"a": {"url": "https://a.example.org/mcp"}}}"#, owner: "a client of MCP",
      told: """
        1:23: notice: mcpServers.a.type: is missing, and without it Claude Code takes it for stdio and skips \
        it, Gemini CLI, Roo and Kilo for old HTTP+SSE; write 'type: http'
        """, servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "a slip and a stranger among the fields, and comments",
      text: """
        {"mcpServers": {"a": {"type": "http", "url": "https://a.example.org/mcp", "_note": "x", "//": "y",
          "header": {}, "somethingNew": 1, "autoApprove": [], "description": 3}}}
        """, owner: "Cline",
      told: """
        2:3: notice: mcpServers.a.header: unknown key, not read here; did you mean headers?
        2:17: notice: mcpServers.a.somethingNew: unknown key, not read here
        """, servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "how Claude Code signs in, and headers that a program prints",
      text: """
        {"mcpServers": {
          "a": {"type": "http", "url": "https://a.example.org/mcp", "oauth": {"clientId": "b", "callbackPort": 1}},
          "b": {"type": "http", "url": "https://b.example.org/mcp", "headersHelper": "/opt/token.sh"},
          "c": {"type": "http", "url": "https://c.example.org/mcp", "tools": ["*"]}
        }}
        """, owner: "Claude Code",
      told: """
        3:61: warning: mcpServers.b.headersHelper: the headers of headersHelper are not known here, no program \
        is started for them; expect 401, or write the headers out
        """, servers: "a: streamable-http, watched\nb: streamable-http, watched\nc: streamable-http, watched"),
    OwnedFile(
      what: "what editors fill in", name: ".vscode/mcp.json",
      text: """
        {"servers": {
          "tool": {"type": "stdio", "command": "node", "args": ["${workspaceFolder}/x", "${userHome}/y"],
            "env": {"PORT": 3000, "TRACE": null}},
          "a": {"type": "http", "url": "https://a.example.org/mcp", "headers": {"X-Root": "${cwd}"}},
          "b": {"type": "http", "url": "https://${config:host}/mcp"}
        }}
        """, owner: "VS Code",
      told: """
        4:83: notice: servers.a.headers.X-Root: VS Code fills in cwd, which is not known here, so the header is \
        left out; write it out
        """,
      servers: """
        tool: stdio, not watched, needs values that only VS Code has: workspaceFolder, userHome
        a: streamable-http, watched
        b: streamable-http, not watched, needs values that only VS Code has: config:host
        """),
    OwnedFile(
      what: "an input that is not declared",
      text: """
        {"inputs": [{"type": "promptString", "id": "desk-token"}], "servers": {"a": {"type": "http",
          "url": "https://a.example.org/mcp", "headers": {"Authorization": "Bearer ${input:desk_token}"}}}}
        """, owner: "VS Code",
      told: """
        2:68: warning: servers.a.headers.Authorization: desk_token is not among the inputs; did you mean \
        desk-token?
        """, servers: "a: streamable-http, not watched, needs values that only VS Code has: desk_token"),
    OwnedFile(
      what: "headers of Copilot in other editors",
      text: """
        {"servers": {"a": {"url": "https://a.example.org/mcp",
          "requestInit": {"headers": {"Authorization": "Bearer ${env:NONE}"}}}}}
        """, owner: "GitHub Copilot",
      told: """
        2:48: error: servers.a.requestInit.headers.Authorization: the variable NONE is not set; set it in the \
        environment
        """,
      servers: """
        a: streamable-http, broken, requestInit.headers.Authorization: the variable NONE is not set; set it in \
        the environment
        """),
    OwnedFile(
      what: "both sections of two editors",
      text: """
        {"servers": {"a": {"type": "http", "url": "https://a.example.org/mcp"}},
         "mcpServers": {"b": {"type": "http", "url": "https://b.example.org/mcp"}}}
        """, owner: "a client of MCP", servers: "b: streamable-http, watched\na: streamable-http, watched"),
    OwnedFile(
      what: "a key that stands twice in JSON",
      text: """
        {"mcpServers": {"a": {"type": "http", "url": "https://a.example.org/mcp"},
          "a": {"type": "sse", "url": "https://b.example.org/sse"}}}
        """, owner: "a client of MCP",
      told: """
        2:3: warning: mcpServers.a: stands here again, the first one on line 1, and this one counts; keep one of the \
        two
        """, servers: "a: sse, watched"),
    OwnedFile(
      what: "processes that only carry messages",
      text: """
        {"mcpServers": {
          "a": {"command": "npx", "args": ["-y", "mcp-remote@latest", "https://a.example.org/mcp", "--header",
            "Authorization:${AUTH}", "--transport", "sse-only"], "env": {"AUTH": "Bearer x"}},
          "b": {"command": "npx", "args": ["supergateway", "--streamableHttp", "https://b.example.org/mcp"]},
          "c": {"command": "npx -y mcp-remote https://c.example.org/mcp?key=planted"},
          "d": {"command": "npx", "args": ["supergateway", "--stdio", "npx tool"]},
          "e": {"command": "npx", "args": ["mcp-remote", "https://e.example.org/mcp", "--header", "X: ${NONE}"]}
        }}
        """, owner: "a client of MCP",
      told: """
        7:91: warning: mcpServers.e.args[3]: the variable NONE is not set, so the header is left out; set it in \
        the environment
        """,
      servers: """
        a: sse, watched (mcp-remote to https://a.example.org/mcp, watched directly)
        b: streamable-http, watched (supergateway to https://b.example.org/mcp, watched directly)
        c: streamable-http, watched (mcp-remote to https://c.example.org/mcp?key=•••, watched directly)
        d: stdio, on demand
        e: streamable-http, watched (mcp-remote to https://e.example.org/mcp, watched directly)
        """),
    OwnedFile(
      what: "opencode's map", name: "opencode.jsonc",
      text: """
        {"mcp": { // two
          "a": {"type": "remote", "url": "https://a.example.org/mcp", "headers": {"X-A": "{env:TOKEN}"},},
          "tool": {"type": "local", "command": ["npx", "-y", "tool"], "environment": {"A": "b"}, "enabled": false},
        }}
        """, environment: ["TOKEN": "planted"], owner: "opencode",
      servers: "a: streamable-http, watched\ntool: stdio, on demand, switched off in the file (enabled)"),
    OwnedFile(
      what: "Crush's map",
      text: """
        {"$schema": "https://charm.land/crush.json", "mcp": {"a": {"type": "http",
          "url": "https://a.example.org/mcp", "headers": {"X-A": "$(echo x)", "X-B": "$TOKEN"}, "timeout": 120}}}
        """, environment: ["TOKEN": "planted"], owner: "Crush",
      told: """
        2:58: warning: mcp.a.headers.X-A: $(...) is not read here: no program is started and no other file read \
        for it, so the header is left out; use a variable
        """, servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "Codex", name: ".codex/config.toml",
      text: """
        model = "x"

        [mcp_servers.a]
        url = "https://a.example.org/mcp"
        bearer_token_env_var = "TOKEN"
        http_headers = { "X-Team" = "blue" }
        env_http_headers = { "X-Key" = "NONE" }
        tool_timeout_sec = 60

        [mcp_servers.tool]
        command = "npx"
        args = ["-y", "tool"]
        enabled = false
        """, environment: ["TOKEN": "planted"], owner: "Codex",
      told: """
        7:32: error: mcp_servers.a.env_http_headers.X-Key: the variable NONE is not set; set it in the environment
        """,
      servers: """
        a: streamable-http, broken, env_http_headers.X-Key: the variable NONE is not set; set it in the environment
        tool: stdio, on demand, switched off in the file (enabled)
        """),
    OwnedFile(
      what: "Zed", name: ".zed/settings.json",
      text: """
        {"context_servers": {
          "a": {"url": "https://a.example.org/mcp"},
          "tool": {"source": "custom", "command": "npx", "args": ["-y", "tool"]},
          "ext": {"source": "extension", "settings": {}}
        }, "theme": "One"}
        """, owner: "Zed",
      servers: """
        a: streamable-http, watched
        tool: stdio, on demand
        ext: stdio, not watched, is brought along by Zed
        """),
    OwnedFile(
      what: "the servers of a plugin alone", name: "plugin/.mcp.json",
      text: """
        {"a": {"type": "http", "url": "https://a.example.org/mcp"},
         "tool": {"command": "${CLAUDE_PLUGIN_ROOT}/tool"}}
        """, owner: "Claude Code",
      servers: """
        a: streamable-http, watched
        tool: stdio, not watched, needs values that only Claude Code has: CLAUDE_PLUGIN_ROOT
        """),
    OwnedFile(
      what: "LiteLLM", name: "config.yaml",
      text: """
        mcp_servers:
          a:
            url: https://a.example.org/mcp
            transport: http
            auth_type: bearer_token
            auth_value: os.environ/TOKEN
          b: {url: "https://b.example.org/sse"}
        """, environment: ["TOKEN": "planted"], owner: "LiteLLM",
      servers: "a: streamable-http, watched\nb: sse, watched"),
    OwnedFile(
      what: "Hermes", name: "config.yaml",
      text: "mcp_servers:\n  a: {url: \"https://a.example.org/mcp\", timeout: 120, connect_timeout: 60}\n",
      owner: "Hermes", servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "VS Code's settings", name: "settings.json",
      text: """
        {"editor.fontSize": 14, "mcp": {"inputs": [{"id": "key"}], "servers": {
          "a": {"type": "http", "url": "https://a.example.org/mcp"},
          "b": {"type": "http", "url": "https://b.example.org/mcp", "headers": {"X-Key": "${input:key}"}},
        }}}
        """, owner: "VS Code",
      servers: """
        a: streamable-http, watched
        b: streamable-http, not watched, needs values that only VS Code has: key
        """),
    OwnedFile(
      what: "mcp-agent", name: "mcp_agent.config.yaml",
      text: """
        mcp:
          servers:
            a: {transport: streamable_http, url: "https://a.example.org/mcp", http_timeout_seconds: 30}
            tool: {command: npx, args: ["-y", "tool"]}
        """, owner: "mcp-agent",
      servers: "a: streamable-http, watched\ntool: stdio, on demand"),
    OwnedFile(
      what: "Amp", text: #"{"amp.mcpServers": {"a": {"url": "https://a.example.org/mcp"}}}"#, owner: "Amp",
      servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "Cherry Studio",
      text: """
        {"mcpServers": {
          "a": {"type": "streamableHttp", "baseUrl": "https://a.example.org/mcp", "isActive": true, "timeout": 60},
          "b": {"type": "streamableHttp", "baseUrl": "https://b.example.org/mcp", "isActive": false}
        }}
        """, owner: "Cherry Studio",
      servers: """
        a: streamable-http, watched
        b: streamable-http, on demand, switched off in the file (isActive)
        """),
    OwnedFile(
      what: "goose", name: "config.yaml",
      text: """
        extensions:
          a: {enabled: true, type: streamable_http, name: a, uri: "https://a.example.org/mcp", timeout: 300}
          tool: {enabled: false, type: stdio, cmd: npx, args: ["-y", "tool"], envs: {A: b}}
          developer: {bundled: true, enabled: true, type: builtin, name: developer}
        """, owner: "goose",
      servers: """
        a: streamable-http, watched
        tool: stdio, on demand, switched off in the file (enabled)
        developer: stdio, not watched, is brought along by goose
        """),
    OwnedFile(
      what: "Continue's list", name: ".continue/config.yaml",
      text: """
        name: mine
        version: 0.0.1
        mcpServers:
          - name: a
            type: streamable-http
            url: https://a.example.org/mcp
            requestOptions: {headers: {Authorization: "Bearer ${{ secrets.TOKEN }}"}}
          - {name: tool, command: npx, args: ["-y", "tool"]}
        """, environment: ["TOKEN": "planted"], owner: "Continue",
      servers: "a: streamable-http, watched\ntool: stdio, on demand"),
    OwnedFile(
      what: "Claude Code's own file with its projects", name: ".claude.json",
      text: """
        {"mcpServers": {"a": {"type": "http", "url": "https://a.example.org/mcp"}}, "projects": {
          "/home/ana/web": {"mcpServers": {"a": {"type": "http", "url": "https://b.example.org/mcp"},
            "c": {"type": "http", "url": "https://c.example.org/mcp"}}, "disabledMcpServers": ["c"]}}}
        """, owner: "Claude Code",
      servers: """
        a: streamable-http, watched
        web/a: streamable-http, watched
        c: streamable-http, on demand, switched off in the file
        """),
    OwnedFile(
      what: "a Helm values file", name: "values.yaml",
      text: "librechat:\n  configYamlContent: |\n    mcpServers:\n      a: {url: 'https://h/'}\n",
      owner: "a client of MCP",
      told: """
        2:3: error: is a Helm values file; the servers stand under configYamlContent, line 2; put that text into \
        a file of its own and check it
        """, servers: ""),
    OwnedFile(
      what: "a Docker Compose file", name: "compose.yaml",
      text: "services:\n  a: {image: x}\n", owner: "a client of MCP",
      told: """
        1:1: error: is a Docker Compose file, which holds no addresses of servers; name the file that the client \
        of MCP reads
        """, servers: ""),
    OwnedFile(
      what: "a section one step too deep",
      name: "librechat.yaml",
      text: """
        version: 1.2.8
        endpoints:
          mcpServers:
            a: {type: http, url: "https://a.example.org/mcp"}
        interface: {mcpServers: {use: true}}
        """, owner: "LibreChat",
      told: """
        3:3: error: endpoints.mcpServers: stands inside endpoints, LibreChat reads it at the top level only; move \
        it to the margin
        """, servers: ""),
  ]) func `A file opens, and means what it means to its owner`(file: OwnedFile) { file.check() }

  @Test(arguments: [
    // The owner decides what a number counts.
    (".roo/mcp.json", 60, Duration.seconds(60), ""), (".cursor/mcp.json", 60_000, .seconds(60), ""),
    (".gemini/settings.json", 500, .milliseconds(500), ""),
    (".cursor/mcp.json", 60, .seconds(60), "is taken for seconds; write milliseconds if they are meant"),
    (
      ".mcp.json", 60, nil,
      "is under 1000 ms, which Claude Code passes over, and so does this program; write milliseconds, such as 60000"
    ),
  ]) func `A limit of time counts as its owner counts`(
    name: String, number: Int, limit: Duration?, told: String
  ) {
    let loaded = loadText(
      #"{"mcpServers": {"a": {"type": "http", "url": "https://a.example.org/", "timeout": \#(number)}}}"#,
      name: name)
    #expect(loaded.servers[0].settings.requestTimeout == limit)
    #expect(loaded.diagnostics.map(\.message).joined() == told)
  }

  @Test(arguments: [
    (
      #""type": "foo", "url": "https://a.example.org/""#,
      "is no word for a way of speaking, and is taken for streamable-http"
    ),
    (
      #""type": ["http"], "url": "https://a.example.org/""#,
      "is no word for a way of speaking, and is taken for streamable-http"
    ),
    (
      #""type": "stdio", "url": "https://a.example.org/""#,
      "is stdio beside a url and no command, and is taken for streamable-http"
    ),
    (
      #""type": "http", "url": "https://a.example.org/", "timeout": "abc""#,
      "is no length of time, and is passed over"
    ),
    (
      #""type": "http", "url": "https://a.example.org/", "timeout": -5"#,
      "is no length of time, and is passed over"
    ),
  ]) func `What is not read as it was meant is told, in anybody's file`(fields: String, told: String) {
    let loaded = loadText("{\"mcpServers\": {\"a\": {\(fields)}}}", name: ".mcp.json")
    #expect(loaded.servers.count == 1)
    #expect(loaded.diagnostics.map(\.message).joined().hasPrefix(told), "\(loaded.diagnostics)")
  }

  @Test(arguments: [
    (".gemini/settings.json", "Bearer $TOKEN", "Bearer planted", ""),
    (".mcp.json", "Bearer ${TOKEN}", "Bearer planted", ""),
    (".mcp.json", "Bearer ${NONE:-other}", "Bearer other", ""),
    (".mcp.json", "Bearer $TOKEN", "Bearer $TOKEN", "$TOKEN goes out as it stands; write ${TOKEN}"),
    (
      ".mcp.json", "Bearer ${env:TOKEN}", "Bearer planted",
      "Claude Code does not fill in ${env:TOKEN}; write ${TOKEN}"
    ),
    (".vscode/mcp.json", "Bearer ${env:TOKEN}", "Bearer planted", ""),
    (
      ".vscode/mcp.json", "Bearer ${TOKEN}", "Bearer planted",
      "VS Code does not fill in ${TOKEN}; write ${env:TOKEN}"
    ),
    (
      ".vscode/mcp.json", "${NONE:-blue}", "blue",
      "VS Code knows no ':-' defaults and sends ${NONE:-...} as it stands; write ${env:NONE} and set it"
    ),
    ("clients.json", "Bearer ${TOKEN}-$$TOKEN-%20AB%20", "Bearer planted-$$TOKEN-%20AB%20", ""),
    ("clients.json", "Bearer %TOKEN%", "Bearer %TOKEN%", "%TOKEN% goes out as it stands; write ${TOKEN}"),
  ]) func `Variables are filled in as the owner does, and where it would not, that is said`(
    name: String, written: String, sent: String, told: String
  ) {
    let section = name.hasPrefix(".vscode") ? "servers" : "mcpServers"
    let loaded = loadText(
      """
      {"\(section)": {"a": {"type": "http", "url": "https://a.example.org/", "headers": {"X-A": "\(written)"}}}}
      """, environment: ["TOKEN": "planted"], name: name)
    #expect(loaded.servers[0].headers.map(\.value.revealed) == [sent])
    #expect(loaded.diagnostics.map(\.message).joined() == told)
  }

  @Test func `A plugin's manifest leads to the file that it names`() {
    let folder = TemporaryFolder()
    folder.write(
      #"{"name": "a", "version": "1.0.0", "mcpServers": "./.mcp.json"}"#,
      to: "plugin/.claude-plugin/plugin.json")
    folder.write(#"{"a": {"type": "http", "url": "https://a.example.org/mcp"}}"#, to: "plugin/.mcp.json")
    folder.write(#"{"name": "a", "mcpServers": ["./b.json", "./c.json"]}"#, to: "other/plugin.json")
    folder.write(#"{"b": {"type": "http", "url": "https://b.example.org/mcp"}}"#, to: "other/b.json")
    func load(_ path: String) -> Loaded {
      loadConfiguration(paths: [path], environment: [:], currentDirectory: folder.path)
    }
    let first = load("plugin/.claude-plugin/plugin.json")
    #expect(report(first) == "")
    #expect(first.servers.map(\.name) == ["a"])
    let second = load("other/plugin.json")
    #expect(
      report(second)
        == "other/plugin.json:1:42: error: mcpServers[1]: other/c.json does not exist; check the path")
    #expect(second.servers.map(\.name) == ["b"])
  }

  @Test(arguments: [
    "https://h.example.org/s/4f8a1c2e9b7d4e60a1b2c3d4/mcp",
    "https://h.example.org/sk-live-51Hxyzabcdefgh/mcp",
    "https://h.example.org/composio/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9/mcp",
    "https://h.example.org/mcp?sk-live-51Hxyzabcdefgh=1",
  ]) func `A key in an address is not shown`(address: String) {
    let loaded = loadText(#"{"mcpServers": {"a": {"type": "http", "url": "\#(address)"}}}"#, name: "a.json")
    let shown = loaded.servers[0].endpoint?.display ?? ""
    #expect(shown.contains("•••") && !shown.contains("51H") && !shown.contains("a1b2"), "\(shown)")
  }

  @Test(arguments: [
    "https://h.example.org/modelcontextprotocol/streamable-http-2025-11-25/mcp",
    "https://h.example.org/api/v1/workspaces/internal-tools-v2/StreamableHTTPServer/mcp",
  ]) func `An address without a key is shown as it is`(address: String) {
    let loaded = loadText(#"{"mcpServers": {"a": {"type": "http", "url": "\#(address)"}}}"#, name: "a.json")
    #expect(loaded.servers[0].endpoint?.display == address)
  }

  @Test func `The same server in two files is one, and different ones under a name are none`() {
    let folder = TemporaryFolder()
    let server = #"{"type": "http", "url": "https://a.example.org/mcp", "headers": {"X-A": "1"}}"#
    folder.write(#"{"mcpServers": {"a": \#(server)}}"#, to: "a.json")
    folder.write(#"{"servers": {"a": \#(server.replacing("X-A", with: "x-a"))}}"#, to: "b.json")
    let loaded = loadConfiguration(
      paths: ["a.json", "b.json"], environment: [:], currentDirectory: folder.path)
    #expect(
      report(loaded)
        == "b.json:1:14: notice: servers.a: the same server stands at a.json:1; it is watched once")
    #expect(loaded.servers.map(\.availability) == [.automatic])
    #expect(loaded.servers.map(\.note) == ["also at b.json:1"])
  }
}
