import Glibc
import MCPSessions

/// The proxy that a request goes through, and who named it.
struct Proxy: Hashable {
  /// As libcurl takes it; may hold a password.
  let url: Secret
  /// A variable's name, or what the configuration calls it.
  let source: String

  /// Scheme, host and port for people.
  var display: String {
    let text = url.revealed
    let address = try? Endpoint(text.contains("://") ? text : "http://\(text)")
    guard let origin = address?.origin else {
      // socks5 and its like are no endpoints of ours: what is before an @ is a password.
      let rest = text.split(separator: "@").last.map(String.init) ?? ""
      return String(rest.prefix { $0 != "?" && $0 != "#" })
    }
    return origin.description
  }

  /// Whether it is asked in HTTP to open the way, so that its answer to that is known.
  var speaksHTTP: Bool {
    let text = url.revealed.lowercased()
    return !text.contains("://") || text.hasPrefix("http")
  }

  /// How to speak of it: `the proxy http://host:3128 (https_proxy)`.
  var words: String { "the proxy \(display) (\(source))" }
}

/// What the environment says of proxies, by the rules of curl(1): the variable of the scheme, then
/// `all_proxy`; `http_proxy` only in small letters, because web servers set the other one from a header.
struct ProxyEnvironment: Hashable {
  private let variables: [String: String]

  private static let names = [
    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
  ]

  init(_ variables: [String: String]) {
    self.variables = variables.filter { Self.names.contains($0.key) }
  }

  /// That of this process; to be read once, before there are threads that could change it.
  static var current: ProxyEnvironment {
    var found: [String: String] = [:]
    for name in names { if let value = getenv(name) { found[name] = String(cString: value) } }
    return ProxyEnvironment(found)
  }

  /// The proxy of a request to `origin`; absent when it goes there directly. `own` is the server's setting.
  func proxy(for origin: Origin, own: Secret?) -> Proxy? {
    guard !isSpared(origin.host) else { return nil }
    if let own { return own.revealed.isEmpty ? nil : Proxy(url: own, source: "its setting `proxy`") }
    let own = origin.scheme == "https" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]
    // A variable that is set to nothing is not asked further: that is how one switches a proxy off.
    for name in own + ["all_proxy", "ALL_PROXY"] {
      guard let value = variables[name] else { continue }
      return value.isEmpty ? nil : Proxy(url: Secret(value), source: name)
    }
    return nil
  }

  /// Whether `no_proxy` takes a host out: `*`, a name with all below it, an address or a network.
  private func isSpared(_ host: String) -> Bool {
    guard let list = variables["no_proxy"] ?? variables["NO_PROXY"] else { return false }
    let address = IPAddress(host: host)
    return list.split(whereSeparator: { $0 == "," || $0.isWhitespace }).contains { entry in
      if entry == "*" { return true }
      if let address { return address.isIn(String(entry)) }
      var name = host.lowercased()
      var suffix = entry.lowercased()
      if name.last == "." { name.removeLast() }
      if suffix.last == "." { suffix.removeLast() }
      if suffix.first == "." { suffix.removeFirst() }
      return !suffix.isEmpty && (name == suffix || name.hasSuffix("." + suffix))
    }
  }
}
