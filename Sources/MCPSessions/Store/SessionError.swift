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
  // Signing in.
  case signInNeeded = "sign_in_needed"
  case signInFailed = "sign_in_failed"
  case tokenRefused = "token_refused"
  case insufficientScope = "insufficient_scope"
  case issuerUnavailable = "issuer_unavailable"
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
  /// The request that it belongs to; absent where it is the way's, or nobody's.
  public let request: Purpose?
  /// What stands in the way, where the words tell more than the type.
  let hint: Hint?
  /// What was seen, in at most `PrintableText.detailLimit` characters.
  package let detail: Sentence

  package init(
    _ type: ErrorType, status: Int? = nil, rpcCode: Int? = nil, curlCode: Int? = nil, detail: Sentence,
    request: Purpose? = nil
  ) {
    self.init(
      type, status: status, rpcCode: rpcCode, curlCode: curlCode, detail: detail, request: request, hint: nil)
  }

  init(
    _ type: ErrorType, status: Int? = nil, rpcCode: Int? = nil, curlCode: Int? = nil, detail: Sentence,
    request: Purpose? = nil, hint: Hint?
  ) {
    self.request = request
    self.hint = hint
    self.type = type
    self.status = status
    self.rpcCode = rpcCode
    self.curlCode = curlCode
    self.detail = detail.cut(to: PrintableText.detailLimit)
  }

  /// What stands in the way and calls for a remedy of its own.
  enum Hint: Hashable, Sendable {
    /// The server does not take the name by which it is called.
    case hostName
    /// The server does not take requests from where this one says it comes from.
    case origin
    /// A page wants to see a person at a browser.
    case botCheck
    /// Somebody is to sign in before the server is reached.
    case signInPage
    /// The server speaks no revision that was offered.
    case revision
    /// A page for browsers stands where an answer of MCP is due.
    case webPage
    /// A redirect gives up encryption.
    case downgrade
    /// Something between drops the header that names the session.
    case sessionHeader
    /// The server wants a certificate of ours that it trusts.
    case clientCertificate
  }

  /// The same, as an answer to a request, where it is one and does not say so yet.
  func asked(of purpose: Purpose?) -> SessionError {
    guard request == nil, let purpose, !type.isOfTheWay else { return self }
    return SessionError(
      type, status: status, rpcCode: rpcCode, curlCode: curlCode, detail: detail, request: purpose, hint: hint
    )
  }

  /// The same with more words at its end.
  func adding(_ words: Sentence, hint: Hint? = nil) -> SessionError {
    let room = PrintableText.detailLimit - words.text.count - 2
    return SessionError(
      type, status: status, rpcCode: rpcCode, curlCode: curlCode,
      detail: Sentence.joined([detail.cut(to: room), words], separator: "; "), request: request,
      hint: hint ?? self.hint)
  }

  /// Whether it is the same trouble, whatever the words are this time.
  func isLike(_ other: SessionError) -> Bool {
    type == other.type && status == other.status && rpcCode == other.rpcCode
  }

  /// The type, the request, the status and the detail in one line:
  /// `session_terminated, ping: 404 Session not found`.
  public var summary: String { sentence.text }

  private func name(_ request: Purpose) -> Sentence { "\(ForeignText(local: request.name))" }

  fileprivate var sentence: Sentence {
    // A status that says nothing went wrong does not explain what did.
    let told = status.flatMap { (200..<300).contains($0) && !detail.isEmpty ? nil : $0 }
    let seen = Sentence.joined([told.map { "\($0)" }, detail])
    let asked: Sentence? = request.map { seen.isEmpty ? name($0) : "\(name($0)): \(seen)" }
    let whole = asked ?? seen
    return whole.isEmpty ? "\(type)" : "\(type), \(whole)"
  }
}

extension ErrorType {
  /// Whether it concerns the way to the server, whatever was asked.
  var isOfTheWay: Bool {
    switch self {
    case .dnsError, .connectRefused, .connectTimeout, .tlsError, .proxyError, .configError, .resourceError,
      .commandNotFound, .notExecutable, .exited, .notSpeaking, .notReading, .killedBySystem:
      true
    default: false
    }
  }
}

extension Sentence.StringInterpolation {
  /// Its type, its status and its detail.
  package mutating func appendInterpolation(_ error: SessionError) { appendInterpolation(error.sentence) }
}

extension SessionError {
  /// The same without an HTTP status, for a server that is spoken with in another way.
  var withoutStatus: SessionError { SessionError(type, rpcCode: rpcCode, detail: detail) }
}
