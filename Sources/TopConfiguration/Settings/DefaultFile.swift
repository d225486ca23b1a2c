/// A settings file with every setting at its built-in value, each explained: a start to edit from.
package let defaultSettingsFile: String = {
  let settings = Settings()
  var lines = [
    "# sessiontop.yaml: the settings of sessiontop, all of them at what is built in.",
    "# Everything is optional. Times are milliseconds. ${NAME} takes a value from the environment.",
    "",
    "# Files whose servers are read, relative to this one: a librechat.yaml, a .mcp.json, a VS Code mcp.json.",
    "files: []", "", "# Or servers right here, in the schema of librechat.yaml:",
    "#   ledger: {type: streamable-http, url: \"https://ledger.example.com/mcp\"}", "mcpServers: {}", "",
    "# Defaults under every server's own sessionConfig; MCP_SESSION_TIMEOUT, MCP_SESSION_RETRY_ATTEMPTS and",
    "# MCP_SESSION_RETRY_DELAY override them.", "session:",
  ]
  for setting in SessionPolicy().resolved {
    let key = String(setting.name.drop { $0 != "." }.dropFirst())
    lines += ["  # \(SessionPolicy.comments[key] ?? "")", "  \(key): \(literal(setting.value))"]
  }
  lines += [
    "", "# Servers that are processes: manual starts none by itself, all starts every one, as session.stdio.",
    "# SESSIONTOP_STDIO overrides it.", "stdio: manual",
    "", "# One session a user for servers whose url or headers hold {{NAME}}:",
    "#   - {id: ana, variables: {LIBRECHAT_USER_EMAIL: ana@example.org, DESK_PAT: \"${ANA_PAT}\"}}",
    "users: []",
  ]
  for section in SettingField.sections {
    lines += ["", "\(section):"]
    for field in SettingField.all where field.section == section {
      lines += [
        "  # \(field.comment)", "  # \(field.variable) overrides it.",
        "  \(field.key): \(literal(field.value(in: settings)))",
      ]
    }
  }
  return lines.joined(separator: "\n")
}()

/// A value as YAML writes it; the built-in texts are plain words.
private func literal(_ value: ResolvedSetting.Value) -> String {
  value == .none ? "null" : value.description
}

extension SessionPolicy {
  /// What each key of `session:` is for.
  static let comments = [
    "timeout": "How long a session may live without a successful exchange before it is called expired.",
    "retryAttempts": "Quick attempts after a loss; slow ones, a minute apart, follow for ever.",
    "retryDelay": "The longest first quick delay; it doubles, with full jitter, up to 60000.",
    "pingInterval": "Time between probes; 0 never probes, which lets a session expire.",
    "listEvery": "Every n-th probe is tools/list; 0 never lists.",
    "slow": "An answer to a probe that takes longer is slow; 0: only ten times the usual is.",
    "stream": "Hold the stream that a server offers for its own messages.",
    "wire": "auto, session, sessionless or sse.",
    "stdio": "Start servers that are processes by itself; false: only when you reconnect them.",
    "terminateURL": "An address that gets a DELETE as well when a session ends; null means none.",
    "caFile": "More authorities to trust (PEM), relative to this file; null: SSL_CERT_FILE or its like.",
    "clientCertificate": "Our own certificate (PEM), for servers that want one, relative to this file.",
    "clientKey": "Its key (PEM); null: it stands in the same file.",
  ]
}
