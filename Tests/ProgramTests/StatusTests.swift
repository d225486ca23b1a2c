import Glibc
import LoopbackServers
import Testing

/// `status` as scripts and monitoring systems meet it.
@Suite struct `The status for scripts` {
  struct Call: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let exit: Int32
    let says: [String]
    var lacks: [String] = []
    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(arguments: [
    Call(
      arguments: [], exit: 1, says: ["SERVER\tUSER\tSTATE", "ledger\tapp\tready", "gone\tapp\trecovering"]),
    Call(arguments: ["--format", "table"], exit: 1, says: ["SERVER  STATE", "servers  "]),
    Call(arguments: ["--json"], exit: 1, says: [#""type":"snapshot""#, #""name":"gone""#]),
    Call(arguments: ["--filter", "server:led*"], exit: 0, says: ["ledger\tapp\tready"], lacks: ["gone"]),
    Call(
      arguments: ["--filter", "server:nobody"], exit: 1, says: ["no session is meant"], lacks: ["ledger"]),
    Call(arguments: ["--fail-on", "failed,down"], exit: 0, says: ["gone\tapp\trecovering"]),
    Call(arguments: ["--fail-on", "recovering"], exit: 1, says: ["gone\tapp\trecovering"]),
    Call(
      arguments: ["--plugin"], exit: 2,
      says: ["SESSIONTOP CRITICAL - 1 of 2 sessions: gone recovering (connect_refused) | servers=2;;;0"]),
    Call(
      arguments: ["--plugin", "--fail-on", "recovering"], exit: 2, says: ["SESSIONTOP CRITICAL - 1 of 2"]),
    Call(
      arguments: ["--plugin", "--filter", "ledger"], exit: 0, says: ["SESSIONTOP OK - 1 of 1 sessions live"]),
    Call(arguments: ["--fail-on", "dwon"], exit: 2, says: ["no state is called dwon"]),
    Call(arguments: ["--filter", "srever:a"], exit: 2, says: ["no field", "server"]),
    // To a monitoring system 2 is critical: what keeps the question from being asked is unknown.
    Call(arguments: ["--plugin", "--json"], exit: 3, says: ["SESSIONTOP UNKNOWN", "--plugin"]),
    Call(
      arguments: ["--plugin", "--fail-on", "dwon"], exit: 3,
      says: ["SESSIONTOP UNKNOWN - the command line cannot be used", "no state is called dwon"]),
  ]) func `answers`(call: Call) throws {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let configuration = try """
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
      gone: {type: streamable-http, url: "http://127.0.0.1:1/mcp"}
    log: {events: false}
    """.temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let program = try ChildProcess(sessiontopBinary, ["status", "--config", configuration] + call.arguments)
    #expect(try program.end() == call.exit, "\(program.output)")
    for words in call.says { #expect(program.output.contains(words), "\(program.output)") }
    for words in call.lacks { #expect(!program.output.contains(words), "\(program.output)") }
    #expect(server.sessions.isEmpty)
  }

  @Test(arguments: [
    ("check", 1), ("settings --config", 1), ("status --for 1s --config", 1),
    ("status --plugin --for 1s --config", 3), ("watch --for 1s --config", 1),
  ]) func `is not well, as every command, when what it says is lost`(words: String, exit: Int32) throws {
    let configuration = try "mcpServers: {}\nlog: {events: false}\n".temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let program = try ChildProcess(
      "/bin/sh", ["-c", "'\(sessiontopBinary)' \(words) '\(configuration)' >/dev/full"])
    #expect(try program.end() == exit, "\(program.output)")
    #expect(program.output.contains("standard output cannot be written"), "\(program.output)")
  }

  @Test func `is unknown where the configuration cannot be used`() throws {
    let program = try ChildProcess(sessiontopBinary, ["status", "--plugin", "--config", "/no/such/file"])
    #expect(try program.end() == 3, "\(program.output)")
    #expect(program.output.contains("SESSIONTOP UNKNOWN - the configuration cannot be used"))
  }
}
