import MCPSessions
import Testing

@testable import SessionEngine

/// Which proxy is used, who named it, and what is told of it.
@Suite struct `A proxy` {
  struct Choice: Sendable, CustomTestStringConvertible {
    var environment: [String: String] = [:]
    var own: String?
    var url = "http://host.example/mcp"
    /// Absent: directly.
    let source: String?
    var testDescription: String { "\(url) \(environment) \(own ?? "")" }
  }

  private static let dead = "http://user:hidden@127.0.0.1:9"

  @Test(arguments: [
    Choice(source: nil),
    Choice(environment: ["http_proxy": dead], source: "http_proxy"),
    // Web servers make this one of a request's header.
    Choice(environment: ["HTTP_PROXY": dead], source: nil),
    Choice(environment: ["HTTPS_PROXY": dead], url: "https://h/", source: "HTTPS_PROXY"),
    Choice(environment: ["https_proxy": dead, "HTTPS_PROXY": "x"], url: "https://h/", source: "https_proxy"),
    Choice(environment: ["https_proxy": dead], source: nil),
    Choice(environment: ["ALL_PROXY": dead], source: "ALL_PROXY"),
    Choice(environment: ["http_proxy": dead, "all_proxy": "x"], source: "http_proxy"),
    Choice(environment: ["http_proxy": "", "all_proxy": dead], source: nil),
    Choice(environment: ["http_proxy": dead], own: "http://p:1", source: "its setting `proxy`"),
    Choice(environment: ["http_proxy": dead], own: "", source: nil),
    Choice(environment: ["http_proxy": dead, "no_proxy": "*"], source: nil),
    Choice(environment: ["http_proxy": dead, "NO_PROXY": "a.b, host.example"], source: nil),
    Choice(environment: ["http_proxy": dead, "no_proxy": ".example"], source: nil),
    Choice(environment: ["http_proxy": dead, "no_proxy": "ost.example"], source: "http_proxy"),
    Choice(environment: ["http_proxy": dead, "no_proxy": ""], source: "http_proxy"),
    Choice(environment: ["http_proxy": dead, "no_proxy": "h"], url: "http://h./", source: nil),
    Choice(
      environment: ["http_proxy": dead, "no_proxy": "127.0.0.1"], url: "http://127.0.0.1/", source: nil),
    Choice(
      environment: ["http_proxy": dead, "no_proxy": "127.0.0.0/8"], url: "http://127.9.0.1/", source: nil),
    Choice(
      environment: ["http_proxy": dead, "no_proxy": "127.0.0.0/16"], url: "http://127.9.0.1/",
      source: "http_proxy"),
    Choice(
      environment: ["http_proxy": dead, "no_proxy": "127.0.0.0/99"], url: "http://127.9.0.1/",
      source: "http_proxy"),
    Choice(environment: ["http_proxy": dead, "no_proxy": "::1"], url: "http://[::1]:80/", source: nil),
    Choice(
      environment: ["http_proxy": dead, "no_proxy": "fe80::/10"], url: "http://[fe80::1]/", source: nil),
  ]) func `is chosen as curl does, and its source is known`(choice: Choice) throws {
    let origin = try Endpoint(choice.url).origin
    let proxy = ProxyEnvironment(choice.environment).proxy(for: origin, own: choice.own.map { Secret($0) })
    #expect(proxy?.source == choice.source)
    if proxy?.url.revealed == Self.dead { #expect(proxy?.display == "http://127.0.0.1:9") }
  }

  @Test(arguments: [
    ("http://u:pw@p:3128/x?k=v", "http://p:3128"), ("p:3128", "http://p:3128"),
    ("socks5h://u:pw@p:1080", "p:1080"), ("u:pw@p:3128", "http://p:3128"),
  ]) func `is shown without what is secret`(url: String, shown: String) {
    #expect(Proxy(url: Secret(url), source: "x").display == shown)
  }

  struct Failure: Sendable, CustomTestStringConvertible {
    let code: UInt32
    var connectStatus = 0
    var wasConnected = false
    var words = ""
    let type: ErrorType
    let holds: String
    var testDescription: String { "\(code) \(connectStatus) \(words)" }
  }

  @Test(arguments: [
    Failure(code: CurlCode.receive, connectStatus: 407, type: .proxyError, holds: "wants other credentials"),
    Failure(code: CurlCode.receive, connectStatus: 403, type: .proxyError, holds: "forbids this server"),
    Failure(code: CurlCode.receive, connectStatus: 502, type: .proxyError, holds: "cannot reach this server"),
    Failure(code: CurlCode.connect, type: .proxyError, holds: "http://p:1 (https_proxy)"),
    Failure(code: CurlCode.timeout, type: .proxyError, holds: "lets nothing through"),
    Failure(
      code: CurlCode.timeout, connectStatus: 200, words: "Connection timed out",
      type: .connectTimeout, holds: "Connection timed out"),
    Failure(
      code: CurlCode.verification, connectStatus: 200, words: "self signed", type: .tlsError,
      holds: "self signed"),
    Failure(code: CurlCode.nothing, wasConnected: true, type: .emptyReply, holds: ""),
    Failure(
      code: CurlCode.receive, words: "Recv failure: Connection reset by peer", type: .proxyError,
      holds: "http://p:1 (https_proxy) refuses the way"),
    Failure(code: CurlCode.send, words: "Broken pipe", type: .proxyError, holds: "refuses the way"),
    Failure(code: CurlCode.secure, words: "wrong version number", type: .proxyError, holds: "cannot be used"),
    Failure(
      code: CurlCode.receive, connectStatus: 200, words: "Connection reset", type: .connectionReset,
      holds: "Connection reset"),
    Failure(
      code: CurlCode.receive, wasConnected: true, words: "Connection reset", type: .connectionReset,
      holds: "Connection reset"),
  ]) func `is blamed for what is its own`(failure: Failure) {
    let proxy = Proxy(url: Secret("http://u:hidden@p:1"), source: "https_proxy")
    let error = transferFailure(
      number: failure.code,
      TransferEvidence(
        wasConnected: failure.wasConnected, words: failure.words, proxy: proxy,
        connectStatus: failure.connectStatus))
    #expect(error.type == failure.type && error.words.contains(failure.holds), "\(error)")
    #expect(!error.words.contains("hidden"))
  }

  @Test func `of another kind is not blamed for what may be the server's`() {
    let error = transferFailure(
      number: CurlCode.verification,
      TransferEvidence(
        words: "self-signed certificate", proxy: Proxy(url: Secret("socks5h://p:1"), source: "ALL_PROXY")))
    #expect(error.type == .tlsError && error.flaw == .selfSigned)
  }

  @Test(arguments: [
    ("SSL certificate problem: certificate has expired", TransferFlaw.expired),
    ("SSL certificate problem: certificate is not yet valid", .notYetValid),
    ("SSL: no alternative certificate subject name matches target host name 'h'", .wrongName),
    ("SSL: certificate subject name 'a' does not match target host name 'b'", .wrongName),
    ("SSL certificate problem: self-signed certificate", .selfSigned),
    ("SSL certificate problem: self-signed certificate in certificate chain", .unknownAuthority),
    ("SSL certificate problem: unable to get local issuer certificate", .unknownAuthority),
    ("SSL certificate problem: certificate revoked", .revoked),
    ("error:0A00014D:SSL routines::legacy sigalg disallowed or unsupported", .outdated),
    ("error:0A00042E:SSL routines::tlsv1 alert protocol version", .outdated),
    ("error:0A000102:SSL routines::unsupported protocol", .outdated),
    ("error:0A00010B:SSL routines::wrong version number", .plainPort),
    ("unable to set private key file: 'x.key' type PEM", .ownCertificate),
    ("could not load PEM client certificate from x, OpenSSL error", .ownCertificate),
    ("error setting certificate file: /nowhere", .authorityFile),
    ("OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to h:443", .cutHandshake),
    ("Recv failure: Connection reset by peer", .cutHandshake),
  ]) func `Each flaw of TLS has its name`(words: String, flaw: TransferFlaw) {
    let error = transferFailure(number: CurlCode.secure, TransferEvidence(words: words))
    #expect(error.type == .tlsError && error.flaw == flaw, "\(error)")
    #expect(error.words.hasSuffix(words) && error.words.hasPrefix(flaw.name ?? words))
  }

  @Test func `without TLS is named where a connection ends without an answer`() {
    let error = transferFailure(
      number: CurlCode.receive,
      TransferEvidence(
        isSecure: false, wasConnected: true, words: "Recv failure: Connection reset by peer",
        proxy: Proxy(url: Secret("http://u:hidden@p:1"), source: "http_proxy")))
    #expect(error.type == .connectionReset)
    #expect(error.words.hasPrefix("through the proxy http://p:1 (http_proxy): "))
  }

  @Test func `What a port for TLS says to a request without it is no HTTP`() {
    let error = transferFailure(
      number: 1, TransferEvidence(isSecure: false, words: "Received HTTP/0.9 when not allowed"))
    #expect(error.type == .protocolError && error.flaw == .noHTTP)
  }

  struct Alert: Sendable, CustomTestStringConvertible {
    let words: String
    var hasCertificate = false
    let holds: String
    var testDescription: String { "\(words) \(hasCertificate)" }
  }

  @Test(arguments: [
    Alert(
      words: "SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0",
      holds: "wants a client certificate"),
    Alert(
      words: "SSL_read: error:0A000412:SSL routines::sslv3 alert bad certificate",
      holds: "wants a client certificate"),
    Alert(
      words: "SSL_read: error:0A000418:SSL routines::tlsv1 alert unknown ca", hasCertificate: true,
      holds: "refuses our client certificate"),
    Alert(
      words: "error:0A000410:SSL routines::sslv3 alert handshake failure", holds: "alert handshake failure"),
  ]) func `Alerts after the handshake are errors of TLS`(alert: Alert) {
    let error = transferFailure(
      number: CurlCode.receive,
      TransferEvidence(wasConnected: true, words: alert.words, hasClientCertificate: alert.hasCertificate))
    #expect(error.type == .tlsError && error.words.contains(alert.holds), "\(error)")
    let isOfOurs = error.flaw == .wantsCertificate || error.flaw == .refusesCertificate
    #expect(isOfOurs == alert.holds.contains("client certificate"))
  }

  @Test(arguments: [
    ("Operation timed out after 10001 milliseconds with 0 bytes received", "no answer within 10 s"),
    ("Operation timed out after 250 milliseconds with 0 out of 12 bytes received", "no answer within 250 ms"),
    (
      "Operation timed out after 9501 milliseconds with 7 bytes received",
      "the answer was not whole within 10 s"
    ),
    ("something else", "something else"),
  ]) func `Impatience is told in seconds`(words: String, told: String) {
    let error = transferFailure(
      number: CurlCode.timeout, TransferEvidence(wasConnected: true, words: words))
    #expect(error.type == .sessionTimeout && error.words == told)
  }

  @Test func `A name that nobody resolves in time is an error of the name`() {
    let error = transferFailure(
      number: CurlCode.timeout, TransferEvidence(words: "Resolving timed out after 5001 milliseconds"))
    #expect(error.type == .dnsError)
  }

  @Test(arguments: ["Send failure: Broken pipe", "Recv failure: Connection reset by peer"])
  func `What broke before is not told of a connection that cannot be made`(words: String) {
    let error = transferFailure(number: CurlCode.connect, TransferEvidence(words: words))
    #expect(error.type == .connectRefused && !error.words.contains("failure"), "\(error)")
  }
}

/// libcurl's numbers.
private enum CurlCode {
  static let connect: UInt32 = 7
  static let timeout: UInt32 = 28
  static let secure: UInt32 = 35
  static let nothing: UInt32 = 52
  static let send: UInt32 = 55
  static let receive: UInt32 = 56
  static let verification: UInt32 = 60
}
