import CTopCurl
import MCPWire
import MCPSessions

/// One document on its way to a collector: no redirect is followed, no cookie kept, and there is an end to
/// its time and to the size of its answer.
final class ExportTransfer {
  let signal: Collector.Signal
  private let handle: EasyHandle
  private let errorBuffer: UnsafeMutablePointer<CChar>
  private var headers: UnsafeMutablePointer<curl_slist>?
  private var body: [UInt8] = []
  private var retryAfter: String?
  private var mediaType: String?
  private let proxy: Proxy?
  private let url: String
  private let hasClientCertificate: Bool
  private var wasAskedForCertificate = false

  /// Bytes of an answer that are looked at; what is beyond says nothing.
  private static let bodyLimit = 16 * 1_024
  private static let connectLimit: Int64 = 5_000

  @available(*, unavailable)
  private func isNeverShared() {}

  /// Prepares the request. Absent when the process lacks memory.
  init?(
    _ document: [UInt8], to collector: Collector, trust: TrustFiles.Content, proxies: ProxyEnvironment
  ) {
    guard let handle = EasyHandle() else { return nil }
    self.handle = handle
    signal = collector.signal
    url = collector.endpoint.url.revealed
    hasClientCertificate = collector.clientCertificate != nil
    proxy = proxies.proxy(for: collector.endpoint.origin, own: nil)
    errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    let compressed = collector.isCompressed ? gzip(document) : nil
    configure(compressed ?? document, collector, trust)
    configureHeaders(collector, isCompressed: compressed != nil)
    configureCallbacks()
  }

  deinit {
    curl_slist_free_all(headers)
    errorBuffer.deallocate()
  }

  var easy: UnsafeMutableRawPointer { handle.pointer }

  private func configure(_ document: [UInt8], _ collector: Collector, _ trust: TrustFiles.Content) {
    let limit = max(1, collector.timeout.inMilliseconds)
    _ = ccurl_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errorBuffer)
    configurePlain(
      easy, url: url, timeLimit: Int(limit),
      connectLimit: Int(min(limit, Self.connectLimit)), proxy: proxy, trust: trust)
    configurePost(easy, document)
  }

  private func configureHeaders(_ collector: Collector, isCompressed: Bool) {
    headers = headerList(
      [
        Header(name: "Content-Type", value: collector.encoding.mediaType),
        Header(name: "Accept", value: collector.encoding.mediaType),
        Header(name: "User-Agent", value: "sessiontop/\(Outgoing.clientVersion)"),
      ] + (isCompressed ? [Header(name: "Content-Encoding", value: "gzip")] : []) + collector.headers)
    _ = ccurl_setopt_list(easy, CURLOPT_HTTPHEADER, headers)
  }

  private func configureCallbacks() {
    let me = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_setopt_pointer(easy, CURLOPT_PRIVATE, me)
    _ = ccurl_setopt_pointer(easy, CURLOPT_HEADERDATA, me)
    _ = ccurl_setopt_pointer(easy, CURLOPT_WRITEDATA, me)
    _ = ccurl_on_open_socket(easy, { _, _, address in ccurl_open_socket(address) }, nil)
    _ = ccurl_on_trace(
      easy,
      { _, kind, bytes, count, user in
        if let user, isCertificateRequest(kind, bytes, count) {
          Unmanaged<ExportTransfer>.fromOpaque(user).takeUnretainedValue().wasAskedForCertificate = true
        }
        return 0
      }, me)
    _ = ccurl_setopt_bytes(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, user in
      guard let bytes, let user else { return 0 }
      Unmanaged<ExportTransfer>.fromOpaque(user).takeUnretainedValue()
        .head(UnsafeRawBufferPointer(start: bytes, count: size * count))
      return size * count
    }
    _ = ccurl_setopt_bytes(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, user in
      guard let bytes, let user else { return 0 }
      Unmanaged<ExportTransfer>.fromOpaque(user).takeUnretainedValue()
        .take(UnsafeRawBufferPointer(start: bytes, count: size * count))
      return size * count
    }
  }

  private func head(_ bytes: UnsafeRawBufferPointer) {
    let line = String(decoding: bytes.prefix(1_024), as: UTF8.self)
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = line[line.index(after: colon)...].split(whereSeparator: \.isNewline).first.map {
      String($0.drop { $0 == " " || $0 == "\t" })
    }
    switch line[..<colon].lowercased() {
    case "retry-after": retryAfter = value
    case "content-type": mediaType = value
    default: break
    }
  }

  /// Without an end a body is cut off by the time limit.
  private func take(_ bytes: UnsafeRawBufferPointer) {
    body.append(contentsOf: bytes.prefix(Self.bodyLimit - body.count))
  }

  /// The last word, once libcurl has said how it went.
  func answer(_ code: CURLcode) -> CollectorAnswer {
    var status = 0
    _ = ccurl_getinfo_long(easy, CURLINFO_RESPONSE_CODE, &status)
    guard code == CURLE_OK else {
      var evidence = TransferEvidence(of: easy, url: url, words: String(cString: errorBuffer), proxy: proxy)
      evidence.hasClientCertificate = hasClientCertificate
      evidence.wasAskedForCertificate = wasAskedForCertificate && status == 0
      return .failed(transferFailure(code, evidence))
    }
    return .response(status: status, retryAfter: retryAfter, mediaType: mediaType, body: body)
  }
}
