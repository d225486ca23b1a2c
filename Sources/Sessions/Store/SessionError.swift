/// What went wrong, as a closed list; raw values are those of exports and metrics.
public enum ErrorType: String, CaseIterable, Sendable {
  // The five of the session itself.
  case sessionTerminated = "session_terminated"
  case sessionExpired = "session_expired"
  case sessionInvalid = "session_invalid"
  case sessionConflict = "session_conflict"
  case sessionTimeout = "session_timeout"
  // The way to the session.
  case dnsError = "dns_error"
  case connectRefused = "connect_refused"
  case connectTimeout = "connect_timeout"
  case connectionReset = "connection_reset"
  case emptyReply = "empty_reply"
  case tlsError = "tls_error"
  case proxyError = "proxy_error"
  // What came back.
  case httpError = "http_error"
  case rateLimited = "rate_limited"
  case authError = "auth_error"
  case redirectRefused = "redirect_refused"
  case protocolError = "protocol_error"
  case rpcError = "rpc_error"
  case responseTooLarge = "response_too_large"
  // A server that is a process.
  case commandNotFound = "command_not_found"
  case notExecutable = "not_executable"
  /// It ended by itself, or by a signal that its own doing brought.
  case exited
  /// It lives and says nothing that is JSON-RPC.
  case notSpeaking = "not_speaking"
  /// It lives and does not take what it is sent.
  case notReading = "not_reading"
  /// SIGKILL that we did not send: memory ran out, or somebody did.
  case killedBySystem = "killed_by_system"
  // Our own side.
  case configError = "config_error"
  case resourceError = "resource_error"
}

/// One failure: the type says what to do, the detail says what was seen.
public struct SessionError: Error, Hashable, Sendable {
  public let type: ErrorType
  /// HTTP status, when there was an answer.
  public let status: Int?
  /// JSON-RPC error code, when the answer held one.
  public let rpcCode: Int?
  /// libcurl's code, when the transfer itself failed.
  public let curlCode: Int?
  /// What was seen, in at most `PrintableText.detailLimit` characters.
  public let detail: Sentence

  public init(
    _ type: ErrorType, status: Int? = nil, rpcCode: Int? = nil, curlCode: Int? = nil, detail: Sentence
  ) {
    self.type = type
    self.status = status
    self.rpcCode = rpcCode
    self.curlCode = curlCode
    self.detail = detail.cut(to: PrintableText.detailLimit)
  }

  /// The type, the status and the detail in one line: `session_terminated, 404 Session not found`.
  public var summary: String { sentence.text }

  fileprivate var sentence: Sentence {
    let seen = Sentence.joined([status.map { "\($0)" }, detail])
    return seen.isEmpty ? "\(type)" : "\(type), \(seen)"
  }
}

extension Sentence.StringInterpolation {
  /// Its type, its status and its detail.
  public mutating func appendInterpolation(_ error: SessionError) { appendInterpolation(error.sentence) }
}

extension SessionError {
  /// The same without an HTTP status, for a server that is spoken with in another way.
  var withoutStatus: SessionError { SessionError(type, rpcCode: rpcCode, detail: detail) }
}
