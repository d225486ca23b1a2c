import Glibc
import LoopbackServers
import TopTestFolders
import Testing

/// A service with a user of its own, as systemd gives it one.
@Suite struct `A service of a user of its own` {
  /// With DynamicUser= the state folder is a link of root's to a folder of that user's.
  @Test(.enabled(if: geteuid() == 0, "only root can lay that link"))
  func `keeps its state where root laid a link for it`() throws {
    let folder = TemporaryFolder()
    let server = try LoopbackServer.start(Behavior(name: "ledger"))
    defer { server.stop() }
    let script = """
      set -e; cd \(folder.path); chmod 755 .
      mkdir -p lib/private run/sessiontop; mkdir -m 700 lib/private/sessiontop
      ln -s private/sessiontop lib/sessiontop
      echo 'mcpServers: {ledger: {type: streamable-http, url: "\(server.url)"}}' > sessiontop.yaml
      chown 64111 lib/private/sessiontop run/sessiontop; chmod 700 run/sessiontop
      """
    #expect(try ChildProcess("/bin/sh", ["-c", script]).end() == 0)
    let user = ["--reuid=64111", "--regid=64111", "--clear-groups"]
    guard try ChildProcess("/usr/bin/setpriv", user + ["test", "-x", sessiontopBinary]).end() == 0 else {
      return  // What was built lies where only root comes.
    }
    let service = try ChildProcess(
      "/usr/bin/setpriv", user + [sessiontopBinary, "serve", "--config", folder.path + "/sessiontop.yaml"],
      environment: [
        "XDG_STATE_HOME": folder.path + "/lib", "XDG_RUNTIME_DIR": folder.path + "/run",
        "HOME": folder.path,
      ])
    try service.wait(for: "a session") { $0.contains("Session created") }
    let log = folder.path + "/lib/private/sessiontop/events.jsonl"
    #expect(try changes(of: log) { $0.contains(#""event":"session_created""#) })
    #expect(try service.stop() == 0)
    #expect(!service.output.contains("cannot be written"), "\(service.output)")
  }
}
