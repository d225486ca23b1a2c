import Glibc
public import Sessions

/// What the configuration files come to.
public struct Loaded: Sendable {
  /// In the order of the files.
  public var servers: [Server] = []
  public var ui = UISettings()
  public var limits = Limits()
  /// Events below it are not printed by `watch`; `LOG_LEVEL`, or debug with `MCP_SESSION_DEBUG=true`.
  public var logLevel = EventLevel.info
  /// Everything that is wrong, by file and place.
  public var diagnostics: [Diagnostic] = []
  /// Files that were read.
  public var files: [String] = []

  /// Whether there is any server to show, however it is doing.
  public var isUsable: Bool { !servers.isEmpty }
}

/// The `ui:` section of our own file.
public struct UISettings: Hashable, Sendable {
  public var theme = "default"
  public var readOnly = false

  public init() {}
}

/// Reads the configuration from `paths`, or from where it is looked for when there are none.
///
/// `environment` is the process's, read once by the caller. Never throws: every problem is a diagnostic, and what is
/// good of a file is used.
public func loadConfiguration(
  paths: [String], environment: [String: String], currentDirectory: String
) -> Loaded {
  var loader = Loader(environment: environment, directory: currentDirectory)
  let asked = paths.isEmpty ? environment["SESSIONTOP_CONFIG"].map { [$0] } ?? [] : paths
  if asked.isEmpty {
    loader.readDefault()
  } else {
    for path in asked { loader.read(path) }
  }
  return loader.finish()
}

/// The largest file that is read, in bytes.
private let fileLimit = 16 * 1_024 * 1_024

private struct Loader {
  let environment: [String: String]
  let directory: String
  var loaded = Loaded()
  private var defaults = SessionSettings()
  private var places: [String: String] = [:]

  init(environment: [String: String], directory: String) {
    self.environment = environment
    self.directory = directory
    readEnvironment()
  }

  mutating func readDefault() {
    let home = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? "\(environment["HOME"] ?? "")/.config"
    let candidates = ["\(home)/sessiontop/sessiontop.yaml", "\(directory)/librechat.yaml"]
    guard let found = candidates.first(where: { access($0, F_OK) == 0 }) else {
      let looked = ["SESSIONTOP_CONFIG"] + candidates
      var findings = Findings(file: "librechat.yaml")
      findings.error(
        nil, "", "no configuration found (looked at \(looked.joined(separator: ", ")))",
        "name one with --config FILE, or try `sessiontop demo`")
      loaded.diagnostics += findings.diagnostics
      return
    }
    read(found)
  }

  mutating func read(_ path: String) {
    var findings = Findings(file: path)
    defer { loaded.diagnostics += findings.diagnostics }
    guard let bytes = contents(of: path, &findings) else { return }
    loaded.files.append(path)
    do {
      guard let root = try YAMLParser.parse(bytes) else {
        return findings.error(nil, "", "the file is empty", "add an mcpServers section")
      }
      readRoot(root, path, &findings)
    } catch {
      findings.error(error.mark, "", error.problem, error.remedy)
    }
  }

  private mutating func readRoot(_ root: YAMLNode, _ path: String, _ findings: inout Findings) {
    guard let entries = root.entries else {
      return findings.error(root.mark, "", "\(root.value.kind) where sections are due", "start with `mcpServers:`")
    }
    if let session = root["session"] {
      readSessionSettings(session, path: "session", into: &defaults, &findings)
      overrideByEnvironment()
    }
    readUI(root, &findings)
    readLimits(root, &findings)
    if let servers = root["mcpServers"] {
      readServers(servers, path, &findings)
    } else if let files = root["files"]?.elements, !files.isEmpty {
      // Our own file may only name others.
    } else {
      let near = entries.first { closest(to: $0.key, among: ["mcpServers"]) != nil }
      findings.error(
        near?.keyMark ?? root.mark, near?.key ?? "mcpServers",
        near == nil ? "no mcpServers section" : "unknown section",
        near == nil ? "add one with the servers to watch" : "did you mean mcpServers?")
    }
    let base = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]) : directory
    for file in root["files"]?.elements ?? [] {
      guard case .text(let name) = file.value else {
        findings.error(file.mark, "files", "\(file.value.kind) where a file name is due", "write a path")
        continue
      }
      // Named files are read, but may not name further ones: that could go round in circles.
      if !loaded.files.contains(name) { read(name.hasPrefix("/") ? name : "\(base)/\(name)") }
    }
  }

  private mutating func readServers(_ node: YAMLNode, _ path: String, _ findings: inout Findings) {
    guard let entries = node.entries else {
      return findings.error(
        node.mark, "mcpServers", "\(node.value.kind) where servers are due",
        "write `NAME:` with a url under it (LibreChat refuses to start on this)")
    }
    if entries.isEmpty {
      findings.warning(node.mark, "mcpServers", "no servers", "add the servers to watch")
    }
    for entry in entries {
      if let other = places[entry.key] {
        findings.error(
          entry.keyMark, "mcpServers.\(entry.key)", "the name stands in \(other) already", "rename one of the two")
        continue
      }
      places[entry.key] = "\(path):\(entry.keyMark.line)"
      loaded.servers.append(readServer(entry, defaults: defaults, environment: environment, &findings))
    }
  }

  private mutating func readUI(_ root: YAMLNode, _ findings: inout Findings) {
    guard let node = root["ui"], let fields = Fields(node, path: "ui", &findings) else { return }
    if let theme = fields.text("theme", &findings) { loaded.ui.theme = theme.text }
    if let readOnly = fields.bool("readOnly", &findings) { loaded.ui.readOnly = readOnly }
  }

  private mutating func readLimits(_ root: YAMLNode, _ findings: inout Findings) {
    guard let node = root["limits"], let fields = Fields(node, path: "limits", &findings) else { return }
    if let value = fields.integer("connecting", 1...10_000, unit: "handshakes", &findings) { loaded.limits.connecting = value }
    if let value = fields.integer("initializePerSecond", 1...100_000, unit: "handshakes a second", &findings) {
      loaded.limits.initializePerSecond = value
    }
    if let value = fields.integer("events", 1...10_000_000, unit: "events", &findings) { loaded.limits.events = value }
  }

  // MARK: - Environment

  private mutating func readEnvironment() {
    var findings = Findings(file: "environment")
    for (name, range) in [
      ("MCP_SESSION_TIMEOUT", 1_000...2_147_483_647), ("MCP_SESSION_RETRY_ATTEMPTS", 0...1_000),
      ("MCP_SESSION_RETRY_DELAY", 50...3_600_000),
    ] {
      guard let text = environment[name], !text.isEmpty else { continue }
      if Int(text).map({ range.contains($0) }) != true {
        findings.warning(
          nil, name, "not a whole number from \(range.lowerBound) to \(range.upperBound): it is ignored",
          "correct or unset it")
      }
    }
    if let text = environment["LOG_LEVEL"]?.lowercased(), !text.isEmpty {
      let names = ["warn": EventLevel.warning, "verbose": .debug]
      if let level = EventLevel(rawValue: text) ?? names[text] {
        loaded.logLevel = level
      } else {
        findings.warning(nil, "LOG_LEVEL", "no level: it is ignored", "use debug, info, warning or error")
      }
    }
    if environment["MCP_SESSION_DEBUG"]?.lowercased() == "true" { loaded.logLevel = .debug }
    loaded.diagnostics += findings.diagnostics
    overrideByEnvironment()
  }

  private mutating func overrideByEnvironment() {
    func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
      environment[name].flatMap { Int($0) }.flatMap { range.contains($0) ? $0 : nil }
    }
    if let value = number("MCP_SESSION_TIMEOUT", 1_000...2_147_483_647) { defaults.timeout = .milliseconds(value) }
    if let value = number("MCP_SESSION_RETRY_ATTEMPTS", 0...1_000) { defaults.retryAttempts = value }
    if let value = number("MCP_SESSION_RETRY_DELAY", 50...3_600_000) { defaults.retryDelay = .milliseconds(value) }
  }

  func finish() -> Loaded {
    var loaded = loaded
    // By file as they were read, then by place: files keep their order because the sort is on places within one.
    let order = Dictionary(loaded.diagnostics.map(\.file).enumerated().map { ($1, $0) }, uniquingKeysWith: min)
    loaded.diagnostics.sort { left, right in
      let (a, b) = (order[left.file] ?? 0, order[right.file] ?? 0)
      return (a, left.mark?.line ?? 0, left.mark?.column ?? 0) < (b, right.mark?.line ?? 0, right.mark?.column ?? 0)
    }
    return loaded
  }
}

/// The bytes of a file, or a finding that says why there are none.
private func contents(of path: String, _ findings: inout Findings) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else {
    let isMissing = errno == ENOENT
    findings.error(
      nil, "", isMissing ? "there is no such file" : String(cString: strerror(errno)).lowercased(),
      isMissing ? "check the name" : "make it readable for this user")
    return nil
  }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = Glibc.read(descriptor, &chunk, chunk.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else {
      findings.error(nil, "", String(cString: strerror(errno)).lowercased(), "name a readable file")
      return nil
    }
    if count == 0 { break }
    bytes += chunk[..<count]
    guard bytes.count <= fileLimit else {
      findings.error(nil, "", "larger than \(fileLimit / 1_048_576) MiB", "name the configuration file, not its data")
      return nil
    }
  }
  guard String(validating: bytes, as: UTF8.self) != nil else {
    findings.error(nil, "", "not UTF-8 text", "save the file as UTF-8")
    return nil
  }
  return bytes
}
