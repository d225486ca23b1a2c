import Glibc
import LoopbackServers
import TopTestFolders
import Testing
import TopPlatform

/// What a machine does to a program that runs for weeks. Clocks that are set are in the tests of sessions,
/// disks that are full in those of the event log and of the journal, descriptors in a suite of their own.
@Suite struct `A machine` {
  private func configuration(
    _ server: LoopbackServer, sessions: Int, log: String = "{events: false}", _ settings: String = ""
  ) throws -> String {
    let entries = (0..<sessions).map { "  s\($0): {type: http, url: \"\(server.url)\", timeout: 1000}\n" }
    return try "log: \(log)\n\(settings)\nmcpServers:\n\(entries.joined())".temporaryFile(suffix: ".yaml")
  }

  @Test func `that was stopped blames nobody and loses no session`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let configuration = try configuration(server, sessions: 50, "session: {pingInterval: 1500, listEvery: 0}")
    defer { unlink(configuration) }
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", configuration, "--for", "60s"])
    try program.wait(for: "all sessions") { $0.count(of: #""event":"session_created""#) == 50 }
    let ids = Set(server.sessions.map(\.id))
    kill(program.pid, SIGSTOP)
    // Longer than any answer is waited for.
    _ = server.log.wait(.seconds(4)) { _ in false }
    let (before, calls) = (server.counts.pings, server.log.contents.entries.count)
    kill(program.pid, SIGCONT)
    let goesOn = server.log.wait(.seconds(10)) { $0.requests("ping").count >= before + 150 }
    #expect(goesOn, "every session is asked again, and again")
    #expect(Set(server.sessions.map(\.id)) == ids, "no session was replaced")
    let first = server.log.contents.entries.dropFirst(calls).prefix(50).map(\.request.time)
    if let begin = first.first, let end = first.last {
      // Over a whole interval; a third of it no server reads at once, however busy the machine is.
      #expect(end - begin > .milliseconds(500), "what is late is spread, not sent at once")
    }
    #expect(try program.stop() == 0)
    #expect(!program.output.contains(#""event":"session_error""#), "\(program.output.suffix(2_000))")
    #expect(server.sessions.isEmpty)
  }

  @Test func `that gives little memory is enough for many sessions`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let configuration = try configuration(server, sessions: 100)
    defer { unlink(configuration) }
    // The address space: threads and libraries take most of it.
    let program = try ChildProcess(
      "/bin/sh",
      [
        "-c", "ulimit -v 400000; exec \"$0\" watch --format jsonl --config \"$1\" --for 60s",
        sessiontopBinary,
        configuration,
      ])
    try program.wait(for: "all sessions") { $0.count(of: #""event":"session_created""#) == 100 }
    let said = String(repeating: "x", count: 20_000)
    for _ in 0..<5 {
      server.push(
        #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"\#(said)"}}"#)
    }
    try program.wait(for: "what the servers said") { $0.count(of: #""event":"server_message""#) >= 100 }
    #expect(try program.stop() == 0)
    #expect(server.sessions.isEmpty)
  }

  @Test func `whose disk takes nothing keeps nobody waiting`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let folder = TemporaryFolder()
    let disk = folder.path + "/events.jsonl"
    #expect(mkfifo(disk, 0o600) == 0)
    // Somebody has it open and never reads: it takes 64 KiB, and then no more.
    let reader = open(disk, O_RDWR | O_CLOEXEC)
    defer { close(reader) }
    let configuration = try configuration(
      server, sessions: 200, log: "{file: \(disk)}", "session: {pingInterval: 300, listEvery: 0}")
    defer { unlink(configuration) }
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", configuration, "--for", "60s"])
    try program.wait(for: "all sessions") { $0.count(of: #""event":"session_created""#) == 200 }
    let pings = server.counts.pings
    #expect(server.log.wait(.seconds(10)) { $0.requests("ping").count > pings + 400 }, "probes go on")
    let start = ContinuousClock.now
    #expect(try program.stop() == 0)
    #expect(ContinuousClock.now - start < .seconds(8))
    #expect(server.sessions.isEmpty)
  }

  /// Each server is behind a port of its own, and trusted by nobody: the authorities are asked for each.
  @Test(.enabled(if: sharesAuthorities, "this libcurl reads its authorities for each connection"))
  func `reads its authorities once, however many servers are asked over TLS`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let folder = TemporaryFolder()
    let front = try Front(tls: certificate(lasting: 90, in: folder), to: server.port, ports: 20)
    let entries = zip(0..., front.ports).map {
      "  s\($0): {type: http, url: \"https://127.0.0.1:\($1)/mcp\"}\n"
    }
    let configuration = try "log: {events: false}\nmcpServers:\n\(entries.joined())"
      .temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", configuration, "--for", "60s"])
    try program.wait(for: "all refusals") { $0.count(of: #""type":"tls_error""#) >= 20 }
    let read = try String(contentsOf: "/proc/\(program.pid)/io").split(separator: "\n").first ?? ""
    let bytes = try #require(Int(read.drop { !$0.isNumber }))
    let bundle = try String(contentsOf: "/etc/ssl/certs/ca-certificates.crt").utf8.count
    #expect(bytes < 6 * bundle, "read \(bytes) bytes, the bundle has \(bundle)")
    #expect(try program.stop() == 0)
  }

  @Test func `on which nothing can be written watches all the same`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let configuration = try configuration(server, sessions: 5, log: "{}")
    defer { unlink(configuration) }
    let program = try ChildProcess(
      sessiontopBinary, ["watch", "--format", "jsonl", "--config", configuration, "--for", "60s"],
      environment: ["XDG_STATE_HOME": "/proc/self", "XDG_RUNTIME_DIR": "/proc/self"])
    try program.wait(for: "all sessions") { $0.count(of: #""event":"session_created""#) == 5 }
    #expect(try program.stop() == 0)
    #expect(server.sessions.isEmpty)
  }

  @Test(.enabled(if: canUnshare, "name spaces of one's own are not to be had here"))
  func `whose name server is silent is told so, and costs a bounded number of threads`() throws {
    let entries = (0..<400).map { "  s\($0): {type: http, url: \"http://host-\($0).example/mcp\"}\n" }
    let configuration = try
      "log: {events: false}\nlimits: {connecting: 1000}\nmcpServers:\n\(entries.joined())"
      .temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    let program = try ChildProcess(
      "/usr/bin/env",
      unshare + [
        packageRoot + "/Tests/Interoperability/silent_resolver.py", sessiontopBinary, "watch", "--format",
        "jsonl", "--config", configuration, "--for", "60s",
      ])
    try program.wait(for: "what is wrong with the names") { said in
      said.count(of: #""type":"dns_error""#) >= 400
        && said.contains("256 look-ups wait for a silent name server; the name is not asked")
    }
    #expect(try #require(ProcessStatus(program.pid)).threads < 300)
    let start = ContinuousClock.now
    #expect(try program.stop() == 0)
    #expect(ContinuousClock.now - start < .seconds(8))
  }

  @Test func `whose terminal changes its size two hundred times in two seconds gets one picture that fits`()
    throws
  {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let configuration = try configuration(server, sessions: 20)
    defer { unlink(configuration) }
    let screen = try PseudoTerminal(columns: 80, rows: 24)
    let program = try ChildProcess(
      sessiontopBinary, ["--config", configuration], environment: ["TERM": "xterm-256color"],
      terminal: screen.path)
    try screen.wait(for: "ready")
    for number in 0..<200 {
      screen.resize(columns: UInt16(20 + number * 7 % 180), rows: UInt16(5 + number * 3 % 60))
      screen.read(atMost: 65_536, within: 10)
    }
    screen.resize(columns: 170, rows: 40)
    // The layout of this size and of no smaller one.
    try screen.wait(for: "errors", after: screen.seen.count)
    screen.drain(quietFor: 200)
    let start = screen.seen.count
    screen.type("?")
    try screen.wait(for: "terminate", after: start)
    #expect(try program.stop() == 0)
    #expect(server.sessions.isEmpty)
  }
}

/// Debian's bundle, and a libcurl of 7.87 or later.
private let sharesAuthorities: Bool = {
  let library = try? ChildProcess("/usr/bin/env", ["curl-config", "--checkfor", "7.87.0"])
  let isNew = (try? library?.end()) == 0
  return isNew && access("/etc/ssl/certs/ca-certificates.crt", R_OK) == 0
}()

private let unshare = ["unshare", "--mount", "--net", "--map-root-user", "python3"]

private let canUnshare: Bool = {
  let trial = try? ChildProcess("/usr/bin/env", unshare + ["-c", "pass"])
  return (try? trial?.end()) == 0
}()

extension String {
  fileprivate func count(of text: String) -> Int { ranges(of: text).count }
}
