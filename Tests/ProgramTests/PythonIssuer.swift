import Glibc

/// An authorization server on the Python package `authlib`, which knows nothing of MCP.
final class PythonIssuer {
  static let packages = "mcp==2.3.0 authlib==1.9.6 flask==3.1.3"

  /// Whether the packages can be had: where the registry is away there is nothing to test with.
  static let isThere: Bool = {
    do {
      _ = try PythonServer.interpreter(of: packages)
      return true
    } catch {
      return !"\(error)".contains("is there a way to PyPI?")
    }
  }()

  let address: String
  private let process: ChildProcess
  private let interpreter: String

  /// What was said since it started: a line for each request.
  var log: String { process.output }

  /// Starts it on a free port; access tokens live so many seconds.
  init(lifetime: Int) throws {
    interpreter = try PythonServer.interpreter(of: Self.packages)
    let port = try freePythonPort()
    address = "http://127.0.0.1:\(port)"
    process = try ChildProcess(
      interpreter,
      [PythonServer.folder + "/issuer.py", "--port", String(port), "--lifetime", String(lifetime)])
    try process.wait(for: "the issuer listens", within: .seconds(60)) {
      $0.contains("Running on http://127.0.0.1:")
    }
  }

  /// Lets it go on speaking.
  func hear() { process.hear() }

  /// Waits until its log shows `text`.
  func wait(for text: String) throws {
    try process.wait(for: text) { $0.contains(text) }
  }

  /// Ends all tokens that it gave, as an operator would.
  func endTokens() throws {
    let words = "import sys, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(sys.argv[1], b'')"
    let program = try ChildProcess(interpreter, ["-c", words, address + "/operator/end"])
    guard try program.end() == 0 else { throw ChildProcess.Failure(description: program.output) }
  }

  /// Ends it and gives its whole log.
  func stop() throws -> String {
    try process.stop()
    return process.output
  }
}
