import MCPSessions

/// A published program that carries messages to an address, and the whole grammar of its options: what does
/// not stand here is not understood, and the process is left what it is.
struct WrapperPackage {
  enum Registry { case npm, python }

  enum Option {
    case flag
    /// With so many words behind it that say nothing about the session.
    case words(Int)
    /// With all words behind it up to the next option.
    case list
    case address(Transport)
    /// `Name: value`.
    case header
    /// `Name: value`, any number of them.
    case headerList
    /// The name and the value as two words.
    case headerPair
    case bearer
    case transport([String: Transport])
    /// Carries only with one of these words; with another it serves.
    case only(Set<String>)
  }

  /// What words are that are no options.
  enum Positional {
    /// The address, and behind it words that pass this test.
    case address(rest: @Sendable (String) -> Bool)
    case none
  }

  let name: String
  let registry: Registry
  /// Its main script below its folder in `node_modules`.
  var script: String?
  /// Its module, for `python -m`.
  var module: String?
  var images: [String] = []
  /// The words that come first.
  var verb: [String] = []
  let positional: Positional
  let options: [String: Option]
  /// `--option=value` is the same as two words.
  var joinsByEqualsSign = true
  let transport: Transport
  /// An address of old HTTP+SSE is known by its path.
  var knowsByPath = false
  /// The variable that holds a token for `Authorization`.
  var tokenVariable: String?

  static let table: [WrapperPackage] = [
    WrapperPackage(
      name: "mcp-remote", registry: .npm, script: "dist/proxy.js",
      positional: .address(rest: { UInt16($0) != nil }),
      options: [
        "--header": .header, "--transport": .transport(remoteTransports), "--host": .words(1),
        "--resource": .words(1), "--ignore-tool": .words(1), "--auth-timeout": .words(1),
        "--static-oauth-client-metadata": .words(1), "--static-oauth-client-info": .words(1),
        "--allow-http": .flag, "--debug": .flag, "--silent": .flag, "--enable-proxy": .flag,
      ],
      joinsByEqualsSign: false, transport: .streamableHTTP),
    WrapperPackage(
      name: "supergateway", registry: .npm, script: "dist/index.js",
      images: ["supercorp/supergateway", "ghcr.io/supercorp-ai/supergateway"], positional: .none,
      // `--stdio` is missing: with it, a process is served to others.
      options: [
        "--sse": .address(.sse), "--streamableHttp": .address(.streamableHTTP), "--header": .headerList,
        "--oauth2Bearer": .bearer, "--outputTransport": .only(["stdio"]), "--logLevel": .words(1),
        "--port": .words(1), "--baseUrl": .words(1), "--ssePath": .words(1), "--messagePath": .words(1),
        "--streamableHttpPath": .words(1), "--healthEndpoint": .list, "--cors": .list,
        "--protocolVersion": .words(1),
      ], transport: .streamableHTTP),
    WrapperPackage(
      name: "mcp-proxy", registry: .python, module: "mcp_proxy", images: ["ghcr.io/sparfenyuk/mcp-proxy"],
      positional: .address(rest: { _ in true }),
      options: [
        "-H": .headerPair, "--headers": .headerPair,
        "--transport": .transport(["sse": .sse, "streamablehttp": .streamableHTTP]),
        "-e": .words(2), "--env": .words(2), "--cwd": .words(1), "--log-level": .words(1),
        "--port": .words(1), "--host": .words(1), "--sse-port": .words(1), "--sse-host": .words(1),
        "--pass-environment": .flag, "--no-pass-environment": .flag, "--debug": .flag, "--no-debug": .flag,
        "--stateless": .flag, "--no-stateless": .flag,
      ], transport: .sse, tokenVariable: "API_ACCESS_TOKEN"),
    WrapperPackage(
      name: "fastmcp", registry: .python, module: "fastmcp", verb: ["run"],
      positional: .address(rest: { _ in false }),
      options: [
        "--transport": .only(["stdio"]), "-t": .only(["stdio"]), "--log-level": .words(1), "-l": .words(1),
        "--no-banner": .flag, "--python": .words(1), "--with": .words(1), "--project": .words(1),
        "--with-requirements": .words(1),
      ], transport: .streamableHTTP, knowsByPath: true),
  ]

  private static let remoteTransports: [String: Transport] = [
    "sse-only": .sse, "sse-first": .sse, "http-only": .streamableHTTP, "http-first": .streamableHTTP,
  ]

  // MARK: - Names

  /// The package that a launcher fetches: its name, and a version at most. What stands for a version may be
  /// another package (`mcp-remote@npm:other`, `mcp-remote@https://...`).
  static func published(_ word: String, in registry: Registry) -> WrapperPackage? {
    table.first { package in
      guard package.registry == registry, word.hasPrefix(package.name) else { return false }
      let version = word.dropFirst(package.name.count)
      guard let mark = version.first else { return true }
      guard mark == "@" || registry == .python && "=~<>!".contains(mark) else { return false }
      return version.dropFirst().utf8.allSatisfy(isOfVersion)
    }
  }

  /// The package whose program has this name.
  static func program(_ word: String) -> WrapperPackage? {
    let name = programName(word)
    return table.first { $0.name == name }
  }

  /// The package whose main script this is: its folder stands in `node_modules` itself.
  static func script(_ word: String) -> WrapperPackage? {
    let path = word.replacing("\\", with: "/")
    return table.first { package in
      guard let script = package.script else { return false }
      return path.hasSuffix("/node_modules/\(package.name)/\(script)")
    }
  }

  static func image(_ word: String) -> WrapperPackage? {
    let name = String(word.prefix { $0 != ":" && $0 != "@" })
    return table.first { $0.images.contains(name) }
  }

  private static func isOfVersion(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || "=~<>!.,^*+-_".utf8.contains(byte)
  }
}

/// The last part of a path, without what Windows puts behind a program's name.
func programName(_ word: String) -> String {
  let name = word.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
  for end in [".cmd", ".exe"] where name.hasSuffix(end) { return String(name.dropLast(end.count)) }
  return name
}
