import CTopCurl
import Glibc
import MCPWire
import MCPSessions

/// How requests to issuers leave this machine: what a server's settings say of it, and nothing else of the
/// server.
struct IssuerWay: Hashable {
  let proxy: Secret?
  let caFile: String?
  let client: ClientIdentity

  init(proxy: Secret?, caFile: String?, client: ClientIdentity = .sessiontop) {
    (self.proxy, self.caFile, self.client) = (proxy, caFile, client)
  }

  init(_ server: Server) {
    self.init(proxy: server.proxy, caFile: server.settings.caFile, client: server.settings.credentials.client)
  }
}

/// One exchange with an issuer: no redirect is followed, no cookie kept, nothing of the MCP server sent, and
/// there is an end to its size and its time.
final class IssuerTransfer {
  let number: Int
  private let handle: EasyHandle
  private let errorBuffer: UnsafeMutablePointer<CChar>
  private var headers: UnsafeMutablePointer<curl_slist>?
  private var body: [UInt8] = []
  private var isTooLarge = false
  private var flaw: HeadReader.Flaw?
  private var heads = HeadReader(limit: IssuerTransfer.headLimit)
  private let proxy: Proxy?
  private let url: String

  /// Bytes of an answer.
  static let bodyLimit = 64 * 1_024
  private static let headLimit = 64 * 1_024
  private static let timeLimit = 10_000
  private static let connectLimit = 5_000

  /// Prepares the request; `form` is its form with all that was to be signed. Absent when the process lacks
  /// memory.
  init?(
    _ request: IssuerRequest, form: WebForm?, proof: Secret?, way: IssuerWay, trust: TrustFiles.Content,
    proxies: ProxyEnvironment
  ) {
    guard let handle = EasyHandle() else { return nil }
    self.handle = handle
    (number, url) = (request.number, request.url)
    proxy = (try? Endpoint(request.url)).flatMap { proxies.proxy(for: $0.origin, own: way.proxy) }
    errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    configure(request, form, trust)
    configureHeaders(request, proof, way.client)
    configureCallbacks()
  }

  deinit {
    curl_slist_free_all(headers)
    errorBuffer.deallocate()
  }

  var easy: UnsafeMutableRawPointer { handle.pointer }

  private func configure(_ request: IssuerRequest, _ form: WebForm?, _ trust: TrustFiles.Content) {
    _ = ccurl_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errorBuffer)
    configurePlain(
      easy, url: request.url, timeLimit: Self.timeLimit, connectLimit: Self.connectLimit, proxy: proxy,
      trust: trust)
    // Kept connections would carry what one issuer knows of us to the next question.
    _ = ccurl_setopt_long(easy, CURLOPT_FORBID_REUSE, 1)
    switch (request.body, form) {
    case (_, let form?): configurePost(easy, form.encoded)
    case (.json(let text), _): configurePost(easy, text)
    case (.form(let form), _): configurePost(easy, form.encoded)
    case (.none, _): _ = ccurl_setopt_long(easy, CURLOPT_HTTPGET, 1)
    case (.deletion, _): _ = ccurl_setopt_string(easy, CURLOPT_CUSTOMREQUEST, "DELETE")
    }
  }

  private func configureHeaders(_ request: IssuerRequest, _ proof: Secret?, _ client: ClientIdentity) {
    var all = [
      Header(name: "Accept", value: "application/json"), Header(name: "User-Agent", value: client.userAgent),
    ]
    switch request.body {
    case .deletion: break
    case .none: all.append(Header(name: "MCP-Protocol-Version", value: Revision.v2026_07_28.rawValue))
    case .json: all.append(Header(name: "Content-Type", value: "application/json"))
    case .form: all.append(Header(name: "Content-Type", value: "application/x-www-form-urlencoded"))
    }
    if let authorization = request.authorization {
      all.append(Header(name: "Authorization", value: authorization.revealed))
    }
    if let proof { all.append(Header(name: "DPoP", value: proof.revealed)) }
    headers = headerList(all)
    _ = ccurl_setopt_list(easy, CURLOPT_HTTPHEADER, headers)
  }

  private func configureCallbacks() {
    let me = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_setopt_pointer(easy, CURLOPT_PRIVATE, me)
    _ = ccurl_setopt_pointer(easy, CURLOPT_HEADERDATA, me)
    _ = ccurl_setopt_pointer(easy, CURLOPT_WRITEDATA, me)
    _ = ccurl_on_open_socket(easy, { _, _, address in ccurl_open_socket(address) }, nil)
    _ = ccurl_setopt_bytes(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, user in
      guard let bytes, let user else { return 0 }
      let transfer = Unmanaged<IssuerTransfer>.fromOpaque(user).takeUnretainedValue()
      return transfer.head(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }
    _ = ccurl_setopt_bytes(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, user in
      guard let bytes, let user else { return 0 }
      let transfer = Unmanaged<IssuerTransfer>.fromOpaque(user).takeUnretainedValue()
      return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }
  }

  private func head(_ bytes: UnsafeRawBufferPointer) -> Bool {
    do throws(HeadReader.Flaw) {
      _ = try heads.take(bytes)
      return true
    } catch {
      flaw = error
      return false
    }
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= Self.bodyLimit else {
      isTooLarge = true
      return false
    }
    body.append(contentsOf: bytes)
    return true
  }

  /// The last word, once libcurl has said how it went.
  func answer(_ code: CURLcode) -> IssuerAnswer {
    if isTooLarge {
      return .failed(.responseTooLarge, words: "the answer is over \(Self.bodyLimit / 1_024) KiB")
    }
    if let flaw { return .failed(flaw.error.type, words: flaw.error.words) }
    guard code == CURLE_OK, let head = heads.head else {
      let failure = transferFailure(
        code, TransferEvidence(of: easy, url: url, words: String(cString: errorBuffer), proxy: proxy))
      return .failed(failure.type, words: failure.words)
    }
    return .answer(head, body: body)
  }
}

/// One thread has it.
@available(*, unavailable)
extension IssuerTransfer: Sendable {}
