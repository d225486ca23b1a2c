import MCPSessions

// Entries of other programs' files: what matters here is read, what does not is left alone, and nothing of
// theirs is held against them.

extension ServerReader {
  /// Limits, the switch, and what else says how a session is to be kept.
  mutating func readForeignFields() {
    for limit in entry.limits { readLimit(limit) }
    for (key, value) in [("timeout", requestTimeout), ("initTimeout", initTimeout)] where value == nil {
      resolve(key, .none, at: nil)
    }
    readSwitch()
    if case .flag(true) = original["requiresOAuth"]?.scalar?.value {
      needsSignIn = "needs a sign-in (requiresOAuth)"
    }
    readForeignSignIn()
    if let proxy = section.looseText("proxy"), proxy.value.contains("://"), transport != .stdio {
      readProxy(proxy)
    }
  }

  private mutating func readSwitch() {
    if let off = entry.switchedOff {
      switchedOff = "switched off in the file (\(off.key))"
      resolve("startup", .flag(false), at: off.mark)
    } else if let startup = original.entry("startup"), case .flag(let flag) = startup.value.scalar?.value {
      startsAutomatically = flag
      resolve("startup", .flag(flag), at: startup.mark)
    } else {
      resolve("startup", .flag(true), at: nil)
    }
  }

  private mutating func readLimit(_ limit: TranslatedEntry.TimeLimit) {
    var limit = limit
    // `30s` says itself what it counts.
    let written = limit.node.scalar.flatMap { $0.value == .text ? duration(in: $0.text) : nil }
    if written != nil { limit.unit = .milliseconds }
    guard let number = written ?? number(of: limit.node), number > 0 else {
      guard !limit.node.isNull else { return }
      return findings.add(
        section.diagnostic(
          .notice, limit.field, at: limit.node.mark, "is no length of time, and is passed over",
          remedy: "write a number above 0"))
    }
    let milliseconds: Double
    var remark: (problem: String, remedy: String)?
    switch limit.unit {
    case .milliseconds: milliseconds = number
    case .seconds: milliseconds = number * 1_000
    case .millisecondsFrom(let least):
      guard number >= Double(least) else {
        remark = (
          "is under \(least) ms, which \(context.owner.name) passes over, and so does this program",
          "write milliseconds, such as 60000"
        )
        milliseconds = 0
        break
      }
      milliseconds = number
    case .unclear:
      // Nobody waits for less than a second, and hardly anybody for more than an hour.
      let isSeconds = number <= 3_600 && number < 1_000
      milliseconds = isSeconds ? number * 1_000 : number
      if isSeconds { remark = ("is taken for seconds", "write milliseconds if they are meant") }
    }
    if let remark {
      findings.add(
        section.diagnostic(.notice, limit.field, at: limit.node.mark, remark.problem, remedy: remark.remedy))
    }
    guard milliseconds >= 1 else { return }
    let value = min(SessionPolicy.longest, Int(saturating: milliseconds))
    if limit.isForConnecting {
      guard initTimeout == nil else { return }
      initTimeout = value
      resolve("initTimeout", .number(value), at: limit.node.mark)
    } else {
      guard requestTimeout == nil else { return }
      requestTimeout = value
      resolve("timeout", .number(value), at: limit.node.mark)
    }
  }

  private func number(of node: Node) -> Double? {
    switch node.scalar?.value {
    case .integer(let value): Double(value)
    case .number(let value): value.isFinite ? value : nil
    case .text: Double(trim(node.scalar?.text ?? "")).flatMap { $0.isFinite ? $0 : nil }
    default: nil
    }
  }

  /// All the ways in which other programs say how they sign in.
  private mutating func readForeignSignIn() {
    guard transport != .stdio || wrapper != nil else { return }
    for key in ["oauth", "auth"] {
      if let block = original.entry(key)?.value.mapping { takeForeignOAuth(block) }
    }
  }

  // MARK: - Fields

  /// What the owner reads and this program does not is told where it costs something; what nobody knows is
  /// worth a notice.
  mutating func checkForeignKeys() {
    let owner = context.owner
    let told = misnamedAddress?.key
    for field in original.entries where field.key != told {
      if let cost = owner.costs.first(where: { $0.key == field.key }) ?? everybodysCost(field.key) {
        guard transport != .stdio else { continue }
        findings.add(
          section.diagnostic(cost.severity, field.key, at: field.mark, cost.problem, remedy: cost.remedy))
        continue
      }
      if entry.understood.contains(field.key) || knownToEverybody.contains(field.key) { continue }
      if owner.keys.contains(field.key) || owner.marks.contains(field.key) || isComment(field.key) {
        continue
      }
      if field.key.hasPrefix("$") || field.key.hasPrefix("x-") { continue }
      let meant = suggestion(for: field.key, among: readHere).map { "did you mean \($0)?" }
      let name =
        field.value.isNull && meant == nil && !isPlainName(field.key) ? hiddenName(field.key) : field.key
      findings.add(
        section.diagnostic(
          .notice, name, at: field.mark, "unknown key, not read here", remedy: meant ?? ""))
    }
  }

  private func everybodysCost(_ key: String) -> Owner.Cost? {
    Owner.table.lazy.flatMap(\.costs).first { $0.key == key }
  }

  // MARK: - Wrappers

  /// Looks whether the process only carries messages to an address.
  mutating func findWrapper() {
    guard let command = section.mapping["command"]?.scalar?.text else { return }
    let words = command.split(separator: " ").map(String.init)
    let arguments = (section.mapping["args"]?.items ?? []).map { $0.scalar?.text ?? "" }
    guard let program = words.first else { return }
    wrapper = Wrapper(command: program, arguments: Array(words.dropFirst()) + arguments)
    commandWords = words.count - 1
  }

  /// Takes the address and the headers that stand in a wrapper's arguments.
  mutating func readWrapped(_ wrapper: Wrapper) {
    transport = wrapper.transport
    let (field, mark) = place(ofWord: wrapper.address.index)
    readAddress(
      Located(value: wrapper.address.text, mark: mark), field, syntax: [.braces], with: ownEnvironment)
    for header in wrapper.headers {
      let (field, mark) = place(ofWord: header.index)
      addHeader(
        header.name, Located(value: header.value, mark: mark), field: field, key: "", at: mark,
        syntax: [.braces], with: ownEnvironment)
    }
    if let token = wrapper.package.tokenVariable.flatMap({ ownEnvironment[$0] }) {
      let (field, mark) = place(ofWord: wrapper.address.index)
      addHeader(
        "Authorization", Located(value: "Bearer \(token)", mark: mark), field: field, key: "", at: mark,
        syntax: [], with: [:])
    }
  }

  private func place(ofWord index: Int) -> (field: String, mark: Mark) {
    let command = section.mapping.entry("command")
    let field = section.written["args"] ?? "args"
    let offset = index - commandWords
    // A command that is a list holds its arguments itself.
    let shift = field == "command" ? 1 : 0
    guard offset >= 0, let items = section.mapping["args"]?.items, offset < items.count else {
      return ("command", command?.value.mark ?? Mark(line: 1, column: 1))
    }
    return ("\(field)[\(offset + shift)]", items[offset].mark)
  }
}

/// Milliseconds of a number with its unit behind it: `500ms`, `30s`, `1.5m`, `1h`.
private func duration(in text: String) -> Double? {
  let text = trim(text).lowercased()
  let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
  guard let number = Double(digits), number.isFinite else { return nil }
  switch trim(String(text.dropFirst(digits.count))) {
  case "ms", "msec", "milliseconds": return number
  case "s", "sec", "secs", "second", "seconds": return number * 1_000
  case "m", "min", "mins", "minute", "minutes": return number * 60_000
  case "h", "hour", "hours": return number * 3_600_000
  default: return nil
  }
}

/// Fields that matter here, for a slip of a key.
private let readHere = [
  "type", "url", "headers", "command", "args", "env", "timeout", "httpUrl", "serverUrl", "transport",
  "disabled", "sessionConfig",
]

/// Fields that programs keep in their files, that say nothing about the session or are read elsewhere.
let knownToEverybody: Set<String> = [
  "type", "url", "headers", "command", "args", "env", "cwd", "sessionConfig", "startup", "requiresOAuth",
  "oauth", "oauth_resource", "auth", "scopes", "proxy", "timeout", "initTimeout", "sseReadTimeout",
  "transport", "title",
  "description", "iconPath", "chatMenu", "serverInstructions", "autoApprove", "alwaysAllow", "disabledTools",
  "enabledTools", "disabled_tools", "enabled_tools", "allowedTools", "allowed_tools", "includeTools",
  "excludeTools", "include_tools", "exclude_tools", "tools", "tool", "envFile", "env_file", "gallery",
  "version", "dev",
  "watchPaths", "watch", "sandbox", "source", "trust", "note", "notes", "name", "id", "key", "displayName",
  "display_name", "icon", "icons", "iconUrl", "logo", "logoUrl", "author", "homepage", "repository",
  "license",
  "tags", "keywords", "category", "categories", "provider", "providerUrl", "registryUrl", "installSource",
  "isTrusted", "trusted", "dxtPath", "dxtVersion", "metadata", "longRunning", "shouldConfig", "searchKey",
  "configSample", "installedAt", "created_at", "updated_at", "createdAt", "updatedAt",
  "disabledAutoApproveTools", "fromGalleryId", "capabilities", "roots", "sampling", "instructions",
  "alwaysLoad",
  "documentation", "docs", "requirements", "settings", "scope", "priority", "lifecycle", "keepAlive",
  "keep_alive", "idleTimeout", "lazy", "stderr", "debug", "verbose", "logLevel", "log_level", "shell",
  "inputs", "server_name", "serverName", "uses", "options", "server", "platform", "platforms", "runtime",
  "owner", "group", "groups", "label",
  "labels", "enabled_by_default", "default", "optional", "required", "builtin", "bundled", "official", "link",
  "website", "status", "active", "rules", "permissions", "readOnly", "read_only", "restart", "autoStart",
  "auto_start", "autostart", "retries", "retry", "maxRetries", "cache", "cacheTools", "namespace", "prefix",
  "toolPrefix", "tool_prefix", "toolFilter", "tool_filter", "sse_read_timeout",
  "supports_parallel_tool_calls",
  "default_tools_approval_mode", "enabledInPrompts", "annotations", "_meta", "meta", "comment", "comments",
]
