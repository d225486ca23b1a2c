/// What the environment says of exporting, by the variables of OpenTelemetry ("OpenTelemetry Environment
/// Variable Specification", "OpenTelemetry Protocol Exporter").
package struct TelemetrySettings: Sendable {
  /// Where metrics go, and where events go; nothing is sent where nobody asked for it.
  package private(set) var collectors: [Collector] = []
  /// Between two documents of metrics.
  package private(set) var interval = Duration.seconds(60)
  /// What is said of this program, beside what it says itself; the name of the service is always among it.
  package private(set) var resource: [(name: String, value: String)] = []
  /// What of it cannot be done, in sentences without values.
  package private(set) var problems: [String] = []

  /// Variables that are set to nothing count as not set.
  package init(_ environment: [String: String]) {
    let variables = Variables(values: environment)
    resource = [("service.name", "sessiontop")]
    guard variables["OTEL_SDK_DISABLED"]?.lowercased() != "true" else { return }
    for signal in Collector.Signal.allCases {
      do throws(Refusal) {
        if let collector = try collector(signal, variables) { collectors.append(collector) }
      } catch {
        problems.append("\(error.words); no \(signal == .metrics ? "metrics" : "events") are exported")
      }
    }
    guard !collectors.isEmpty else { return }
    readInterval(variables)
    readResource(variables)
    let temporality = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
    if let wanted = variables[temporality], wanted.lowercased() != "cumulative" {
      problems.append("\(temporality): only cumulative is known; metrics are sent as such")
    }
  }

  private struct Refusal: Error { let words: String }

  private mutating func collector(
    _ signal: Collector.Signal, _ variables: Variables
  ) throws(Refusal) -> Collector? {
    let exporter = "OTEL_\(signal.rawValue.uppercased())_EXPORTER"
    let exporters = variables[exporter]?.split(separator: ",").map { $0.trimmed.lowercased() }
    if let exporters, !exporters.contains("otlp") {
      if exporters == ["none"] { return nil }
      throw Refusal(words: "\(exporter): only otlp and none are known")
    }
    guard let (place, address) = address(signal, variables, isWanted: exporters != nil) else { return nil }
    let encoding = try encoding(signal, variables)
    let endpoint: Endpoint
    do {
      endpoint = try Endpoint(address)
    } catch {
      throw Refusal(words: "\(place) is no address; write it as http://host:4318")
    }
    guard ["http", "https"].contains(endpoint.origin.scheme) else {
      throw Refusal(words: "\(place) is no address of http or https; write it as http://host:4318")
    }
    return Collector(
      signal: signal, encoding: encoding, isCompressed: isCompressed(signal, variables), endpoint: endpoint,
      headers: try headers(signal, variables),
      timeout: timeout(signal, variables), caFile: variables.find("CERTIFICATE", of: signal)?.value,
      clientCertificate: variables.find("CLIENT_CERTIFICATE", of: signal)?.value,
      clientKey: variables.find("CLIENT_KEY", of: signal)?.value)
  }

  private func encoding(
    _ signal: Collector.Signal, _ variables: Variables
  ) throws(Refusal) -> Collector.Encoding {
    guard let wish = variables.find("PROTOCOL", of: signal) else { return .protobuf }
    switch wish.value.lowercased() {
    case "http/protobuf": return .protobuf
    case "http/json": return .json
    case "grpc":
      throw Refusal(
        words: """
          \(wish.name): grpc is not spoken; set it to http/protobuf or http/json, which collectors take at \
          another port, 4318 as a rule
          """)
    default: throw Refusal(words: "\(wish.name): only http/protobuf and http/json are known")
    }
  }

  private mutating func isCompressed(_ signal: Collector.Signal, _ variables: Variables) -> Bool {
    guard let wish = variables.find("COMPRESSION", of: signal) else { return false }
    switch wish.value.lowercased() {
    case "gzip": return true
    case "none": return false
    default:
      problems.append("\(wish.name): only gzip and none are known; it is sent as it is")
      return false
    }
  }

  /// The address of a signal as it is, or that of all with the signal's path.
  private func address(
    _ signal: Collector.Signal, _ variables: Variables, isWanted: Bool
  ) -> (place: String, address: String)? {
    let own = "OTEL_EXPORTER_OTLP_\(signal.rawValue.uppercased())_ENDPOINT"
    if let address = variables[own] { return (own, address) }
    let shared = "OTEL_EXPORTER_OTLP_ENDPOINT"
    guard let base = variables[shared] ?? (isWanted ? "http://localhost:4318" : nil) else { return nil }
    let path = base.prefix { $0 != "?" && $0 != "#" }
    return (
      shared, path + (path.hasSuffix("/") ? "" : "/") + "v1/\(signal.rawValue)" + base[path.endIndex...]
    )
  }

  private func headers(
    _ signal: Collector.Signal, _ variables: Variables
  ) throws(Refusal) -> [Header] {
    guard let found = variables.find("HEADERS", of: signal) else { return [] }
    guard let pairs = pairs(found.value) else {
      throw Refusal(words: "\(found.name) is to be name=value pairs with commas between")
    }
    for (name, value) in pairs {
      let isToken =
        !name.isEmpty
        && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"()<>@,;:\\\"/[]?={}".utf8.contains($0) }
      guard isToken, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
        throw Refusal(words: "\(found.name) holds what cannot stand in a header")
      }
    }
    return pairs.map { Header(name: $0.name, value: $0.value) }
  }

  private mutating func timeout(_ signal: Collector.Signal, _ variables: Variables) -> Duration {
    guard let found = variables.find("TIMEOUT", of: signal) else { return .seconds(10) }
    guard let milliseconds = Int64(found.value), (1...600_000).contains(milliseconds) else {
      problems.append("\(found.name) is to be milliseconds from 1 to 600000; 10000 is taken")
      return .seconds(10)
    }
    return .milliseconds(milliseconds)
  }

  private mutating func readInterval(_ variables: Variables) {
    let name = "OTEL_METRIC_EXPORT_INTERVAL"
    guard let value = variables[name] else { return }
    guard let milliseconds = Int64(value), (100...86_400_000).contains(milliseconds) else {
      return problems.append("\(name) is to be milliseconds from 100 to 86400000; 60000 is taken")
    }
    interval = .milliseconds(milliseconds)
  }

  private mutating func readResource(_ variables: Variables) {
    let name = "OTEL_RESOURCE_ATTRIBUTES"
    if let value = variables[name] {
      if let pairs = pairs(value) {
        let named = Set(pairs.map(\.name))
        resource = resource.filter { !named.contains($0.name) } + pairs
      } else {
        problems.append("\(name) is to be name=value pairs with commas between; it is left out")
      }
    }
    guard let service = variables["OTEL_SERVICE_NAME"] else { return }
    resource = [("service.name", service)] + resource.filter { $0.name != "service.name" }
  }

  /// `a=1,b=2`, percent-encoded; nil when it is not that.
  private func pairs(_ text: String) -> [(name: String, value: String)]? {
    var pairs: [(name: String, value: String)] = []
    for part in text.split(separator: ",") where !part.trimmed.isEmpty {
      guard let equals = part.firstIndex(of: "="), pairs.count < 128 else { return nil }
      let name = part[..<equals].trimmed
      guard !name.isEmpty else { return nil }
      let value = part[part.index(after: equals)...].trimmed
      pairs.append((name, percentDecoded(value).map { String(decoding: $0, as: UTF8.self) } ?? value))
    }
    return pairs
  }
}

private struct Variables {
  let values: [String: String]

  subscript(name: String) -> String? {
    values[name].map { $0[...].trimmed }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A signal's own variable before the one for all.
  func find(_ ending: String, of signal: Collector.Signal) -> (name: String, value: String)? {
    for name in [
      "OTEL_EXPORTER_OTLP_\(signal.rawValue.uppercased())_\(ending)", "OTEL_EXPORTER_OTLP_\(ending)",
    ] {
      if let value = self[name] { return (name, value) }
    }
    return nil
  }
}

extension Substring {
  fileprivate var trimmed: String {
    var rest = self
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest.drop { $0.isWhitespace })
  }
}
