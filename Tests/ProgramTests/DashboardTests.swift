import Glibc
import LoopbackServers
import Testing

/// The dashboard as an operator has it: in a terminal, by its keys, seen as text.
@Suite(.serialized) struct `The dashboard` {
  @Test func `opens, follows keys and size, and gives the terminal back`() throws {
    let terminal = try Tmux(columns: 120, rows: 40)
    try terminal.run(
      "stty -a > /dev/null; echo before; \(sessiontopBinary) demo; echo exit $?; stty -a | grep -c ' echo '")
    let wide = try terminal.wait(for: "live servers") { $0.contains(/● steady +ready +\S+ +- +1\/1/) }
    #expect(wide.contains(/servers 9: .*ready/))
    #expect(wide.contains("┌▸servers (9)"))
    #expect(wide.contains("try Enter, n, o, O"), "what there is to try is said until a key is pressed")
    #expect(wide.contains("a session with an id and a stream"), "and what each server shows")
    try terminal.press("g")
    try terminal.wait(for: "the hints") { $0.contains("tab pane") }
    #expect(try terminal.format("#{alternate_on}") == "1")

    try terminal.press("?")
    try terminal.wait(for: "the help") { $0.contains("terminate selected or marked") }
    try terminal.press("Escape")
    try terminal.resize(columns: 80, rows: 24)
    try terminal.wait(for: "the small layout") { !$0.contains("┌") && $0.contains("── events, follow ──") }
    try terminal.press("2")
    try terminal.wait(for: "the sessions") { $0.contains(/SERVER +ID +USER +STATE/) }
    try terminal.press("p")
    try terminal.wait(for: "the frozen picture") { $0.contains("FROZEN") }
    try terminal.press("Q")
    let after = try terminal.wait(for: "the shell") {
      $0.contains("exit ") && $0.hasSuffix("$\n") || $0.contains("exit 0\n1\n")
    }
    #expect(after.contains("before"), "what stood on the screen is back:\n\(after)")
    #expect(after.contains("exit 0\n1\n"), "the terminal echoes again:\n\(after)")
    #expect(try terminal.format("#{alternate_on} #{cursor_flag}") == "0 1")
  }

  @Test func `ends a session only after a yes, and opens it again`() throws {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let configuration = try Self.configuration(server)
    defer { unlink(configuration) }
    let terminal = try Tmux(columns: 80, rows: 24)
    try terminal.run("\(sessiontopBinary) --config \(configuration)")
    try terminal.wait(for: "a session") { $0.contains(/● ledger +ready +\S+ +1\/1/) }

    try terminal.press("K")
    try terminal.wait(for: "the question") {
      $0.contains("Terminate 1 session, 1 of them live") || $0.contains("Terminate 1 session, live")
    }
    try terminal.press("n")
    try terminal.wait(for: "no question") { !$0.contains("Terminate") }
    #expect(server.log.contents.requests("DELETE").isEmpty)

    try terminal.press("K", "y")
    try terminal.wait(for: "the end") { $0.contains(/ledger +closed/) }
    #expect(server.log.contents.requests("DELETE").map(\.status) == [200])
    #expect(server.sessions.isEmpty)

    try terminal.press("r", "y")
    try terminal.wait(for: "a new session") { $0.contains(/● ledger +ready +\S+ +1\/1/) }
    #expect(server.log.contents.requests("initialize").count == 2)
    try terminal.press("q")
    #expect(server.log.wait { $0.requests("DELETE").count == 2 })
  }

  struct Ending: Sendable, CustomTestStringConvertible {
    let signal: Int32
    let exit: String
    /// Whether sessions can still be ended: a crash cannot.
    let isPolite: Bool
    var testDescription: String { exit }
  }

  @Test(arguments: [
    Ending(signal: SIGTERM, exit: "exit 0", isPolite: true),
    Ending(signal: SIGINT, exit: "exit 0", isPolite: true),
    Ending(signal: SIGQUIT, exit: "exit 0", isPolite: true),
    Ending(signal: SIGSEGV, exit: "exit 139", isPolite: false),
    Ending(signal: SIGABRT, exit: "exit 134", isPolite: false),
  ]) func `gives the terminal back however it ends`(ending: Ending) throws {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let configuration = try Self.configuration(server)
    defer { unlink(configuration) }
    let terminal = try Tmux(columns: 80, rows: 24)
    try terminal.run(
      "\(sessiontopBinary) --config \(configuration); echo exit $?; stty -a | grep -c ' echo '")
    try terminal.wait(for: "a session") { $0.contains(/● ledger +ready/) }
    kill(try terminal.program, ending.signal)
    try terminal.wait(for: "the shell with \(ending.exit)") { $0.contains("\(ending.exit)\n1\n") }
    #expect(try terminal.format("#{alternate_on} #{cursor_flag}") == "0 1")
    #expect(server.log.contents.requests("DELETE").count == (ending.isPolite ? 1 : 0))
  }

  @Test(arguments: [false, true]) func `ends within a second of losing its terminal`(ignoresHangUp: Bool)
    throws
  {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let configuration = try Self.configuration(server)
    defer { unlink(configuration) }
    let screen = try PseudoTerminal(columns: 80, rows: 24)
    // What nohup does to a program.
    let prelude = ignoresHangUp ? "trap '' HUP; " : ""
    let program = try ChildProcess(
      "/bin/sh", ["-c", "\(prelude)exec \(sessiontopBinary) --config \(configuration)"],
      environment: ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"], terminal: screen.path)
    try screen.wait(for: "ready")
    screen.hangUp()
    let start = ContinuousClock.now
    try program.end(within: .seconds(5))
    #expect(ContinuousClock.now - start < .seconds(1))
    let requests = server.log.contents.entries.map {
      "\($0.request.kind) \($0.request["Mcp-Session-Id"] ?? "-")"
    }
    #expect(requests.count { $0.hasPrefix("DELETE") } == 1, "\(requests)")
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let environment: [String: String]
    let hasTerminal: Bool
    let says: String
    var testDescription: String { says }
  }

  @Test(arguments: [
    Refusal(environment: ["TERM": "dumb"], hasTerminal: true, says: "dumb"),
    Refusal(environment: ["TERM": "no-such-terminal"], hasTerminal: true, says: "no-such-terminal"),
    Refusal(environment: ["TERM": ""], hasTerminal: true, says: "TERM"),
    Refusal(environment: ["TERM": "xterm-256color"], hasTerminal: false, says: "terminal"),
  ]) func `says in one line why a terminal cannot be used, and what works without one`(refusal: Refusal)
    throws
  {
    let screen = try PseudoTerminal(columns: 80, rows: 24)
    let program = try ChildProcess(
      sessiontopBinary, ["demo"], environment: refusal.environment,
      terminal: refusal.hasTerminal ? screen.path : nil)
    #expect(try program.end() == 4)
    #expect(program.output.contains(refusal.says), "\(program.output)")
    #expect(program.output.contains("watch"), "\(program.output)")
    #expect(program.output.split(separator: "\n").count == 1)
  }

  /// A configuration that knows one server, called ledger.
  private static func configuration(_ server: LoopbackServer) throws -> String {
    try """
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
    """.temporaryFile(suffix: ".yaml")
  }
}
