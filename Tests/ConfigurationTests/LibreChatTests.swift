// Long because it is one table: what LibreChat refuses, each with the words for it.

import TopConfiguration
import MCPSessions
import Testing

/// What LibreChat does with a file that is its own, and what it would refuse.
struct LibreChatTests {
  @Test(arguments: [
    (
      "mcpServers:\n  a: {type: http, url: 'http://host.docker.internal:8080/mcp'}\n",
      """
      3:3: error: mcpServers.a: LibreChat refuses this server, it is a private address; add 'mcpSettings: \
      {allowedAddresses: ["host.docker.internal:8080"]}' at the top level
      """
    ),
    (
      """
      mcpSettings:
        allowedAddresses:
          - "http://10.0.0.5:8000"
          - "localhost"
          - "10.0.0.0/24"
          - "8.8.8.8:53"
          - "ledger-mcp:99999"
          - "ledger-mcp:8000"
      mcpServers:
        a: {type: http, url: 'http://ledger-mcp:8080/mcp'}
        b: {type: http, url: 'http://LEDGER-mcp:8000/mcp'}
        c: {type: http, url: 'https://[fd00::1]/mcp'}
        d: {type: http, url: 'https://mcp.example.org/mcp'}

      """,
      """
      4:7: warning: mcpSettings.allowedAddresses[0]: is a URL; write HOST:PORT of a private host, such as \
      10.0.0.5:8000 (LibreChat refuses the whole file)
      5:7: warning: mcpSettings.allowedAddresses[1]: has no port; write HOST:PORT of a private host, such as \
      10.0.0.5:8000 (LibreChat refuses the whole file)
      6:7: warning: mcpSettings.allowedAddresses[2]: is a range of addresses; write HOST:PORT of a private host, \
      such as 10.0.0.5:8000 (LibreChat refuses the whole file)
      7:7: warning: mcpSettings.allowedAddresses[3]: is a public address; write HOST:PORT of a private host, such \
      as 10.0.0.5:8000 (LibreChat refuses the whole file)
      8:7: warning: mcpSettings.allowedAddresses[4]: has no port from 1 to 65535; write HOST:PORT of a private \
      host, such as 10.0.0.5:8000 (LibreChat refuses the whole file)
      11:3: error: mcpServers.a: LibreChat refuses this server, its port 8080 is not the one of line 9; add '- \
      "ledger-mcp:8080"' to mcpSettings.allowedAddresses
      13:3: error: mcpServers.c: LibreChat refuses this server, it is a private address; add '- \
      "[fd00::1]:443"' to mcpSettings.allowedAddresses
      """
    ),
    (
      "mcpSettings: {allowedDomains: ['10.1.2.3']}\nmcpServers:\n  a: {type: http, url: 'http://10.1.2.3/'}\n",
      ""
    ),
    (
      "mcpServers:\n  my ledger: {command: a, args: []}\n  my_ledger: {command: b, args: []}\n",
      """
      4:3: warning: mcpServers.my_ledger: LibreChat makes my_ledger of this name, as of the one on line 3, and \
      mixes them up; rename one of the two
      """
    ),
    (
      "mcpServers:\n  a: {type: http, url: ''}\n",
      "3:24: error: mcpServers.a.url: is empty; write https://HOST/PATH (LibreChat refuses the whole file)"
    ),
    (
      "mcpServers:\n  a: {type: http, url: 'ledger.example.org/mcp'}\n",
      """
      3:24: error: mcpServers.a.url: has no scheme; start it with https:// or http:// (LibreChat refuses the whole \
      file)
      """
    ),
    (
      "mcpServers:\n  a: {type: http, url: 'https://<YOUR-HOST>/mcp'}\n  b: {type: http, url: 'https://h.example.org/<ID>'}\n",
      """
      3:24: error: mcpServers.a.url: holds a placeholder in <...>; write what it stands for (LibreChat refuses the \
      whole file)
      4:24: error: mcpServers.b.url: holds a placeholder in <...>; write what it stands for
      """
    ),
    (
      "mcpServers:\n  a: {type: http, url: 'https://my host/mcp'}\n  b: {type: http, url: 'https://h.example.org/a b'}\n",
      """
      3:24: error: mcpServers.a.url: a space or control character stands at position 11; remove it or write it \
      percent-encoded (LibreChat refuses the whole file)
      4:24: error: mcpServers.b.url: a space or control character stands at position 24; remove it or write it \
      percent-encoded
      """
    ),
    (
      "mcpServers:\n  tool: {type: local, command: npx, args: []}\n  a: {type: remote, url: 'https://a.example.org/'}\n",
      """
      3:16: error: mcpServers.tool.type: must be streamable-http, http, sse, websocket or stdio; did you mean stdio? \
      (LibreChat refuses the whole file)
      4:13: error: mcpServers.a.type: must be streamable-http, http, sse, websocket or stdio; did you mean \
      streamable-http? (LibreChat refuses the whole file)
      """
    ),
    (
      """
      endpoints:
        custom:
          - name: a
            apiKey: x
            name: b
            apiKey: x
            name: c
            apiKey: x
      mcpServers:
        a: {type: http, url: 'https://a.example.org/'}

      """,
      """
      6:7: error: endpoints.custom[0].name: stands here again, the first one on line 4, and 3 more keys; is a '- ' \
      missing before it? (LibreChat starts with no configuration at all)
      """
    ),
    (
      """
      mcpServers:
        a: {type: http, url: 'http://localhost:3000/mcp'}
        b: {type: http, url: 'http://billing-mcp/mcp'}

      """,
      """
      3:3: error: mcpServers.a: LibreChat refuses this server, it is a private address; add 'mcpSettings: \
      {allowedAddresses: ["localhost:3000"]}' at the top level
      4:3: error: mcpServers.b: LibreChat refuses this server, it is a private address; add "billing-mcp:80" to \
      mcpSettings.allowedAddresses, too
      """
    ),
    (
      """
      mcpSettings:
        allowedAddresses: ["10.0.0.5:8000", "::1:80", "a b:80", "[2001:db8::1]:80", ""]
      mcpServers:
        a: {type: http, url: 'http://billing-mcp:8000/'}
        b: {type: http, url: 'http://api:8000/'}
        c: {type: http, url: 'http://10.5:8000/'}

      """,
      """
      3:39: warning: mcpSettings.allowedAddresses[1]: is an IPv6 address without brackets; write HOST:PORT of a \
      private host, such as 10.0.0.5:8000 (LibreChat refuses the whole file)
      3:49: warning: mcpSettings.allowedAddresses[2]: has a space in it; write HOST:PORT of a private host, such as \
      10.0.0.5:8000 (LibreChat refuses the whole file)
      3:59: warning: mcpSettings.allowedAddresses[3]: is a public address; write HOST:PORT of a private host, such as \
      10.0.0.5:8000 (LibreChat refuses the whole file)
      3:79: warning: mcpSettings.allowedAddresses[4]: is empty; write HOST:PORT of a private host, such as \
      10.0.0.5:8000 (LibreChat refuses the whole file)
      6:3: error: mcpServers.b: LibreChat refuses this server, it is a private address; add '- "api:8000"' to \
      mcpSettings.allowedAddresses
      """
    ),
    (
      """
      mcpSettings: {allowedDomains: ['https://*.wild.example', 'https://port.example:443', 'www.a.example']}
      mcpServers:
        a: {type: http, url: 'https://a.example/'}
        b: {type: http, url: 'https://b.wild.example/'}
        c: {type: http, url: 'https://port.example/'}

      """,
      """
      6:3: error: mcpServers.c: LibreChat refuses this server, line 2 allows its host with another scheme or port; add \
      '- "port.example"' to mcpSettings.allowedDomains
      """
    ),
    (
      "endpoints:\n  agents:\n    mcpServers:\n      a: {type: http, url: 'https://a.example.org/'}\n",
      """
      4:5: error: endpoints.agents.mcpServers: stands inside endpoints.agents, LibreChat reads it at the top level \
      only; move it to the margin
      """
    ),
    (
      "mcpSettings:\n  mcpServers:\n    a: {type: http, url: 'https://a.example.org/'}\n",
      """
      3:3: error: mcpSettings.mcpServers: stands inside mcpSettings, LibreChat reads it at the top level only; move \
      it to the margin
      """
    ),
    (
      "mcpServers:\n  servers:\n    a: {type: http, url: 'https://a.example.org/'}\n",
      """
      3:3: error: mcpServers.servers: holds servers and is none itself; move what stands in it one step out (LibreChat \
      refuses the whole file)
      """
    ),
    (
      "mcpServers:\n  - {name: a, type: http, url: 'https://a.example.org/'}\n",
      """
      3:3: error: mcpServers: must be a mapping, not a list; write each server's name as a key: 'NAME: {type: ..., \
      url: ...}'
      """
    ),
    (
      "mcpServers:\n  a: {transport: http, url: 'https://a.example.org/'}\n",
      """
      3:7: warning: mcpServers.a.transport: LibreChat reads type, not transport; write 'type: streamable-http'
      """
    ),
    (
      "mcpServers:\n  a: {type: ws, url: 'wss://a.example.org/'}\n",
      """
      3:13: error: mcpServers.a.type: must be streamable-http, http, sse, websocket or stdio; did you mean websocket? \
      (LibreChat refuses the whole file)
      """
    ),
    (
      "mcpServers:\n  a: {uri: 'https://a.example.org/'}\n",
      """
      3:7: error: mcpServers.a: has neither a url nor a command; is uri meant for url? rename it (LibreChat refuses the \
      whole file)
      """
    ),
    (
      "mcpServers:\n  a:\n    type: http\n    url: https://a.example.org/\n    type: http\n    url: https://b.example.org/\n",
      """
      6:5: error: mcpServers.a.type: stands here again, the first one on line 4, and 1 more key; keep one of each; is \
      the name of a new entry missing before it? (LibreChat starts with no configuration at all)
      """
    ),
    (
      """
      modelSpecs:
        list:
          - name: a
            preset:
              promptPrefix: |
                {{#if user}}
                hello
                {{/if}}
      mcpServers:
        a: {type: http, url: 'https://a.example.org/'}

      """, ""
    ),
  ]) func `What LibreChat refuses is told with what to do`(text: String, told: String) {
    let loaded = loadText("version: 1.2.8\n" + text)
    #expect(report(loaded).replacing("librechat.yaml:", with: "") == told)
  }

  @Test(arguments: [
    ("localhost", true), ("a.localhost", true), ("mcp.local", true), ("x.svc.cluster.local", true),
    ("mcp", true),
    ("nas.lan", true), ("10.1.2.3", true), ("172.31.0.1", true), ("172.32.0.1", false), ("192.168.0.1", true),
    ("100.64.0.1", true), ("198.19.0.1", true), ("192.0.0.1", true), ("224.0.0.1", true), ("8.8.8.8", false),
    ("2130706433", true), ("0x7f.1", true), ("127.1", true), ("[::1]", true), ("[fd00::1]", true),
    ("[fe80::1]", true), ("[::ffff:10.0.0.1]", true), ("[2001:4860:4860::8888]", false),
    ("mcp.example.org", false),
    ("internal.example.org", false), ("local.example", false),
  ]) func `A private host is one that LibreChat guards`(host: String, isGuarded: Bool) {
    let loaded = loadText("version: 1.2.8\nmcpServers:\n  a: {type: http, url: 'http://\(host)/mcp'}\n")
    #expect(loaded.diagnostics.map(\.severity) == (isGuarded ? [.error] : []))
    #expect(loaded.servers[0].availability == .automatic)
  }

  @Test func `What LibreChat alone refuses holds up no reload`() {
    let before = loadText("version: 1.2.8\nmcpServers:\n  a: {type: http, url: 'https://a.example.org/'}\n")
    let after = loadText("version: 1.2.8\nmcpServers:\n  a: {type: http, url: 'http://localhost/'}\n")
    #expect(before.reload(as: after) == .apply(after.servers, note: "1 warning, see `sessiontop check`"))
  }

  @Test func `A section that another program has is a slip beside LibreChat's own`() {
    let loaded = loadText(
      "version: 1.2.8\nendpoints: {}\nmcp_servers:\n  a: {type: http, url: 'https://a.example.org/'}\n",
      name: "config.yaml")
    #expect(loaded.sources.map(\.owner) == ["LibreChat"])
    #expect(
      report(loaded)
        == "config.yaml:3:1: error: mcp_servers: unknown section, so no servers are read; did you mean mcpServers?"
    )
  }

  @Test func `A template is named as what it is, and so is a text of comments`() {
    #expect(
      report(loadText("mcpServers:\n{{#if remote}}\n  a: {type: http, url: {{ url }}}\n{{/if}}\n"))
        == """
        librechat.yaml:2:1: error: this is a template ({{#if ...}}, {% ... %}); check the file that is made from it
        """)
    #expect(
      report(loadText("// {\n//   \"servers\": {}\n// }\n", name: ".vscode/mcp.json"))
        == """
        .vscode/mcp.json:1:1: error: is empty, everything in it is a comment; add "servers": {...} with your servers
        """)
  }
}

/// JSON that only this program's reader takes.
struct StrictnessTests {
  private static let server = #""a": {"type": "http", "url": "https://a.example.org/mcp"}"#

  @Test(arguments: [
    (
      "# mine\n{\"mcpServers\": {S}}",
      "1:1: warning: # is no comment in JSON, no client reads this file; remove the line", 1
    ),
    (
      "{mcpServers: {S}}",
      "1:2: warning: a name without quotes, no client reads this file; put it in double quotes", 1
    ),
    ("{'mcpServers': {S}}", "1:2: warning: single quotes, no client reads this file; write double quotes", 1),
    (
      "{\"x\": True, \"y\": None, \"mcpServers\": {S}}",
      """
      1:7: warning: True is no word of JSON, no client reads this file; write true
      1:18: warning: None is no word of JSON, no client reads this file; write null
      """, 1
    ),
    (
      "{“mcpServers”: {S}}",
      "1:2: error: a typographic quote, and 1 more, no client reads this file; write plain double quotes", 0
    ),
    (
      "mcpServers: {S}",
      """
      1:1: warning: is YAML in a file that is named JSON; no client reads it so; write JSON, or name the file .yaml
      """, 1
    ),
    (
      "```json\n{\"mcpServers\": {S}}\n```\n",
      """
      1:1: error: the backticks of Markdown stand around the text, no client reads this file; remove these lines
      """, 0
    ),
    (
      "<<<<<<< HEAD\n{\"mcpServers\": {S}}\n=======\n{}\n>>>>>>> other\n",
      """
      1:1: error: git left the marks of two versions here, and 2 more, no client reads this file; keep one of the \
      versions and remove the marks
      """, 0
    ),
    (
      "{ // mine\n\"mcpServers\": {S,}}",
      """
      1:3: notice: a comment, which JSON has not; most clients do not take it; remove it
      2:73: notice: a comma behind the last value; most clients do not take it; remove it
      """, 1
    ),
  ]) func `is told, and read where that helps`(text: String, told: String, servers: Int) {
    let loaded = loadText(
      text.replacing("S}", with: Self.server + "}").replacing("S,", with: Self.server + ","), name: "a.json")
    #expect(report(loaded).replacing("a.json:", with: "") == told)
    #expect(loaded.servers.count == servers)
  }

  @Test(arguments: [".vscode/mcp.json", ".cursor/mcp.json", ".gemini/settings.json", "opencode.jsonc"])
  func `is none where the owner takes comments`(name: String) {
    let section = name.contains("vscode") ? "servers" : name.hasPrefix("opencode") ? "mcp" : "mcpServers"
    let loaded = loadText("{ // mine\n\"\(section)\": {\(Self.server),}}", name: name)
    #expect(report(loaded) == "")
  }
}
