import Glibc
import LoopbackServers
import Testing

/// One server, several users: each has a session with their own values.
@Suite struct `Users` {
  @Test func `have a session each, told by name and reached with their own values`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let path = try """
    mcpServers:
      desk: {type: http, url: "\(server.url)?team={{TEAM}}", headers: {Authorization: "Bearer {{PAT}}"}}
    users:
      - {id: ana, variables: {TEAM: ops, PAT: "${ANA_PAT}"}}
      - {id: ben, variables: {TEAM: dev, PAT: ben-secret}}
      - {id: cy, variables: {TEAM: dev}}
    """.temporaryFile(suffix: ".yaml")
    defer { unlink(path) }
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--config", path, "--for", "60s"], environment: ["ANA_PAT": "ana-secret"])
    try program.wait(for: "two sessions") {
      $0.contains("[MCP][User: ana][desk] Session created:")
        && $0.contains("[MCP][User: ben][desk] Session created:")
    }
    let requests = server.log.contents.requests("initialize").map(\.request)
    #expect(
      Set(requests.map { "\($0.target) \($0.headers.first { $0.name == "Authorization" }?.value ?? "")" })
        == [
          "/mcp?team=ops Bearer ana-secret", "/mcp?team=dev Bearer ben-secret",
        ])
    #expect(try program.stop() == 0)
    #expect(server.log.wait { $0.requests("DELETE").count == 2 })
    #expect(!program.output.contains("secret") && !program.output.contains("User: cy"))
  }
}
