import TopConfiguration
import Glibc
import MCPSessions

private let planted = "planted-qZ7-value"
private let environment = [
  "KEY": planted, "HOST": "h.example.com", "EMPTY": "", "MCP_SESSION_TIMEOUT": "5000",
]

/// A file without a name, read through the kernel as any other.
private let file: Int32 = {
  var name = Array("/tmp/sessiontop-fuzz-XXXXXX".utf8CString)
  let descriptor = mkstemp(&name)
  unlink(name)
  return descriptor
}()

extension FuzzTarget {
  /// Any bytes as a configuration: something is said of it, and nothing of the environment is in that.
  static let configuration = FuzzTarget(name: "configuration") { (bytes) throws(Broken) in
    ftruncate(file, 0)
    guard pwrite(file, bytes, bytes.count, 0) == bytes.count else { return }
    let loaded = loadConfiguration(paths: ["/proc/self/fd/\(file)"], environment: environment)
    for diagnostic in loaded.diagnostics {
      let line = diagnostic.description
      try promise(!line.contains(planted), "a diagnostic quotes the environment: \(line)")
      try promise(
        line.unicodeScalars.allSatisfy { !PrintableText.isUnfit($0) }, "a diagnostic cannot be printed")
    }
    try promise(
      !loaded.servers.isEmpty || !loaded.diagnostics.isEmpty || loaded.isUsable,
      "nothing is said of nothing")
    for setting in loaded.effective.values.joined() where setting.name.hasPrefix("headers.") {
      try promise(setting.value == ResolvedSetting.Value.masked, "a header is shown")
    }
    _ = loaded.reload(as: loaded)
  }
}
