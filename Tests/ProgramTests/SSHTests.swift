import Glibc
import LoopbackServers
import TopTestFolders
import Testing

/// A dashboard that comes through a real ssh to a real sshd.
@Suite(.serialized) struct `A dashboard over ssh` {
  @Test(.enabled(if: SecureShell.isHere, "there is no sshd: apt-get install openssh-server"))
  func `is one of many on a service, and whoever is killed is missed by nobody else`() throws {
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let folder = TemporaryFolder()
    let configuration = folder.path + "/sessiontop.yaml"
    try """
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)"}
    log: {events: false}
    """.write(to: configuration)
    let environment = [
      "XDG_RUNTIME_DIR": folder.path, "XDG_STATE_HOME": folder.path, "TERM": "xterm-256color",
    ]
    func serve() throws -> ChildProcess {
      let service = try ChildProcess(
        sessiontopBinary, ["serve", "--config", configuration], environment: environment)
      try service.wait(for: "a session") { $0.contains("Session created") }
      return service
    }
    func dashboard(_ words: [String], _ environment: [String: String]) throws -> Eye {
      let screen = try PseudoTerminal(columns: 120, rows: 30)
      let program = try ChildProcess(
        sessiontopBinary, ["attach"] + words, environment: environment, terminal: screen.path)
      try screen.wait(for: "ready")
      return Eye(screen: screen, program: program)
    }
    var service = try serve()
    let shell = try SecureShell(runtime: folder.path)
    // Its own folder, so that the service is found on the far side alone.
    let far = TemporaryFolder()
    let farEnvironment = environment.merging(["XDG_RUNTIME_DIR": far.path, "PATH": shell.path]) { $1 }
    let one = try dashboard([], environment)
    let two = try dashboard([], environment)
    let three = try dashboard(["ssh:near"], farEnvironment)
    #expect(server.log.contents.requests("initialize").count == 1, "one engine for all of them")

    // What is done in one is seen in all, and the service says who did it.
    func act(in eye: Eye, seenBy others: [Eye], count: Int) throws {
      let before = others.map { $0.screen.seen.count }
      eye.screen.type(":reconnect server:ledger\r")
      try eye.screen.wait(for: "y = yes", after: before.first ?? 0)
      eye.screen.type("y")
      try service.wait(for: "action \(count)") { $0.ranges(of: "reconnect by ").count >= count }
      for (other, start) in zip(others, before) { try other.screen.wait(for: "econnect", after: start) }
    }
    try act(in: one, seenBy: [one, two, three], count: 1)
    try act(in: three, seenBy: [three, one, two], count: 2)

    // Each is killed in turn.
    #expect(try two.program.stop(SIGKILL) == -SIGKILL)
    try act(in: three, seenBy: [three, one], count: 3)
    #expect(try three.program.stop(SIGKILL) == -SIGKILL)
    try act(in: one, seenBy: [one], count: 4)
    #expect(try shell.pipesEnd(), "nothing of it stays on the far side")
    let four = try dashboard(["ssh:near"], farEnvironment)
    shell.cut()
    try four.screen.wait(for: "near is away")
    try shell.start()
    try four.screen.wait(for: "attached to near again")
    #expect(try service.stop(SIGKILL) == -SIGKILL)
    try one.screen.wait(for: "default is away")
    let before = four.screen.seen.count
    service = try serve()
    try one.screen.wait(for: "attached to default again")
    try four.screen.wait(for: "attached to near again", after: before)
    #expect(try one.program.stop() == 0)
    #expect(try four.program.stop() == 0)
    #expect(try service.stop() == 0)
    #expect(server.sessions.isEmpty)
  }

  private struct Eye {
    let screen: PseudoTerminal
    let program: ChildProcess
  }
}

/// An sshd of its own on 127.0.0.1 that knows one key, and an ssh that finds it as `near`.
private final class SecureShell {
  static var isHere: Bool { access(daemon, X_OK) == 0 && access("/usr/bin/ssh", X_OK) == 0 }
  private static let daemon = "/usr/sbin/sshd"

  /// A PATH whose ssh reads the right configuration: the real one looks for it where the user lives.
  let path: String
  private let folder: TemporaryFolder
  private let runtime: String
  private var process: ChildProcess?

  /// `runtime`: the folder of sockets of the far side.
  init(runtime: String) throws {
    folder = TemporaryFolder()
    self.runtime = runtime
    let held = try LoopbackServer.start()
    let port = held.port
    held.stop()
    let beside = sessiontopBinary.prefix(
      upTo: sessiontopBinary.lastIndex(of: "/") ?? sessiontopBinary.startIndex)
    path = "\(folder.path):/usr/bin:/bin"
    let user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "root"
    try """
    Port \(port)
    ListenAddress 127.0.0.1
    HostKey \(folder.path)/host
    AuthorizedKeysFile \(folder.path)/user.pub
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    PermitRootLogin prohibit-password
    StrictModes no
    UsePAM no
    PidFile none
    PrintMotd no
    SetEnv XDG_RUNTIME_DIR=\(runtime) XDG_STATE_HOME=\(runtime) PATH=\(beside):/usr/bin:/bin
    """.write(to: folder.path + "/sshd_config")
    try """
    Host near
      HostName 127.0.0.1
      Port \(port)
      User \(user)
      IdentityFile \(folder.path)/user
      IdentitiesOnly yes
      StrictHostKeyChecking no
      UserKnownHostsFile /dev/null
      LogLevel ERROR
    """.write(to: folder.path + "/ssh_config")
    try "#!/bin/sh\nexec /usr/bin/ssh -F \(folder.path)/ssh_config \"$@\"\n".write(to: folder.path + "/ssh")
    chmod(folder.path + "/ssh", 0o755)
    for key in ["host", "user"] {
      let maker = try ChildProcess(
        "/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "\(folder.path)/\(key)"])
      guard try maker.end() == 0 else { throw ChildProcess.Failure(description: maker.output) }
    }
    // Where it gives up its rights; the package makes it only when the service starts.
    if getuid() == 0 { mkdir("/run/sshd", 0o755) }
    try start()
  }

  func start() throws {
    let process = try ChildProcess(Self.daemon, ["-D", "-e", "-f", folder.path + "/sshd_config"])
    try process.wait(for: "sshd") { $0.contains("Server listening on 127.0.0.1") }
    self.process = process
  }

  /// Ends it and all that came through it, as a machine that is gone.
  func cut() {
    process = nil
    for pipe in pipes() { kill(pipe, SIGKILL) }
  }

  /// Whether no far side of a dashboard is there any more; they hear of it from ssh.
  func pipesEnd() throws -> Bool {
    for pipe in pipes() where try !hasEnded(pipe) { return false }
    return true
  }

  /// Far sides of dashboards: `sessiontop attach --pipe` with our folder in their environment.
  private func pipes() -> [pid_t] {
    guard let processes = opendir("/proc") else { return [] }
    defer { closedir(processes) }
    var found: [pid_t] = []
    while let entry = readdir(processes) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let number = pid_t(name), let words = try? String(contentsOf: "/proc/\(name)/cmdline"),
        words.contains("attach\0--pipe"),
        (try? String(contentsOf: "/proc/\(name)/environ"))?.contains("XDG_RUNTIME_DIR=\(runtime)") == true
      else { continue }
      found.append(number)
    }
    return found
  }

  private func hasEnded(_ pid: pid_t) throws -> Bool {
    let ending = try ChildProcess("/usr/bin/tail", ["--pid", "\(pid)", "-s", "0.1", "-f", "/dev/null"])
    return (try? ending.end(within: .seconds(20))) == 0
  }
}
