import Glibc
import LoopbackServers
import TopTestFolders
import Testing

/// A configuration that is edited while the program runs on it.
@Suite(.serialized) struct `Reloading` {
  private func entry(_ name: String, _ server: LoopbackServer, _ more: String = "") -> String {
    "  \(name): {type: http, url: '\(server.url)'\(more)}\n"
  }

  /// As editors do: a new file takes the place of the old one.
  private func replace(_ path: String, with text: String) throws {
    let new = try text.temporaryFile(suffix: ".yaml")
    #expect(rename(new, path) == 0)
  }

  private func watch(_ path: String) throws -> ChildProcess {
    try ChildProcess(sessiontopBinary, ["watch", "--format", "jsonl", "--config", path, "--for", "60s"])
  }

  @Test func `a saved file starts what is new and ends what is gone, politely`() throws {
    let servers = try (0..<3).map { _ in try LoopbackServer.start() }
    defer { servers.forEach { $0.stop() } }
    let path = try ("mcpServers:\n" + entry("kept", servers[0]) + entry("gone", servers[1]))
      .temporaryFile(suffix: ".yaml")
    defer { unlink(path) }
    let program = try watch(path)
    try program.wait(for: "two sessions") {
      $0.split(separator: "\n").count { $0.contains(#""event":"session_created""#) } == 2
    }
    try replace(path, with: "mcpServers:\n" + entry("kept", servers[0]) + entry("new", servers[2]))
    try program.wait(for: "the reload") {
      $0.contains(#""message":"Configuration reloaded: 1 added, 1 removed, 0 changed""#)
    }
    #expect(servers[2].log.wait { $0.requests("initialize").count == 1 })
    #expect(servers[1].log.wait { $0.requests("DELETE").first?.status == 200 })
    #expect(servers[0].log.contents.requests("initialize").count == 1)
    #expect(servers[0].log.contents.requests("DELETE").isEmpty)

    // A timer: the session stays, its next probe comes sooner.
    try replace(
      path,
      with: "mcpServers:\n" + entry("kept", servers[0], ", sessionConfig: {pingInterval: 300}")
        + entry("new", servers[2]))
    try program.wait(for: "the change") { $0.contains("0 added, 0 removed, 1 changed") }
    #expect(servers[0].log.wait { $0.requests("ping").count >= 4 })
    #expect(servers[0].log.contents.requests("initialize").count == 1)
    #expect(try program.stop() == 0)
    let last = program.output.split(separator: "\n").last ?? ""
    #expect(last.contains(#""opened":3,"ended":3,"left_behind":0"#), "\(last)")
    #expect(!last.contains(#""name":"gone""#))
  }

  @Test func `a broken file changes nothing and says why, and a mended one counts`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let good = "mcpServers:\n" + entry("a", server)
    let path = try good.temporaryFile(suffix: ".yaml")
    defer { unlink(path) }
    let program = try watch(path)
    try program.wait(for: "a session") { $0.contains(#""event":"session_created""#) }
    try replace(path, with: "mcpServers:\n\ta: {}\n")
    try program.wait(for: "the problem") { $0.contains(#""event":"config_problem","level":"error""#) }
    #expect(
      program.output.contains(
        "Configuration not reloaded, nothing changed: \(path):2:1: error: a tab indents this line"))
    unlink(path)
    try program.wait(for: "the missing file") { $0.contains("\(path): error: does not exist") }
    try replace(path, with: good + "  b: {type: http, url: 'ftp://h/'}\n")
    try program.wait(for: "the wrong entry") { $0.contains(":3:24: error: mcpServers.b.url: the scheme ftp") }
    #expect(server.log.contents.requests("DELETE").isEmpty)
    try replace(path, with: good)
    try program.wait(for: "the reload") { $0.contains("0 added, 0 removed, 0 changed") }
    #expect(server.log.contents.requests("initialize").count == 1)
    #expect(try program.stop() == 0)
  }

  @Test func `SIGUSR2 reads the files anew`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let path = try ("mcpServers:\n" + entry("a", server)).temporaryFile(suffix: ".yaml")
    defer { unlink(path) }
    let program = try watch(path)
    try program.wait(for: "a session") { $0.contains(#""event":"session_created""#) }
    kill(program.pid, SIGUSR2)
    try program.wait(for: "the reload") { $0.contains("0 added, 0 removed, 0 changed") }
    #expect(server.log.contents.requests("initialize").count == 1)
    #expect(try program.stop() == 0)
  }

  @Test func `a mounted file that is a link to a link is followed`() throws {
    let servers = try (0..<2).map { _ in try LoopbackServer.start() }
    defer { servers.forEach { $0.stop() } }
    let place = TemporaryFolder()
    let folder = place.path
    for (index, server) in servers.enumerated() {
      mkdir("\(folder)/..\(index)", 0o700)
      let text = "mcpServers:\n" + entry("a", server)
      #expect(rename(try text.temporaryFile(suffix: ".yaml"), "\(folder)/..\(index)/librechat.yaml") == 0)
    }
    symlink("..0", "\(folder)/..data")
    symlink("..data/librechat.yaml", "\(folder)/librechat.yaml")
    let program = try watch("\(folder)/librechat.yaml")
    try program.wait(for: "a session") { $0.contains(#""event":"session_created""#) }
    symlink("..1", "\(folder)/..new")
    #expect(rename("\(folder)/..new", "\(folder)/..data") == 0)
    try program.wait(for: "the reload") { $0.contains("0 added, 0 removed, 1 changed") }
    #expect(servers[1].log.wait { $0.requests("initialize").count == 1 })
    #expect(servers[0].log.wait { $0.requests("DELETE").count == 1 })
    #expect(try program.stop() == 0)
  }

  @Test func `a folder on the way that is swapped or made anew is followed`() throws {
    let servers = try (0..<2).map { _ in try LoopbackServer.start() }
    defer { servers.forEach { $0.stop() } }
    let folder = TemporaryFolder()
    func release(_ name: String, _ server: LoopbackServer) throws {
      mkdir("\(folder.path)/\(name)", 0o700)
      try ("mcpServers:\n" + entry("a", server)).write(to: "\(folder.path)/\(name)/librechat.yaml")
    }
    try release("r0", servers[0])
    try release("r1", servers[1])
    symlink("r0", "\(folder.path)/current")
    let program = try watch("\(folder.path)/current/librechat.yaml")
    try program.wait(for: "a session") { $0.contains(#""event":"session_created""#) }
    symlink("r1", "\(folder.path)/new")
    #expect(rename("\(folder.path)/new", "\(folder.path)/current") == 0)
    #expect(servers[1].log.wait { $0.requests("initialize").count == 1 })
    _ = try? ChildProcess("/bin/rm", ["-r", "\(folder.path)/r1"]).end()
    try program.wait(for: "the missing file") { $0.contains("librechat.yaml: error: does not exist") }
    try release("r1", servers[0])
    #expect(servers[0].log.wait { $0.requests("initialize").count == 2 })
    #expect(try program.stop() == 0)
  }

  @Test func `a file is not taken while somebody writes it`() throws {
    let servers = try (0..<2).map { _ in try LoopbackServer.start() }
    defer { servers.forEach { $0.stop() } }
    let folder = TemporaryFolder()
    let path = "\(folder.path)/librechat.yaml"
    let often = ", sessionConfig: {pingInterval: 200}"
    let text = "mcpServers:\n" + entry("a", servers[0], often)
    try (text + entry("b", servers[1])).write(to: path)
    let program = try watch(path)
    try program.wait(for: "two sessions") {
      $0.split(separator: "\n").count { $0.contains(#""event":"session_created""#) } == 2
    }
    // Half of it is a whole configuration, too.
    let file = try #require(fopen(path, "w"))
    fputs(text, file)
    fflush(file)
    try "x".write(to: "\(folder.path)/neighbour")
    let pings = servers[0].log.contents.requests("ping").count
    #expect(servers[0].log.wait { $0.requests("ping").count > pings + 10 })
    #expect(!program.output.contains("Configuration reloaded"))
    #expect(servers[1].log.contents.requests("DELETE").isEmpty)
    fputs(entry("b", servers[1]) + entry("c", servers[1]), file)
    fclose(file)
    try program.wait(for: "the reload") { $0.contains("1 added, 0 removed, 0 changed") }
    #expect(servers[1].log.contents.requests("DELETE").isEmpty)
    #expect(try program.stop() == 0)
  }

  @Test func `the dashboard says on the screen what became of the file`() throws {
    let servers = try (0..<2).map { _ in try LoopbackServer.start() }
    defer { servers.forEach { $0.stop() } }
    let good = "mcpServers:\n" + entry("ledger", servers[0])
    let path = try good.temporaryFile(suffix: ".yaml")
    defer { unlink(path) }
    let terminal = try Tmux(columns: 120, rows: 40)
    try terminal.run("\(sessiontopBinary) --config \(path)")
    try terminal.wait(for: "a session") { $0.contains(/● ledger +ready +\S+ +- +1\/1/) }
    try replace(path, with: good + "  \"x\n")
    try terminal.wait(for: "the problem") { $0.contains("Configuration not reloaded, nothing changed") }
    try replace(path, with: good + entry("second", servers[1]))
    try terminal.wait(for: "the second server") {
      $0.contains(/● second +ready +\S+ +- +1\/1/) && $0.contains("Configuration reloaded: 1 added")
    }
    try terminal.press(":", "r", "e", "l", "o", "a", "d", "Enter")
    try terminal.wait(for: "the reload by hand") { $0.contains("0 added, 0 removed, 0 changed") }
    try terminal.press("Q")
    #expect(servers[0].log.wait { $0.requests("DELETE").count == 1 })
  }
}
