import Glibc

/// The bytes of an IPv4 or IPv6 address.
struct IPAddress {
  let bytes: [UInt8]

  /// `host` as it stands in a URL: IPv6 in brackets, with or without a zone.
  init?(host: String) {
    self.init(host.hasPrefix("[") ? String(host.dropFirst().prefix { $0 != "]" && $0 != "%" }) : host)
  }

  init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = withUnsafeBytes(of: four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      bytes = withUnsafeBytes(of: six) { Array($0) }
    } else {
      return nil
    }
  }

  /// Whether it is the address `entry`, or of the network `address/bits`.
  func isIn(_ entry: String) -> Bool {
    let parts = entry.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    var text = String(parts[0])
    if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
    guard let network = IPAddress(text), network.bytes.count == bytes.count else { return false }
    let length = bytes.count * 8
    let bits = parts.count < 2 ? length : Int(parts[1]) ?? -1
    guard (0...length).contains(bits) else { return false }
    return (0..<bits).allSatisfy { bit in
      (bytes[bit / 8] ^ network.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
    }
  }
}
