import CTopCurl
import Glibc
import MCPWire
import MCPSessions

/// All exchanges with issuers, and the one place where the desk's thread waits. Few at a time, so libcurl's
/// own wait is good enough.
final class IssuerPool {
  private let handle: UnsafeMutableRawPointer
  /// By whom and by number.
  private var running: [(owner: Int, transfer: IssuerTransfer)] = []
  private let proxies = ProxyEnvironment.current

  /// Absent when the process lacks memory.
  init?() {
    guard let handle = curl_multi_init() else { return nil }
    self.handle = handle
    _ = ccurl_multi_setopt_long(handle, CURLMOPT_MAX_HOST_CONNECTIONS, 8)
    _ = ccurl_multi_setopt_long(handle, CURLMOPT_MAX_TOTAL_CONNECTIONS, 32)
  }

  deinit {
    for (_, transfer) in running { curl_multi_remove_handle(handle, transfer.easy) }
    running = []
    curl_multi_cleanup(handle)
  }

  /// Starts an exchange; what kept it from starting otherwise.
  func start(
    _ request: IssuerRequest, form: WebForm?, proof: Secret?, way: IssuerWay, owner: Int
  ) -> IssuerAnswer? {
    let trust: TrustFiles.Content
    do throws(TrustFileProblem) {
      trust = try TrustFiles.Content(caFile: way.caFile)
    } catch {
      return .failed(.configError, words: error.words)
    }
    let transfer = IssuerTransfer(
      request, form: form, proof: proof, way: way, trust: trust, proxies: proxies)
    guard let transfer, curl_multi_add_handle(handle, transfer.easy) == CURLM_OK else {
      return .failed(.resourceError, words: "no memory for another transfer")
    }
    running.append((owner, transfer))
    return nil
  }

  /// Ends what somebody asked for.
  func cancel(owner: Int) {
    for one in running where one.owner == owner { curl_multi_remove_handle(handle, one.transfer.easy) }
    running.removeAll { $0.owner == owner }
  }

  /// Waits until a descriptor is readable, an exchange has news, or the time is over.
  func wait(reading descriptors: [Int32], milliseconds: Int32) {
    var extra = descriptors.map { curl_waitfd(fd: $0, events: Int16(CURL_WAIT_POLLIN), revents: 0) }
    var count: Int32 = 0
    _ = curl_multi_poll(handle, &extra, UInt32(extra.count), milliseconds, &count)
  }

  /// Lets libcurl work; returns what has ended.
  func act() -> [(owner: Int, number: Int, answer: IssuerAnswer)] {
    var left: Int32 = 0
    curl_multi_perform(handle, &left)
    var ended: [(owner: Int, number: Int, answer: IssuerAnswer)] = []
    var code = CURLE_OK
    while let easy = ccurl_next_done(handle, &code) {
      guard let place = running.firstIndex(where: { $0.transfer.easy == easy }) else { continue }
      let (owner, transfer) = running.remove(at: place)
      curl_multi_remove_handle(handle, easy)
      ended.append((owner, transfer.number, transfer.answer(code)))
    }
    return ended
  }
}

/// One thread has it.
@available(*, unavailable)
extension IssuerPool: Sendable {}
