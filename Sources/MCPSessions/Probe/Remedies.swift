/// What a person can do about what a look at a server found.
enum Remedies {
  static let lostAtOnce: Sentence =
    "the session is not known a moment after its handshake: route requests with one Mcp-Session-Id to one"
    + " replica, or let the replicas share their sessions"

  static func scattered(known: Int) -> Sentence {
    known == 0
      ? "the session lives in one connection only: requests of one client must reach one replica, by the header"
        + " Mcp-Session-Id or a cookie, or the replicas must share their sessions"
      : "requests reach different replicas: route them by the header Mcp-Session-Id or a cookie (sticky"
        + " routing), or let the replicas share their sessions"
  }

  static func of(_ error: SessionError, _ server: Server) -> Sentence? {
    if let hint = error.hint, ![.webPage, .token].contains(hint) || error.type != .authError {
      return hint.remedy
    }
    switch error.type {
    case .dnsError: return "check the name in the url, and this machine's name servers"
    case .connectRefused: return "nothing listens at this port: start the server, or correct host and port"
    case .connectTimeout:
      return "nothing answers at this address: check host, port and what filters packets between"
    case .connectionReset, .emptyReply:
      return "something answers and hangs up: check that the port is that of the server and speaks"
        + (server.endpoint?.origin.scheme == "https" ? " TLS" : " HTTP without TLS")
    case .tlsError: return "check the server's certificate, and which authorities are trusted"
    case .proxyError: return "check the proxy and its credentials"
    case .redirectRefused: return "use the address that answers by itself"
    case .rateLimited: return "the server asks to wait: try again later"
    case .sessionTimeout: return "the server is slow or hangs: look at its load and its log"
    case .responseTooLarge: return "what answers is no MCP server, or one with an answer of megabytes"
    case .sessionConflict, .sessionInvalid: return "report it to the server's maker"
    case .sessionTerminated, .sessionExpired: return lostAtOnce
    case .httpError:
      if let status = error.status, status >= 500 { return "the server fails: read its log" }
      return error.status == 404
        ? "the server does not know this path: ask for the path of its MCP endpoint" : "check the url"
    case .protocolError, .rpcError:
      return "check that the url is that of an MCP server; if it is, report this to its maker"
    case .authError, .signInNeeded, .signInFailed, .tokenRefused, .insufficientScope, .issuerUnavailable:
      return ofAccess(error, server, hasIssuer: false)
    case .commandNotFound: return "install the command, or set PATH or the whole path in its entry"
    case .notExecutable: return "make the file executable, or name the program that runs it"
    case .exited: return "read its words; start its command by hand to see more"
    case .notSpeaking: return "its command must speak MCP on standard output, and log to standard error"
    case .notReading: return "the server hangs: report it to its maker"
    case .killedBySystem: return "look for the out-of-memory killer in the system's log"
    case .configError: return "correct the entry in the configuration"
    case .resourceError: return "close something on this machine, and try again"
    }
  }

  static func ofAccess(_ error: SessionError, _ server: Server, hasIssuer: Bool) -> Sentence {
    let source = server.settings.credentials.source
    let isOfSource = [.issuerUnavailable, .tokenRefused, .signInFailed].contains(error.type)
    if isOfSource, source != .issuer { return source.remedy(of: error.type) }
    switch error.type {
    case .insufficientScope: return "sign in again with the scope that it wants: sessiontop login"
    case .issuerUnavailable: return "wait until the issuer is back"
    case .tokenRefused, .signInFailed:
      return "check which issuer and scopes the server wants, then sign in again: sessiontop login"
    default: break
    }
    if let hint = error.hint, ![.webPage, .token].contains(hint) { return hint.remedy }
    guard server.mayBeSignedInTo else {
      return error.hint == .webPage
        ? "the credential in its headers is refused, or never gets there: a web page answers, not the server"
        : "the credential in its headers is refused: replace it"
    }
    return hasIssuer
      ? "sign in: sessiontop login, or --sign-in auto here"
      : "put what it takes into its headers, or sign in: sessiontop login"
  }

  /// `answered` is what went well before.
  static func ofList(_ error: SessionError, _ server: Server, beside answered: Sentence?) -> Sentence? {
    guard let answered, [.rpcError, .httpError, .sessionTimeout, .protocolError].contains(error.type) else {
      return of(error, server)
    }
    return "\(answered): look at what stands behind the server, and in its log"
  }

  static func ofCall(_ error: SessionError) -> Sentence {
    error.rpcCode == -32_602
      ? "check the tool's name and its arguments against tools/list" : "look into the server's log"
  }

  static func ofRecovery(_ error: SessionError, _ server: Server) -> Sentence? {
    switch error.type {
    case .rateLimited, .httpError:
      "the server takes no new session: its limit of sessions may be reached by those that nobody ends"
    default: of(error, server)
    }
  }
}
