import MCPSessions
import MCPWire
import TopPlatform

// Whether a transfer may ask for the address of a name.

extension Transfer {
  /// Whether another thread may be spent on a name: libcurl uses one for each, which lives as long as the
  /// name server is silent, whether or not anybody still waits for it.
  func mayResolve() -> Bool {
    guard !isAddressed, threadCount() >= Self.threadLimit else { return true }
    refusal = TransferFailure(
      .dnsError, words: "\(Self.threadLimit) look-ups wait for a silent name server; the name is not asked")
    return false
  }

  private static let threadLimit = 256

  /// Whether the way is an address, which needs no look-up.
  private var isAddressed: Bool {
    let next = proxy.map { $0.url.revealed.contains("://") ? $0.url.revealed : "http://\($0.url.revealed)" }
    return (try? Endpoint(next ?? url)).map { IPAddress(host: $0.origin.host) != nil } ?? false
  }
}
