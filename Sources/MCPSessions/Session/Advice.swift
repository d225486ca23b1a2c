// What a person can do about a session that is not well. What is said here never weakens security, and never
// names an address that a server supplied.

extension Session {
  /// The next step that helps; absent where there is none but to wait.
  var advice: Sentence? {
    if case .unmonitored(let why) = state { return why }
    if case .live(let live) = state {
      return live.closedWay.flatMap { adviceOnOutage($0.cause) } ?? adviceInUse
    }
    guard let cause else { return nil }
    if let hint = cause.hint, hint != .token, let words = advice(on: hint) { return words }
    switch publicState {
    case .failed: return adviceToChange(cause)
    case .unauthorized: return adviceToSignIn(cause)
    case .unstable where history.spokeAs == .sse:
      return "something between ends long connections (a proxy's limit of time), requests reach different"
        + " replicas (check sticky routing), or the server restarts"
    case .unstable:
      return "requests reach different replicas (check sticky routing), or another client takes the session:"
        + " some servers keep one at a time"
    case .recovering, .down: return adviceOnOutage(cause)
    default: return nil
    }
  }

  /// What there is to know beside the cause, and is no step of anybody's.
  var remark: Sentence? {
    guard case .live(let live) = state else {
      return isAsking ? "whether the id is the trouble is found out by a new handshake beside it" : nil
    }
    if let since = live.heldSince {
      return SessionReport.notProbed(since: since)
    }
    if let floodWords { return floodWords }
    if tools.failure?.type == .authError { return "the list of tools wants other credentials than the rest" }
    if let shrunk = tools.shrunk, let count = tools.count, tools.failure == nil {
      return "\(count) \(count == 1 ? "tool" : "tools"), there were \(shrunk.count)"
    }
    return nil
  }

  /// The id was refused in words that may mean anything, and is asked about again.
  private var isAsking: Bool {
    let isTried = trouble.lastTrial != nil && trouble.doubted == nil
    guard trouble.refusals > 0, !isTried, publicState == .recovering else { return false }
    return trouble.cause?.type == .httpError && !(cause?.hint == .webPage && cause?.status == 404)
  }

  /// It answers, and is of less use than it was.
  private var adviceInUse: Sentence? {
    guard publicState != .ready else { return nil }
    if let failure = tools.failure {
      return adviceOnList(failure)
    }
    if pingFailure != nil {
      return "look at the server's log for ping: lists are answered, and asked for in its place"
    }
    if tools.shrunk != nil {
      return "ask the server's owner whether they were taken out; agents do without them until they are back"
    }
    if traffic.flood != nil { return "ask the server's owner why it sends so much" }
    return "look at what the server, or the way to it, is busy with"
  }

  private var isPinged: Bool { if case .live(let live) = state { live.answersPing } else { false } }

  private var isSessionless: Bool { identity?.isModern == true }

  private func adviceOnList(_ failure: SessionError) -> Sentence? {
    if let hint = failure.hint, hint != .webPage, hint != .token { return hint.remedy }
    return switch failure.type {
    case _ where failure.type.isOfCredentials: adviceToSignIn(failure)
    case .rateLimited: "nothing: the list is asked for again; if it stays so, raise listEvery"
    case .redirectRefused: "ask the server's owner why tools/list is sent elsewhere: pings are answered"
    default:
      isPinged
        ? "look at the server's log for tools/list: pings are answered, this is not"
        : isSessionless
          ? "look at the server's log for tools/list: server/discover is answered, this is not"
          : "look at the server's log for ping and tools/list: neither is answered as it should be"
    }
  }

  /// What stands in the way has a name of its own.
  private func advice(on hint: SessionError.Hint) -> Sentence? {
    hint == .webPage && publicState != .failed ? nil : hint.remedy
  }

  private func adviceToChange(_ cause: SessionError) -> Sentence {
    switch cause.type {
    case .configError: "correct the entry in the configuration"
    case .redirectRefused: "ask the server's owner for the url that answers by itself"
    case .tlsError: "check the server's certificate and the trusted authorities"
    case .proxyError: "check the proxy and its credentials"
    case .sessionInvalid: "new ids are refused as well: check what stands between here and the server"
    case .httpError:
      switch cause.status {
      case _ where cause.request == .attach && server.transport == .sse:
        "check the url, and the type: the entry of a server of streamable HTTP needs type: streamable-http"
      case 431: "send fewer or shorter headers: the server takes no more"
      case 402: "look at the account behind the credentials: the server wants to be paid"
      case 406, 415: "check the url, and what stands before it: an MCP server takes and sends JSON"
      case 451: "ask the server's owner: it may not serve whoever asks from here"
      default: "check the url"
      }
    default: "check that the url is that of an MCP server this client can speak with"
    }
  }

  private func adviceToSignIn(_ cause: SessionError) -> Sentence {
    switch cause.type {
    case .signInFailed where server.settings.credentials.grant == .clientCredentials:
      "check what sessionConfig.auth names: the issuer, clientID, and the secret or key that belongs to it"
    case .tokenRefused, .signInFailed, .issuerUnavailable:
      server.settings.credentials.source.remedy(of: cause.type)
    case .signInNeeded, .insufficientScope: "sign in to the server"
    case .authError where cause.hint == .webPage:
      // It may be the server's own, or that of something which never lets a request reach it.
      "check the credentials in the server's headers, and what stands in front: a web page answers, not the server"
    case .authError where server.mayBeSignedInTo: "sign in: the key o in the dashboard, or sessiontop login"
    case .authError where cause.hint == .token:
      "replace the token in the server's headers: the server refuses it"
    default: "check the credentials in the server's headers, then reconnect"
    }
  }

  private var hasEverWorked: Bool { history.lastGood != nil }

  /// It is tried again by itself; this is where to look until it succeeds.
  private func adviceOnOutage(_ cause: SessionError) -> Sentence? {
    switch cause.type {
    case .dnsError: return "check the host in the url; if it is right, this machine's name servers"
    case .connectRefused: return "start the server, or check the port in the url"
    case .connectTimeout: return "check that the host is up, and that no firewall is between"
    case .connectionReset, .emptyReply:
      guard hasEverWorked || server.endpoint?.origin.scheme != "http" else {
        return "check the port: it ends connections without an answer; if it speaks TLS, the url begins with"
          + " https://"
      }
      return "look at the log of the server, or of a proxy before it: it ends connections without an answer"
    case .sessionTimeout: return "look whether the server hangs: it takes requests and does not answer"
    case .tlsError: return "check the server's certificate and the trusted authorities"
    case .proxyError: return "start the proxy, or correct its address where it is named"
    case .rateLimited: return "nothing: it is asked more seldom now; if it stays so, raise pingInterval"
    case .protocolError, .responseTooLarge: return "ask the server's owner: what it answers is not MCP"
    case .rpcError: return "look at the server's log for this error"
    case .httpError, .authError, .redirectRefused:
      switch cause.status {
      case 511: return "sign in to the network that this machine is in: it answers in the server's place"
      case 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530:
        return "look whether the server runs: what stands before it does not reach it"
      case let status? where status >= 500:
        return "look at the server's log: it fails with an error of its own"
      default:
        return hasEverWorked
          ? "look whether the server is being deployed: something answers in its place"
          : "look at the server's log: it takes initialize, and refuses what follows"
      }
    default: return nil
    }
  }
}

extension SessionError.Hint {
  /// What a person can do about it.
  var remedy: Sentence {
    switch self {
    case .hostName:
      "let the server, or the proxy before it, take the Host name of the configured url: add it to its list of"
        + " allowed hosts"
    case .origin: "let the server take requests of this machine: add to its list of allowed origins"
    case .revision:
      "bring the older of the two up to date: the server speaks no protocol version that was offered"
    case .botCheck: "let this machine pass the bot check that stands in front of the server"
    case .signInPage:
      "a sign-in stands in front of the server: send what it accepts in headers, or use an address behind it"
    case .downgrade: "ask the server's owner for its https url"
    case .sessionHeader:
      "what stands between here and the server drops the header Mcp-Session-Id: let it pass"
    case .connection(let flaw): flaw.remedy(.server)
    case .tlsPort: "the port speaks TLS: begin the url with https://"
    case .sessionLimit:
      "the server is at its limit of sessions: end some that nobody uses, or raise the limit"
    case .token: "replace the token: the server refuses it"
    case .webPage: "a web page is at this url: ask for the path of the MCP endpoint"
    }
  }
}

extension CredentialSettings.Source {
  /// What a person can do where it gave no token, or one that is refused.
  func remedy(of type: ErrorType) -> Sentence {
    switch (self, type) {
    case (.file, .tokenRefused):
      "put a token that the server takes into sessionConfig.auth.tokenFile; it is read again when it changes"
    case (.file, _):
      "correct sessionConfig.auth.tokenFile, or put a token into the first line of that file; it is read again"
        + " every 30 s"
    case (.command, .tokenRefused):
      "run sessionConfig.auth.tokenCommand by hand, and see for whom and for what its token is"
    case (.command, _):
      "run sessionConfig.auth.tokenCommand by hand: it is to print a token within 10 s and to end with 0; it is"
        + " run again every 30 s"
    case (.issuer, .issuerUnavailable): "wait until the issuer is back; it is asked again"
    case (.issuer, _): "check what issuer and scopes the server wants, then sign in again"
    }
  }
}
