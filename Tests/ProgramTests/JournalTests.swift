import Glibc
import LoopbackServers
import TopTestFolders
import Testing

/// What a run leaves behind that had no time to take leave, the next one ends.
@Suite struct `A crash` {
  @Test func `leaves sessions that the next run ends, and says so`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let folder = TemporaryFolder()
    let configuration = folder.path + "/librechat.yaml"
    try """
    mcpServers:
      ledger: {type: streamable-http, url: "\(server.url)", headers: {X-Key: planted-secret}}
    """.write(to: configuration)
    func watch() throws -> ChildProcess {
      let program = try ChildProcess(
        sessiontopBinary, ["watch", "--format", "jsonl", "--config", configuration, "--for", "60s"],
        environment: ["XDG_STATE_HOME": folder.path])
      try program.wait(for: "a stream") { $0.contains(#""event":"stream_opened""#) }
      return program
    }

    let first = try watch()
    let left = try #require(server.sessions.first?.id)
    #expect(try first.stop(SIGKILL) == -SIGKILL)
    #expect(server.sessions.map(\.id) == [left])
    var status = stat()
    let journal = try #require(journals(in: folder.path + "/sessiontop").first)
    #expect(stat(journal, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(try !String(contentsOf: journal).contains("planted-secret"))

    let second = try watch()
    #expect(server.log.wait { $0.requests("DELETE").count == 1 })
    let farewell = try #require(server.log.contents.requests("DELETE").first?.request)
    #expect(farewell["Mcp-Session-Id"] == left && farewell["X-Key"] == "planted-secret")
    #expect(try second.stop() == 0)
    #expect(second.output.contains("of an earlier run is still open, ending it"))
    #expect(second.output.contains(#""opened":2,"ended":2,"left_behind":0"#))
    #expect(server.sessions.isEmpty)
    #expect(journals(in: folder.path + "/sessiontop").isEmpty, "nothing is left to remember")
  }

  private func journals(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var paths: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix("open-sessions-"), name.hasSuffix(".journal") { paths.append("\(folder)/\(name)") }
    }
    return paths
  }
}
