import Configuration
import Glibc
import Sessions

// Any bytes as a configuration: no trap, no hang, no secret of the environment in a diagnostic. `make fuzz`.

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

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  ftruncate(file, 0)
  guard pwrite(file, data, size, 0) == size else { return -1 }
  let loaded = loadConfiguration(paths: ["/proc/self/fd/\(file)"], environment: environment)
  for diagnostic in loaded.diagnostics {
    let line = diagnostic.description
    precondition(!line.contains(planted), "a diagnostic quotes the environment")
    precondition(
      line.unicodeScalars.allSatisfy { !PrintableText.isUnfit($0) }, "a diagnostic cannot be printed")
  }
  precondition(
    !loaded.servers.isEmpty || !loaded.diagnostics.isEmpty || loaded.isUsable, "nothing is said of nothing")
  for setting in loaded.effective.values.joined() where setting.name.hasPrefix("headers.") {
    precondition(setting.value == ResolvedSetting.Value.masked, "a header is shown")
  }
  _ = loaded.reload(as: loaded)
  return 0
}
