import Glibc
import LoopbackServers
import TopTestFolders
import Testing

/// The record on disk, which `watch` and the dashboard write beside what they show.
@Suite struct `The event log` {
  @Test func `holds what watch printed, for its owner alone`() throws {
    let folder = TemporaryFolder()
    let program = try run(folder, log: "{}")
    let printed = program.output.split(separator: "\n").filter { $0.contains(#""type":"event""#) }
    let path = folder.path + "/state/sessiontop/events.jsonl"
    #expect(try String(contentsOf: path).split(separator: "\n") == printed)
    #expect(!printed.isEmpty)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func `is put aside when it is full, and the oldest goes`() throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/log.jsonl"
    for _ in 0..<4 {
      try String(repeating: "x", count: 4_096).write(to: file)
      _ = try run(folder, log: "{file: \(file), maxBytes: 4096, keep: 2}")
    }
    #expect(folder.names() == ["log.jsonl", "log.jsonl.1", "log.jsonl.2", "sessiontop.yaml", "state"])
    #expect(try String(contentsOf: file).hasPrefix(#"{"v":1,"#))
  }

  @Test(arguments: [("2020-01-01T00:00:00.000Z", true), ("2999-01-01T00:00:00.000Z", false)])
  func `is put aside when its first line is old`(time: String, isOld: Bool) throws {
    let folder = TemporaryFolder()
    let (file, text) = (folder.path + "/log.jsonl", folder.path + "/log.txt")
    try "{\"v\":1,\"type\":\"event\",\"seq\":1,\"time\":\"\(time)\"}\n".write(to: file)
    try "\(time) INFO [MCP] before\n".write(to: text)
    _ = try run(folder, log: "{file: \(file), text: \(text), maxHours: 24}")
    let aside = isOld ? ["log.jsonl", "log.jsonl.1", "log.txt", "log.txt.1"] : ["log.jsonl", "log.txt"]
    #expect(folder.names() == aside + ["sessiontop.yaml", "state"])
    #expect(try String(contentsOf: text + (isOld ? ".1" : "")).hasPrefix("\(time) INFO [MCP] before\n"))
  }

  @Test func `has log lines beside it where they are asked for`() throws {
    let folder = TemporaryFolder()
    let text = folder.path + "/log.txt"
    let program = try run(folder, log: "{text: /dev/full}", words: ["--log-file", text])
    let lines = try String(contentsOf: text).split(separator: "\n")
    #expect(lines.first?.contains(" INFO [MCP][ledger] Session created: ") == true)
    #expect(lines.last?.contains(" INFO [MCP][ledger] Session terminated: ") == true)
    #expect(!lines.contains { $0.contains(" DEBUG ") }, "as the environment says, info and above")
    #expect(!program.output.contains("/dev/full"), "the command line comes first")
  }

  @Test func `is for the system's journal what it understands`() throws {
    let folder = TemporaryFolder()
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let configuration = folder.path + "/sessiontop.yaml"
    try "mcpServers: {ledger: {type: streamable-http, url: '\(server.url)'}}".write(to: configuration)
    let program = try ChildProcess(
      "/bin/sh",
      [
        "-c", "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec \"$@\"", "sh", sessiontopBinary,
        "serve",
        "--config", configuration, "--for", "60s",
      ])
    try program.wait(for: "a session") {
      $0.contains("\n<6>[MCP][ledger] Session created: ") || $0.hasPrefix("<6>[MCP]")
    }
    #expect(try program.stop() == 0)
    #expect(program.output.contains("<6>[MCP][ledger] Session terminated: "))
  }

  @Test func `that cannot be written is told once, and stops nothing`() throws {
    let folder = TemporaryFolder()
    let program = try run(folder, log: "{file: /dev/full}")
    let told = program.output.split(separator: "\n").filter { $0.contains(#""event":"events_dropped""#) }
    #expect(told.count == 1)
    #expect(told.first?.contains("/dev/full cannot be written: No space left on device") == true)
    #expect(program.output.contains(#""event":"session_created""#))
    #expect(program.output.contains(#""opened":1,"ended":1"#))
  }

  @Test func `begins on a line of its own behind one that was cut`() throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/log.jsonl"
    try "{\"v\":1,\"type\":\"ev".write(to: file)
    let program = try run(folder, log: "{file: \(file)}")
    let kept = try String(contentsOf: file).split(separator: "\n")
    let printed = program.output.split(separator: "\n").filter { $0.contains(#""type":"event""#) }
    #expect(Array(kept.dropFirst()) == printed)
  }

  @Test func `that was moved away is made anew`() throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/log.jsonl"
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let configuration = folder.path + "/sessiontop.yaml"
    try """
    log: {file: \(file)}
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)", sessionConfig: {pingInterval: 100, retryDelay: 50}}
    """.write(to: configuration)
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", configuration, "--for", "60s"])
    try program.wait(for: "a stream") { $0.contains(#""event":"stream_opened""#) }
    #expect(rename(file, file + ".moved") == 0)
    server.forgetSessions()
    #expect(try changes(of: file) { $0.contains("recovery_succeeded") })
    #expect(try program.stop() == 0)
  }

  @Test func `leaves alone what is not ours in its own folder`() throws {
    let folder = TemporaryFolder()
    let victim = folder.path + "/victim"
    try "theirs".write(to: victim)
    chmod(victim, 0o644)
    mkdir(folder.path + "/state", 0o700)
    mkdir(folder.path + "/state/sessiontop", 0o700)
    symlink(victim, folder.path + "/state/sessiontop/events.jsonl")
    let program = try run(folder, log: "{}")
    #expect(program.output.contains("cannot be written"))
    var status = stat()
    #expect(stat(victim, &status) == 0 && status.st_mode & 0o777 == 0o644)
    #expect(try String(contentsOf: victim) == "theirs")
  }

  @Test func `is not written where the settings say so`() throws {
    let folder = TemporaryFolder()
    _ = try run(folder, log: "{events: false}")
    #expect(folder.names() == ["sessiontop.yaml", "state"])
    #expect(access(folder.path + "/state/sessiontop/events.jsonl", F_OK) != 0)
  }

  /// Watches one server until its first probe was answered.
  private func run(
    _ folder: TemporaryFolder, log: String, words: [String] = []
  ) throws -> ChildProcess {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let configuration = folder.path + "/sessiontop.yaml"
    try """
    log: \(log)
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
    """.write(to: configuration)
    let program = try ChildProcess(
      sessiontopBinary,
      ["watch", "--format", "jsonl", "--config", configuration, "--for", "60s"] + words,
      environment: ["XDG_STATE_HOME": folder.path + "/state"])
    try program.wait(for: "a stream") { $0.contains(#""event":"stream_opened""#) }
    #expect(try program.stop() == 0)
    return program
  }
}
