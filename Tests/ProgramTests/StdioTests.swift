import Glibc
import TopPlatform
import TopTestFolders
import Testing

/// Servers that are processes, good and hostile, as the whole program keeps them; nothing of them is left.
@Suite(.serialized) struct `A server that is a process` {
  private let folder: TemporaryFolder
  /// In the arguments of everything that these tests start.
  private let marker = "\(UInt32.random(in: 1_000_000 ... .max)).5"

  init() throws {
    folder = TemporaryFolder()
  }

  private func watch(
    _ mood: String, _ settings: String = "", arguments: [String] = ["--stdio"]
  ) throws -> ChildProcess {
    let configuration = folder.path + "/librechat.yaml"
    try """
    mcpServers:
      child:
        command: python3
        args: ["\(packageRoot)/Tests/Interoperability/hostile.py", \(mood), "\(marker)"]
        initTimeout: 8000
        sessionConfig: {pingInterval: 500, retryDelay: 200\(settings)}

    """.write(to: configuration)
    return try ChildProcess(
      sessiontopBinary,
      ["watch", "--format", "jsonl", "--config", configuration, "--for", "120s"] + arguments,
      environment: ["XDG_STATE_HOME": folder.path])
  }

  /// Processes that carry the marker, but for the program itself.
  private func left() -> Int {
    ProcessStatus.all().count { process in
      guard !process.isZombie, let words = try? String(contentsOf: "/proc/\(process.id)/cmdline") else {
        return false
      }
      return words.split(separator: "\0").contains { $0 == marker }
    }
  }

  private func expectNothingLeft(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let limit = ContinuousClock.now + .seconds(10)
    while left() > 0, ContinuousClock.now < limit { _ = TopPlatform.wait(reading: [], milliseconds: 20) }
    #expect(left() == 0, "\(what): a process is left", sourceLocation: sourceLocation)
  }

  private func isReady(_ output: String) -> Bool { output.contains(#""state":"ready","kind":"process""#) }

  @Test func `is not started unless somebody allowed that`() throws {
    let program = try watch("plain", arguments: ["--for", "2s"])
    try program.end()
    #expect(program.output.contains(#""state":"idle""#))
    #expect(program.output.contains("r starts: python3"))
    #expect(!program.output.contains("hostile: plain") && left() == 0)
  }

  @Test(arguments: ["plain", "halves", "chatty", "stubborn", "grandchild", "floods", "endless"])
  func `is ready, whatever else it does, and is gone afterwards`(mood: String) throws {
    let program = try watch(mood)
    try program.wait(for: "ready", within: .seconds(60)) { isReady($0) }
    if mood == "endless" {
      try program.wait(for: "the line") { $0.contains("a line of its standard output is too long") }
    }
    #expect(left() > 0)
    // A gigabyte without a line end, or a log as fast as pipes are, is not kept.
    let memory = try #require(ProcessStatus(program.pid)).memory
    let isMeasured = getenv("SESSIONTOP_WATCHED") == nil
    #expect(!isMeasured || memory < 160 << 20, "\(memory >> 20) MB")
    let asked = ContinuousClock.now
    #expect(try program.stop() == 0)
    #expect(ContinuousClock.now - asked < .seconds(7))
    expectNothingLeft(mood)
    #expect(program.output.utf8.count < 200_000, "a flood is no reason to fill a log")
    if mood == "chatty" { #expect(program.output.contains("INFO a log on standard output")) }
  }

  @Test(arguments: [
    ("exits", #""type":"exited""#, "Error: TOKEN is not set (exit code 3 before initialize was answered)"),
    ("forks", #""type":"exited""#, "exit code 0"),
    ("deaf", #""type":"not_speaking""#, "no JSON-RPC within 8"),
    ("babbles", #""type":"not_speaking""#, "it wrote instead: Welcome! Listening for clients."),
    ("closes", #""type":"not_speaking""#, "it closed its standard output and lives on"),
    ("wrong-ids", #""type":"session_timeout""#, "no answer within 8"),
  ]) func `that is none says why, and is gone afterwards`(mood: String, type: String, words: String) throws {
    let program = try watch(mood)
    try program.wait(for: type, within: .seconds(60)) { $0.contains(type) && $0.contains(words) }
    #expect(try program.stop() == 0)
    expectNothingLeft(mood)
  }

  @Test func `that stops reading is told as that, and ended`() throws {
    let program = try watch("stalls")
    try program.wait(for: "the error", within: .seconds(60)) {
      $0.contains(#""type":"not_reading""#) && $0.contains("it does not read its input: ")
    }
    #expect(try program.stop() == 0)
    expectNothingLeft("stalls")
  }

  @Test func `that is killed comes back`() throws {
    let program = try watch("plain")
    try program.wait(for: "ready") { isReady($0) }
    let child = try #require(
      ProcessStatus.all().first {
        $0.parent == program.pid
      })
    kill(child.id, SIGKILL)
    try program.wait(for: "the error") { $0.contains(#""type":"killed_by_system""#) }
    try program.wait(for: "recovery") { $0.contains(#""event":"recovery_succeeded""#) }
    #expect(try program.stop() == 0)
    expectNothingLeft("killed")
  }

  /// What a shell starts beside the server, or as the server, before it waits for it.
  @Test(arguments: [
    ("the server holds the pipes", "\(Self.python) plain MARKER; true"),
    ("the server is stubborn", "\(Self.python) stubborn MARKER; true"),
    ("another holds no pipe", "sleep MARKER <&- >&- 2>&- & \(Self.python) plain MARKER; true"),
    ("another left the session", "setsid sleep MARKER <&- >&- 2>&- & \(Self.python) plain MARKER; true"),
    ("the server left the session", "setsid -w \(Self.python) stubborn MARKER; true"),
  ])
  func `behind a shell ends with it, and with the program`(what: String, script: String) throws {
    let configuration = folder.path + "/librechat.yaml"
    let line = script.split(separator: "MARKER", omittingEmptySubsequences: false).joined(separator: marker)
    try """
    mcpServers:
      child:
        command: sh
        args: [-c, '\(line)']
        initTimeout: 8000
        sessionConfig: {pingInterval: 500, retryDelay: 200}

    """.write(to: configuration)
    func watch() throws -> ChildProcess {
      let program = try ChildProcess(
        sessiontopBinary,
        ["watch", "--format", "jsonl", "--config", configuration, "--stdio", "--for", "120s"],
        environment: ["XDG_STATE_HOME": folder.path])
      try program.wait(for: "ready", within: .seconds(60)) { isReady($0) }
      return program
    }
    let program = try watch()
    let shell = try #require(ProcessStatus.all().first { $0.parent == program.pid && !$0.isZombie })
    let behind = Set(ProcessStatus.tree(of: shell.id, in: ProcessStatus.all()).map(\.id))
    #expect(behind.count > 1, "\(what): the shell became the server")
    kill(shell.id, SIGKILL)
    try program.wait(for: "the error") { $0.contains(#""type":"killed_by_system""#) }
    try program.wait(for: "recovery", within: .seconds(60)) {
      $0.contains(#""event":"recovery_succeeded""#)
    }
    expectGone(behind, "\(what), the shell is killed")
    #expect(try program.stop() == 0)
    expectNothingLeft("\(what), the program ends")
    // All at once: us and the shell. Whoever lives on is the next run's matter.
    let killed = try watch()
    let other = try #require(ProcessStatus.all().first { $0.parent == killed.pid && !$0.isZombie })
    kill(killed.pid, SIGSTOP)
    kill(other.id, SIGKILL)
    #expect(try killed.stop(SIGKILL) == -SIGKILL)
    let next = try watch()
    #expect(try next.stop() == 0)
    expectNothingLeft("\(what), the program is killed")
    #expect(folderNames().filter { $0.hasPrefix("processes-") }.isEmpty)
  }

  private static let python = "python3 \(packageRoot)/Tests/Interoperability/hostile.py"

  /// That none of these is there any more, in a moment at most.
  private func expectGone(
    _ ids: Set<Int32>, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let limit = ContinuousClock.now + .seconds(10)
    func left() -> [Int32] { ids.filter { ProcessStatus($0).map { !$0.isZombie } ?? false }.sorted() }
    while !left().isEmpty, ContinuousClock.now < limit { _ = TopPlatform.wait(reading: [], milliseconds: 20) }
    #expect(left().isEmpty, "\(what): a process is left", sourceLocation: sourceLocation)
  }

  @Test func `does not outlive a program that is killed, nor does what it started`() throws {
    let program = try watch("grandchild")
    try program.wait(for: "ready") { isReady($0) }
    #expect(try program.stop(SIGKILL) == -SIGKILL)
    // The child ends with us; its grandchild has left the session and is the next run's matter.
    let next = try watch("plain")
    try next.wait(for: "ready") { isReady($0) }
    try next.wait(for: "the news") { $0.contains("that an earlier run left behind were ended") }
    #expect(try next.stop() == 0)
    expectNothingLeft("kill -9")
    #expect(folderNames().filter { $0.hasPrefix("processes-") }.isEmpty)
  }

  private func folderNames() -> [String] {
    guard let directory = opendir(folder.path + "/sessiontop") else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names
  }

  @Test func `may print its secrets, and nobody sees them`() throws {
    let configuration = folder.path + "/librechat.yaml"
    try """
    mcpServers:
      child:
        command: python3
        args: ["\(packageRoot)/Tests/Interoperability/hostile.py", leaks, "\(marker)", --api-key, planted-word-1]
        env: {API_TOKEN: planted-word-2}
    """.write(to: configuration)
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", configuration, "--stdio", "--for", "60s"],
      environment: ["XDG_STATE_HOME": folder.path])
    try program.wait(for: "its words") { $0.contains("my token is") && isReady($0) }
    #expect(try program.stop() == 0)
    #expect(program.output.contains("INFO my token is \u{2022}") && !program.output.contains("planted-word"))
    let check = try ChildProcess(sessiontopBinary, ["check", configuration, "--json"])
    try check.end()
    #expect(check.output.contains("--api-key \u{2022}") && !check.output.contains("planted-word"))
  }

  @Test func `that is not there says where it was looked for`() throws {
    let configuration = folder.path + "/librechat.yaml"
    try "mcpServers:\n  none: {command: no-such-command-here, args: []}\n".write(to: configuration)
    let status = try ChildProcess(
      sessiontopBinary, ["status", "--config", configuration, "--stdio", "--json"],
      environment: ["XDG_STATE_HOME": folder.path])
    #expect(try status.end() == 1)
    #expect(status.output.contains(#""type":"command_not_found""#))
    #expect(status.output.contains("install the command"))
    let check = try ChildProcess(sessiontopBinary, ["check", configuration])
    try check.end()
    #expect(check.output.contains("its command cannot be started, it is in no folder of PATH"))
  }
}
