import CCurl
import Sessions

/// What libcurl says of a transfer that failed, as an error type of ours.
///
/// `wasConnected` tells a silent server from one that cannot be reached; `detail` is libcurl's error buffer.
func sessionError(_ code: CURLcode, wasConnected: Bool, detail: String) -> SessionError {
  let type: ErrorType =
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST: .dnsError
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxyError
    case CURLE_COULDNT_CONNECT: .connectRefused
    case CURLE_OPERATION_TIMEDOUT: wasConnected ? .sessionTimeout : .connectTimeout
    case CURLE_GOT_NOTHING: .emptyReply
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
  let words = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
  // libcurl has no code of its own for a body or head that is malformed: its words tell.
  let isMalformed =
    code == CURLE_RECV_ERROR && ["chunk", "header", "Illegal", "hunk"].contains { words.contains($0) }
  return SessionError(isMalformed ? .protocolError : type, curlCode: Int(code.rawValue), detail: words)
}
