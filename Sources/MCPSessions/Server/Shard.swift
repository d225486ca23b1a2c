import MCPWire

/// One of several services that share a configuration: each server belongs to exactly one of them.
///
/// By rendezvous hashing: every part has a weight for a server, and the heaviest has it. So another part
/// takes its share from all of them, and nothing else moves.
package struct Shard: Hashable, Sendable, CustomStringConvertible {
  /// From 1 to `count`.
  package let number: Int
  package let count: Int

  /// The most parts of one configuration.
  package static let limit = 1_000

  /// Absent when there is no such part.
  package init?(number: Int, of count: Int) {
    guard (1...Self.limit).contains(count), (1...count).contains(number) else { return nil }
    (self.number, self.count) = (number, count)
  }

  /// `2/3`, the second of three; absent when it is none.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1] else { return nil }
    self.init(number: number, of: count)
  }

  package var description: String { "\(number)/\(count)" }

  /// Whether a server is this part's.
  package func has(_ server: String) -> Bool {
    let weights = (1...count).map { Self.weight(of: server, for: $0) }
    return weights.indices.max { weights[$0] < weights[$1] } == number - 1
  }

  /// The first eight bytes of a digest, so that it is the same on every machine and in every version.
  private static func weight(of server: String, for part: Int) -> UInt64 {
    var digest = SHA256()
    digest.update(Array("\(part)\u{0}\(server)".utf8))
    return digest.digest().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
