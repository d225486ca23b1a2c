import CTopCurl
import MCPSessions

/// What is known of a transfer beside the code with which it ended.
struct TransferEvidence {
  /// Whether a request could be sent; it tells a silent server from one that cannot be reached.
  var wasConnected = false
  /// libcurl's error buffer.
  var words = ""
  /// The proxy on the way.
  var proxy: Proxy?
  /// What a proxy answered to CONNECT; 0 when it was not asked or did not answer.
  var connectStatus = 0
  var hasClientCertificate = false
  /// The server asked for a client certificate, got none, and answered nothing.
  var lackedClientCertificate = false
}

/// The same by libcurl's number, 1 or more.
func transferFailure(number: UInt32, _ evidence: TransferEvidence) -> TransferFailure {
  transferFailure(CURLcode(rawValue: number), evidence)
}

/// What libcurl says of a transfer that failed, as an error type of ours.
func transferFailure(_ code: CURLcode, _ evidence: TransferEvidence) -> TransferFailure {
  let words = evidence.words.isEmpty ? String(cString: curl_easy_strerror(code)) : evidence.words
  func error(_ type: ErrorType, _ detail: String) -> TransferFailure {
    TransferFailure(type, curlCode: Int(code.rawValue), words: detail)
  }
  if let proxy = evidence.proxy, let detail = proxyFailure(code, evidence, words, proxy) {
    let status = evidence.connectStatus >= 300 ? evidence.connectStatus : nil
    return TransferFailure(.proxyError, status: status, curlCode: Int(code.rawValue), words: detail)
  }
  let cuts = [CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_SSL_CONNECT_ERROR]
  if evidence.lackedClientCertificate, cuts.contains(code) {
    return refusal(error(.tlsError, wantsCertificate(words)))
  }
  if let alert = alert(words, hasClientCertificate: evidence.hasClientCertificate) {
    let failure = error(.tlsError, alert.words)
    return alert.isAboutOurCertificate ? refusal(failure) : failure
  }
  let type = type(code, evidence, words)
  return error(type, type == .sessionTimeout ? patience(words) : words)
}

private func refusal(_ failure: TransferFailure) -> TransferFailure {
  var failure = failure
  failure.isAboutOurCertificate = true
  return failure
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
  switch code {
  case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY, CURLE_COULDNT_CONNECT:
    return "\(proxy.words) cannot be used: \(words)"
  // After a 200 to CONNECT it is the server behind that is slow.
  case CURLE_OPERATION_TIMEDOUT where !evidence.wasConnected && evidence.connectStatus == 0:
    return "\(proxy.words) lets nothing through: \(words)"
  case CURLE_RECV_ERROR where words.contains("CONNECT"),
    CURLE_GOT_NOTHING where !evidence.wasConnected && evidence.connectStatus == 0:
    return "\(proxy.words) refuses the way: \(words)"
  default: return nil
  }
}

private func wantsCertificate(_ words: String) -> String {
  "the server wants a client certificate: set sessionConfig.clientCertificate and clientKey (\(words))"
}

/// What a server's TLS alert means. In TLS 1.3 a server that wants a certificate says so after the handshake,
/// so that libcurl has it for a failed read.
private func alert(_ words: String, hasClientCertificate: Bool) -> (
  words: String, isAboutOurCertificate: Bool
)? {
  let text = words.lowercased()
  guard text.contains("alert"), text.contains("ssl") || text.contains("tls") else { return nil }
  let refusals = [
    "certificate required", "bad certificate", "unknown ca", "certificate unknown", "certificate expired",
    "certificate revoked", "unsupported certificate", "access denied",
  ]
  switch hasClientCertificate {
  case true where refusals.contains { text.contains($0) }:
    return ("the server refuses our client certificate: \(words)", true)
  // TLS 1.2 servers send the second one for a missing certificate.
  case false where text.contains("certificate required") || text.contains("bad certificate"):
    return (wantsCertificate(words), true)
  default: return (words, false)
  }
}
