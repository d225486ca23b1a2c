import Glibc
import MCPSessions

/// How sessions are kept, each value with its origin. Later layers replace earlier ones: built-in values,
/// `session:` of our own file, the environment, a server's `sessionConfig`.
struct SessionPolicy: Hashable, Sendable {
  /// Milliseconds, as all durations here.
  var timeout: Sourced<Int>
  var retryAttempts: Sourced<Int>
  var retryDelay: Sourced<Int>
  var pingInterval: Sourced<Int>
  var listEvery: Sourced<Int>
  var slow: Sourced<Int>
  var stream: Sourced<Bool>
  var wire = Sourced(value: "auto")
  /// Whether a server that is a process may be started without being asked for.
  var stdio = Sourced(value: false)
  /// Where a second DELETE goes; the text holds secrets as a server's url may.
  var terminateURL = Sourced<Endpoint?>(value: nil)
  /// A path, absolute or seen from the current directory.
  var caFile = Sourced<String?>(value: nil)
  var clientCertificate = Sourced<String?>(value: nil)
  var clientKey = Sourced<String?>(value: nil)
  /// Of one server alone: a token for all of them would go to each.
  var credentials = CredentialSettings()

  init(_ settings: SessionSettings = SessionSettings()) {
    timeout = Sourced(value: Int(settings.timeout.inMilliseconds))
    retryAttempts = Sourced(value: settings.retryAttempts)
    retryDelay = Sourced(value: Int(settings.retryDelay.inMilliseconds))
    pingInterval = Sourced(value: Int(settings.pingInterval.inMilliseconds))
    listEvery = Sourced(value: settings.listEvery)
    slow = Sourced(value: Int(settings.slow.inMilliseconds))
    stream = Sourced(value: settings.stream)
  }

  /// The longest duration that a file may ask for: a year.
  static let longest = 31_536_000_000
  static let keys = [
    "timeout", "retryAttempts", "retryDelay", "pingInterval", "listEvery", "slow", "stream", "wire",
    formerWire,
    "terminateURL", "stdio",
    "caFile", "clientCertificate", "clientKey",
  ]

  /// Lays the fields of `session:` or of a `sessionConfig` over what is there.
  mutating func read(
    _ section: Section, _ environment: [String: String], alsoKnown: [String] = [], _ findings: inout Findings
  ) {
    func take<Value: Hashable & Sendable>(_ found: Located<Value>?, _ setting: inout Sourced<Value>) {
      guard let found else { return }
      setting = Sourced(value: found.value, origin: .file(section.file, found.mark))
    }
    section.checkKeys(Self.keys + alsoKnown, consequence: "nothing reads it", &findings)
    take(section.integer("timeout", in: 1...Self.longest, unit: "milliseconds", &findings), &timeout)
    take(section.integer("retryAttempts", in: 0...1_000, &findings), &retryAttempts)
    take(section.integer("retryDelay", in: 1...3_600_000, unit: "milliseconds", &findings), &retryDelay)
    take(
      section.integer("pingInterval", in: 0...Self.longest, unit: "milliseconds", &findings), &pingInterval)
    take(section.integer("listEvery", in: 0...1_000_000, unit: "probes", &findings), &listEvery)
    take(section.integer("slow", in: 0...3_600_000, unit: "milliseconds", &findings), &slow)
    take(section.flag("stream", &findings), &stream)
    take(section.flag("stdio", &findings), &stdio)
    readReach(section, environment, &findings)
  }

  /// How the server is reached and spoken to.
  private mutating func readReach(
    _ section: Section, _ environment: [String: String], _ findings: inout Findings
  ) {
    if let choice = wire(in: section, &findings) {
      wire = Sourced(value: choice.value, origin: .file(section.file, choice.mark))
    }
    if let text = section.optionalText("terminateURL", environment, &findings) {
      let address = text.value.flatMap { try? Endpoint($0.text, masking: $0.values) }
      if text.value != nil, !["http", "https"].contains(address?.origin.scheme) {
        findings.add(
          section.diagnostic(
            .error, "terminateURL", at: text.mark, "must be an address", remedy: "write https://HOST/PATH"))
      } else {
        terminateURL = Sourced(value: address, origin: .file(section.file, text.mark))
      }
    }
    func takeFile(_ name: String, _ remedy: String, _ setting: inout Sourced<String?>) {
      guard let text = section.optionalText(name, environment, &findings) else { return }
      let path = text.value.map { relocated($0.text, beside: section.file) }
      setting = Sourced(value: path, origin: .file(section.file, text.mark))
      guard let path, let why = obstacleToReading(path) else { return }
      findings.add(section.diagnostic(.warning, name, at: text.mark, why, remedy: remedy))
    }
    takeFile(
      "caFile", "name a file of certificates (PEM); until then no certificate is trusted", &caFile)
    takeFile(
      "clientCertificate", "name a file with our certificate (PEM); until then no connection is made",
      &clientCertificate)
    takeFile(
      "clientKey", "name a file with the certificate's key (PEM); until then no connection is made",
      &clientKey)
    if clientKey.value != nil, clientCertificate.value == nil, case .file(_, let mark) = clientKey.origin {
      findings.add(
        section.diagnostic(
          .warning, "clientKey", at: mark, "is a key without a certificate",
          remedy: "set clientCertificate too; it is ignored now"))
    }
  }

  /// What `wire` was called before.
  private static let formerWire = "transport"

  /// Which way of speaking is chosen, under the words of now or of before: `transport` is also how a server
  /// is reached, and `stateless` a server that gives no id.
  private func wire(in section: Section, _ findings: inout Findings) -> Located<String>? {
    let key = section.mapping["wire"] == nil ? Self.formerWire : "wire"
    if let node = section.mapping[Self.formerWire] {
      findings.add(
        section.diagnostic(
          .notice, Self.formerWire, at: node.mark,
          key == "wire" ? "is not read where wire is set" : "is now called wire",
          remedy: key == "wire" ? "remove it" : "it is still read; write wire"))
    }
    if let node = section.mapping[key], node.scalar?.text == "stateless" {
      findings.add(
        section.diagnostic(
          .notice, key, at: node.mark, "stateless is now called sessionless",
          remedy: "it is still read; write sessionless"))
      return Located(value: SessionSettings.Wire.sessionless.rawValue, mark: node.mark)
    }
    return section.choice(key, SessionSettings.Wire.allCases.map(\.rawValue), &findings)
  }

  static let variables = ["MCP_SESSION_TIMEOUT", "MCP_SESSION_RETRY_ATTEMPTS", "MCP_SESSION_RETRY_DELAY"]

  /// Lays the `MCP_SESSION_*` variables over what is there.
  mutating func read(_ environment: [String: String], _ findings: inout Findings) {
    func take(_ name: String, in range: ClosedRange<Int>, unit: String, _ setting: inout Sourced<Int>) {
      guard let text = environment[name], !trim(text).isEmpty else { return }
      guard let value = product(text), range.contains(value) else {
        findings.add(
          Diagnostic(
            file: environmentName, .error, path: name,
            "must be a whole number\(unit) from \(range.lowerBound) to \(range.upperBound)",
            remedy: "it is ignored now; set it to digits or unset it"))
        return
      }
      setting = Sourced(value: value, origin: .environment(name))
    }
    take("MCP_SESSION_TIMEOUT", in: 1...Self.longest, unit: " of milliseconds", &timeout)
    take("MCP_SESSION_RETRY_ATTEMPTS", in: 0...1_000, unit: "", &retryAttempts)
    take("MCP_SESSION_RETRY_DELAY", in: 1...3_600_000, unit: " of milliseconds", &retryDelay)
    readConsent(environment, &findings)
    readAuthorities(environment, &findings)
  }

  /// Where other programs are told of authorities to trust: OpenSSL's, curl's and Node's own variables.
  static let authorityVariables = ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"]

  /// The first variable that names a file beside the system's own, unless our file says something.
  private mutating func readAuthorities(_ environment: [String: String], _ findings: inout Findings) {
    guard caFile.origin == .builtIn else { return }
    for name in Self.authorityVariables {
      guard let path = environment[name], !path.isEmpty, !path.hasPrefix("/etc/ssl/certs/") else { continue }
      if let why = obstacleToReading(path) {
        findings.add(
          Diagnostic(
            file: environmentName, .warning, path: name, "names a file that \(why)",
            remedy: "it is ignored now; name a file of certificates (PEM) or unset it"))
        continue
      }
      caFile = Sourced(value: path, origin: .environment(name))
      return
    }
  }

  func settings(requestTimeout: Int? = nil, initTimeout: Int? = nil) -> SessionSettings {
    var settings = SessionSettings(
      timeout: .milliseconds(timeout.value), retryAttempts: retryAttempts.value,
      retryDelay: .milliseconds(retryDelay.value), pingInterval: .milliseconds(pingInterval.value),
      listEvery: listEvery.value, stream: stream.value,
      requestTimeout: requestTimeout.map { .milliseconds($0) },
      initTimeout: initTimeout.map { .milliseconds($0) })
    settings.slow = .milliseconds(slow.value)
    settings.caFile = caFile.value
    settings.clientCertificate = clientCertificate.value
    settings.clientKey = clientKey.value
    settings.credentials = credentials
    settings.terminateURL = terminateURL.value
    settings.wire = SessionSettings.Wire(rawValue: wire.value) ?? .automatic
    return settings
  }

  /// Every value with its origin, under the names of the configuration.
  var resolved: [ResolvedSetting] {
    func number(_ name: String, _ setting: Sourced<Int>) -> ResolvedSetting {
      ResolvedSetting(name: "session.\(name)", value: .number(setting.value), origin: setting.origin)
    }
    func text(_ name: String, _ value: String?, _ origin: ValueOrigin) -> ResolvedSetting {
      let shown = value.map { ResolvedSetting.Value.text(PrintableText.line($0, limit: 400)) }
      return ResolvedSetting(name: "session.\(name)", value: shown ?? .none, origin: origin)
    }
    return [
      number("timeout", timeout), number("retryAttempts", retryAttempts), number("retryDelay", retryDelay),
      number("pingInterval", pingInterval), number("listEvery", listEvery),
      number("slow", slow),
      ResolvedSetting(name: "session.stream", value: .flag(stream.value), origin: stream.origin),
      text("wire", wire.value, wire.origin),
      ResolvedSetting(name: "session.stdio", value: .flag(stdio.value), origin: stdio.origin),
      text("terminateURL", terminateURL.value?.display, terminateURL.origin),
      text("caFile", caFile.value, caFile.origin),
      text("clientCertificate", clientCertificate.value, clientCertificate.origin),
      text("clientKey", clientKey.value, clientKey.origin),
    ]
  }
}

/// The file that diagnostics about variables name.
let environmentName = "environment"

/// Digits, or a product of them such as `60 * 60 * 1000`, which LibreChat's own numbers may be.
private func product(_ text: String) -> Int? {
  var result = 1
  for factor in text.split(separator: "*", omittingEmptySubsequences: false) {
    let digits = trim(String(factor))
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else { return nil }
    let (value, overflow) = result.multipliedReportingOverflow(by: number)
    guard !overflow else { return nil }
    result = value
  }
  return result
}
