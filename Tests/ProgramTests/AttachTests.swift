import Glibc
import LoopbackServers
import MCPSessions
import TopTestFolders
import Testing

/// Dashboards on one service.
@Suite(.serialized) struct `A dashboard on a service` {
  private final class House {
    let server: LoopbackServer
    let configuration: String
    private let folder = TemporaryFolder()
    let environment: [String: String]
    var service: ChildProcess

    init() throws {
      server = try LoopbackServer.start(Behavior(name: "ledger"))
      configuration = try """
      mcpServers:
        ledger: {type: streamable-http, url: "\(server.url)"}
      log: {events: false}
      """.temporaryFile(suffix: ".yaml")
      environment = [
        "XDG_RUNTIME_DIR": folder.path, "XDG_STATE_HOME": folder.path, "TERM": "xterm-256color",
      ]
      service = try ChildProcess(
        sessiontopBinary, ["serve", "--config", configuration], environment: environment)
      try service.wait(for: "a session") { $0.contains("Session created") }
    }

    deinit {
      server.stop()
      unlink(configuration)
    }

    func restart() throws {
      service = try ChildProcess(
        sessiontopBinary, ["serve", "--config", configuration], environment: environment)
      try service.wait(for: "a session") { $0.contains("Session created") }
    }

    func dashboard(_ words: [String] = []) throws -> (screen: PseudoTerminal, program: ChildProcess) {
      let screen = try PseudoTerminal(columns: 100, rows: 30)
      let program = try ChildProcess(
        sessiontopBinary, ["attach"] + words, environment: environment, terminal: screen.path)
      try screen.wait(for: "ledger")
      try screen.wait(for: "ready")
      return (screen, program)
    }

    func run(_ words: [String], exit: Int32) throws {
      let program = try ChildProcess(sessiontopBinary, words, environment: environment)
      #expect(try program.end() == exit, "\(words): \(program.output)")
    }
  }

  @Test func `sees what others do, and leaves the sessions alone`() throws {
    let house = try House()
    let one = try house.dashboard()
    let two = try house.dashboard()
    #expect(house.server.log.contents.requests("initialize").count == 1, "one engine for all of them")
    try house.run(["terminate", "ledger", "--yes"], exit: 0)
    try one.screen.wait(for: "closed")
    try two.screen.wait(for: "closed")
    try house.run(["reconnect", "ledger", "--yes"], exit: 0)
    try one.screen.wait(for: "reconnect by")
    #expect(try one.program.stop() == 0)
    #expect(try two.program.stop(SIGKILL) == -SIGKILL)
    #expect(house.server.sessions.count == 1, "the service has it")
    #expect(try house.service.stop() == 0)
    #expect(house.server.sessions.isEmpty)
  }

  @Test func `is what opens where a service watches the same files`() throws {
    let house = try House()
    let screen = try PseudoTerminal(columns: 100, rows: 30)
    let program = try ChildProcess(
      sessiontopBinary, ["--config", house.configuration], environment: house.environment,
      terminal: screen.path)
    try screen.wait(for: "on the service default")
    #expect(house.server.log.contents.requests("initialize").count == 1)
    #expect(try program.stop() == 0)
    let other = try PseudoTerminal(columns: 100, rows: 30)
    let own = try ChildProcess(
      sessiontopBinary, ["--config", house.configuration, "--own"], environment: house.environment,
      terminal: other.path)
    #expect(house.server.log.wait { $0.requests("initialize").count == 2 })
    #expect(try own.stop() == 0)
    #expect(try house.service.stop() == 0)
  }

  @Test func `acts through the service`() throws {
    let house = try House()
    let (screen, program) = try house.dashboard()
    let before = house.server.sessions.map(\.id)
    screen.type(":reconnect server:ledger\r")
    try screen.wait(for: "econnect")
    screen.type("y")
    try house.service.wait(for: "the operator") { $0.contains("reconnect by") }
    #expect(house.server.log.wait { $0.requests("initialize").count == 2 })
    #expect(house.server.sessions.map(\.id) != before)
    #expect(try program.stop() == 0)
    #expect(try house.service.stop() == 0)
  }

  @Test func `survives the service, and attaches again by itself`() throws {
    let house = try House()
    let (screen, program) = try house.dashboard()
    #expect(try house.service.stop(SIGKILL) == -SIGKILL)
    try screen.wait(for: "default is away")
    try house.restart()
    try screen.wait(for: "attached to default again")
    #expect(try program.stop() == 0)
    #expect(try house.service.stop() == 0)
  }

  private func event(_ seq: UInt64, _ words: Sentence) -> Event {
    Event(
      seq: seq, time: PlayedService.time, kind: .serverMessage, level: .warning, server: "ledger",
      user: "app", message: words)
  }

  /// Attaches to a service that the test plays.
  private func follow(
    _ service: PlayedService, in folder: TemporaryFolder
  ) throws -> (screen: PseudoTerminal, program: ChildProcess) {
    let screen = try PseudoTerminal(columns: 120, rows: 30)
    let program = try ChildProcess(
      sessiontopBinary, ["attach", "played"],
      environment: ["XDG_RUNTIME_DIR": folder.path, "TERM": "xterm-256color"], terminal: screen.path)
    try service.playUntilFollowed()
    return (screen, program)
  }

  @Test func `hears a new run of a service that has the number of the former one`() throws {
    let folder = TemporaryFolder()
    var service: PlayedService? = try PlayedService(
      in: folder.path, started: 1_795_444_327_000, events: [event(1_000, "from the former run")])
    let (screen, program) = try follow(try #require(service), in: folder)
    try screen.wait(for: "from the former run")
    service = nil
    try screen.wait(for: "played is away")
    let anew = try PlayedService(
      in: folder.path, started: 1_795_444_399_000, events: [event(20, "from the new run")])
    try anew.playUntilFollowed()
    try screen.wait(for: "from the new run")
    #expect(try program.stop() == 0)
  }

  @Test func `sends nothing to a service that is away, and says so`() throws {
    let folder = TemporaryFolder()
    var service: PlayedService? = try PlayedService(in: folder.path)
    let (screen, program) = try follow(try #require(service), in: folder)
    try screen.wait(for: "all is well")
    service = nil
    try screen.wait(for: "played is away since")
    for key in ["z", "K", "r"] {
      let before = screen.seen.count
      screen.type(key)
      try screen.wait(for: "nothing is sent", after: before)
      screen.type("\u{1B}")
      screen.drain(quietFor: 300)
    }
    #expect(!String(decoding: screen.seen, as: UTF8.self).contains("y = yes"))
    #expect(try program.stop() == 0)
  }

  @Test func `shows why a service will not`() throws {
    let folder = TemporaryFolder()
    let service = try PlayedService(in: folder.path, refusal: "not on a Friday")
    let (screen, program) = try follow(service, in: folder)
    try screen.wait(for: "all is well")
    screen.type("r")
    try screen.wait(for: "y = yes")
    screen.type("y")
    try service.playUntilCommanded()
    try screen.wait(for: "played refuses: not on a Friday")
    #expect(try program.stop() == 0)
  }

  @Test func `that stands still keeps nobody waiting`() throws {
    let house = try House()
    let (_, program) = try house.dashboard()
    kill(program.pid, SIGSTOP)
    try house.run(["reconnect", "ledger", "--yes"], exit: 0)
    try house.run(["status", "--config", house.configuration], exit: 0)
    kill(program.pid, SIGCONT)
    #expect(try program.stop() == 0)
    #expect(try house.service.stop() == 0)
  }

  /// Stands for ssh: each host is a folder for sockets of this machine.
  private func withHosts(_ houses: [String: House], _ body: ([String: String]) throws -> Void) throws {
    let folder = TemporaryFolder()
    let cases = houses.map { "\($0)) export XDG_RUNTIME_DIR=\($1.environment["XDG_RUNTIME_DIR"] ?? "");;" }
    try """
    #!/bin/sh
    if [ -e \(folder.path)/cut ]; then echo "No route to host" >&2; exit 255; fi
    while [ "$1" != -- ]; do shift; done
    host=$2; shift 2
    case $host in \(cases.joined(separator: " ")) *) echo "no such host: $host" >&2; exit 255;; esac
    exec sh -c "$*"
    """.write(to: folder.path + "/ssh")
    chmod(folder.path + "/ssh", 0o755)
    let beside = sessiontopBinary.prefix(
      upTo: sessiontopBinary.lastIndex(of: "/") ?? sessiontopBinary.startIndex)
    try body([
      "PATH": "\(folder.path):\(beside):/usr/bin:/bin", "TERM": "xterm-256color",
      "XDG_RUNTIME_DIR": folder.path,
    ])
  }

  @Test func `sees several machines at once, each with the state of its line`() throws {
    let (alpha, beta) = (try House(), try House())
    try withHosts(["alpha": alpha, "beta": beta]) { environment in
      let tmux = try Tmux(columns: 120, rows: 40)
      let words = environment.map { "\($0)='\($1)'" }.joined(separator: " ")
      try tmux.run(
        "env \(words.replacing("xterm-256color", with: "screen")) sessiontop attach ssh:alpha ssh:beta/default"
      )
      try tmux.wait(for: "both") { $0.contains("alpha/ledger") && $0.contains("beta/default/ledger") }
      try tmux.press(":", "reconnect server:=alpha/ledger", "Enter")
      try tmux.wait(for: "the question") { $0.contains("y = yes") }
      try tmux.press("y")
      try tmux.wait(for: "its end") { $0.contains("reconnect: 1 of 1 back") }
      #expect(alpha.server.log.contents.requests("initialize").count == 2)
      #expect(beta.server.log.contents.requests("initialize").count == 1)
      #expect(try alpha.service.stop(SIGKILL) == -SIGKILL)
      try tmux.wait(for: "who is away, and what is not known so") {
        $0.contains("alpha is away") && $0.contains("(1 unverified)")
      }
      try tmux.press("q")
    }
    #expect(try beta.service.stop() == 0)
  }

  @Test func `says how old all is and why nothing comes, whatever is tried meanwhile`() throws {
    let house = try House()
    try withHosts(["alpha": house]) { environment in
      let tmux = try Tmux(columns: 140, rows: 30)
      let words = environment.map { "\($0)='\($1)'" }.joined(separator: " ")
      try tmux.run("env \(words.replacing("xterm-256color", with: "screen")) sessiontop attach ssh:alpha")
      try tmux.wait(for: "the session") { $0.contains("ledger") && $0.contains("all is well") }
      try "".write(to: (environment["XDG_RUNTIME_DIR"] ?? "") + "/cut")
      #expect(try house.service.stop(SIGKILL) == -SIGKILL)
      // Attempts come every 5 s; none of them makes anything newer.
      try tmux.wait(for: "its age and the reason") {
        $0.contains(/STALE DATA 1\ds/)
          && $0.contains(/alpha is away since [\d:]+ and looked for: No route to host/)
      }
      try tmux.press("q")
    }
  }

  @Test func `says why a machine cannot be seen`() throws {
    try withHosts([:]) { environment in
      let screen = try PseudoTerminal(columns: 120, rows: 40)
      let program = try ChildProcess(
        sessiontopBinary, ["attach", "ssh:gamma"], environment: environment, terminal: screen.path)
      try screen.wait(for: "no such host: gamma")
      #expect(try program.stop() == 0)
    }
  }

  @Test(arguments: ["ssh:-oProxyCommand=x", "ssh:", "a/b", "ssh:h/a/b"])
  func `takes no name for what it is not`(name: String) throws {
    let program = try ChildProcess(sessiontopBinary, ["attach", name])
    #expect(try program.end() == 2, "\(program.output)")
    #expect(program.output.contains("is no NAME, ssh:HOST"), "\(program.output)")
  }

  @Test(arguments: [["s2", "s2"], ["ssh:h", "a", "ssh:h"]])
  func `shows no service twice`(names: [String]) throws {
    let program = try ChildProcess(sessiontopBinary, ["attach"] + names)
    #expect(try program.end() == 2, "\(program.output)")
    #expect(program.output.contains("\(names[0]) stands there twice"), "\(program.output)")
  }

  @Test func `is told when there is no service`() throws {
    let program = try ChildProcess(sessiontopBinary, ["attach"])
    #expect(try program.end() == 1, "\(program.output)")
    #expect(program.output.contains("nothing is running"), "\(program.output)")
  }
}
