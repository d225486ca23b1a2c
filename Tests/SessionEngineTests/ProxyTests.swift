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

  struct Alert: Sendable, CustomTestStringConvertible {
    let words: String
    var hasCertificate = false
    let holds: String
    var testDescription: String { "\(words) \(hasCertificate)" }
  }

  @Test(arguments: [
    Alert(
      words: "SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0",
      holds: "wants a client certificate: set sessionConfig.clientCertificate"),
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
    #expect(error.isAboutOurCertificate == alert.holds.contains("client certificate"))
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
}

/// libcurl's numbers.
private enum CurlCode {
  static let connect: UInt32 = 7
  static let timeout: UInt32 = 28
  static let nothing: UInt32 = 52
  static let receive: UInt32 = 56
  static let verification: UInt32 = 60
}
