// Long because it is one table: forms in which people write their files, each with what must be said of it.

import TopConfiguration
import MCPSessions
import TopTestFolders
import Testing

/// What people write opens whatever program taught them to write it so.
struct ShapeTests {
  @Test(arguments: [
    OwnedFile(
      what: "an address and a command line in one field", name: "fast-agent.yaml",
      text: """
        mcp:
          servers:
            a: {target: "https://a.example.org/mcp?login", protocol_mode: auto}
            tool: {target: "npx -y tool ."}
            b: {transport: http, headers: {X-A: "1"}}
        """, owner: "fast-agent",
      servers: """
        a: streamable-http, watched
        tool: stdio, on demand
        b: streamable-http, not watched, its address stands in another file of fast-agent
        """),
    OwnedFile(
      what: "secrets that are laid over another file", name: "mcp_agent.secrets.yaml.example",
      text: "mcp:\n  servers:\n    a: {env: {KEY: x}}\n    b: {env: {}, ulr: x}\n", owner: "mcp-agent",
      told: """
        4:18: error: mcp.servers.b: has neither a url nor a command; is ulr meant for url? rename it
        """,
      servers: """
        a: stdio, not watched, its address stands in another file of mcp-agent
        b: streamable-http, broken, has neither a url nor a command; is ulr meant for url? rename it
        """),
    OwnedFile(
      what: "a list of tables in TOML", name: ".vibe/config.toml",
      text: """
        [[mcp_servers]]
        name = "a"
        transport = "http"
        url = "https://a.example.org/mcp"

        [mcp_servers.auth]
        type = "static"
        api_key_env = "NONE"
        api_key_header = "X-Key"

        [[mcp_servers]]
        name = "tool"
        transport = "stdio"
        command = "tool"
        """, owner: "Mistral Vibe",
      told: """
        8:15: error: mcp_servers.a.auth.api_key_env: the variable NONE is not set; set it in the environment
        """,
      servers: """
        a: streamable-http, broken, auth.api_key_env: the variable NONE is not set; set it in the environment
        tool: stdio, on demand
        """),
    OwnedFile(
      what: "a collection of examples",
      text: """
        {"desktop": {"config": {"mcpServers": {"a": {"command": "a"}}}},
         "remote": {"config": {"mcpServers": {"a": {"type": "http", "url": "https://a.example.org/mcp"}}}}}
        """, owner: "a client of MCP", servers: "a: stdio, on demand\nremote/a: streamable-http, watched"),
    OwnedFile(
      what: "an example of somebody's file", name: ".cursor/mcp.example.json",
      text: #"{"mcpServers": {"a": {"url": "https://a.example.org/mcp"}}}"#, owner: "Cursor",
      servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "switches in all their words",
      text: """
        {"mcpServers": {
          "a": {"type": "http", "url": "https://a.example.org/a", "disabled": 1},
          "b": {"type": "http", "url": "https://a.example.org/b", "enabled": "off"},
          "c": {"type": "http", "url": "https://a.example.org/c", "is_active": false},
          "d": {"type": "http", "url": "https://a.example.org/d", "disabled": "no"}
        }}
        """, owner: "a client of MCP",
      servers: """
        a: streamable-http, on demand, switched off in the file (disabled)
        b: streamable-http, on demand, switched off in the file (enabled)
        c: streamable-http, on demand, switched off in the file (is_active)
        d: streamable-http, watched
        """),
    OwnedFile(
      what: "names that Gemini CLI leaves out", name: ".gemini/settings.json",
      text: """
        {"mcp": {"excluded": ["b"], "allowed": ["a", "b"]}, "mcpServers": {
          "a": {"httpUrl": "https://a.example.org/a"}, "b": {"httpUrl": "https://a.example.org/b"},
          "c": {"httpUrl": "https://a.example.org/c"}}}
        """, owner: "Gemini CLI",
      servers: """
        a: streamable-http, watched
        b: streamable-http, on demand, switched off in the file
        c: streamable-http, on demand, switched off in the file
        """),
    OwnedFile(
      what: "headers and variables as lists",
      text: """
        {"mcpServers": {
          "a": {"type": "http", "url": "https://a.example.org/a", "headers": ["X-A: 1", "Authorization: Bearer ${NONE}"]},
          "b": {"type": "http", "url": "https://a.example.org/b", "headers": [{"name": "X-A", "value": "1"}]},
          "c": {"command": "c", "env": ["A=b"]}, "d": {"command": "d", "env": [{"name": "A", "value": "b"}]}
        }}
        """, owner: "a client of MCP",
      told: """
        2:81: error: mcpServers.a.headers.Authorization: the variable NONE is not set; set it in the environment
        """,
      servers: """
        a: streamable-http, broken, headers.Authorization: the variable NONE is not set; set it in the environment
        b: streamable-http, watched
        c: stdio, on demand
        d: stdio, on demand
        """),
    OwnedFile(
      what: "addresses under other names",
      text: """
        {"mcpServers": {
          "a": {"type": "http", "uri": "https://a.example.org/a"},
          "b": {"type": "http", "endpoint": "https://a.example.org/b"},
          "c": {"type": "http", "URL": "https://a.example.org/c"},
          "d": {"type": "http", "url": ["https://a.example.org/d"]},
          "e": {"type": "http", "url": "https://{host}/mcp"},
          "f": {}
        }}
        """, owner: "a client of MCP",
      told: """
        4:25: error: mcpServers.c.url: is missing; is URL meant? rename it
        5:32: error: mcpServers.d.url: must be text, not a list; write one text
        6:32: error: mcpServers.e.url: holds a placeholder in {...}; write what host stands for
        7:3: error: mcpServers.f: has neither a url nor a command; add 'type: streamable-http' and 'url: https://...'
        """,
      servers: """
        a: streamable-http, watched
        b: streamable-http, watched
        c: streamable-http, broken, url: is missing; is URL meant? rename it
        d: streamable-http, broken, url: must be text, not a list; write one text
        e: streamable-http, broken, url: holds a placeholder in {...}; write what host stands for
        f: streamable-http, broken, has neither a url nor a command; add 'type: streamable-http' and 'url: https://...'
        """),
    OwnedFile(
      what: "samples that nobody filled in",
      text: """
        {"mcpServers": {
          "a": {"type": "http", "url": "https://a.example.org/a", "headers": {"Authorization": "Bearer <TOKEN>"}},
          "b": {"type": "http", "url": "https://a.example.org/b", "headers": {"X-Api-Key": "YOUR_API_KEY"}},
          "c": {"type": "http", "url": "https://a.example.org/c", "headers": {"X-Api-Key": "{{KEY}}"}}
        }}
        """, owner: "a client of MCP",
      told: """
        2:88: warning: mcpServers.a.headers.Authorization: holds a placeholder, which is sent as it is; write what it \
        stands for
        3:84: warning: mcpServers.b.headers.X-Api-Key: holds a placeholder, which is sent as it is; write what it stands \
        for
        4:84: warning: mcpServers.c.headers.X-Api-Key: holds {{KEY}}, which no client fills in; write what it stands for
        """,
      servers: """
        a: streamable-http, watched
        b: streamable-http, watched
        c: streamable-http, not watched, needs values in place of its {{...}}: KEY
        """),
    OwnedFile(
      what: "messages carried by a line of a shell, and by FastMCP",
      text: """
        {"mcpServers": {
          "a": {"command": "sh", "args": ["-c", "npx -y mcp-remote https://a.example.org/mcp --header 'X-A: 1'"]},
          "b": {"command": "fastmcp", "args": ["run", "https://b.example.org/mcp"]},
          "c": {"command": "fastmcp", "args": ["run", "server.py"]}
        }}
        """, owner: "a client of MCP",
      servers: """
        a: streamable-http, watched (mcp-remote to https://a.example.org/mcp, watched directly)
        b: streamable-http, watched (fastmcp to https://b.example.org/mcp, watched directly)
        c: stdio, on demand
        """),
    OwnedFile(
      what: "the command of an older Zed", name: ".zed/settings.json",
      text:
        #"{"context_servers": {"a": {"command": {"path": "npx", "args": ["-y", "a"], "env": {}}, "settings": {}}}}"#,
      owner: "Zed", servers: "a: stdio, on demand"),
    OwnedFile(
      what: "a section of another program", name: "opencode.json",
      text: #"{"mcpServers": {"a": {"type": "http", "url": "https://a.example.org/mcp"}}}"#,
      owner: "opencode",
      told: "1:2: warning: mcpServers: opencode reads mcp, not mcpServers; rename it",
      servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "a section too many",
      text: #"{"mcpServers": {"mcpServers": {"a": {"type": "http", "url": "https://a.example.org/mcp"}}}}"#,
      owner: "a client of MCP",
      told:
        "1:17: error: mcpServers.mcpServers: holds servers and is none itself; move what stands in it one step out",
      servers:
        "mcpServers: streamable-http, broken, holds servers and is none itself; move what stands in it one step out"
    ),
    OwnedFile(
      what: "comments among the servers",
      text: """
        {"mcpServers": {"$comment": "x", "_note": "y", "x-team": "z",
          "a": {"type": "http", "url": "https://a.example.org/mcp"}}}
        """, owner: "a client of MCP", servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "a key that stands twice, to a program that takes the last one", name: "litellm_config.yaml",
      text: """
        mcp_servers:
          a: {url: "https://a.example.org/mcp", transport: http}
          a: {url: "https://b.example.org/mcp", transport: sse}
        """, owner: "LiteLLM",
      told: """
        3:3: warning: mcp_servers.a: stands here again, the first one on line 2, and this one counts; keep one of the two
        """, servers: "a: sse, watched"),
    OwnedFile(
      what: "a list in a plugin's manifest", name: "plugin/.cursor-plugin/plugin.json",
      text: #"{"name": "x", "mcpServers": [{"a": {"type": "http", "url": "https://a.example.org/mcp"}}]}"#,
      owner: "Continue", servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "names without quotes and spaces", name: "openclaw.json",
      text: """
        {mcp:{servers:{a:{url:"https://a.example.org/mcp",transport:"streamable-http"},b:{"url":'http://h:1/'},},},}
        """, owner: "OpenClaw", servers: "a: streamable-http, watched\nb: streamable-http, watched"),
    OwnedFile(
      what: "a list with its names under another key", name: "litellm_config.yaml",
      text: "mcp_servers:\n  - {server_name: a, url: \"https://a.example.org/mcp\", transport: http}\n",
      owner: "LiteLLM",
      servers: "a: streamable-http, watched"),
    OwnedFile(
      what: "a block of a hub, and a list of transports", name: ".continue/config.json",
      text: """
        {"mcpServers": [{"uses": "team/block"}],
         "experimental": {"modelContextProtocolServers": [{"transport": {"type": "stdio", "command": "a"}}]}}
        """, owner: "Continue",
      servers: "team/block: stdio, not watched, is brought along by Continue\n[0]: stdio, on demand"),
    OwnedFile(
      what: "entries that are not LibreChat's", name: "mcphost.yml",
      text: """
        mcpServers:
          a: {type: remote, url: "https://a.example.org/mcp", headers: ["X-A: 1"]}
          tool: {type: local, command: [npx, tool], environment: {A: b}}
        """, owner: "a client of MCP", servers: "a: streamable-http, watched\ntool: stdio, on demand"),
    OwnedFile(
      what: "OpenHands", name: "config.toml",
      text: "[mcp]\nshttp_servers = [\"https://a.example.org/mcp\"]\n", owner: "a client of MCP",
      told: """
        2:1: error: is a configuration of OpenHands, whose lists of servers are not read here; write their addresses into \
        a file of your own
        """, servers: ""),
    OwnedFile(
      what: "a JSON Schema", name: "mcp.schema.json",
      text: """
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
          "properties": {"mcpServers": {"type": "object", "additionalProperties": {}}}}
        """, owner: "a client of MCP",
      told: """
        1:2: error: is a JSON Schema, which says what such a file may hold; name a file that is made after it
        """, servers: ""),
    OwnedFile(
      what: "a description of an HTTP interface", name: "openapi.json",
      text: #"{"openapi": "3.0.0", "info": {}, "servers": [{"url": "https://a.example.org"}]}"#,
      owner: "a client of MCP",
      told: """
        1:2: error: is a description of an HTTP interface (OpenAPI), not a configuration of a client; name the file that \
        the client of MCP reads
        """, servers: ""),
    OwnedFile(
      what: "a workflow", name: "build.yml", text: "name: x\non: push\njobs: {a: {runs-on: x}}\n",
      owner: "a client of MCP",
      told: """
        3:1: error: is a workflow of GitHub, which holds no servers; name the file that the client of MCP reads
        """, servers: ""),
    OwnedFile(
      what: "YAML of nobody that is known", name: "program.yaml",
      text: "version: 1\nowner: x\nprofiles: []\n",
      owner: "a client of MCP",
      told: """
        1:1: error: holds no servers; add 'mcpServers:' with at least one server, or name another file
        """, servers: ""),
  ]) func `A file of an odd shape opens, or is named as what it is`(file: OwnedFile) { file.check() }

  @Test(arguments: [
    (#""30s""#, Duration.seconds(30)), (#""500ms""#, .milliseconds(500)), (#""1.5m""#, .seconds(90)),
    (#""2 hours""#, .seconds(7_200)), (#""soon""#, nil),
  ]) func `A limit of time with its unit counts as it says`(written: String, limit: Duration?) {
    let loaded = loadText(
      #"{"mcpServers": {"a": {"type": "http", "url": "https://a.example.org/", "timeout": \#(written)}}}"#,
      name: ".roo/mcp.json")
    #expect(loaded.servers[0].settings.requestTimeout == limit)
  }

  @Test(arguments: [
    (
      "librechat.yaml.j2", "mcpServers:\n  a: {type: http}\n  b:\n    url: {{ url }}\n", "4:10"
    ),
    ("a.json", "{\n  \"mcpServers\": {{ servers | tojson }}\n}", "2:17"),
    ("a.yaml", "<% if x %>\nmcpServers:\n  a: {}\n<% end %>\n", "1:1"),
  ]) func `A template is one whatever its language and form`(name: String, text: String, place: String) {
    #expect(
      report(loadText(text, name: name))
        == "\(name):\(place): error: this is a template ({{#if ...}}, {% ... %}); check the file that is made from it"
    )
  }

  @Test func `Several documents of Kubernetes are named, not held against LibreChat`() {
    let document = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\n"
    #expect(
      report(loadText("# two\n---\n\(document)---\n\(document)", name: "a.yaml"))
        == "a.yaml:3:1: error: is a Kubernetes manifest, which holds no servers but in its texts; put the text with "
        + "the servers into a file of its own and check it")
  }

  @Test func `What a program does not fill in is not asked of the environment`() {
    let loaded = loadText(
      #"{"context_servers": {"a": {"url": "https://a.example.org/", "headers": {"X-Key": "${NONE}"}}}}"#,
      name: ".zed/settings.json")
    #expect(
      report(loaded)
        == ".zed/settings.json:1:82: error: context_servers.a.headers.X-Key: Zed fills in no variables, such as NONE; "
        + "write the value itself")
  }

  @Test func `A manifest that names its file as seen from itself is followed, too`() {
    let folder = TemporaryFolder()
    folder.write(#"{"name": "a", "mcpServers": "../.mcp.json"}"#, to: "plugin/.claude-plugin/plugin.json")
    folder.write(#"{"a": {"type": "http", "url": "https://a.example.org/mcp"}}"#, to: "plugin/.mcp.json")
    let loaded = loadConfiguration(
      paths: ["plugin/.claude-plugin/plugin.json"], environment: [:], currentDirectory: folder.path)
    #expect(report(loaded) == "")
    #expect(loaded.servers.map(\.name) == ["a"])
  }
}
