import Glibc

/// A configuration of some program that was found in one of its known places.
package struct FoundFile: Sendable {
  /// Absolute, or seen from the current directory as it was given.
  package let path: String
  /// What stands in it, read alone.
  package let loaded: Loaded
}

/// Every configuration of this user that can be opened, by the known places of each program: the current
/// directory and those above it, the home, the folder of settings. Nothing else is read, and nobody is asked.
package func findFiles(
  environment: [String: String], home: String?, currentDirectory: String
) -> [FoundFile] {
  var seen: Set<FileIdentity> = []
  return places(environment, home, currentDirectory).compactMap { path in
    guard let identity = FileIdentity(ofFileAt: path), seen.insert(identity).inserted else { return nil }
    let loaded = loadConfiguration(
      paths: [path], environment: environment, currentDirectory: currentDirectory)
    // Editors keep other settings in the same files.
    guard !loaded.servers.isEmpty || loaded.files.isEmpty else { return nil }
    return FoundFile(path: path, loaded: loaded)
  }
}

private func places(_ environment: [String: String], _ home: String?, _ currentDirectory: String) -> [String]
{
  var result: [String] = []
  var folder = currentDirectory
  // A path of more folders is a mistake or a trap.
  for _ in 0..<32 where folder.hasPrefix("/") {
    result += inProject.map { resolved($0, in: folder) }
    if folder == "/" || folder == home { break }
    folder = directory(of: folder)
  }
  if let home { result += inHome.map { resolved($0, in: home) } }
  let settings =
    environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home.map { "\($0)/.config" }
  if let settings {
    result += inSettings.map { resolved($0, in: settings) }
    for editor in editors {
      result += inEditor.map { resolved("\(editor)/User/\($0)", in: settings) }
    }
  }
  return result
}

/// Beside the work.
private let inProject = [
  ".mcp.json", "mcp.json", ".vscode/mcp.json", ".cursor/mcp.json", ".gemini/settings.json",
  ".qwen/settings.json",
  ".roo/mcp.json", ".kilocode/mcp.json", ".kiro/settings/mcp.json", ".amazonq/mcp.json", ".zed/settings.json",
  "opencode.json", "opencode.jsonc", ".opencode/opencode.json", "crush.json", ".crush.json",
  ".codex/config.toml", ".amp/settings.json", ".continue/config.yaml", ".vs/mcp.json", ".junie/mcp/mcp.json",
  ".factory/mcp.json", ".windsurf/mcp_config.json", ".devcontainer/devcontainer.json", "librechat.yaml",
  "mcp_agent.config.yaml", "fastmcp.json", "litellm_config.yaml", "fast-agent.yaml", "fastagent.config.yaml",
  ".vibe/config.toml", "config/mcporter.json", ".agent/mcp_config.json",
]

private let inHome = [
  ".claude.json", ".cursor/mcp.json", ".gemini/settings.json", ".gemini/antigravity/mcp_config.json",
  ".qwen/settings.json", ".codex/config.toml", ".codeium/windsurf/mcp_config.json", ".aws/amazonq/mcp.json",
  ".kiro/settings/mcp.json", ".copilot/mcp-config.json", ".hermes/config.yaml", ".continue/config.yaml",
  ".continue/config.json", ".lmstudio/mcp.json", ".openclaw/openclaw.json", ".factory/mcp.json",
  ".junie/mcp/mcp.json", ".cherrystudio/mcp.json", ".vibe/config.toml", ".mcporter/mcporter.json",
]

/// Under `$XDG_CONFIG_HOME`.
private let inSettings = [
  "sessiontop/sessiontop.yaml", "Claude/claude_desktop_config.json", "zed/settings.json",
  "opencode/opencode.json",
  "opencode/opencode.jsonc", "crush/crush.json", "amp/settings.json", "goose/config.yaml",
  "github-copilot/intellij/mcp.json", "mcphub/servers.json",
]

private let editors = ["Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf"]

private let inEditor = [
  "mcp.json", "settings.json", "globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
  "globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
  "globalStorage/kilocode.kilo-code/settings/mcp_settings.json",
]
