import CTopCurl
import MCPSessions

/// What is known of a transfer beside the code with which it ended.
struct TransferEvidence {
  /// The address begins with `https`.
  var isSecure = true
  /// Whether a request could be sent; it tells a silent server from one that cannot be reached.
  var wasConnected = false
  /// libcurl's error buffer.
  var words = ""
  /// The proxy on the way.
  var proxy: Proxy?
  /// What a proxy answered to CONNECT; 0 when it was not asked or did not answer.
  var connectStatus = 0
  var hasClientCertificate = false
  /// The server asked for a client certificate, and answered nothing.
  var wasAskedForCertificate = false
}

extension TransferEvidence {
  /// What a handle knows of the transfer that it made.
  init(of easy: UnsafeMutableRawPointer, url: String, words: String, proxy: Proxy?) {
    var connected: curl_off_t = 0
    _ = ccurl_getinfo_off_t(easy, CURLINFO_PRETRANSFER_TIME_T, &connected)
    wasConnected = connected > 0
    _ = ccurl_getinfo_long(easy, CURLINFO_HTTP_CONNECTCODE, &connectStatus)
    (self.words, self.proxy) = (words, proxy)
    isSecure = url.lowercased().hasPrefix("https:")
  }
}

/// The same by libcurl's number, 1 or more.
func transferFailure(number: UInt32, _ evidence: TransferEvidence) -> TransferFailure {
  transferFailure(CURLcode(rawValue: number), evidence)
}

/// What libcurl says of a transfer that failed, as an error type of ours.
func transferFailure(_ code: CURLcode, _ evidence: TransferEvidence) -> TransferFailure {
  let words = ownWords(code, evidence.words) ?? String(cString: curl_easy_strerror(code))
  func error(_ type: ErrorType, _ detail: String) -> TransferFailure {
    TransferFailure(type, curlCode: Int(code.rawValue), words: detail)
  }
  if let proxy = evidence.proxy, let detail = proxyFailure(code, evidence, words, proxy) {
    let status = evidence.connectStatus >= 300 ? evidence.connectStatus : nil
    return TransferFailure(.proxyError, status: status, curlCode: Int(code.rawValue), words: detail)
  }
  func flawed(_ type: ErrorType, _ flaw: TransferFlaw?) -> TransferFailure {
    // That a connection was cut says nothing beside its reason.
    let isTelling = flaw?.isOfOurCertificate != true || words.lowercased().contains("alert")
    let told = [flaw?.name, isTelling ? words : nil].compactMap { $0 }.joined(separator: ": ")
    var failure = error(type, told)
    failure.flaw = flaw
    return failure
  }
  let cuts = [CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_SSL_CONNECT_ERROR]
  let seen = TransferFlaw(words: words)
  if isAlert(words) {
    return flawed(.tlsError, certificateFlaw(words, evidence) ?? seen)
  }
  if evidence.wasAskedForCertificate, cuts.contains(code), seen == nil || seen == .cutHandshake {
    return flawed(.tlsError, evidence.hasClientCertificate ? .refusesCertificate : .wantsCertificate)
  }
  let type = type(code, evidence, words)
  if type == .tlsError { return flawed(type, seen) }
  // Without TLS a proxy is who answers, or hangs up; what it does so for is not known.
  if !evidence.isSecure, let proxy = evidence.proxy,
    [.connectionReset, .emptyReply, .protocolError].contains(type)
  {
    return error(type, "through \(proxy.words): \(words)")
  }
  if code == CURLE_UNSUPPORTED_PROTOCOL, !evidence.isSecure { return flawed(type, .noHTTP) }
  return error(type, type == .sessionTimeout ? patience(words) : words)
}

/// What was said of this failure. libcurl keeps the first words of a transfer: those of a kept connection
/// that broke say nothing of the new one that could not be made after it.
private func ownWords(_ code: CURLcode, _ words: String) -> String? {
  let isOfKept = ["Send failure: ", "Recv failure: "].contains { words.hasPrefix($0) }
  return words.isEmpty || code == CURLE_COULDNT_CONNECT && isOfKept ? nil : words
}

/// `no answer within 10 s`, where libcurl counts milliseconds.
private func patience(_ words: String) -> String {
  let start = "Operation timed out after "
  guard words.hasPrefix(start), let limit = Int(words.dropFirst(start.count).prefix { $0.isNumber }) else {
    return words
  }
  let length = limit < 1_000 ? "\(limit) ms" : "\((limit + 500) / 1_000) s"
  return words.contains(" with 0 ")
    ? "no answer within \(length)" : "the answer was not whole within \(length)"
}

private func type(_ code: CURLcode, _ evidence: TransferEvidence, _ words: String) -> ErrorType {
  switch code {
  case CURLE_COULDNT_RESOLVE_HOST: .dnsError
  case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxyError
  case CURLE_COULDNT_CONNECT: .connectRefused
  // libcurl has no code of its own for this.
  case CURLE_OPERATION_TIMEDOUT where words.hasPrefix("Resolving timed out"): .dnsError
  case CURLE_OPERATION_TIMEDOUT: evidence.wasConnected ? .sessionTimeout : .connectTimeout
  case CURLE_GOT_NOTHING: .emptyReply
  // Nor for a body or head that is malformed: its words tell.
  case CURLE_RECV_ERROR where ["chunk", "header", "Illegal", "hunk"].contains { words.contains($0) }:
    .protocolError
  case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
    .connectionReset
  case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
    CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
    CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
    .tlsError
  case CURLE_URL_MALFORMAT: .configError
  // One header line of a hundred kilobytes ends in this.
  case CURLE_OUT_OF_MEMORY, CURLE_FILESIZE_EXCEEDED: .responseTooLarge
  // libcurl refuses HTTP/0.9 with this: what answered does not speak HTTP.
  case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: .protocolError
  case CURLE_FAILED_INIT, CURLE_NO_CONNECTION_AVAILABLE: .resourceError
  default: .protocolError
  }
}

/// What went wrong at the proxy and not behind it; absent when the server may be to blame.
private func proxyFailure(
  _ code: CURLcode, _ evidence: TransferEvidence, _ words: String, _ proxy: Proxy
) -> String? {
  if evidence.connectStatus >= 300 {
    let reason =
      switch evidence.connectStatus {
      case 407: "wants other credentials (407): put them into its address as user:password@"
      case 403: "forbids this server (403)"
      case 502, 503, 504: "cannot reach this server (\(evidence.connectStatus))"
      default: "refused with \(evidence.connectStatus)"
      }
    return "\(proxy.words) \(reason)"
  }
  // Until a request can be sent nobody but the proxy was spoken with; after a 200 to CONNECT it is the server
  // behind that is slow, or hangs up. What other kinds of proxies have said by then is not known.
  let isProxysTurn = !evidence.wasConnected && evidence.connectStatus == 0 && proxy.speaksHTTP
  switch code {
  case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY, CURLE_COULDNT_CONNECT:
    return "\(proxy.words) cannot be used: \(words)"
  case CURLE_OPERATION_TIMEDOUT where !evidence.wasConnected && evidence.connectStatus == 0:
    return "\(proxy.words) lets nothing through: \(words)"
  case CURLE_RECV_ERROR where words.contains("CONNECT"):
    return "\(proxy.words) refuses the way: \(words)"
  case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
    return isProxysTurn ? "\(proxy.words) refuses the way: \(words)" : nil
  case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_UNSUPPORTED_PROTOCOL,
    CURLE_WEIRD_SERVER_REPLY:
    return isProxysTurn ? "\(proxy.words) cannot be used: \(words)" : nil
  default: return nil
  }
}

/// Whether the server said in an alert of TLS why it hangs up.
private func isAlert(_ words: String) -> Bool {
  let text = words.lowercased()
  return text.contains("alert") && (text.contains("ssl") || text.contains("tls"))
}

/// What an alert means that is about a certificate of ours. In TLS 1.3 a server that wants one says so after
/// the handshake, so that libcurl has it for a failed read.
private func certificateFlaw(_ words: String, _ evidence: TransferEvidence) -> TransferFlaw? {
  let text = words.lowercased()
  let refusals = [
    "certificate required", "bad certificate", "unknown ca", "certificate unknown", "certificate expired",
    "certificate revoked", "unsupported certificate", "access denied",
  ]
  switch evidence.hasClientCertificate {
  case true where refusals.contains { text.contains($0) }: return .refusesCertificate
  // TLS 1.2 servers send the second one for a missing certificate; and what they like, when they asked for
  // one.
  case false
  where text.contains("certificate required") || text.contains("bad certificate")
    || evidence.wasAskedForCertificate && text.contains("handshake failure"):
    return .wantsCertificate
  default: return nil
  }
}

extension TransferFlaw {
  fileprivate var isOfOurCertificate: Bool { self == .wantsCertificate || self == .refusesCertificate }
}
