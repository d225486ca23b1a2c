import Glibc
import LoopbackServers
import Testing

/// A process that may open fewer files than it has sessions.
@Suite struct `Out of descriptors` {
  @Test func `sessions share connections, and what is not possible is said plainly`() throws {
    let server = try LoopbackServer.start()
    defer { server.stop() }
    let names = (0..<200).map { "s\($0)" }
    let configuration = try """
    log: {events: false}
    mcpServers:
    \(names.map { "  \($0): {type: http, url: \"\(server.url)\"}" }.joined(separator: "\n"))
    """.temporaryFile(suffix: ".yaml")
    defer { unlink(configuration) }
    // A limit that cannot be raised again, set by the shell that turns into the program.
    let program = try ChildProcess(
      "/bin/sh",
      [
        "-c", "ulimit -n 64; exec \"$0\" watch --format jsonl --config \"$1\" --for 60s", sessiontopBinary,
        configuration,
      ])
    try program.wait(for: "all sessions and the reason why there are no more streams") { said in
      said.count(of: #""event":"session_created""#) == names.count
        && said.contains(#""type":"resource_error""#)
    }
    #expect(
      program.output.contains(
        "no descriptor for another stream: 24 are open; raise the limit of open files (ulimit -n)"))
    #expect(server.sessions.count == names.count)
    #expect(try program.stop() == 0)
    #expect(server.sessions.isEmpty, "every session was ended")
  }
}

extension String {
  fileprivate func count(of text: String) -> Int { ranges(of: text).count }
}
