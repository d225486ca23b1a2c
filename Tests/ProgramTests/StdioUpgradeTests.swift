import Glibc
import TopPlatform
import TopTestFolders
import Testing

/// What is installed is replaced while it runs: a real file, started and started again by the whole program.
@Suite(.serialized) struct `A process whose file is replaced` {
  private let folder: TemporaryFolder
  private var installed: String { folder.path + "/server" }
  private let marker = "\(UInt32.random(in: 1_000_000 ... .max)).7"

  init() throws {
    folder = TemporaryFolder()
  }

  /// Puts a release in place as package managers do: written aside, then renamed.
  private func install(_ release: String, tools: String, mood: String) throws {
    let aside = installed + ".new"
    try """
    #!/bin/sh
    export RELEASE=\(release) TOOLS="\(tools)" INSTALLED="\(installed)"
    exec python3 "\(packageRoot)/Tests/Interoperability/hostile.py" \(mood) \(marker)

    """.write(to: aside)
    try #require(chmod(aside, 0o755) == 0 && rename(aside, installed) == 0)
  }

  private func watch() throws -> ChildProcess {
    let configuration = folder.path + "/librechat.yaml"
    try """
    mcpServers:
      child:
        command: "\(installed)"
        args: []
        initTimeout: 8000
        sessionConfig: {pingInterval: 300, retryDelay: 200, listEvery: 1}

    """.write(to: configuration)
    return try ChildProcess(
      sessiontopBinary,
      ["watch", "--format", "jsonl", "--config", configuration, "--stdio", "--for", "120s"],
      environment: ["XDG_STATE_HOME": folder.path])
  }

  private func child(of program: ChildProcess) throws -> ProcessStatus {
    try #require(ProcessStatus.all().first { $0.parent == program.pid && !$0.isZombie })
  }

  @Test(arguments: [true, false])
  func `comes back as what it is now, ended by a person or by itself`(isEndedByPerson: Bool) throws {
    let mood = isEndedByPerson ? "plain" : "reloads"
    try install("1.0", tools: "add subtract", mood: mood)
    let program = try watch()
    try program.wait(for: "ready", within: .seconds(60)) { $0.contains(#""state":"ready","kind":"process""#) }
    try program.wait(for: "a list") { $0.contains("asked twice for the list") }
    let first = try child(of: program)
    try install("2.0", tools: "add multiply", mood: mood)
    if isEndedByPerson {
      #expect(ProcessStatus(first.id)?.started == first.started, "a new file is no reason to end what runs")
      kill(first.id, SIGTERM)
    }
    try program.wait(for: "the new one", within: .seconds(60)) {
      $0.contains("; the server is hostile 2.0 now, it was 1.0")
    }
    try program.wait(for: "its tools") { $0.contains(#""event":"tools_changed""#) }
    #expect(program.output.contains("Tools changed: 1 gone (subtract), 1 new (multiply); 2 now"))
    #expect(try program.stop() == 0)
    #expect(program.output.contains(#""server_info":{"name":"hostile","version":"2.0"}"#))
    #expect(ProcessStatus(first.id).map { $0.started != first.started } ?? true)
  }

  @Test func `is looked for again soon when it is missing for a moment`() throws {
    try install("1.0", tools: "", mood: "plain")
    let program = try watch()
    try program.wait(for: "ready", within: .seconds(60)) { $0.contains(#""state":"ready","kind":"process""#) }
    try #require(unlink(installed) == 0)
    kill(try child(of: program).id, SIGTERM)
    try program.wait(for: "the error") {
      $0.contains(#""type":"command_not_found""#) && $0.contains("there is no such file; worked until")
    }
    try install("1.1", tools: "", mood: "plain")
    try program.wait(for: "recovery", within: .seconds(60)) {
      $0.contains("; the server is hostile 1.1 now, it was 1.0")
        && $0.contains(#""event":"recovery_succeeded""#)
    }
    #expect(try program.stop() == 0)
    #expect(!program.output.contains(#""state":"failed""#), "nobody has to act")
  }
}
