import Glibc
import LoopbackServers
import Testing

/// What belongs to a program on a system, made from the definitions of its commands.
@Suite struct `The manual and the completions` {
  private func output(_ words: [String]) throws -> String {
    let program = try ChildProcess(sessiontopBinary, words)
    #expect(try program.end() == 0, "\(program.output)")
    return program.output
  }

  private let commands = [
    "dashboard", "demo", "watch", "status", "probe", "serve", "attach", "reconnect", "terminate", "pause",
    "resume", "check", "files", "settings", "replay", "theme", "login", "logout", "tokens",
  ]

  @Test func `know every command and its options`() throws {
    let page = try output(["manual"])
    for command in commands { #expect(page.contains(".SS \"sessiontop \(command)"), "\(command)") }
    for option in ["\\-\\-fail\\-on", "\\-\\-dry\\-run", "\\-\\-sign\\-in", "\\-\\-call"] {
      #expect(page.contains("\\fB\(option)\\fR"), "\(option)")
    }
    #expect(page.hasPrefix(".TH SESSIONTOP 1 ") && page.contains("\n.SH EXIT STATUS\n"))
  }

  @Test func `make a page without a complaint`() throws {
    guard access("/usr/bin/man", X_OK) == 0 else { return }
    let path = try output(["manual"]).temporaryFile(suffix: ".1")
    defer { unlink(path) }
    let man = try ChildProcess(
      "/usr/bin/env", ["man", "--warnings", "-l", path], environment: ["MANPAGER": "cat", "MANWIDTH": "100"])
    #expect(try man.end() == 0, "\(man.output)")
    #expect(man.output.contains("--fail-on"), "\(man.output)")
    #expect(!man.output.contains("warning:"), "\(man.output)")
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func `complete every command`(shell: String) throws {
    let script = try output(["--generate-completion-script", shell])
    for command in commands { #expect(script.contains(command), "\(command)") }
  }

  @Test func `a service says when it is ready, that it lives, and that it stops`() throws {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let configuration = try """
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
    log: {events: false}
    """.temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let folder = try TemporaryFolder()
    let listener = try ChildProcess(
      "/usr/bin/env",
      [
        "python3", "-u", "-c",
        """
        import socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(sys.argv[1])
        print("bound")
        while True: print(s.recv(4096).decode())
        """, folder.path + "/notify",
      ])
    try listener.wait(for: "a socket") { $0.contains("bound") }
    var template = Array("/tmp/sessiontop-run-XXXXXX".utf8CString)
    let run = mkdtemp(&template).map { String(cString: $0) } ?? ""
    let service = try ChildProcess(
      sessiontopBinary, ["serve", "--config", configuration],
      environment: [
        "XDG_RUNTIME_DIR": run, "NOTIFY_SOCKET": folder.path + "/notify", "WATCHDOG_USEC": "400000",
      ])
    try listener.wait(for: "two signs of life") { $0.split(separator: "WATCHDOG=1").count > 2 }
    #expect(listener.output.contains("READY=1"))
    #expect(try service.stop() == 0)
    try listener.wait(for: "the end") { $0.contains("STOPPING=1") }
    _ = try ChildProcess("/usr/bin/env", ["rm", "-rf", run]).end()
  }
}
