import Configuration
import Sessions
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
        off4: stdio, not watched, switched off in the file (enabled)
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
        2:61: notice: mcpServers.a.oauth: signing in is not done here; the server shows as unauthorized if it \
        insists
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
        tool: stdio, not watched, stdio servers are not monitored
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
        d: stdio, not watched, stdio servers are not monitored
        e: streamable-http, watched (mcp-remote to https://e.example.org/mcp, watched directly)
        """),
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
    ("clients.json", "Bearer ${TOKEN}-$$TOKEN-%TOKEN%", "Bearer planted-$$TOKEN-%TOKEN%", ""),
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
