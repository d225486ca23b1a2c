import Glibc
import LoopbackServers
import TopTestFolders
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

  /// What bash offers for the last of the words.
  private func offered(_ words: [String], _ environment: [String: String] = [:]) throws -> Set<String> {
    let script = try output(["--generate-completion-script", "bash"]).temporaryFile(suffix: ".bash")
    defer { unlink(script) }
    let bash = """
      source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
      _sessiontop "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"; printf '%s\\n' "${COMPREPLY[@]}"
      """
    let shell = try ChildProcess(
      "/usr/bin/env", ["bash", "-c", bash, "bash", script, sessiontopBinary] + words, environment: environment
    )
    #expect(try shell.end() == 0, "\(shell.output)")
    return Set(shell.output.split(separator: "\n").map { $0.filter { $0 != " " } })
  }

  @Test func `offer names of servers, values of options, and files`() throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/librechat.yaml"
    try """
    mcpServers:
      ledger: {type: streamable-http, url: "http://127.0.0.1:1/mcp"}
      second: {type: streamable-http, url: "http://127.0.0.1:1/mcp"}
    log: {events: false}
    """.write(to: file)
    #expect(try offered(["probe", "--config", file, ""]).isSuperset(of: ["ledger", "second"]))
    #expect(try offered(["probe", "--config", file, "se"]) == ["second"])
    #expect(try offered(["login", "-c", file, "le"]) == ["ledger"])
    #expect(try offered(["check", "--config", file, "--show", "l"]) == ["ledger"])
    #expect(try offered(["probe", ""], ["SESSIONTOP_CONFIG": file]).isSuperset(of: ["ledger", "second"]))
    #expect(try offered(["status", "--format", ""]) == ["table", "tsv", "json"])
    #expect(try offered(["watch", "--format", "j"]) == ["jsonl"])
    #expect(try offered(["watch", "--sign-in", ""]) == ["never", "ask", "auto"])
    #expect(try offered(["status", "--fail-on", "do"]) == ["down"])
    #expect(try offered(["theme", "show", "hi"]) == ["high-contrast"])
    #expect(try offered(["status", "--config", folder.path + "/l"]) == [file])
    let environment = ["XDG_RUNTIME_DIR": folder.path]
    let service = try ChildProcess(
      sessiontopBinary, ["serve", "--config", file, "--name", "night"], environment: environment)
    try service.wait(for: "a look") { $0.contains("connect_refused") }
    #expect(try offered(["reconnect", "l"], environment) == ["ledger"])
    #expect(try offered(["pause", "ledger", "s"], environment) == ["second"])
    #expect(try offered(["pause", "--instance", ""], environment) == ["night"])
    #expect(try offered(["attach", "n"], environment) == ["night"])
    #expect(try service.stop() == 0)
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
    let folder = TemporaryFolder()
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
    let run = TemporaryFolder()
    let service = try ChildProcess(
      sessiontopBinary, ["serve", "--config", configuration],
      environment: [
        "XDG_RUNTIME_DIR": run.path, "NOTIFY_SOCKET": folder.path + "/notify", "WATCHDOG_USEC": "400000",
      ])
    try listener.wait(for: "two signs of life") { $0.split(separator: "WATCHDOG=1").count > 2 }
    #expect(listener.output.contains("READY=1"))
    try listener.wait(for: "how it stands") { $0.contains("STATUS=1 servers, 1 of 1 sessions live") }
    #expect(try service.stop() == 0)
    try listener.wait(for: "the end") { $0.contains("STOPPING=1") }
  }
}
