import Glibc
import TopTestFolders
import Testing

/// Everything an operator can type wrong gets one clear line and an exit code.
@Suite struct `The command line` {
  struct Call: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let exit: Int32
    let says: [String]
    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(arguments: [
    Call(arguments: ["--version"], exit: 0, says: ["sessiontop 0."]),
    Call(arguments: ["--help"], exit: 0, says: ["demo", "watch", "status", "check", "--config"]),
    Call(arguments: ["watch", "--help"], exit: 0, says: ["--format", "jsonl", "--for"]),
    Call(arguments: ["wach"], exit: 2, says: ["wach"]),
    Call(arguments: ["watch", "--format", "xml"], exit: 2, says: ["xml"]),
    Call(arguments: ["watch", "--for", "soon"], exit: 2, says: ["soon"]),
    Call(
      arguments: ["check", "/no/such/file.yaml"], exit: 3, says: ["/no/such/file.yaml", "does not exist"]),
    Call(arguments: ["watch", "--config", "/no/such/file.yaml"], exit: 3, says: ["/no/such/file.yaml"]),
    Call(arguments: ["check", "/proc/self/mem"], exit: 3, says: ["/proc/self/mem"]),
    Call(arguments: ["check", "/tmp"], exit: 3, says: ["/tmp", "directory"]),
    Call(arguments: ["check", "/dev/null"], exit: 3, says: ["/dev/null"]),
    Call(arguments: ["demo", "--theme", "no-such-theme"], exit: 2, says: ["no-such-theme", "default"]),
  ]) func `answers`(call: Call) throws {
    let program = try ChildProcess(sessiontopBinary, call.arguments)
    #expect(try program.end() == call.exit, "\(program.output)")
    for text in call.says { #expect(program.output.contains(text), "\(program.output)") }
  }

  struct File: Sendable, CustomTestStringConvertible {
    let text: String
    let exit: Int32
    let says: [String]
    var testDescription: String { says.first ?? "nothing" }
  }

  @Test(arguments: [
    File(
      text: "mcpServers:\n  a: {type: streamable-http, url: 'http://127.0.0.1:1/mcp'}\n", exit: 0,
      says: ["a: streamable-http, monitored"]),
    File(
      text:
        "mcpServers:\n  a: {url: 'http://127.0.0.1:1/mcp', type: http}\n  b: {type: streamable-http, url: 'nonsense'}\n",
      exit: 1, says: [":3:", "mcpServers.b.url", "a: streamable-http, monitored"]),
    File(
      text:
        "mcpServers:\n  a: {type: http, url: 'http://127.0.0.1:1/', headers: {X-Key: '${NOT_SET_ANYWHERE}'}}\n",
      exit: 3,
      says: [":2:", "mcpServers.a.headers.X-Key", "NOT_SET_ANYWHERE"]),
    File(text: "mcpServers:\n  a: [\n", exit: 3, says: ["never closed"]),
    File(text: "mcpServer:\n  a: {url: 'http://x/'}\n", exit: 3, says: ["mcpServers"]),
  ]) func `checks a file`(file: File) throws {
    let path = try file.text.temporaryFile(suffix: ".yaml")
    defer { unlink(path) }
    let program = try ChildProcess(sessiontopBinary, ["check", path])
    #expect(try program.end() == file.exit, "\(program.output)")
    for text in file.says { #expect(program.output.contains(text), "\(program.output)") }
  }

  @Test(arguments: [
    "check FILE", "check FILE --json", "check FILE --show a", "status --config FILE --for 2s",
    "status --config FILE --for 2s --json", "status --config FILE --for 2s --plugin",
    "watch --config FILE --for 1s", "watch --config FILE --for 1s --format jsonl",
    "serve --config FILE --for 1s",
    "dashboard --plain --config FILE", "dashboard --config FILE", "demo", "files", "files --json",
    "settings --default", "settings --config FILE", "settings --config FILE --json", "theme", "theme list",
    "theme show", "theme check", "tokens", "tokens --json", "manual", "--help", "--version", "help status",
    "reconnect --help", "--generate-completion-script bash", "probe a --config FILE",
    "probe http://127.0.0.1:1/", "replay LOG", "attach --pipe", "reconnect a --dry-run",
    "login a --config FILE", "logout a --config FILE",
  ]) func `never ends well where its output is closed or cannot be written`(words: String) throws {
    let folder = TemporaryFolder()
    let (file, log) = (folder.path + "/librechat.yaml", folder.path + "/events.jsonl")
    try "mcpServers:\n  a: {type: http, url: 'http://127.0.0.1:1/mcp', startup: false}\n".write(to: file)
    try "".write(to: log)
    let arguments = words.split(separator: " ").map { $0 == "FILE" ? file : $0 == "LOG" ? log : String($0) }
    for end in [">&-", ">/dev/full"] {
      let program = try ChildProcess(
        "/bin/sh", ["-c", "exec \"$0\" \"$@\" \(end)", sessiontopBinary] + arguments,
        environment: ["XDG_RUNTIME_DIR": folder.path, "HOME": folder.path])
      #expect(try program.end() != 0, "\(end): \(program.output)")
    }
  }

  @Test func `does not stop when nobody reads its output any more, but ends`() throws {
    let path = try "mcpServers:\n  a: {type: http, url: 'http://127.0.0.1:1/mcp'}\n".temporaryFile(
      suffix: ".yaml")
    defer { unlink(path) }
    let program = try ChildProcess(
      "/bin/sh", ["-c", "\(sessiontopBinary) watch --format jsonl --config \(path) | head -1"])
    #expect(try program.end() == 0)
    #expect(program.output.split(separator: "\n").count == 1)
  }
}
