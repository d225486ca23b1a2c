/// The sections of a librechat.yaml; any other one stops LibreChat.
enum LibreChatSections {
  static let known: Set<String> = [
    "version", "cache", "ocr", "webSearch", "langfuse", "memory", "summarization", "skillSync",
    "secureImageLinks", "imageOutputType", "includedTools", "filteredTools", "mcpServers", "mcpSettings",
    "interface", "turnstile", "fileStrategy", "fileStrategies", "cloudfront", "actions", "registration",
    "balance", "transactions", "speech", "rateLimits", "fileConfig", "modelSpecs", "messageFilter",
    "endpoints",
  ]

  static let sorted = known.sorted()

  /// Whether something stands there that only LibreChat has.
  static func isIn(_ root: Mapping) -> Bool {
    root.entries.contains { $0.key != "mcpServers" && known.contains($0.key) }
  }
}
