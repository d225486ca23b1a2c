import TopConfiguration
import MCPSessions
import Testing

struct UserTests {
  private static let servers = """
    mcpServers:
      desk:
        type: http
        url: https://${HOST}/{{TEAM}}/mcp?k=${KEY}
        headers: {Authorization: "Bearer {{PAT}}", X-Mail: "{{LIBRECHAT_USER_EMAIL}}", X-Id: "{{LIBRECHAT_USER_ID}}"}
      vars: {type: http, url: "http://v/", customUserVars: {PAT: {title: t, description: d}}}
      key: {type: http, url: "http://k/", apiKey: {source: user, authorization_type: bearer}}
      shared: {type: http, url: "http://s/"}
    """

  private func load(_ users: String) -> Loaded {
    loadText(
      Self.servers + "\n" + users,
      environment: ["HOST": "h.example.com", "KEY": "planted-key", "ANA_PAT": "planted-ana"],
      name: "sessiontop.yaml")
  }

  @Test func `Each user who has all values gets a session of their own`() throws {
    let loaded = load(
      """
      users:
        - {id: ana, variables: {TEAM: ops, PAT: "${ANA_PAT}", LIBRECHAT_USER_EMAIL: ana@example.org}}
        - {id: ben, variables: {TEAM: "{{PAT}}", PAT: "${not}-a-variable", LIBRECHAT_USER_EMAIL: "ben@example.org"}}
        - {id: cy, variables: {TEAM: dev, MCP_API_KEY: planted-cy}}
      """)
    #expect(
      report(loaded) == """
        sessiontop.yaml:3:5: notice: mcpServers.desk: the users ben and cy get no session, PAT and \
        LIBRECHAT_USER_EMAIL are missing; add it to the variables of each
        sessiontop.yaml:6:10: notice: mcpServers.vars: the users ben and cy get no session, PAT is missing; add it to \
        the variables of each
        sessiontop.yaml:7:9: notice: mcpServers.key: the users ana and ben get no session, MCP_API_KEY is missing; \
        add it to the variables of each
        sessiontop.yaml:11:49: error: users[1].variables.PAT: the variable not is not set; set it in the environment
        """)
    #expect(loaded.servers.map(\.availability) == [.automatic, .automatic, .automatic, .automatic])
    #expect(loaded.servers.map { $0.accounts.map(\.user) } == [["ana"], ["ana"], ["cy"], []])
    let ana = try #require(loaded.servers[0].accounts.first)
    #expect(ana.endpoint?.url.revealed == "https://h.example.com/ops/mcp?k=planted-key")
    #expect(ana.headers.map(\.value.revealed) == ["Bearer planted-ana", "ana@example.org", "ana"])
    #expect(ana.secrets.map(\.revealed).contains("planted-ana"))
    #expect(
      loaded.servers[2].accounts.first?.headers == [Header(name: "Authorization", value: "Bearer planted-cy")]
    )
  }

  @Test func `A user's value pulls in nothing, and a name beyond Latin-1 is encoded as LibreChat does`()
    throws
  {
    let loaded = load(
      """
      users:
        - {id: ben, variables: {TEAM: "x{{PAT}}${KEY}", PAT: p-1, LIBRECHAT_USER_EMAIL: "bén@例.jp"}}
      """)
    let ben = try #require(loaded.servers[0].accounts.first)
    // The file's own ${KEY} is the environment's; what a value holds after that stays as it is.
    #expect(ben.endpoint?.url.revealed == "https://h.example.com/x{{PAT}}planted-key/mcp?k=planted-key")
    #expect(ben.headers.map(\.value.revealed) == ["Bearer p-1", "b64:YsOpbkDkvosuanA=", "ben"])
    #expect(ben.endpoint?.display == "https://h.example.com/•••/mcp?k=•••")
  }

  @Test func `Without users the names that are missing are told, with users those that somebody lacks`() {
    #expect(
      load("").servers.map(\.availability) == [
        .unmonitored("needs values of a signed-in user: TEAM, PAT, LIBRECHAT_USER_EMAIL, LIBRECHAT_USER_ID"),
        .unmonitored("needs values of a signed-in user: PAT"),
        .unmonitored("needs values of a signed-in user: MCP_API_KEY"), .automatic,
      ])
    #expect(
      load("users: [{id: ana, variables: {TEAM: ops}}]\n").servers[0].availability
        == .unmonitored("needs values of a signed-in user: PAT, LIBRECHAT_USER_EMAIL"))
  }

  @Test func `A value that makes a request impossible is an error that names the user`() {
    let loaded = load(
      """
      users: [{id: ana, variables: {TEAM: "a b", PAT: "x\\ny", LIBRECHAT_USER_EMAIL: e@f}}]
      """)
    #expect(
      report(loaded).contains(
        "sessiontop.yaml:4:10: error: mcpServers.desk.url: for the user ana it a space or control character"))
    #expect(
      loaded.servers[1].availability == .automatic, "\(report(loaded))")
  }

  @Test func `Placeholders that LibreChat would send as they are get a warning`() {
    let loaded = loadText(
      """
      mcpServers:
        a: {type: http, url: "http://h/", headers: {X-A: "{{ PAT }}", X-B: "{{LIBRECHAT_USER_MAIL}}"}}
        b: {type: http, url: "http://h/", headers: {X-A: "{{LIBRECHAT_BODY_CONVERSATION_ID}}"}}
      """)
    #expect(
      report(loaded) == """
        librechat.yaml:2:52: warning: mcpServers.a.headers.X-A: a placeholder has spaces in it, and LibreChat sends it \
        as it is; write {{PAT}}
        librechat.yaml:2:70: warning: mcpServers.a.headers.X-B: LIBRECHAT_USER_MAIL is no placeholder, and LibreChat \
        sends it as it is; did you mean LIBRECHAT_USER_EMAIL?
        librechat.yaml:3:52: warning: mcpServers.b.headers.X-A: LIBRECHAT_BODY_CONVERSATION_ID is no placeholder, and \
        LibreChat sends it as it is; did you mean LIBRECHAT_BODY_CONVERSATIONID?
        """)
  }
}
