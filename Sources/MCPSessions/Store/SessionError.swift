/// What went wrong, as a closed list; raw values are the words of exports and metrics. The article Errors
/// says more.
public enum ErrorType: String, CaseIterable, Sendable {
  // The five of the session itself.
  /// 404 to a request that carried the session's id, or words of loss under another status: the server no
  /// longer knows the session.
  case sessionTerminated = "session_terminated"
  /// 410, or 404 that speaks of expiry, to a request that carried the id; or no exchange was good for longer
  /// than `SessionSettings.timeout`.
  case sessionExpired = "session_expired"
  /// 400 that names the session's id: the server calls it invalid.
  case sessionInvalid = "session_invalid"
  /// 409, or an answer with another session's id.
  case sessionConflict = "session_conflict"
  /// No answer within the limit of the request.
  case sessionTimeout = "session_timeout"
  // The way to the session.
  /// The server's name could not be resolved.
  case dnsError = "dns_error"
  /// Nothing listens at the address (`ECONNREFUSED`).
  case connectRefused = "connect_refused"
  /// The connection did not come about within its limit.
  case connectTimeout = "connect_timeout"
  /// The connection was cut before the answer was whole.
  case connectionReset = "connection_reset"
  /// The connection was closed without an answer.
  case emptyReply = "empty_reply"
  /// The certificate is not trusted, or the TLS handshake failed.
  case tlsError = "tls_error"
  /// The proxy refused, failed, or could not be reached.
  case proxyError = "proxy_error"
  // What came back.
  /// An HTTP status that tells of a failure and that no other type stands for, 5xx for example.
  case httpError = "http_error"
  /// 429, or 503 with `Retry-After`: the server asks to come more seldom.
  case rateLimited = "rate_limited"
  /// 401 or 403 that no token can cure: credentials are missing or refused.
  case authError = "auth_error"
  /// A redirect to another origin, which is not followed.
  case redirectRefused = "redirect_refused"
  /// An answer that is not MCP: no JSON-RPC, another id, a revision that nobody offered.
  case protocolError = "protocol_error"
  /// A JSON-RPC error: the method failed; `SessionError.rpcCode` has its code.
  case rpcError = "rpc_error"
  /// An answer over `Limits.headBytes`, `bodyBytes` or `eventBytes`.
  case responseTooLarge = "response_too_large"
  // A server that is a process.
  /// There is no such program.
  case commandNotFound = "command_not_found"
  /// The program cannot be executed.
  case notExecutable = "not_executable"
  /// The process ended by itself, or by a signal that its own doing brought.
  case exited
  /// The process lives and says nothing that is JSON-RPC.
  case notSpeaking = "not_speaking"
  /// The process lives and does not take what it is sent.
  case notReading = "not_reading"
  /// SIGKILL that we did not send: memory ran out, or somebody did.
  case killedBySystem = "killed_by_system"
  // Signing in.
  /// The server wants a token, and a person is to get it.
  case signInNeeded = "sign_in_needed"
  /// No token could be had.
  case signInFailed = "sign_in_failed"
  /// The server refuses the token that its issuer gave.
  case tokenRefused = "token_refused"
  /// The token is not good for what was asked (RFC 6750 section 3.1).
  case insufficientScope = "insufficient_scope"
  /// Who gives tokens cannot be reached.
  case issuerUnavailable = "issuer_unavailable"
  // Our own side.
  /// The server cannot be reached as it is configured, whatever it answers.
  case configError = "config_error"
  /// Our own side ran out of descriptors, threads or memory.
  case resourceError = "resource_error"
}

/// One failure: the type says what to do, the detail says what was seen.
public struct SessionError: Error, Hashable, Sendable {
  /// What kind of failure it is.
  public let type: ErrorType
  /// HTTP status, 100 to 599; nil when there was no answer over HTTP.
  public let status: Int?
  /// The `code` of a JSON-RPC error, `-32600` for example; nil when the answer held none.
  public let rpcCode: Int?
  /// libcurl's code (`CURLE_…`), when the transfer itself failed.
  package let curlCode: Int?
  /// The request that it belongs to; nil where it is the way's, or nobody's.
  public let request: Purpose?
  /// What stands in the way, where the words tell more than the type.
  let hint: Hint?
  /// How long what stands on the way asks to be left alone, as raw text.
  var retryAfter: String?
  /// What was seen, in at most `detailLimit` characters.
  package let detail: Sentence

  /// As much is kept of what a server says of an error: long ones hold the number of a ticket at their end.
  static let detailLimit = 2_000

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
    self.detail = detail.cut(to: Self.detailLimit)
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
    /// The connection itself is flawed: a certificate, a version, a port.
    case connection(TransferFlaw)
    /// A request without TLS came to a port that wants it.
    case tlsPort
    /// The server takes no more sessions.
    case sessionLimit
    /// The credentials are refused in so many words.
    case token
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
    let room = Self.detailLimit - words.text.count - 2
    return SessionError(
      type, status: status, rpcCode: rpcCode, curlCode: curlCode,
      detail: Sentence.joined([detail.cut(to: room), words], separator: "; "), request: request,
      hint: hint ?? self.hint)
  }

  /// Whether other credentials are what it takes. 403 alone may come from something that stands in for the
  /// server.
  var isOfCredentials: Bool { type == .authError && (status != 403 || hint == .token) }

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
  /// Whether it is what no answer can contradict: nobody who takes the same way fares better.
  package var closesWay: Bool {
    switch self {
    case .dnsError, .connectRefused, .connectTimeout, .tlsError, .proxyError: true
    default: false
    }
  }

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
