import Glibc
import MCPSessions

/// Where a host is, by its name alone.
enum Network: Hashable, Sendable {
  case world
  /// A name that only its own network knows: what it stands for is private.
  case own
  /// Private, whatever it stands for: loopback, private ranges, and names that LibreChat guards as such.
  case guarded

  init(of host: String) {
    let name = host.hasSuffix(".") ? String(host.dropLast()) : host
    if let number = IPAddress(name) {
      self = number.isPrivate ? .guarded : .world
    } else if name == "localhost" || guardedNames.contains(name)
      || [".localhost", ".internal", ".local"].contains(where: { name.hasSuffix($0) })
    {
      self = .guarded
    } else {
      let isOwn =
        !name.contains(".") || [".localdomain", ".lan", ".home.arpa", ".svc"].contains { name.hasSuffix($0) }
      self = isOwn ? .own : .world
    }
  }
}

/// Names of services that LibreChat never connects to unasked.
private let guardedNames: Set<String> = [
  "rag_api", "rag-api", "api", "redis", "mongodb", "mongo", "postgres", "postgresql", "mysql", "database",
  "db",
  "elasticsearch", "kibana", "grafana", "prometheus", "rabbitmq", "kafka", "zookeeper", "consul", "vault",
  "etcd",
  "minio", "internal", "backend", "metadata",
]

/// `HOST:PORT`, the host in small letters; an IPv6 address stands in brackets.
struct HostAndPort: Hashable, CustomStringConvertible {
  let host: String
  let port: Int
  let isNumeric: Bool

  init(_ origin: Origin) {
    let number = IPAddress(origin.host)
    host = number?.text ?? origin.host
    isNumeric = number != nil
    port = origin.port
  }

  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65_535).contains(port), colon != text.startIndex
    else { return nil }
    let host = text[..<colon].lowercased()
    guard !host.contains(":") || host.hasPrefix("[") && host.hasSuffix("]") else { return nil }
    let number = IPAddress(host)
    self.host = number?.text ?? host
    isNumeric = number != nil
    self.port = port
  }

  var description: String { "\(host):\(port)" }

  /// What is wrong with an entry of `allowedAddresses`, which LibreChat checks when it starts.
  static func problem(of text: String) -> String? {
    if trim(text).isEmpty { return "is empty" }
    if text.contains("://") { return "is a URL" }
    if text.contains("/") { return "is a range of addresses" }
    if text.contains(where: \.isWhitespace) { return "has a space in it" }
    guard let colon = text.lastIndex(of: ":") else { return "has no port" }
    let host = text[..<colon]
    if host.contains(":"), !host.hasPrefix("[") { return "is an IPv6 address without brackets" }
    guard let address = HostAndPort(text) else { return "has no port from 1 to 65535" }
    if let number = IPAddress(address.host), !number.isPrivate { return "is a public address" }
    return nil
  }
}

/// A host that is a number, in any form that addresses of the web have.
struct IPAddress {
  private enum Bytes {
    case four([UInt8])
    case six([UInt8])
  }

  private let bytes: Bytes

  init?(_ host: String) {
    if host.hasPrefix("["), host.hasSuffix("]") {
      guard let six = Self.version6(String(host.dropFirst().dropLast())) else { return nil }
      bytes = .six(six)
    } else {
      guard let four = Self.version4(host) else { return nil }
      bytes = .four(four)
    }
  }

  private static func version6(_ text: String) -> [UInt8]? {
    var address = in6_addr()
    guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
    return withUnsafeBytes(of: &address) { Array($0) }
  }

  /// One to four numbers, the last of which fills what is left: `127.1`, `0x7f000001`, `2130706433`.
  private static func version4(_ text: String) -> [UInt8]? {
    let words = text.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = words.compactMap(number)
    guard (1...4).contains(words.count), numbers.count == words.count, let last = numbers.last else {
      return nil
    }
    let room = 5 - numbers.count
    guard last < 1 << (8 * UInt64(room)), numbers.dropLast().allSatisfy({ $0 < 256 }) else { return nil }
    let tail = (0..<room).reversed().map { UInt8(truncatingIfNeeded: last >> (8 * UInt64($0))) }
    return numbers.dropLast().map { UInt8(truncatingIfNeeded: $0) } + tail
  }

  private static func number(_ word: Substring) -> UInt64? {
    guard let first = word.utf8.first, (0x30...0x39).contains(first) else { return nil }
    if word.hasPrefix("0x") || word.hasPrefix("0X") { return UInt64("0" + word.dropFirst(2), radix: 16) }
    return word.count > 1 && first == 0x30 ? UInt64(word, radix: 8) : UInt64(word)
  }

  /// As LibreChat writes it when it compares.
  var text: String {
    switch bytes {
    case .four(let four): return four.map(String.init).joined(separator: ".")
    case .six(var six):
      var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
      guard inet_ntop(AF_INET6, &six, &buffer, socklen_t(buffer.count)) != nil else { return "" }
      let shown = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      return "[\(String(decoding: shown, as: UTF8.self))]"
    }
  }

  /// Nobody's of the public Internet: RFC 1918, loopback, link-local, carrier-grade NAT, benchmarks,
  /// multicast, and IPv6 addresses that stand for one of these.
  var isPrivate: Bool {
    switch bytes {
    case .four(let four): return Self.isPrivate(four[0], four[1], four[2])
    case .six(let six):
      let isLow = six.prefix(10).allSatisfy { $0 == 0 }
      if isLow, six[10...11].allSatisfy({ $0 == 0xFF }) || six[10...11].allSatisfy({ $0 == 0 }) {
        // `::` and `::1` are among these.
        return Self.isPrivate(six[12], six[13], six[14])
      }
      if six[0] & 0xFE == 0xFC || six[0] == 0xFE && six[1] & 0xC0 == 0x80 { return true }
      if six[0] == 0x20, six[1] == 0x02 { return Self.isPrivate(six[2], six[3], six[4]) }
      if six.prefix(4) == [0, 0x64, 0xFF, 0x9B] { return Self.isPrivate(six[12], six[13], six[14]) }
      if six.prefix(4) == [0x20, 0x01, 0, 0] { return Self.isPrivate(~six[12], ~six[13], ~six[14]) }
      return false
    }
  }

  private static func isPrivate(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
    switch (first, second, third) {
    case (0, _, _), (10, _, _), (127, _, _), (169, 254, _), (192, 168, _), (192, 0, 0), (224..., _, _): true
    case (172, 16...31, _), (100, 64...127, _), (198, 18...19, _): true
    default: false
    }
  }
}
