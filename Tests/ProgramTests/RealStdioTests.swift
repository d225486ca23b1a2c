import Glibc
import TopPlatform
import TopTestFolders
import Testing

/// Servers of the registry, as their readers start them.
@Suite(.serialized) struct `Real servers that are processes` {
  struct Real: Sendable, CustomTestStringConvertible {
    let package: String
    /// Behind the interpreter.
    let arguments: [String]
    /// The name that it gives itself.
    let name: String
    var protocolVersion = "2026-07-28"
    var testDescription: String { package }

    static let server = packageRoot + "/Tests/Interoperability/server.py"
  }

  @Test(arguments: [
    Real(package: "mcp-server-time==2026.10.19", arguments: ["-m", "mcp_server_time"], name: "mcp-time"),
    Real(package: "mcp-server-git==2026.10.19", arguments: ["-m", "mcp_server_git"], name: "mcp-git"),
    Real(package: "mcp-server-fetch==2026.10.24", arguments: ["-m", "mcp_server_fetch"], name: "mcp-fetch"),
    Real(
      package: "mcp==1.30.0", arguments: [Real.server, "--stdio"], name: "ledger",
      protocolVersion: "2025-11-25"),
    Real(package: "mcp==2.3.0", arguments: [Real.server, "--stdio"], name: "ledger"),
    Real(
      package: "fastmcp==2.14.7", arguments: [Real.server, "--stdio", "--fastmcp"], name: "ledger",
      protocolVersion: "2025-11-25"),
    Real(package: "fastmcp==4.2.3", arguments: [Real.server, "--stdio", "--fastmcp"], name: "ledger"),
    Real(
      package: "mcp-server-calculator==0.2.1", arguments: ["-m", "mcp_server_calculator"], name: "calculator",
      protocolVersion: "2025-11-25"),
  ]) func `are ready, come back when killed, and are gone at the end`(real: Real) throws {
    let environment = try ChildProcess(
      "/usr/bin/env", ["bash", packageRoot + "/Tests/Interoperability/environment.sh", real.package])
    guard try environment.end(within: .seconds(300)) == 0 else {
      throw ChildProcess.Failure(description: environment.output)
    }
    let python = String(environment.output.prefix { $0 != "\n" })
    let folder = TemporaryFolder()
    let configuration = folder.path + "/librechat.yaml"
    let words = real.arguments.map { "\"\($0)\"" }.joined(separator: ", ")
    try """
    mcpServers:
      real:
        command: "\(python)"
        args: [\(words)]
        initTimeout: 60000
        sessionConfig: {pingInterval: 500, retryDelay: 200}
    """.write(to: configuration)
    let program = try ChildProcess(
      sessiontopBinary,
      ["watch", "--format", "jsonl", "--config", configuration, "--stdio", "--for", "200s"],
      environment: ["XDG_STATE_HOME": folder.path])
    try program.wait(for: "ready", within: .seconds(90)) { $0.contains(#""state":"ready","kind":"process""#) }
    #expect(!program.output.contains(#""event":"session_error""#))
    let child = try #require(ProcessStatus.all().first { $0.parent == program.pid })
    kill(child.id, SIGKILL)
    try program.wait(for: "recovery", within: .seconds(90)) {
      $0.contains(#""event":"recovery_succeeded""#)
    }
    let second = try #require(ProcessStatus.all().first { $0.parent == program.pid && !$0.isZombie })
    #expect(try program.stop() == 0)
    #expect(ProcessStatus(second.id).map { $0.started != second.started } ?? true, "it is gone")
    #expect(
      program.output.contains(
        #""kind":"process","protocol":"\#(real.protocolVersion)","server_info":{"name":"\#(real.name)""#))
  }
}
