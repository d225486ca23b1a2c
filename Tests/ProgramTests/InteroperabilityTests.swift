import Glibc
import Testing

/// The real program against servers of the official Python package, told by both sides' own words.
@Suite(.serialized) struct `Interoperability` {
  @Test(arguments: ["mcp==1.30.0", "mcp==2.3.0", "fastmcp==2.14.7"])
  func `a session is created, probed and ended with DELETE`(package: String) throws {
    let server = try PythonServer(package)
    let watch = try watch(server)
    try watch.wait(for: "ready") { $0.contains(where: [#""event":"state_changed""#, #""state":"ready""#]) }
    try server.wait(for: #""GET /mcp HTTP/1.1" 200"#)
    #expect(try watch.stop() == 0)

    let events = watch.output.split(separator: "\n")
    let created = events.filter { $0.contains(#""event":"session_created""#) }
    #expect(created.count == 1)
    #expect(created.first?.contains(#""kind":"stateful","protocol":"2025-11-25""#) == true)
    #expect(watch.output.contains(#""event":"session_terminated""#))
    #expect(!watch.output.contains(#""event":"session_error""#))
    #expect(events.last?.hasPrefix(#"{"v":1,"type":"snapshot""#) == true)
    #expect(events.last?.contains(#""opened":1,"ended":1,"left_behind":0"#) == true)
    try expectJSONLines(watch.output)
    #expect(try server.stop().contains(#""DELETE /mcp HTTP/1.1" 200"#))
  }

  @Test(arguments: ["mcp==1.30.0", "mcp==2.3.0"], [["--stateless"], ["--stateless", "--json"]])
  func `a server without sessions is ready as stateless and gets no DELETE`(
    package: String, options: [String]
  ) throws {
    let server = try PythonServer(package, options)
    let watch = try watch(server)
    try watch.wait(for: "ready") { $0.contains(where: [#""state":"ready","kind":"stateless""#]) }
    #expect(try watch.stop() == 0)

    #expect(!watch.output.contains(#""event":"session_created""#))
    #expect(!watch.output.contains(#""event":"session_error""#))
    #expect(watch.output.contains(#""opened":0,"ended":0,"left_behind":0"#))
    try expectJSONLines(watch.output)
    #expect(try !server.stop().contains("DELETE"))
  }

  @Test func `a server that is killed and comes back is found again`() throws {
    let server = try PythonServer("mcp==1.30.0")
    let watch = try watch(server)
    try watch.wait(for: "a session") { $0.contains(#""event":"session_created""#) }
    try server.kill()
    try watch.wait(for: "an error") { $0.contains(#""event":"session_error""#) }
    try server.restart()
    try watch.wait(for: "recovery") { $0.contains(#""event":"recovery_succeeded""#) }
    #expect(try watch.stop() == 0)

    let told = watch.output.split(separator: "\n").compactMap { line in
      ["session_created", "session_error", "recovery_started", "recovery_succeeded", "session_terminated"]
        .first { line.contains(#""event":"\#($0)""#) }
    }
    // The order in which each is first said is the story; between them, attempts may fail any number of
    // times.
    let first = told.enumerated().filter { !told[..<$0.offset].contains($0.element) }.map(\.element)
    #expect(
      first == [
        "session_created", "session_error", "recovery_started", "recovery_succeeded", "session_terminated",
      ])
    #expect(told.count { $0 == "session_created" } == 2)
    try expectJSONLines(watch.output)
    #expect(try server.stop().contains(#""DELETE /mcp HTTP/1.1" 200"#))
  }

  /// HTTP+SSE of 2024-11-05, which a configuration may name or the client find out.
  @Test(arguments: ["mcp==1.30.0", "mcp==2.3.0", "fastmcp==2.14.7"], ["auto", "sse"])
  func `an old server answers on its stream`(package: String, wire: String) throws {
    let server = try PythonServer(package, ["--sse"], path: "/sse", wire: wire)
    let watch = try watch(server)
    try watch.wait(for: "ready") { $0.contains(where: [#""state":"ready","kind":"sse""#]) }
    try server.wait(for: #""POST /messages/?session_id="#)
    try server.kill()
    try watch.wait(for: "an error") { $0.contains(#""event":"session_error""#) }
    try server.restart()
    try watch.wait(for: "recovery") { $0.contains(#""event":"recovery_succeeded""#) }
    #expect(try watch.stop() == 0)
    #expect(watch.output.contains(#""name":"ledger""#))
    try expectJSONLines(watch.output)
    _ = try server.stop()
  }

  @Test func `a server of the sessionless revision is asked for its lists, and never pinged`() throws {
    let server = try PythonServer("mcp==2.3.0", wire: "sessionless")
    let watch = try watch(server)
    try watch.wait(for: "ready") {
      $0.contains(where: [#""state":"ready","kind":"sessionless","protocol":"2026-07-28""#])
    }
    #expect(try watch.stop() == 0)
    #expect(!watch.output.contains(#""event":"session_error""#))
    #expect(watch.output.contains(#""opened":0,"ended":0,"left_behind":0"#))
    #expect(try !server.stop().contains("DELETE"))
  }

  /// The issuer inside the package, with tokens that live five seconds.
  @Test func `a server behind a sign-in keeps its session while tokens come and go`() throws {
    let server = try PythonServer("fastmcp==2.14.7", ["--sign-in", "5"])
    let browser = try """
    #!/usr/bin/env python3
    import sys, urllib.request
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1], timeout=10).read()

    """.temporaryFile(suffix: ".py")
    chmod(browser, 0o700)
    defer { unlink(browser) }
    let around = [
      "XDG_STATE_HOME": server.stateFolder, "XDG_CONFIG_HOME": server.stateFolder, "BROWSER": browser,
    ]
    let login = try ChildProcess(
      sessiontopBinary, ["login", "ledger", "--config", server.configuration], environment: around)
    #expect(try login.end(within: .seconds(30)) == 0, "\(login.output)")
    #expect(login.output.contains("signed in at http://127.0.0.1:\(server.port)"))
    let watch = try watch(server)
    try watch.wait(for: "renewals", within: .seconds(40)) {
      $0.split(separator: "\n").count { $0.contains(#""event":"token_renewed""#) } >= 3
    }
    #expect(try watch.stop() == 0)
    #expect(watch.output.split(separator: "\n").count { $0.contains(#""event":"session_created""#) } == 1)
    #expect(!watch.output.contains(#""event":"session_error""#))
    #expect(!watch.output.contains("Bearer") && !watch.output.contains("test_access_token"))
    let tokens = try ChildProcess(sessiontopBinary, ["tokens", "--json"], environment: around)
    #expect(try tokens.end() == 0)
    #expect(tokens.output.contains(#""renewable":true"#) && !tokens.output.contains("test_"))
    let logout = try ChildProcess(
      sessiontopBinary, ["logout", "ledger", "--config", server.configuration], environment: around)
    #expect(try logout.end(within: .seconds(30)) == 0, "\(logout.output)")
    #expect(logout.output.contains("signed out"))
    let log = try server.stop()
    #expect(log.contains(#""POST /revoke HTTP/1.1" 200"#))
    #expect(log.split(separator: "\n").count { $0.contains("GET /authorize") } == 1)
  }

  @Test func `watch ends by itself after the time it was given`() throws {
    let server = try PythonServer("mcp==2.3.0")
    let watch = try watch(server, duration: "2s")
    let start = ContinuousClock.now
    #expect(try watch.end() == 0)
    #expect(ContinuousClock.now - start < .seconds(8))
    #expect(watch.output.contains(#""type":"snapshot""#))
    #expect(try server.stop().contains(#""DELETE /mcp HTTP/1.1" 200"#))
  }

  @Test func `the text form is the session log`() throws {
    let server = try PythonServer("mcp==1.30.0")
    let watch = try watch(server, format: "text")
    let created = /(?m)^\S+Z INFO \[MCP\]\[ledger\] Session created: [0-9a-f]{8}\.\.\.$/
    try watch.wait(for: "a session") { $0.contains(created) }
    #expect(try watch.stop() == 0)
    #expect(watch.output.contains(/\[MCP\]\[ledger\] Session terminated: [0-9a-f]{8}\.\.\./))
  }

  private func watch(
    _ server: PythonServer, format: String = "jsonl", duration: String = "60s"
  ) throws -> ChildProcess {
    try ChildProcess(
      sessiontopBinary,
      ["watch", "--format", format, "--config", server.configuration, "--for", duration],
      environment: ["XDG_STATE_HOME": server.stateFolder, "XDG_CONFIG_HOME": server.stateFolder])
  }

  /// Every line is one JSON value in the eyes of somebody else's reader.
  private func expectJSONLines(_ text: String) throws {
    let file = try text.temporaryFile(suffix: ".jsonl")
    let reader = try ChildProcess("/usr/bin/env", ["python3", "-m", "json.tool", "--json-lines", file])
    #expect(try reader.end() == 0, "\(reader.output)")
    unlink(file)
  }
}

extension String {
  /// Whether one line holds all the texts.
  fileprivate func contains(where texts: [String]) -> Bool {
    split(separator: "\n").contains { line in texts.allSatisfy { line.contains($0) } }
  }
}
