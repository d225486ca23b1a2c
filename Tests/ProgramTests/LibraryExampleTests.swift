import LoopbackServers
import Testing

/// A package of somebody else that depends on this one and uses its library.
@Suite struct `The example of the library` {
  @Test func `builds as a stranger would build it, and keeps a session`() throws {
    let folder = packageRoot + "/Tests/LibraryExample"
    let scratch = packageRoot + "/.build/library-example"
    let build = try ChildProcess(
      "/usr/bin/env",
      ["swift", "build", "--package-path", folder, "--scratch-path", scratch, "--disable-keychain"])
    let code = try build.end(within: .seconds(600))
    try #require(code == 0, "\(build.output.suffix(2_000))")

    let server = try LoopbackServer.start(Behavior())
    defer { server.stop() }
    let program = try ChildProcess(scratch + "/debug/NightWatch", [server.url])
    #expect(try program.end(within: .seconds(30)) == 0)
    #expect(program.output.contains("ledger: loopback in "), "\(program.output)")
    #expect(program.output.contains("sessions 2, ended 2"), "\(program.output)")
    #expect(server.sessions.isEmpty)
    #expect(
      server.log.contents.requests("initialize").allSatisfy {
        $0.request["User-Agent"] == "night-watch/1.0"
      })
  }
}
