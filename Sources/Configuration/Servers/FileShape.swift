/// Whose file it is, told by what stands in it, never by its name.
enum FileShape: Hashable, Sendable {
  /// `librechat.yaml`: `mcpServers` among LibreChat's own sections.
  case libreChat
  /// Our own settings, perhaps with `mcpServers`.
  case own
  /// `.mcp.json`, Claude Desktop, Cursor and kin: JSON with `mcpServers`.
  case mcpJSON
  /// VS Code's `mcp.json`: `servers` and `inputs`.
  case vsCode

  static let ownKeys = ["files", "mcpServers", "session", "users", "ui", "log", "metrics", "limits"]

  /// The sections that LibreChat knows; any other one stops it.
  static let libreChatKeys: Set<String> = [
    "version", "cache", "ocr", "webSearch", "langfuse", "memory", "summarization", "skillSync",
    "secureImageLinks", "imageOutputType", "includedTools", "filteredTools", "mcpServers", "mcpSettings",
    "interface", "turnstile", "fileStrategy", "fileStrategies", "cloudfront", "actions", "registration",
    "balance", "transactions", "speech", "rateLimits", "fileConfig", "modelSpecs", "messageFilter",
    "endpoints",
  ]

  /// Whether something stands there that only LibreChat has.
  static func isLibreChat(_ root: Mapping) -> Bool {
    root.entries.contains { $0.key != "mcpServers" && libreChatKeys.contains($0.key) }
  }

  init(_ root: Mapping) {
    let keys = Set(root.entries.map(\.key))
    if !keys.isDisjoint(with: Self.libreChatKeys.subtracting(["version", "mcpServers"])) {
      self = .libreChat
    } else if keys.contains("servers"), !keys.contains("mcpServers") {
      self = .vsCode
    } else if !keys.isDisjoint(with: Set(Self.ownKeys).subtracting(["mcpServers"])) {
      self = .own
    } else if root.isFlow {
      self = .mcpJSON
    } else {
      self = .libreChat
    }
  }

  /// The section that holds the servers.
  var serversKey: String { self == .vsCode ? "servers" : "mcpServers" }

  /// LibreChat's schema and its quirks are law in our own files too: servers are copied from one to the
  /// other.
  var followsLibreChat: Bool { self == .libreChat || self == .own }

  var substitution: SubstitutionStyle { followsLibreChat ? .libreChat : .withDefaults }
}
