import MCPSessions

/// The level of the log: `MCP_SESSION_DEBUG=true` asks for all of it, else `LOG_LEVEL` decides, else `info`.
///
/// The words are those of winston, which LibreChat logs with, and of their usual kin.
func logLevel(from environment: [String: String], _ findings: inout Findings) -> EventLevel {
  let debug = trim(environment["MCP_SESSION_DEBUG"] ?? "").lowercased()
  switch debug {
  case "true", "1", "yes", "on": return .debug
  case "", "false", "0", "no", "off": break
  default:
    findings.add(
      Diagnostic(
        file: environmentName, .error, path: "MCP_SESSION_DEBUG", "must be true or false",
        remedy: "it is ignored now; set it to true or unset it"))
  }
  let word = trim(environment["LOG_LEVEL"] ?? "").lowercased()
  switch word {
  case "": return .info
  case "silly", "trace", "debug": return .debug
  case "verbose", "http", "info", "notice": return .info
  case "warn", "warning": return .warning
  case "error", "crit", "critical", "fatal": return .error
  default:
    let meant = suggestion(for: word, among: ["debug", "info", "warn", "error"])
    findings.add(
      Diagnostic(
        file: environmentName, .error, path: "LOG_LEVEL", "must be debug, info, warn or error",
        remedy: meant.map { "did you mean \($0)? info is used now" } ?? "info is used now"))
    return .info
  }
}
