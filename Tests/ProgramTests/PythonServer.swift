import CTopLinux
import Glibc

/// A server on one release of the official Python package, which a test starts, kills and starts again.
final class PythonServer {
  enum Failure: Error { case noPort }

  let port: UInt16
  /// A file that names this server `ledger` and has it probed often.
  let configuration: String
  /// Where the program under test may keep its state.
  var stateFolder: String { configuration + ".state" }

  private static func configuration(port: UInt16, path: String, wire: String) -> String {
    """
    mcpServers:
      ledger:
        type: streamable-http
        url: http://127.0.0.1:\(port)\(path)
        sessionConfig: {pingInterval: 500, retryDelay: 200, wire: \(wire)}

    """
  }
  /// The server's own log since it was last started.
  var log: String { process.output }

  private let interpreter: String
  private let arguments: [String]
  private var process: ChildProcess

  /// Makes the environment of `package` (`mcp==1.30.0`; several with spaces) if need be and starts its
  /// server on a free port.
  /// The configuration has it at `path`, to be spoken to as `wire` says.
  init(
    _ package: String, _ options: [String] = [], path: String = "/mcp", wire: String = "auto"
  ) throws {
    interpreter = try Self.interpreter(of: package)
    port = try freePythonPort()
    arguments =
      [Self.folder + "/server.py", "--port", String(port)] + options
      + (package.hasPrefix("fastmcp") ? ["--fastmcp"] : [])
    configuration = try Self.configuration(port: port, path: path, wire: wire).temporaryFile(
      suffix: ".yaml")
    process = try ChildProcess(interpreter, arguments)
    try waitUntilReady()
  }

  static let folder = packageRoot + "/Tests/Interoperability"

  /// The interpreter that has these packages; throws what keeps them from being had.
  static func interpreter(of packages: String) throws -> String {
    let words = ["bash", folder + "/environment.sh"] + packages.split(separator: " ").map(String.init)
    let environment = try ChildProcess("/usr/bin/env", words)
    guard try environment.end(within: .seconds(300)) == 0 else {
      throw ChildProcess.Failure(description: environment.output)
    }
    return environment.output.trimmingLine
  }

  deinit {
    _ = try? ChildProcess("/usr/bin/env", ["rm", "-rf", configuration, stateFolder]).end()
  }

  /// Lets the server go on speaking.
  func hear() { process.hear() }

  /// Ends the server at once, without a word to its clients.
  func kill() throws {
    try process.stop(SIGKILL)
  }

  /// Starts the server anew on the same port; it knows none of its sessions.
  func restart() throws {
    process = try ChildProcess(interpreter, arguments)
    try waitUntilReady()
  }

  /// Ends the server and gives its whole log.
  func stop() throws -> String {
    try process.stop()
    return process.output
  }

  /// Waits until the server's own log shows `text`.
  func wait(for text: String) throws {
    try process.wait(for: text) { $0.contains(text) }
  }

  private func waitUntilReady() throws {
    try process.wait(for: "the server listens", within: .seconds(60)) {
      $0.contains("Uvicorn running on http://127.0.0.1:")
    }
  }
}

extension String {
  fileprivate var trimmingLine: String { String(prefix { $0 != "\n" }) }
}

/// A port of 127.0.0.1 that nobody listens on.
func freePythonPort() throws -> UInt16 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let bound = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
    }
  }
  guard bound else { throw PythonServer.Failure.noPort }
  return UInt16(bigEndian: address.sin_port)
}
