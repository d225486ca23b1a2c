import Glibc
import TopPlatform
import TopTestFolders
import Testing

/// Programs of different versions on the two sides of a socket.
@Suite struct `An instance of another version` {
  /// Whoever says anything at a socket of ours is answered with a line, so often.
  private func answer(_ server: LineServer, with line: String, times: Int = 1) throws {
    var left = times
    let end = ContinuousClock.now + .seconds(30)
    while left > 0 {
      guard ContinuousClock.now < end else { throw ChildProcess.Failure(description: "nobody came") }
      _ = TopPlatform.wait(reading: [server.descriptor], milliseconds: 100)
      for case .line(let client, _) in server.takeNews() where server.send(line, to: client) { left -= 1 }
    }
  }

  private static let future = #"{"v":2,"type":"hello","version":"0.9.0","process":7,"name":"default"}"#

  @Test(arguments: [
    ["attach", "default"], ["attach"], ["reconnect", "ledger", "--yes"],
    ["pause", "a", "--instance", "default"],
  ]) func `is told as that, with what to do`(words: [String]) throws {
    let folder = TemporaryFolder()
    mkdir(folder.path + "/sessiontop", 0o700)
    let server = try LineServer(path: folder.path + "/sessiontop/default.sock")
    let program = try ChildProcess(sessiontopBinary, words, environment: ["XDG_RUNTIME_DIR": folder.path])
    try answer(server, with: Self.future)
    #expect(try program.end() == 1, "\(program.output)")
    #expect(
      program.output.contains(
        "default is there, but it speaks protocol version 2 (sessiontop 0.9.0), this program version 1"),
      "\(program.output)")
    #expect(program.output.contains("update the program here"), "\(program.output)")
  }

  @Test func `that came back in the place of one of ours is told on the dashboard`() throws {
    let folder = TemporaryFolder()
    var service: PlayedService? = try PlayedService(in: folder.path)
    let screen = try PseudoTerminal(columns: 120, rows: 30)
    let program = try ChildProcess(
      sessiontopBinary, ["attach", "played"],
      environment: ["XDG_RUNTIME_DIR": folder.path, "TERM": "xterm-256color"], terminal: screen.path)
    try service?.playUntilFollowed()
    try screen.wait(for: "all is well")
    service = nil
    try screen.wait(for: "is away")
    try answer(try LineServer(path: folder.path + "/sessiontop/played.sock"), with: Self.future)
    try screen.wait(for: "protocol version 2")
    #expect(try program.stop() == 0)
  }
}
