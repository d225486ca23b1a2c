import Glibc
import LoopbackServers
import TopPlatform
import TopTestFolders
import Testing

/// A service, and what others see and do through it.
@Suite struct `A service` {
  private final class Service {
    let server: LoopbackServer
    let configuration: String
    private let folder = TemporaryFolder()
    let environment: [String: String]
    let program: ChildProcess

    init(_ words: [String] = []) throws {
      server = try LoopbackServer.start(Behavior(name: "ledger"))
      configuration = try """
      mcpServers:
        ledger: {type: streamable-http, url: "\(server.url)"}
        gone: {type: streamable-http, url: "http://127.0.0.1:1/mcp"}
      log: {events: false}
      """.temporaryFile(suffix: ".yaml")
      environment = ["XDG_RUNTIME_DIR": folder.path]
      program = try ChildProcess(
        sessiontopBinary, ["serve", "--config", configuration] + words, environment: environment)
      try program.wait(for: "a session") { $0.contains("Session created") }
    }

    deinit {
      server.stop()
      unlink(configuration)
    }

    func run(_ words: [String], exit: Int32) throws -> String {
      let program = try ChildProcess(sessiontopBinary, words, environment: environment)
      #expect(try program.end() == exit, "\(words): \(program.output)")
      return program.output
    }
  }

  @Test func `tells what a verb would start, and starts it only when told so`() throws {
    let folder = TemporaryFolder()
    let ran = folder.path + "/ran"
    try """
    mcpServers:
      child: {command: sh, args: ["-c", "touch \(ran)", x, --key, hush-hush], env: {CHILD_MODE: fast, CHILD_KEY: plnt}, cwd: /tmp}
    log: {events: false}
    """.write(to: folder.path + "/librechat.yaml")
    let environment = ["XDG_RUNTIME_DIR": folder.path]
    let service = try ChildProcess(
      sessiontopBinary, ["serve", "--config", folder.path + "/librechat.yaml", "--for", "60s"],
      environment: environment)
    let socket = folder.path + "/sessiontop/default.sock"
    let limit = ContinuousClock.now + .seconds(20)
    while access(socket, F_OK) != 0, ContinuousClock.now < limit {
      _ = TopPlatform.wait(reading: [], milliseconds: 20)
    }
    let told = "starts: sh -c 'touch \(ran)' x --key •••\n  in: /tmp\n  variables: CHILD_MODE, CHILD_KEY\n"
    for (words, exit) in [(["--dry-run"], Int32(0)), ([], 2), (["--dry-run", "--json"], 0)] {
      let verb = try ChildProcess(sessiontopBinary, ["reconnect", "child"] + words, environment: environment)
      #expect(try verb.end() == exit, "\(verb.output)")
      if words.contains("--json") {
        let line = "\"command\":{\"line\":\"sh -c 'touch \(ran)' x --key •••\",\"folder\":\"/tmp\","
        #expect(verb.output.contains(line + #""variables":["CHILD_MODE","CHILD_KEY"]}"#), "\(verb.output)")
      } else {
        #expect(verb.output.contains(told), "\(verb.output)")
      }
      #expect(!verb.output.contains("hush") && !verb.output.contains("plnt"), "\(verb.output)")
    }
    let pause = try ChildProcess(sessiontopBinary, ["pause", "child", "--dry-run"], environment: environment)
    try pause.end()
    #expect(!pause.output.contains("starts"), "\(pause.output)")
    #expect(access(ran, F_OK) != 0, "nothing was started")
    let verb = try ChildProcess(sessiontopBinary, ["reconnect", "child", "--yes"], environment: environment)
    try verb.end()
    #expect(access(ran, F_OK) == 0, "\(verb.output)")
    #expect(try service.stop() == 0)
  }

  @Test func `answers status without another connection`() throws {
    let service = try Service()
    let before = service.server.log.contents.requests("initialize").count
    let text = try service.run(["status", "--config", service.configuration], exit: 1)
    #expect(text.contains("ledger\tapp\tready"), "\(text)")
    let line = try service.run(
      ["status", "--config", service.configuration, "--plugin", "--filter", "ledger"], exit: 0)
    #expect(line.hasPrefix("SESSIONTOP OK - 1 of 1 sessions live | "), "\(line)")
    #expect(service.server.log.contents.requests("initialize").count == before)
    // No configuration is named, and one instance runs.
    #expect(try service.run(["status"], exit: 1).contains("ledger\tapp\tready"))
    _ = try service.run(["status", "--config", service.configuration, "--fresh"], exit: 1)
    #expect(service.server.log.contents.requests("initialize").count == before + 1)
    #expect(try service.program.stop() == 0)
    #expect(service.server.sessions.isEmpty)
    #expect(access((service.environment["XDG_RUNTIME_DIR"] ?? "") + "/sessiontop/default.sock", F_OK) != 0)
  }

  @Test func `does what scripts want, and says who wanted it`() throws {
    let service = try Service()
    let first = service.server.sessions.map(\.id)
    let plan = try service.run(["reconnect", "ledger", "--dry-run"], exit: 0)
    #expect(plan.hasPrefix("ledger: ready: DELETE is sent for "), "\(plan)")
    #expect(plan.hasSuffix(", then a new session is opened\n"), "\(plan)")
    #expect(service.server.sessions.map(\.id) == first)
    let refused = try service.run(["reconnect", "ledger"], exit: 2)
    #expect(refused.contains("say --yes to reconnect 1 session"), "\(refused)")
    #expect(try service.run(["reconnect", "ledger", "--yes"], exit: 0) == "ledger: ready\n")
    #expect(service.server.sessions.map(\.id) != first && service.server.sessions.count == 1)
    let failed = try service.run(["reconnect", "--filter", "server:gone", "--yes"], exit: 1)
    #expect(failed.hasPrefix("gone: recovering, not done: connect_refused"), "\(failed)")
    let json = try service.run(["pause", "ledger", "--yes", "--json"], exit: 0)
    #expect(
      json.contains(
        #""command":"pause","dry_run":false,"sessions":[{"server":"ledger","user":"app","state":"paused","done":true}]"#
      ), "\(json)")
    #expect(try service.run(["resume", "ledger", "-y"], exit: 0).hasPrefix("ledger: "))
    #expect(try service.run(["terminate", "ledger", "-y"], exit: 0) == "ledger: closed\n")
    #expect(service.server.sessions.isEmpty)
    #expect(try service.program.stop() == 0)
    #expect(service.program.output.contains(/terminate by .*\(process \d+\)/), "\(service.program.output)")
  }

  @Test func `tells each what came of its own command, whoever else acts at the same time`() throws {
    let service = try Service()
    let path = (service.environment["XDG_RUNTIME_DIR"] ?? "") + "/sessiontop/default.sock"
    // Both wait for it, so that it hears them in one turn.
    kill(service.program.pid, SIGSTOP)
    let clients = try ["terminate", "pause"].map { verb in
      let client = try LineClient(path: path)
      #expect(client.send(#"{"v":1,"type":"hello"}"#))
      let key = #"{"server":"ledger","user":"app"}"#
      let sessions = #""sessions":[\#(key),\#(key)]"#
      #expect(client.send(#"{"v":1,"type":"command","id":5,"command":"\#(verb)",\#(sessions)}"#))
      return client
    }
    kill(service.program.pid, SIGCONT)
    let answers = clients.map { client in
      (client.line(within: 10_000), client.line(within: 10_000)).1 ?? "none within half the time that it has"
    }
    #expect(
      answers[0].contains(#""command":"terminate""#) && answers[0].contains(#""done":true"#), "\(answers)")
    #expect(!answers[0].contains("pause by"), "\(answers)")
    #expect(answers[1].contains(#""done":false,"why":"pause by "#), "\(answers)")
    #expect(try service.program.stop() == 0)
  }

  @Test func `does nothing for a line with a slip in it`() throws {
    let service = try Service()
    let before = service.server.sessions.map(\.id)
    let client = try LineClient(
      path: (service.environment["XDG_RUNTIME_DIR"] ?? "") + "/sessiontop/default.sock")
    #expect(client.send(#"{"v":1,"type":"hello"}"#) && client.line(within: 10_000) != nil)
    #expect(
      client.send(
        #"{"v":1,"type":"command","id":1,"command":"terminate","dry_run":"true","filter":"server:ledger"}"#))
    #expect(client.line(within: 10_000)?.contains("dry_run is to be true or false") == true)
    let plan = try service.run(["reconnect", "ledger", "--dry-run"], exit: 0)
    #expect(plan.hasPrefix("ledger: ready: DELETE is sent for "), "\(plan)")
    #expect(plan.hasSuffix(", then a new session is opened\n"), "\(plan)")
    #expect(service.server.sessions.map(\.id) == before)
    #expect(try service.program.stop() == 0)
    let left = try ChildProcess(
      "/bin/ls", [(service.environment["XDG_RUNTIME_DIR"] ?? "") + "/sessiontop"])
    #expect(try left.end() == 0 && left.output == "", "\(left.output)")
  }

  @Test func `is found beside others that are there and say nothing`() throws {
    let service = try Service()
    let folder = (service.environment["XDG_RUNTIME_DIR"] ?? "") + "/sessiontop"
    let mute = try ["a", "b", "c", "d"].map { try LineServer(path: "\(folder)/\($0).sock") }
    let start = ContinuousClock.now
    let told = try service.run(["reconnect", "ledger", "--yes"], exit: 0)
    #expect(ContinuousClock.now - start < .seconds(10), "all are asked at once")
    #expect(told == "ledger: ready\n")
    _ = try service.program.stop()
    let silent = try service.run(["reconnect", "ledger", "--yes"], exit: 1)
    #expect(silent.contains("there, and without an answer: a, b, c, d"), "\(silent)")
    withExtendedLifetime(mute) {}
  }

  @Test func `without a descriptor for one more client sends it away`() throws {
    let service = try Service()
    let process = service.program.pid
    let taken = try Set(openDescriptors(of: process))
    let least = (0...).first { !taken.contains($0) } ?? 0
    _ = try ChildProcess("/usr/bin/prlimit", ["--pid", "\(process)", "--nofile=\(least):"]).end()
    let client = try LineClient(
      path: (service.environment["XDG_RUNTIME_DIR"] ?? "") + "/sessiontop/default.sock")
    #expect(client.line(within: 10_000) == nil && client.isGone)
    #expect(try service.program.stop() == 0)
  }

  private func openDescriptors(of process: pid_t) throws -> [Int] {
    let folder = try #require(opendir("/proc/\(process)/fd"))
    defer { closedir(folder) }
    var found: [Int] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let number = Int(name) { found.append(number) }
    }
    return found
  }

  @Test(arguments: ["reconnect", "terminate", "pause", "resume"])
  func `is not asked to act on a server without a name`(verb: String) throws {
    let program = try ChildProcess(sessiontopBinary, [verb, "", "--yes"])
    #expect(try program.end() == 2, "\(program.output)")
  }

  @Test func `that is read-only lets others look alone`() throws {
    let service = try Service(["--read-only", "--name", "looking"])
    let text = try service.run(["terminate", "ledger", "--yes"], exit: 1)
    #expect(text.contains("looking refuses: it is read-only"), "\(text)")
    #expect(service.server.sessions.count == 1)
    #expect(try service.program.stop() == 0)
  }

  @Test func `is one of its name, and is named where there are more`() throws {
    let service = try Service()
    let again = try service.run(["serve", "--config", service.configuration], exit: 1)
    #expect(again.contains("an instance called default is running already"), "\(again)")
    let second = try ChildProcess(
      sessiontopBinary, ["serve", "--config", service.configuration, "--name", "other"],
      environment: service.environment)
    try second.wait(for: "a session") { $0.contains("Session created") }
    let many = try service.run(["pause", "ledger", "--yes"], exit: 2)
    #expect(many.contains("name one with --instance: default (serve, process"), "\(many)")
    _ = try service.run(["pause", "ledger", "--yes", "--instance", "other"], exit: 0)
    let none = try service.run(["pause", "ledger", "--yes", "--instance", "third"], exit: 1)
    #expect(none.contains("no instance called third is running"), "\(none)")
    #expect(try second.stop() == 0)
    #expect(try service.program.stop() == 0)
  }

  @Test func `keeps its part of the servers, and another the rest`() throws {
    let service = try Service()
    #expect(try service.program.stop() == 0)
    func servers(_ part: String) throws -> Set<String> {
      let one = try ChildProcess(
        sessiontopBinary,
        ["serve", "--config", service.configuration, "--shard", part, "--name", "part", "--for", "2s"],
        environment: service.environment)
      #expect(try one.end() == 0, "\(one.output)")
      return Set(["ledger", "gone"].filter { one.output.contains("[MCP][\($0)]") })
    }
    let (first, second) = (try servers("1/2"), try servers("2/2"))
    #expect(
      first.union(second) == ["ledger", "gone"] && first.isDisjoint(with: second), "\(first) \(second)")
  }

  @Test func `is not needed: a watch takes commands as well`() throws {
    let service = try Service()
    #expect(try service.program.stop() == 0)
    let watch = try ChildProcess(
      sessiontopBinary, ["watch", "--config", service.configuration], environment: service.environment)
    try watch.wait(for: "a session") { $0.contains("Session created") }
    #expect(try service.run(["terminate", "ledger", "--yes"], exit: 0) == "ledger: closed\n")
    #expect(try watch.stop() == 0)
    let nobody = try service.run(["terminate", "ledger", "--yes"], exit: 1)
    #expect(nobody.contains("start sessiontop, or sessiontop serve"), "\(nobody)")
  }

  @Test(arguments: [
    (["reconnect"], "say which sessions"), (["reconnect", "a", "--filter", "b"], "say which sessions"),
    (["pause", "--filter", "err>0 level:error"], "sessions have no level"),
    (["serve", "--name", "a/b"], "--name"),
    (["serve", "--shard", "3/2"], "must be I/N"),
  ]) func `says what is wrong with the words`(words: [String], says: String) throws {
    let program = try ChildProcess(sessiontopBinary, words)
    #expect(try program.end() == 2, "\(program.output)")
    #expect(program.output.contains(says), "\(program.output)")
  }
}
