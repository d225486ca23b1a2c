import Glibc
import LoopbackServers
import MCPWire
import TopTestFolders
import Testing

/// `probe` as a person and a script meet it.
@Suite(.serialized) struct `A look at one server` {
  @Test func `tells each step, and ends what it opened`() throws {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let program = try ChildProcess(sessiontopBinary, ["probe", server.url])
    #expect(try program.end() == 0, "\(program.output)")
    for step in ["ok   name", "ok   TCP", "ok   session", "ok   new connections", "ok   after DELETE"] {
      #expect(program.output.contains(step), "\(program.output)")
    }
    #expect(program.output.hasSuffix("; sessions: 2 opened, 2 ended, 0 left behind\n"), "\(program.output)")
    #expect(!program.output.contains("\u{1B}"), "nobody looks on")
    #expect(server.sessions.isEmpty)
  }

  @Test func `is one object for programs`() throws {
    let server = try LoopbackServer.start { request, peer in
      guard request.kind == "tools/call", let id = request.message?.id else { return peer.answer(request) }
      let result = #"{"content":[{"type":"text","text":"three"}]}"#
      return .json(#"{"jsonrpc":"2.0","id":\#(id.json),"result":\#(result)}"#)
    }
    defer { server.stop() }
    let program = try ChildProcess(
      sessiontopBinary, ["probe", server.url + "?key=sesame-sesame", "--json", "--call", "add"])
    #expect(try program.end() == 0, "\(program.output)")
    let lines = program.output.split(separator: "\n")
    #expect(lines.count == 1 && program.output.hasPrefix(#"{"v":1,"type":"probe","#))
    #expect(
      program.output.contains(#""sessions":{"opened":2,"ended":2,"left_behind":0}}"#), "\(program.output)")
    #expect(program.output.contains(#"{"step":"tools_call","result":"ok""#), "\(program.output)")
    #expect(!program.output.contains("sesame"))
    #expect(program.output.contains(#""content":["three"]"#), "\(program.output)")
    #expect(server.log.contents.requests("tools/call").count == 1)
  }

  @Test func `finds replicas without sticky routing, and ends the session at the right one`() throws {
    let servers = try [
      LoopbackServer.start(Behavior(name: "one")), LoopbackServer.start(Behavior(name: "two")),
    ]
    defer { for server in servers { server.stop() } }
    let front = try Front(inTurnTo: servers.map(\.port))
    let program = try ChildProcess(sessiontopBinary, ["probe", "http://127.0.0.1:\(front.port)/mcp"])
    #expect(try program.end() == 1, "\(program.output)")
    #expect(program.output.contains("FAIL new connections"), "\(program.output)")
    #expect(program.output.contains("2 of 4 new connections reach the session"), "\(program.output)")
    #expect(program.output.contains("sticky"), "\(program.output)")
    #expect(servers.allSatisfy { $0.sessions.isEmpty }, "\(program.output)")
  }

  @Test(arguments: [
    (-3, 1, "ended 20", "renew the server's certificate"),
    (5, 1, "signed by itself, ends 20", "sessionConfig.caFile"),
  ]) func `tells what is wrong with a certificate`(days: Int, exit: Int32, words: String, remedy: String)
    throws
  {
    let folder = TemporaryFolder()
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let front = try Front(tls: certificate(lasting: days, in: folder), to: server.port)
    let program = try ChildProcess(sessiontopBinary, ["probe", "https://127.0.0.1:\(front.port)/mcp"])
    #expect(try program.end() == exit, "\(program.output)")
    #expect(program.output.contains("FAIL TLS") && program.output.contains(words), "\(program.output)")
    #expect(program.output.contains(remedy), "\(program.output)")
    #expect(server.log.contents.entries.isEmpty, "nothing is sent to whom nobody trusts")
  }

  @Test func `warns of a certificate that ends soon`() throws {
    let folder = TemporaryFolder()
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let file = try certificate(lasting: 5, in: folder)
    let front = try Front(tls: file, to: server.port)
    let configuration = folder.path + "/librechat.yaml"
    try """
    mcpServers:
      ledger:
        type: streamable-http
        url: https://127.0.0.1:\(front.port)/mcp
        sessionConfig: {caFile: \(file)}
    """.write(to: configuration)
    let program = try ChildProcess(sessiontopBinary, ["probe", "ledger", "--config", configuration])
    #expect(try program.end() == 0, "\(program.output)")
    #expect(program.output.contains("note TLS"), "\(program.output)")
    #expect(program.output.contains(/ends 20\d\d-\d\d-\d\d, in [45] days/), "\(program.output)")
  }

  @Test(arguments: [SIGINT, SIGTERM]) func `ends its session when it is broken off`(signal: Int32) throws {
    var behavior = Behavior(name: "ledger")
    behavior.latency = .milliseconds(700)
    let server = try LoopbackServer.start(behavior)
    defer { server.stop() }
    let program = try ChildProcess(sessiontopBinary, ["probe", server.url])
    try program.wait(for: "a session") { $0.contains("ok   session") }
    #expect(!server.sessions.isEmpty)
    #expect(try program.stop(signal) == 1, "\(program.output)")
    #expect(program.output.contains("broken off: interrupted"), "\(program.output)")
    #expect(program.output.contains("1 opened, 1 ended, 0 left behind"), "\(program.output)")
    #expect(server.sessions.isEmpty)
  }

  @Test func `shows nothing of its address to those who list processes, and reads it where none is given`()
    throws
  {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let address = server.url.replacing("http://", with: "http://plnt-user:plnt-password@") + "?key=plnt-query"
    for words in [
      ["probe", address], ["login", address.replacing("http", with: "ftp")], ["probe", "x" + address],
    ] {
      let program = try ChildProcess(sessiontopBinary, words)
      try program.end()
      #expect(!program.output.isEmpty && !program.output.contains("plnt"), "\(program.output)")
    }
    let hanging = try LoopbackServer.start(script: { _, _ in Reply([.silence]) })
    defer { hanging.stop() }
    let program = try ChildProcess(
      sessiontopBinary,
      ["probe", hanging.url.replacing("http://", with: "http://plnt-user:plnt-password@"), "--for", "30s"])
    try program.wait(for: "its beginning") { $0.contains("streamable-http") }
    let seen = try String(contentsOf: "/proc/\(program.pid)/cmdline")
    #expect(!seen.contains("plnt") && seen.contains("\0http://***********************@127.0.0.1:"), "\(seen)")
    #expect(seen.hasSuffix("\0--for\u{0}30s\0"), "\(seen)")
    try program.stop()
    let piped = try ChildProcess(
      "/bin/sh", ["-c", "echo '\(address)' | exec \"$0\" probe -", sessiontopBinary])
    #expect(try piped.end() == 0, "\(piped.output)")
    #expect(piped.output.contains("initialize") && !piped.output.contains("plnt"), "\(piped.output)")
    #expect(server.sessions.isEmpty)
    let empty = try ChildProcess("/bin/sh", ["-c", "exec \"$0\" probe - </dev/null", sessiontopBinary])
    #expect(try empty.end() == 2 && empty.output.contains("holds no address"), "\(empty.output)")
  }

  @Test func `ends when its time is over`() throws {
    let server = try LoopbackServer.start { request, peer in
      request.kind == "ping" ? Reply([.silence]) : peer.answer(request)
    }
    defer { server.stop() }
    let program = try ChildProcess(sessiontopBinary, ["probe", server.url, "--for", "1s"])
    #expect(try program.end() == 1, "\(program.output)")
    #expect(program.output.contains("(--for) is over"), "\(program.output)")
    #expect(server.sessions.isEmpty)
  }

  @Test(arguments: ["mcp==1.30.0", "mcp==2.3.0", "fastmcp==2.14.7"])
  func `finds nothing wrong with a server of the official package`(package: String) throws {
    let server = try PythonServer(package)
    let program = try ChildProcess(
      sessiontopBinary,
      ["probe", "http://127.0.0.1:\(server.port)/mcp", "--call", "add", "--arguments", #"{"a":1,"b":2}"#])
    #expect(try program.end() == 0, "\(program.output)")
    #expect(program.output.contains(/ok   tools\/call +[\d.]+m?s  3\n/), "\(program.output)")
    #expect(program.output.contains("ok   unknown id"), "\(program.output)")
    let log = try server.stop()
    #expect(log.split(separator: "\n").count { $0.contains(#""DELETE /mcp HTTP/1.1" 200"#) } == 2, "\(log)")
  }

  @Test func `starts a process, tells what it says, and ends it`() throws {
    let environment = try ChildProcess(
      "/usr/bin/env", ["bash", packageRoot + "/Tests/Interoperability/environment.sh", "mcp==2.3.0"])
    #expect(try environment.end(within: .seconds(300)) == 0, "\(environment.output)")
    let interpreter = String(environment.output.prefix { $0 != "\n" })
    let configuration = try """
    mcpServers:
      files: {command: \(interpreter), args: [\(packageRoot)/Tests/Interoperability/server.py, --stdio]}
      broken: {command: sh, args: [-c, "echo 'fatal: no database' >&2; exit 3"]}
    """.temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let good = try ChildProcess(sessiontopBinary, ["probe", "files", "--config", configuration])
    #expect(try good.end() == 0, "\(good.output)")
    #expect(good.output.contains("ok   tools/list") && good.output.contains("ok   end"), "\(good.output)")
    let bad = try ChildProcess(sessiontopBinary, ["probe", "broken", "--config", configuration])
    #expect(try bad.end() == 1, "\(bad.output)")
    #expect(
      bad.output.contains("fatal: no database (exit code 3 before initialize was answered)"), "\(bad.output)")
  }

  struct Mistake: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let exit: Int32
    let says: String
    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(arguments: [
    Mistake(arguments: ["probe"], exit: 2, says: "server"),
    Mistake(arguments: ["probe", "ftp://host/"], exit: 2, says: "no address of http or https"),
    Mistake(arguments: ["probe", "http://h/", "--arguments", "{}"], exit: 2, says: "--call"),
    Mistake(
      arguments: ["probe", "http://h/", "--call", "add", "--arguments", "1"], exit: 2, says: "a JSON object"),
    Mistake(arguments: ["probe", "ledger", "--config", "/no/such/file"], exit: 3, says: "/no/such/file"),
    Mistake(arguments: ["probe", "http://127.0.0.1:1/mcp"], exit: 1, says: "FAIL TCP"),
  ]) func `says what is wrong in a line and an exit code`(mistake: Mistake) throws {
    let program = try ChildProcess(sessiontopBinary, mistake.arguments)
    #expect(try program.end() == mistake.exit, "\(program.output)")
    #expect(program.output.contains(mistake.says), "\(program.output)")
  }
}
