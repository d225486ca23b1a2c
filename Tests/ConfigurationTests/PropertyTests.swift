import TopConfiguration
import MCPSessions
import Testing

/// A small generator with a seed that is printed, so that any failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

struct PropertyTests {
  private static let sample = Array(
    """
    version: "1.3.0"
    base: &base {timeout: 60_000, headers: {X-Key: "${PLANTED}", Authorization: "Bearer planted-literal"}}
    mcpServers:
      one: {<<: *base, type: http, url: "https://me:planted-pw@h/mcp?k=planted-query"}
      two:
        type: streamable-http
        url: https://h/${PLANTED}/mcp
        apiKey: {source: admin, authorization_type: custom, key: planted-api, custom_header: X-K}
        sessionConfig: {timeout: 1000, retryAttempts: 3, stream: true}
      three: {url: "http://h/sse", oauth: {client_secret: planted-oauth}}
      four: {command: run, args: ["--token", planted-arg], env: {T: planted-env}}
    session: {pingInterval: 1000}
    ui: {theme: dark}
    """.utf8)

  private static let json = Array(
    """
    {"inputs": [{"id": "key"}], "mcpServers": { // two
      "one": {"httpUrl": "https://me:planted-pw@h/mcp?k=planted-query", "timeout": 60, "disabled": false,
        "headers": {"Authorization": "Bearer ${env:PLANTED}", "X-Key": "$PLANTED", "X-B": "${NONE:-planted-api}"}},
      "two": {"command": "npx", "args": ["-y", "mcp-remote", "https://h/s/${PLANTED}", "--header", "A: ${T}"],
        "env": {"T": "planted-api"}},
    }, "servers": {"three": {"url": "https://h", "requestInit": {"headers": {"A": "planted-api"}}}}}
    """.utf8)

  private static let toml = Array(
    """
    model = "x"
    [mcp_servers.one]
    url = "https://me:planted-pw@h/mcp?k=planted-query"
    bearer_token_env_var = "PLANTED"
    http_headers = { "X-Key" = "planted-api" }
    tool_timeout_sec = 60.5
    [[other]]
    date = 2026-01-01T00:00:00Z
    """.utf8)

  private static let environment = ["PLANTED": "planted-variable"]

  @Test(arguments: [
    ("librechat.yaml", UInt64(1)), ("librechat.yaml", UInt64.random(in: 0...UInt64.max)), ("a.json", 1),
    ("a.json", UInt64.random(in: 0...UInt64.max)), ("config.toml", 7_434_639_898_672_716_565),
    ("config.toml", UInt64.random(in: 0...UInt64.max)),
  ]) func `Any bytes and any damage to a file end in diagnostics, and none quotes a secret`(
    name: String, seed: UInt64
  ) {
    let sample = name == "a.json" ? Self.json : name == "config.toml" ? Self.toml : Self.sample
    var random = SplitMix(state: seed)
    for round in 0..<(name == "librechat.yaml" ? 1_500 : 700) {
      var bytes = sample
      if round % 5 == 0 {
        bytes = (0..<Int.random(in: 0...400, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
      } else {
        for _ in 0...Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: bytes.remove(at: place)
          case 1: bytes.insert("{}[]:,'\"&*!|>%@` \n\t-?#".utf8.randomElement(using: &random) ?? 0, at: place)
          case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
          default: bytes.removeSubrange(place...)
          }
        }
      }
      let loaded = loadBytes(bytes, environment: Self.environment, name: name)
      for diagnostic in loaded.diagnostics {
        let line = diagnostic.description
        #expect(
          !line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }, "seed \(seed): \(line)")
        // A damaged key may hold anything; what is a value in the sample must not show.
        for secret in ["planted-variable", "planted-pw", "planted-query", "planted-api"] {
          #expect(!line.contains(secret), "seed \(seed): \(line)")
        }
      }
      #expect(
        !loaded.servers.isEmpty || !loaded.diagnostics.isEmpty,
        "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test func `No planted secret shows in diagnostics, settings or printed values`() {
    let loaded = loadBytes(Self.sample, environment: Self.environment)
    let printed =
      report(loaded) + "\(loaded.servers)" + "\(loaded.effective)"
      + loaded.servers.map { "\($0.endpoint?.display ?? "")" }.joined()
    for secret in [
      "planted-variable", "planted-literal", "planted-pw", "planted-query", "planted-api", "planted-oauth",
      "planted-arg", "planted-env",
    ] {
      #expect(!printed.contains(secret), "\(secret)")
    }
    #expect(loaded.servers.count == 4)
  }

  @Test(arguments: [UInt64(1), UInt64.random(in: 0...UInt64.max)])
  func `Nesting has one limit, however it is split between places and aliases`(seed: UInt64) {
    var random = SplitMix(state: seed)
    func nested(_ depth: Int, around core: String) -> String {
      (0..<depth).reduce(core) { text, _ in
        switch Int.random(in: 0..<3, using: &random) {
        case 0: "[\(text)]"
        case 1: "{k: \(text)}"
        default: "[1, \(text), x]"
        }
      }
    }
    for _ in 0..<300 {
      let inner = Int.random(in: 1...60, using: &random)
      let outer = Int.random(in: max(1, 90 - inner)...(110 - inner), using: &random)
      let text = "a: &a \(nested(inner - 1, around: "[]"))\nb: \(nested(outer, around: "*a"))\n"
      let refused = loadText(text).diagnostics.filter { $0.problem.contains("deeper than 100 levels") }
      // The root, the outer collections and the inner ones.
      #expect(refused.isEmpty == (1 + outer + inner <= 100), "seed \(seed): \(outer) and \(inner)")
    }
  }

  @Test func `Five thousand servers are read in linear time`() {
    var text = "base: &base {timeout: 20000, sessionConfig: {timeout: 7200000}}\nmcpServers:\n"
    for number in 0..<5_000 {
      text +=
        "  server-\(number):\n    <<: *base\n    type: streamable-http\n    url: https://host-\(number).example.com/mcp\n"
        + "    headers: {Authorization: \"Bearer ${TOKEN}\", X-Team: ops}\n    title: Server \(number)\n"
    }
    let clock = ContinuousClock()
    var loaded = Loaded()
    let time = clock.measure { loaded = loadText(text, environment: ["TOKEN": "planted-token"]) }
    #expect(loaded.servers.count == 5_000 && loaded.diagnostics.isEmpty)
    // Unoptimised code on a busy machine; optimised it takes a fraction.
    #expect(time < .seconds(20), "\(time)")
    print("5 000 servers: \(time)")
  }
}
