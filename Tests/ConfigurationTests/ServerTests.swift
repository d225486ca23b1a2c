import TopConfiguration
import MCPSessions
import Testing

struct ServerTests {
  @Test func `A real file gives servers with their resolved values`() throws {
    let loaded = loadText(
      """
      version: "1.3.0"
      interface: {mcpServers: {use: true}}
      x-defaults: &defaults
        timeout: 20_000
        sessionConfig: {timeout: 7200000, retryAttempts: 5}
      mcpServers:
        chat:
          type: streamable-http
          url: https://user:pw@chat.example.com/mcp?key=${CHAT_KEY}
          headers: {Authorization: "Bearer ${CHAT_TOKEN}", X-Team: ops}
          initTimeout: 5000
          sessionConfig: {timeout: 1800000, retryAttempts: 0, retryDelay: 250, pingInterval: 0, listEvery: 3,
            stream: false}
        merged:
          timeout: 1
          <<: *defaults
          type: http
          url: http://127.0.0.1:3000/mcp
          startup: false
        old: {url: "https://old.example.com/sse"}
        local: {command: npx, args: [-y, thing]}
        socket: {url: "ws://127.0.0.1:9/mcp"}
      """, environment: ["CHAT_KEY": "query-key-1", "CHAT_TOKEN": "token-1"])
    #expect(
      report(loaded) == """
        librechat.yaml:3:1: warning: x-defaults: unknown section, LibreChat refuses the whole file
        librechat.yaml:14:3: error: mcpServers.merged: LibreChat refuses this server, it is a private address; add \
        'mcpSettings: {allowedAddresses: ["127.0.0.1:3000"]}' at the top level
        librechat.yaml:20:9: notice: mcpServers.old.type: is missing, and LibreChat takes a URL without it for old \
        HTTP+SSE; write 'type: streamable-http' if the server speaks it
        librechat.yaml:22:3: error: mcpServers.socket: LibreChat refuses this server, it is a private address; add \
        "127.0.0.1:9" to mcpSettings.allowedAddresses, too
        """)
    #expect(loaded.servers.map(\.name) == ["chat", "merged", "old", "local", "socket"])
    let chat = loaded.servers[0]
    #expect(chat.endpoint?.url.revealed == "https://user:pw@chat.example.com/mcp?key=query-key-1")
    #expect(chat.endpoint?.display == "https://chat.example.com/mcp?key=•••")
    #expect(chat.headers.map(\.name) == ["Authorization", "X-Team"])
    #expect(chat.headers.map(\.value.revealed) == ["Bearer token-1", "ops"])
    #expect(chat.secrets.map(\.revealed) == ["query-key-1", "token-1"])
    #expect(
      chat.settings
        == SessionSettings(
          timeout: .seconds(1_800), retryAttempts: 0, retryDelay: .milliseconds(250), pingInterval: .zero,
          listEvery: 3, stream: false, initTimeout: .seconds(5)))
    let merged = loaded.servers[1]
    #expect(merged.transport == .streamableHTTP)
    #expect(merged.availability == .onDemand)
    #expect(merged.settings.requestTimeout == .milliseconds(1))
    #expect(merged.settings.timeout == .seconds(7_200))
    #expect(loaded.servers[2].availability == .automatic)
    #expect(loaded.servers[3].availability == .onDemand, "nobody allowed to start it")
    #expect(loaded.servers[4].availability == .unmonitored("websocket servers are not monitored"))
  }

  @Test func `One broken entry hides no other, and every problem is named`() {
    let loaded = loadText(
      """
      mcpServers:
        unset: {type: http, url: "${NOWHERE_URL}"}
        token:
          type: http
          url: https://a.example.com/mcp
          headers: {Authorization: "Bearer ${NO_TOKEN}", X-Trace: "${NO_TRACE}", Mcp-Session-Id: abc}
        kind: {type: streamableHttp, url: https://a.example.com/mcp}
        number: {type: http, url: https://a.example.com/mcp, timeout: 30s, startup: yes, header: {}}
        scheme: {type: http, url: "file:///etc/hostname"}
        bare: {type: http, url: localhost:3000/mcp}
        quirk: {type: http, url: "${SCHEME}://${HOST}"}
        line: {type: http, url: "http://h/", headers: {X-A: "a\\nb", "X B": c, X-C: 3}}
        policy: {type: http, url: "http://h/", sessionConfig: {retry_attempts: 3, timeout: "1h", stream: 1}}
        user: {type: http, url: "http://h/{{WORKSPACE}}", headers: {X-U: "{{LIBRECHAT_USER_ID}}"}}
        braces: {type: http, url: "http://h/", headers: {X-U: {{PAT}}}}
        fine: {type: http, url: "http://h/"}
        text: hello
        nothing: {title: x}
      """, environment: ["SCHEME": "https", "HOST": "h"])
    let expected = """
      librechat.yaml:2:28: error: mcpServers.unset.url: the variable NOWHERE_URL is not set; set it in the environment \
      (LibreChat would take the characters ${NOWHERE_URL} for the address)
      librechat.yaml:6:30: error: mcpServers.token.headers.Authorization: the variable NO_TOKEN is not set; set it in \
      the environment (LibreChat would send the characters ${NO_TOKEN})
      librechat.yaml:6:61: warning: mcpServers.token.headers.X-Trace: the variable NO_TRACE is not set, so the header \
      is left out; set it in the environment (LibreChat would send the characters ${NO_TRACE})
      librechat.yaml:6:76: warning: mcpServers.token.headers.Mcp-Session-Id: belongs to the protocol and is not taken \
      from the file; remove it
      librechat.yaml:7:16: error: mcpServers.kind.type: must be streamable-http, http, sse, websocket or stdio; did you \
      mean streamable-http? (LibreChat refuses the whole file)
      librechat.yaml:8:65: error: mcpServers.number.timeout: must be a whole number of milliseconds, not text; write \
      digits without quotes and without a unit (LibreChat refuses the whole file)
      librechat.yaml:8:79: error: mcpServers.number.startup: must be true or false, not text; write true or false \
      without quotes (LibreChat refuses the whole file)
      librechat.yaml:8:84: warning: mcpServers.number.header: unknown key, LibreChat drops it unread; did you mean \
      headers?
      librechat.yaml:9:29: error: mcpServers.scheme.url: the scheme file cannot be used; use https:// or http://
      librechat.yaml:10:27: error: mcpServers.bare.url: has no scheme; start it with https:// or http://
      librechat.yaml:11:28: error: mcpServers.quirk.url: starts with ${ and ends with }, so LibreChat takes all of it, \
      from SCHEME on, for one name; put one variable there that holds all of it (LibreChat would take \
      the characters ${SCHEME} for the address)
      librechat.yaml:12:55: error: mcpServers.line.headers.X-A: holds a line break; remove it, the request would be \
      refused
      librechat.yaml:12:63: error: mcpServers.line.headers.(key of 3 characters): is no legal header name; use letters, \
      digits and dashes only
      librechat.yaml:12:78: error: mcpServers.line.headers.X-C: must be text, not a whole number; put it in quotes \
      (LibreChat refuses the whole file)
      librechat.yaml:13:58: warning: mcpServers.policy.sessionConfig.retry_attempts: unknown key, nothing reads it; did \
      you mean retryAttempts?
      librechat.yaml:13:86: error: mcpServers.policy.sessionConfig.timeout: must be a whole number of milliseconds, not \
      text; write digits without quotes and without a unit
      librechat.yaml:13:100: error: mcpServers.policy.sessionConfig.stream: must be true or false, not a whole number; \
      write true or false without quotes
      librechat.yaml:15:57: error: mcpServers.braces.headers.X-U: starts with '{', so YAML reads a mapping, not text; \
      put the placeholder in quotes: "{{NAME}}" (LibreChat refuses the whole file)
      librechat.yaml:17:9: error: mcpServers.text: must be a mapping, not text; write 'type:' and 'url:' below it, \
      indented (LibreChat refuses the whole file)
      librechat.yaml:18:13: error: mcpServers.nothing: has neither a url nor a command; add 'type: streamable-http' \
      and 'url: https://...' (LibreChat refuses the whole file)
      """
    #expect(report(loaded) == expected)
    #expect(loaded.servers.count == 14)
    let fine = loaded.servers.filter { $0.availability == .automatic }
    #expect(fine.map(\.name) == ["fine"])
    #expect(
      loaded.servers[9].availability
        == .unmonitored("needs values of a signed-in user: WORKSPACE, LIBRECHAT_USER_ID"))
    #expect(
      loaded.servers[0].availability
        == .broken(
          "url: the variable NOWHERE_URL is not set; set it in the environment (LibreChat would take the characters ${NOWHERE_URL} for the address)"
        ))
    #expect(loaded.isUsable)
  }

  @Test func `An administrator's key overwrites a header, a user's key does not exist here`() {
    let loaded = loadText(
      """
      mcpServers:
        bearer:
          type: http
          url: http://h/
          headers: {authorization: old}
          apiKey: {source: admin, authorization_type: bearer, key: "${KEY}"}
        custom: {type: http, url: "http://h/", apiKey: {source: admin, authorization_type: custom, key: k}}
        user: {type: http, url: "http://h/", apiKey: {source: user, authorization_type: bearer}}
        oauth: {type: http, url: "http://h/", requiresOAuth: true}
        vars: {type: http, url: "http://h/", customUserVars: {PAT: {title: t, description: d}}}
      """, environment: ["KEY": "planted-key"])
    #expect(loaded.diagnostics.isEmpty)
    #expect(loaded.servers[0].headers == [Header(name: "Authorization", value: "Bearer planted-key")])
    #expect(loaded.servers[1].headers == [Header(name: "X-Api-Key", value: "k")])
    #expect(
      loaded.servers[2...].map(\.availability) == [
        .unmonitored("needs values of a signed-in user: MCP_API_KEY"),
        .automatic,
        .unmonitored("needs values of a signed-in user: PAT"),
      ])
  }

  @Test func `A key from the environment stays hidden in the path of a URL`() {
    let loaded = loadText(
      """
      mcpServers:
        hook: {type: http, url: "https://${HOST}/s/${PATH_KEY}/mcp"}
      """, environment: ["HOST": "hook.example.com", "PATH_KEY": "planted-path"])
    #expect(report(loaded).contains("starts with ${") == false)
    #expect(loaded.servers[0].endpoint?.display == "https://hook.example.com/s/•••/mcp")
    #expect(loaded.servers[0].secrets.map(\.revealed) == ["planted-path"])
  }

  @Test func `The server beats the environment, the environment our file, our file what is built in`() {
    let loaded = loadText(
      """
      session: {timeout: 1000, retryAttempts: 7, pingInterval: 5000}
      mcpServers:
        plain: {type: http, url: "http://h/"}
        own: {type: http, url: "http://h/", sessionConfig: {timeout: 3000}}
      """, environment: ["MCP_SESSION_TIMEOUT": "2 * 1000", "MCP_SESSION_RETRY_DELAY": "soon"],
      name: "sessiontop.yaml")
    #expect(
      report(loaded) == """
        environment: error: MCP_SESSION_RETRY_DELAY: must be a whole number of milliseconds from 1 to 3600000; it is \
        ignored now; set it to digits or unset it
        """)
    let (plain, own) = (loaded.servers[0].settings, loaded.servers[1].settings)
    #expect(plain.timeout == .seconds(2) && own.timeout == .seconds(3))
    #expect(plain.retryAttempts == 7 && plain.pingInterval == .seconds(5) && plain.retryDelay == .seconds(1))
    #expect(
      loaded.effective["own"]?.map { "\($0.name) \($0.value) \($0.origin)" } == [
        "type streamable-http sessiontop.yaml:4", "startup true default", "timeout none default",
        "initTimeout none default", "sseReadTimeout none default", "url http://h/ sessiontop.yaml:4",
        "session.timeout 3000 sessiontop.yaml:4", "session.retryAttempts 7 sessiontop.yaml:1",
        "session.retryDelay 1000 default", "session.pingInterval 5000 sessiontop.yaml:1",
        "session.listEvery 10 default", "session.slow 2000 default", "session.stream true default",
        "session.wire auto default", "session.stdio false default",
        "session.terminateURL none default", "session.caFile none default",
        "session.clientCertificate none default", "session.clientKey none default",
      ])
  }

  struct Authorities: Sendable, CustomTestStringConvertible {
    let what: String
    var environment: [String: String] = [:]
    var setting = ""
    /// Of the server, and where it is from.
    let caFile: String
    var report = ""
    var testDescription: String { what }
  }

  @Test(arguments: [
    Authorities(what: "none", caFile: "none default"),
    Authorities(
      what: "of Node's variable", environment: ["NODE_EXTRA_CA_CERTS": "/etc/hosts"],
      caFile: "/etc/hosts environment NODE_EXTRA_CA_CERTS"),
    Authorities(
      what: "the system's own, which are trusted anyway",
      environment: ["SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt", "CURL_CA_BUNDLE": "/etc/hosts"],
      caFile: "/etc/hosts environment CURL_CA_BUNDLE"),
    Authorities(
      what: "our file beats the environment", environment: ["SSL_CERT_FILE": "/etc/hosts"],
      setting: "session: {caFile: /etc/passwd}", caFile: "/etc/passwd sessiontop.yaml:2"),
    Authorities(
      what: "a variable that names nothing", environment: ["SSL_CERT_FILE": "/nowhere/ca.pem"],
      caFile: "none default",
      report:
        "environment: warning: SSL_CERT_FILE: names a file that cannot be read (No such file or directory);"
        + " it is ignored now; name a file of certificates (PEM) or unset it"),
    Authorities(
      what: "a setting that names nothing", setting: "session: {caFile: /nowhere/ca.pem}",
      caFile: "/nowhere/ca.pem sessiontop.yaml:2",
      report: "sessiontop.yaml:2:19: warning: session.caFile: cannot be read (No such file or directory);"
        + " name a file of certificates (PEM); until then no certificate is trusted"),
    Authorities(
      what: "a setting that names a device", setting: "session: {caFile: /dev/zero}",
      caFile: "/dev/zero sessiontop.yaml:2",
      report: "sessiontop.yaml:2:19: warning: session.caFile: is no regular file;"
        + " name a file of certificates (PEM); until then no certificate is trusted"),
  ]) func `Authorities to trust come from our file or where other programs look`(authorities: Authorities) {
    let loaded = loadText(
      """
      mcpServers: {a: {type: http, url: "https://h/"}}
      \(authorities.setting)
      """, environment: authorities.environment, name: "sessiontop.yaml")
    let found = loaded.effective["a"]?.first { $0.name == "session.caFile" }
    #expect(found.map { "\($0.value) \($0.origin)" } == authorities.caFile)
    #expect(report(loaded) == authorities.report)
  }

  @Test(arguments: [
    ("clientSecret: planted-secret", true), ("refreshToken: planted-token", true),
    ("assertionFile: a.jwt", true), ("clientSecret: planted-secret, issuer: 'https://i.example'", false),
    ("clientSecret: planted-secret, tokenURL: 'https://i.example/token'", false),
    ("clientSecret: planted-secret, issuerMetadataURL: 'https://i.example/m'", false),
    ("clientID: me", false), ("tokenFile: t", false),
  ])
  func `What is secret is for an issuer, which check asks for`(auth: String, isNoticed: Bool) {
    let loaded = loadText(
      """
      mcpServers:
        a: {type: http, url: "https://h/", sessionConfig: {auth: {\(auth)}}}
      """, environment: [:], name: "sessiontop.yaml")
    let notices = loaded.diagnostics.filter { $0.path.hasSuffix("auth.issuer") }
    #expect(notices.map(\.severity) == (isNoticed ? [.notice] : []), "\(report(loaded))")
  }
}
