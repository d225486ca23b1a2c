import MCPSessions

// The one place that says what programs differ in: a row each.

extension Owner {
  private static let unreadFile = Cost(
    key: "envFile", severity: .notice, problem: "the variables of this file are not read here",
    remedy: "write those that the server needs under env")

  static let table: [Owner] = [
    Owner(
      kind: .sessiontop, name: "sessiontop", variables: .libreChat, timeUnit: .milliseconds, switches: [:]),
    Owner(
      kind: .libreChat, name: "LibreChat", variables: .libreChat, timeUnit: .milliseconds,
      bareAddress: .plain(.sse), switches: [:]),
    Owner(
      kind: .claudeCode, name: "Claude Code",
      places: ["/.mcp.json", "/.claude.json", ".claude/settings.json", ".claude/settings.local.json"],
      variables: [.braces, .defaults, .editor], timeUnit: .millisecondsFrom(1_000),
      bareAddress: .misread("Claude Code takes it for stdio and skips it"),
      keys: ["oauth", "alwaysLoad", "scope"],
      costs: [
        Cost(
          key: "headersHelper", severity: .warning,
          problem: "the headers of headersHelper are not known here, no program is started for them",
          remedy: "expect 401, or write the headers out")
      ], marks: ["headersHelper"]),
    Owner(
      kind: .claudeDesktop, name: "Claude Desktop", places: ["claude_desktop_config.json"],
      variables: [.braces, .defaults], timeUnit: .milliseconds,
      bareAddress: .misread("Claude Desktop starts processes only")),
    Owner(
      kind: .visualStudioCode, name: "VS Code",
      places: [".vscode/mcp.json", ".vscode/settings.json", "code/user/mcp.json", "code/user/settings.json"],
      serversKey: "servers", otherServersKeys: ["mcp.servers"],
      variables: [.environmentPrefix, .input, .editor], timeUnit: .milliseconds, takesComments: true,
      keys: ["gallery", "version", "dev", "sandbox", "sandboxEnabled"],
      costs: [unreadFile]),
    Owner(
      kind: .visualStudio, name: "Visual Studio", places: [".vs/mcp.json"], serversKey: "servers",
      variables: [.environmentPrefix, .input, .editor], timeUnit: .milliseconds, takesComments: true),
    Owner(
      kind: .copilot, name: "GitHub Copilot",
      places: [
        ".copilot/mcp-config.json", "github-copilot/intellij/mcp.json", "github-copilot/xcode/mcp.json",
      ],
      otherServersKeys: ["servers"],
      variables: [.dollarName, .braces, .defaults, .environmentPrefix, .input, .editor],
      timeUnit: .milliseconds, takesComments: true, marks: ["requestInit", "tools"]),
    Owner(
      kind: .cursor, name: "Cursor", places: [".cursor/mcp.json"],
      variables: [.environmentPrefix, .braces, .defaults, .editor], timeUnit: .unclear, takesComments: true,
      costs: [unreadFile]),
    Owner(
      kind: .antigravity, name: "Antigravity",
      places: [
        ".gemini/antigravity/mcp_config.json", ".gemini/config/mcp_config.json", ".agent/mcp_config.json",
        ".antigravity/mcp_config.json",
      ],
      variables: [.environmentPrefix, .braces, .defaults, .editor], timeUnit: .seconds),
    Owner(
      kind: .windsurf, name: "Windsurf",
      places: [
        "windsurf/mcp_config.json", ".codeium/mcp_config.json",
      ],
      variables: [.environmentPrefix, .braces, .defaults, .editor], timeUnit: .seconds,
      marks: ["serverUrl", "serverURL"]),
    Owner(
      kind: .gemini, name: "Gemini CLI", places: [".gemini/settings.json", "gemini-extension.json"],
      addresses: ["httpUrl", "url", "serverUrl", "baseUrl"],
      variables: [.dollarName, .braces, .defaults, .editor], timeUnit: .milliseconds,
      bareAddress: .plain(.sse),
      takesComments: true,
      costs: [
        Cost(
          key: "authProviderType", severity: .notice, problem: "signing in by this provider is not done here",
          remedy: "the server shows as unauthorized if it insists")
      ], marks: ["httpUrl", "trust", "includeTools", "excludeTools"]),
    Owner(
      kind: .qwen, name: "Qwen Code", places: [".qwen/settings.json", "qwen-extension.json"],
      addresses: ["httpUrl", "url", "serverUrl", "baseUrl"],
      variables: [.dollarName, .braces, .defaults, .editor], timeUnit: .milliseconds,
      bareAddress: .plain(.sse),
      takesComments: true),
    Owner(
      kind: .cline, name: "Cline", places: ["cline_mcp_settings.json", ".cline/mcp_settings.json"],
      variables: [.environmentPrefix, .braces, .defaults], timeUnit: .seconds,
      bareAddress: .misread("Cline takes it for old HTTP+SSE"), marks: ["autoApprove"]),
    Owner(
      kind: .roo, name: "Roo Code",
      places: [".roo/mcp.json", "rooveterinaryinc.roo-cline/settings/mcp_settings.json"],
      variables: [.environmentPrefix, .braces, .defaults, .editor], timeUnit: .seconds,
      bareAddress: .misread("Roo Code takes it for old HTTP+SSE"), marks: ["alwaysAllow", "watchPaths"]),
    Owner(
      kind: .kilo, name: "Kilo Code",
      places: [".kilocode/mcp.json", ".kilo/mcp.json", "kilo-code/settings/mcp_settings.json"],
      variables: [.environmentPrefix, .braces, .defaults, .editor], timeUnit: .seconds,
      bareAddress: .misread("Kilo Code takes it for old HTTP+SSE")),
    Owner(
      kind: .kiro, name: "Kiro or Amazon Q",
      places: [
        ".kiro/settings/mcp.json", ".amazonq/mcp.json", ".aws/amazonq/mcp.json", ".amazonq/default.json",
      ],
      variables: [.braces, .environmentPrefix, .defaults], timeUnit: .milliseconds,
      marks: ["disabledAutoApproveTools"]),
    Owner(
      kind: .zed, name: "Zed", places: [".zed/settings.json", "zed/settings.json"],
      serversKey: "context_servers", variables: [], timeUnit: .unclear, takesComments: true,
      keys: ["source", "settings", "remote"]),
    Owner(
      kind: .openCode, name: "opencode",
      places: ["/opencode.json", "/opencode.jsonc", "opencode/config.json", "opencode/config.jsonc"],
      serversKey: "mcp", isLayered: true, words: ["remote": .streamableHTTP, "local": .stdio],
      variables: [.openCode], timeUnit: .milliseconds, takesComments: true),
    Owner(
      kind: .crush, name: "Crush", places: ["/crush.json", "/.crush.json"], serversKey: "mcp",
      variables: [.dollarName, .braces, .defaults, .command], timeUnit: .seconds),
    Owner(
      kind: .codex, name: "Codex", places: [".codex/config.toml", "codex/config.toml"],
      serversKey: "mcp_servers", isLayered: true, variables: [], timeUnit: .seconds,
      keys: ["env_vars", "enabled_tools", "disabled_tools", "required", "experimental_environment"]),
    Owner(
      kind: .liteLLM, name: "LiteLLM",
      places: ["litellm_config.yaml", "litellm-config.yaml", "litellm.yaml"],
      serversKey: "mcp_servers", variables: [.osEnviron], timeUnit: .seconds, bareAddress: .plain(.sse),
      keys: [
        "spec_version", "spec_path", "allowed_tools", "extra_headers", "mcp_info", "alias", "access_groups",
      ],
      marks: ["auth_type", "auth_value", "spec_path", "mcp_info"]),
    Owner(
      kind: .hermes, name: "Hermes", places: [".hermes/config.yaml"], serversKey: "mcp_servers",
      variables: [.braces, .defaults], timeUnit: .seconds, keys: ["tools", "sampling"]),
    Owner(
      kind: .amp, name: "Amp", places: ["amp/settings.json", ".amp/settings.json"],
      serversKey: "amp.mcpServers", variables: [.braces, .defaults], timeUnit: .unclear, takesComments: true),
    Owner(
      kind: .cherryStudio, name: "Cherry Studio", variables: [.braces], timeUnit: .seconds,
      marks: ["isActive"]),
    Owner(
      kind: .goose, name: "goose", places: ["goose/config.yaml"], serversKey: "extensions",
      addresses: ["uri", "url"], variables: [.dollarName, .braces], timeUnit: .seconds,
      keys: ["bundled", "available_tools", "display_name", "env_keys"]),
    Owner(
      kind: .continueDev, name: "Continue",
      places: [".continue/config.yaml", ".continue/config.json", ".continue/mcpservers/"],
      otherServersKeys: ["modelContextProtocolServers", "experimental.modelContextProtocolServers"],
      variables: [.secrets, .braces, .environmentPrefix], timeUnit: .milliseconds, takesComments: true,
      keys: ["connectionTimeout", "faviconUrl", "requestOptions", "sourceFile"]),
    Owner(
      kind: .fastAgent, name: "fast-agent",
      places: [
        "/fast-agent.yaml", "/fast-agent.yml", "/fastagent.config.yaml", "/fast-agent.secrets.yaml",
        "/fastagent.secrets.yaml",
      ],
      serversKey: "mcp.servers", isLayered: true, variables: [.braces, .defaults], timeUnit: .seconds,
      keys: [
        "roots", "protocol_mode", "elicitation", "load_on_start", "include_instructions",
        "ping_interval_seconds",
        "max_missed_pings", "read_transport_sse_timeout_seconds", "reconnect_on_disconnect", "implementation",
      ]),
    Owner(
      kind: .mcpAgent, name: "mcp-agent",
      places: [
        "mcp_agent.config.yaml", "mcp_agent.config.yml", "mcp_agent.secrets.yaml", "mcp_agent.secrets.yml",
      ],
      serversKey: "mcp.servers", isLayered: true, variables: [.braces, .defaults], timeUnit: .seconds,
      keys: ["roots", "allowed_tools", "terminate_on_close"]),
    Owner(
      kind: .openClaw, name: "OpenClaw", places: ["openclaw.json"], serversKey: "mcp.servers",
      variables: [.braces], timeUnit: .unclear, takesComments: true),
    Owner(
      kind: .junie, name: "Junie", places: [".junie/mcp/mcp.json"], variables: [.braces, .defaults],
      timeUnit: .milliseconds),
    Owner(
      kind: .vibe, name: "Mistral Vibe", places: [".vibe/config.toml"], serversKey: "mcp_servers",
      variables: [],
      timeUnit: .seconds, keys: ["prompt", "sampling_enabled"]),
    Owner(
      kind: .mcporter, name: "mcporter",
      places: ["/mcporter.json", "/mcporter.jsonc"],
      variables: [.braces, .defaults, .environmentPrefix, .dollarName],
      timeUnit: .milliseconds, takesComments: true,
      keys: ["tokenCacheDir", "oauthRedirectUrl", "clientName", "oauthScope", "lifecycle", "imports"]),
    Owner(
      kind: .lmStudio, name: "LM Studio", places: [".lmstudio/mcp.json"], variables: [.braces],
      timeUnit: .milliseconds),
    Owner(
      kind: .fastMCP, name: "FastMCP", places: ["/fastmcp.json"], variables: [.braces, .defaults],
      timeUnit: .unclear),
    Owner(
      kind: .other, name: "a client of MCP", timeUnit: .unclear,
      bareAddress: .misread(
        "Claude Code takes it for stdio and skips it, Gemini CLI, Roo and Kilo for old HTTP+SSE")),
  ]

  static func of(_ kind: Kind) -> Owner { rows[kind] ?? Owner(kind: kind, name: kind.rawValue) }

  private static let rows = Dictionary(table.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
}
